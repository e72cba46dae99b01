import { APIError } from 'cloudflare/core/error';
import type { ApiCredential } from '../http/api-credential.ts';
import { NoReply, noReplyBehind } from '../http/bounded-fetch.ts';
import { fields } from '../http/json.ts';
import { readReply, type Reply } from '../http/reply.ts';
import { Sender, type GivenUp } from '../http/sender.ts';
import type { ServiceClock } from '../http/service-clock.ts';
import type { WaitBudget } from '../http/wait-budget.ts';
import type { Instant } from '../model/time.ts';
import { classify, type Refused } from './classify.ts';
import { unreachable, waitBudgetSpent, type Family } from './refusals.ts';

/** A call of the SDK whose reply is wanted as it came. */
export interface Call {
  readonly asResponse: () => Promise<Response>;
}

/** What came of a request that is sent once. `lost`: nobody knows whether it took effect; its reply is gone. */
export type Once =
  | { readonly kind: 'done'; readonly result: unknown; readonly info: unknown }
  | { readonly kind: 'lost'; readonly because: string };

export interface ApiOptions {
  readonly clock: ServiceClock;
  readonly waitBudget: WaitBudget;
  readonly credential: ApiCredential;
}

/** Cloudflare's API: the SDK builds the requests, the sender of this run sends them. */
export class Api {
  readonly #clock: ServiceClock;
  readonly #waitBudget: WaitBudget;
  readonly #credential: ApiCredential;
  readonly #sender: Sender;

  constructor({ clock, waitBudget, credential }: ApiOptions) {
    this.#clock = clock;
    this.#waitBudget = waitBudget;
    this.#credential = credential;
    this.#sender = new Sender({ service: 'Cloudflare', waitBudget });
  }

  now(): Instant {
    return this.#clock.now();
  }

  /**
   * Sends a request whose repetition could do harm: once, or again if a rate limit kept it from being
   * executed at all.
   * @param doing what is being done, as in `create the token`
   * @param family whose permissions it needs
   * @throws Problem when Cloudflare refuses
   */
  async once(doing: string, send: () => Call, family: Family = 'service-tokens'): Promise<Once> {
    const accept = (result: unknown, info: unknown): Once => ({ kind: 'done', result, info });
    const sent = await this.#send({ doing, family, mostLosses: 1 }, send, accept);
    if (sent.kind === 'done') return sent.value;
    const { failure } = sent;
    if (failure.kind === 'unanswered') return { kind: 'lost', because: failure.because };
    throw this.#problem(doing, failure);
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
    family: Family = 'service-tokens',
  ): Promise<T> {
    const sent = await this.#send({ doing, family }, send, accept);
    if (sent.kind === 'done') return sent.value;
    throw this.#problem(doing, sent.failure);
  }

  /** Waits before the next attempt. @throws Problem when `max-wait` is over */
  async backOff(doing: string, failures: number, because: string): Promise<void> {
    const givenUp = await this.#sender.backOff(failures, because);
    if (givenUp !== undefined) throw this.#problem(doing, givenUp);
  }

  #send<T>(
    { doing, family, mostLosses }: { doing: string; family: Family; mostLosses?: number },
    send: () => Call,
    accept: (result: unknown, info: unknown) => T | undefined,
  ) {
    return this.#sender.send({
      credential: this.#credential,
      weight: 'write',
      exchange: () => exchange(send),
      classify: (reply, context) => classify(reply, { ...context, doing, family, now: this.now() }),
      parse: (body) => {
        const { result, result_info: info } = fields(body);
        return accept(result, info);
      },
      ...(mostLosses !== undefined && { mostLosses }),
    });
  }

  #problem(doing: string, failure: Refused | GivenUp): Error {
    switch (failure.kind) {
      case 'refused':
      case 'problem':
        return failure.problem;
      case 'unanswered':
        return unreachable(doing, failure.because);
      case 'wait-budget-spent':
        return waitBudgetSpent(doing, failure.because, this.#waitBudget.cancelled);
      case 'unwanted':
        return new TypeError('no request to Cloudflare is unwanted');
    }
  }
}

/** The SDK throws every reply of 300 and more as an `APIError` that carries it. */
async function exchange(send: () => Call): Promise<Reply> {
  try {
    return await readReply(await send().asResponse());
  } catch (error) {
    if (error instanceof APIError) {
      const { status, headers, error: body } = fields(error);
      if (typeof status === 'number' && headers instanceof Headers) return { status, headers, body };
    }
    throw noReplyBehind(error) ?? new NoReply('the connection failed');
  }
}
