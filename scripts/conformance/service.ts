import { fields } from '../../src/http/json.ts';
import type { Milliseconds } from '../../src/model/time.ts';

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export type Sleep = (duration: Milliseconds, signal?: AbortSignal) => Promise<void>;

export interface ServiceOptions {
  /** Without a slash at its end. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Between two writes. */
  readonly pause: Milliseconds;
}

/** A reply, read to its end. */
export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  /** By the service's own clock, in milliseconds since the epoch. */
  readonly at: number;
  /** Undefined if it is no JSON. */
  readonly body: unknown;
}

const TIMEOUT: Milliseconds = 30_000;
const MOST_LIMITS = 3;
const LONGEST_LIMIT: Milliseconds = 310_000;

/** What a trial needs of an API. */
export interface Api {
  /** The same API with other credentials. */
  readonly as: (headers: Readonly<Record<string, string>>) => Api;
  /** @param body as JSON, if it is given */
  readonly send: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

/** One API: sends each request once, and again only if a rate limit kept it from being executed. */
export class Service implements Api {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  as(headers: Readonly<Record<string, string>>): Service {
    return new Service({ ...this.#options, headers: { ...this.#options.headers, ...headers } });
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const { base, headers, fetch, sleep, signal, pause } = this.#options;
    if (method !== 'GET' && pause > 0) await sleep(pause, signal);
    for (let limits = 1; ; limits += 1) {
      const response = await fetch(`${base}${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = await read(response);
      const wait = Number(answer.headers.get('retry-after') ?? '60') * 1_000;
      if (answer.status !== 429 || limits === MOST_LIMITS || !(wait <= LONGEST_LIMIT)) return answer;
      await sleep(wait, signal);
    }
  }
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  const at = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(at)) throw new TypeError('a reply has no Date header');
  return { status, ok: status >= 200 && status < 300, headers, at, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The `result` of Cloudflare's envelope, as an object. */
export function resultOf({ body }: Answer): Readonly<Record<string, unknown>> {
  return fields(fields(body)['result']);
}

/** The items of a list. */
export function itemsOf({ body }: Answer, key = 'result'): readonly Readonly<Record<string, unknown>>[] {
  const list = fields(body)[key];
  return Array.isArray(list) ? list.map(fields) : [];
}

/** The codes in Cloudflare's envelope. */
export function codesOf(answer: Answer): readonly unknown[] {
  return itemsOf(answer, 'errors').map(({ code }) => code);
}

/** The status, with Cloudflare's codes if there are any, and nothing else of the reply. */
export function described(answer: Answer): string {
  const codes = codesOf(answer).filter((code) => typeof code === 'number');
  return codes.length === 0 ? String(answer.status) : `${answer.status} with ${codes.join(', ')}`;
}

/** Why something cannot be found out, in words of this program: nothing that a service or `fetch` said. */
export class Undecided extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Undecided';
  }
}

/** What should have worked did not. */
export class Refused extends Undecided {
  constructor(doing: string, answer: Answer) {
    super(`could not ${doing}: ${described(answer)}`);
    this.name = 'Refused';
  }
}

/** @throws Refused unless the reply is a success */
export function demand(doing: string, answer: Answer): Answer {
  if (!answer.ok) throw new Refused(doing, answer);
  return answer;
}
