import type { Verdict } from '../http/sender.ts';
import { fields, isRecord } from '../http/json.ts';
import { retryAfter, type Reply } from '../http/reply.ts';
import type { Problem } from '../model/problem.ts';
import { cleanEcho } from '../model/safe-text.ts';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../model/time.ts';
import { redirected, refusal, type ApiError } from './refusals.ts';

/** The longest that Cloudflare blocks a client that exceeded its rate limit, and a little more. */
const LONGEST_LIMIT: Milliseconds = 310 * SECOND;
const LIMIT_WITHOUT_END: Milliseconds = MINUTE;

/** How Cloudflare refuses. */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: Problem;
}

export interface ClassifyContext {
  /** As in `create the token`. */
  readonly doing: string;
  /** By Cloudflare's clock. */
  readonly now: Instant;
  /** How often this request was limited before. */
  readonly limits: number;
  /** A value that was submitted and must not be printed, whoever repeats it. */
  readonly token: string;
}

/** Says what a reply of Cloudflare's API means. Its errors are in an envelope, whatever the status. */
export function classify(reply: Reply, { doing, now, limits, token }: ClassifyContext): Verdict<Refused> {
  const { status, headers, body } = reply;
  if (status === 429) {
    return {
      kind: 'limited',
      wait: limitOf(headers, now, limits),
      tooFast: true,
      because: 'Cloudflare limits the rate of requests (429)',
    };
  }
  if (status >= 500 || status === 408) return { kind: 'lost', because: `Cloudflare answered ${status}` };
  if (status >= 300 && status < 400) return refused(redirected(doing, headers.get('location')));
  const errors = errorsOf(body, token);
  if (status >= 400) return refused(refusal(doing, status, errors));
  if (!isRecord(body)) return { kind: 'lost', because: `Cloudflare answered ${status} with no JSON object` };
  if (body['success'] === false) {
    const text = refusal(doing, status, errors).message;
    return { kind: 'lost', because: `Cloudflare answered ${status} without success (${text})` };
  }
  return { kind: 'done' };
}

function refused(problem: Problem): Verdict<Refused> {
  return { kind: 'refused', refusal: { kind: 'refused', problem } };
}

/** `Retry-After`, else the `t` of `Ratelimit`. */
function limitOf(headers: Headers, now: Instant, limits: number): Milliseconds {
  const untilReset = /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  const reset = untilReset === undefined ? undefined : Number(untilReset) * SECOND;
  const wait = retryAfter(headers, now) ?? reset ?? LIMIT_WITHOUT_END * (limits + 1);
  return Math.min(Math.max(wait, SECOND), LONGEST_LIMIT);
}

function errorsOf(body: unknown, submitted: string): readonly ApiError[] {
  const { errors } = fields(body);
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map(({ code, message }) => ({
    code: typeof code === 'number' ? code : undefined,
    message: typeof message === 'string' ? cleanEcho(message, 200, [submitted]) : '',
  }));
}
