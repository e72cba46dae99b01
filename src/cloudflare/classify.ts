import type { Verdict } from '../http/sender.ts';
import { fields, isRecord } from '../http/json.ts';
import { retryAfter, type Reply } from '../http/reply.ts';
import type { Problem } from '../model/problem.ts';
import { cleanEcho } from '../model/safe-text.ts';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../model/time.ts';
import { isAuthentication, redirected, refusal, type ApiError, type Family } from './refusals.ts';

/** The longest that Cloudflare blocks a client that exceeded its rate limit, and a little more. */
const LONGEST_LIMIT: Milliseconds = 310 * SECOND;
const LIMIT_WITHOUT_END: Milliseconds = MINUTE;

/** Another part of Cloudflare does not know a new policy yet, or still knows a deleted one: for seconds, up to about 45. */
const POLICY_LAG = /\bpolicy \S+ not found/i;
const MOST_LAGS = 10;
/** A burst of writes to policies may be answered by 403 instead of 429. */
const MOST_FORBIDDEN = 3;

/** How Cloudflare refuses. */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: Problem;
}

export interface ClassifyContext {
  /** As in `create the token`. */
  readonly doing: string;
  /** Whose permissions the request needs. */
  readonly family: Family;
  /** By Cloudflare's clock. */
  readonly now: Instant;
  /** How often this request was limited before. */
  readonly limits: number;
  /** A value that was submitted and must not be printed, whoever repeats it. */
  readonly token: string;
}

/** Says what a reply of Cloudflare's API means. Its errors are in an envelope, whatever the status. */
export function classify(reply: Reply, context: ClassifyContext): Verdict<Refused> {
  const { doing, family, now, limits, token } = context;
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
  // assumption: create-status, policy-statuses
  if (status >= 400) {
    return passing(status, errors, context) ?? refused(refusal({ doing, family }, status, errors));
  }
  // Cloudflare answers the request to end sessions without a body.
  if (body === '' && status === 202) return { kind: 'done' };
  if (!isRecord(body)) return { kind: 'lost', because: `Cloudflare answered ${status} with no JSON object` };
  if (body['success'] === false) {
    if (family !== 'service-tokens') return refused(refusal({ doing, family }, status, errors));
    const text = refusal({ doing, family }, status, errors).message;
    return { kind: 'lost', because: `Cloudflare answered ${status} without success (${text})` };
  }
  return { kind: 'done' };
}

/** What is refused now and will not be in a few seconds; undefined for every other refusal. */
function passing(
  status: number,
  errors: readonly ApiError[],
  { family, limits }: ClassifyContext,
): Verdict<Refused> | undefined {
  if (family === 'service-tokens') return undefined;
  const lags = status === 400 && errors.some(({ message }) => POLICY_LAG.test(message));
  if (lags && limits < MOST_LAGS) {
    const wait = Math.min(5, limits + 1) * SECOND;
    return { kind: 'limited', wait, tooFast: false, because: 'Cloudflare does not know every policy yet' };
  }
  if (status !== 403 || isAuthentication(errors) || limits >= MOST_FORBIDDEN) return undefined;
  const wait = 2 ** limits * SECOND;
  return { kind: 'limited', wait, tooFast: true, because: 'Cloudflare answered 403 without a reason' };
}

function refused(problem: Problem): Verdict<Refused> {
  return { kind: 'refused', refusal: { kind: 'refused', problem } };
}

/** `Retry-After`, else the `t` of `Ratelimit`. */
function limitOf(headers: Headers, now: Instant, limits: number): Milliseconds {
  // assumption: rate-limit-headers
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
