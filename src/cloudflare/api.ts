import { cleanEcho } from '../model/safe-text.ts';
import { noReplyBehind } from '../http/bounded-fetch.ts';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../model/time.ts';
import { WaitBudgetSpent, backOff, type WaitBudget } from '../http/wait-budget.ts';
import type { ServiceClock } from '../http/service-clock.ts';
import { outOfPatience, redirected, refusal, unreachable, type ApiError } from './refusals.ts';

/** The longest that Cloudflare blocks a client that exceeded its rate limit, and a little more. */
const LONGEST_LIMIT: Milliseconds = 310 * SECOND;
const LIMIT_WITHOUT_END: Milliseconds = MINUTE;

/** An address that has never given a usable answer is more likely wrong than down: about half a minute. */
const MOST_FAILURES_AT_FIRST = 6;

/** A call of the SDK whose reply is wanted as it came. */
export interface Call {
  readonly asResponse: () => Promise<Response>;
}

/** `lost`: it is not known whether the request took effect, and its reply is gone. */
export type Reply =
  | { readonly kind: 'done'; readonly result: unknown; readonly info: unknown }
  | { readonly kind: 'lost'; readonly because: string };

interface RawReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface ApiOptions {
  readonly clock: ServiceClock;
  readonly waitBudget: WaitBudget;
  /** Values that were submitted and must not be printed, whoever repeats them. */
  readonly credentials: readonly string[];
}

/** How requests to Cloudflare's API are sent, judged and repeated. */
export class Api {
  readonly #clock: ServiceClock;
  readonly #waitBudget: WaitBudget;
  readonly #credentials: readonly string[];
  #answered = false;

  constructor({ clock, waitBudget, credentials }: ApiOptions) {
    this.#clock = clock;
    this.#waitBudget = waitBudget;
    this.#credentials = credentials;
  }

  now(): Instant {
    return this.#clock.now();
  }

  /**
   * Sends a request whose repetition could do harm: once, or again where a rate limit kept it from being
   * executed at all.
   * @param doing what is being done, as in `create the token`
   * @throws Problem when Cloudflare refuses
   */
  async once(doing: string, send: () => Call): Promise<Reply> {
    for (let limits = 1; ; limits += 1) {
      const reply = await exchange(send);
      if (reply.kind === 'lost') return reply;
      const { status, headers, body } = reply.raw;
      this.#answered ||= status >= 400 || isRecord(body);
      if (status === 429) {
        await this.#pause(
          doing,
          this.#limitOf(headers, limits),
          'Cloudflare limits the rate of requests (429)',
        );
        continue;
      }
      if (status >= 500 || status === 408) return { kind: 'lost', because: `Cloudflare answered ${status}` };
      if (status >= 300 && status < 400) throw redirected(doing, headers.get('location'));
      const errors = errorsOf(body, this.#credentials);
      if (status >= 400) throw refusal(doing, status, errors);
      if (!isRecord(body))
        return { kind: 'lost', because: `Cloudflare answered ${status} with no JSON object` };
      if (body['success'] === false) {
        const text = refusal(doing, status, errors).message;
        return { kind: 'lost', because: `Cloudflare answered ${status} without success (${text})` };
      }
      return { kind: 'done', result: body['result'], info: body['result_info'] };
    }
  }

  /**
   * Sends a request that may be repeated until it is answered, inside `max-wait`. `accept` gives undefined
   * for a result that cannot be used.
   * @throws Problem when Cloudflare refuses, or has not answered by then
   */
  async repeat<T>(
    doing: string,
    send: () => Call,
    accept: (result: unknown, info: unknown) => T | undefined,
  ): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      const reply = await this.once(doing, send);
      const accepted = reply.kind === 'done' ? accept(reply.result, reply.info) : undefined;
      if (accepted !== undefined) return accepted;
      await this.backOff(
        doing,
        failures,
        reply.kind === 'lost' ? reply.because : 'Cloudflare answered without what was asked for',
      );
    }
  }

  /** Waits before the next attempt. @throws Problem when `max-wait` is over */
  async backOff(doing: string, failures: number, because: string): Promise<void> {
    if (!this.#answered && failures >= MOST_FAILURES_AT_FIRST) throw unreachable(doing, because);
    await this.#pause(doing, backOff(failures), because);
  }

  async #pause(doing: string, duration: Milliseconds, because: string): Promise<void> {
    try {
      await this.#waitBudget.pause(duration, because);
    } catch (error) {
      if (error instanceof WaitBudgetSpent) throw outOfPatience(doing, because, this.#waitBudget.cancelled);
      throw error;
    }
  }

  /** `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3), else the `t` of `Ratelimit`. */
  #limitOf(headers: Headers, limits: number): Milliseconds {
    const retryAfter = headers.get('retry-after') ?? '';
    const date = /^\d+$/.test(retryAfter) ? NaN : Date.parse(retryAfter);
    const untilReset = /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
    let wait = LIMIT_WITHOUT_END * limits;
    if (/^\d+$/.test(retryAfter)) wait = Number(retryAfter) * SECOND;
    else if (!Number.isNaN(date)) wait = date - this.#clock.now();
    else if (untilReset !== undefined) wait = Number(untilReset) * SECOND;
    return Math.min(Math.max(wait, SECOND), LONGEST_LIMIT);
  }
}

async function exchange(
  send: () => Call,
): Promise<{ kind: 'raw'; raw: RawReply } | { kind: 'lost'; because: string }> {
  try {
    const response = await send().asResponse();
    const body = parseJson(await response.text());
    return { kind: 'raw', raw: { status: response.status, headers: response.headers, body } };
  } catch (error) {
    const raw = rawOf(error);
    if (raw !== undefined) return { kind: 'raw', raw };
    return {
      kind: 'lost',
      because: `Cloudflare: ${noReplyBehind(error)?.message ?? 'the connection failed'}`,
    };
  }
}

/** The SDK throws replies of 300 and more as an `APIError` that carries them. */
function rawOf(error: unknown): RawReply | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  const headers = 'headers' in error && error.headers instanceof Headers ? error.headers : new Headers();
  return { status: error.status, headers, body: 'error' in error ? error.error : undefined };
}

function errorsOf(body: unknown, credentials: readonly string[]): readonly ApiError[] {
  const errors = isRecord(body) ? body['errors'] : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map(({ code, message }) => ({
    code: typeof code === 'number' ? code : undefined,
    message: typeof message === 'string' ? cleanEcho(message, 200, credentials) : '',
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
