import type { Verdict } from '../http/sender.ts';
import { fields } from '../http/json.ts';
import { retryAfter, type Reply } from '../http/reply.ts';
import { cleanEcho } from '../model/safe-text.ts';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../model/time.ts';

/** A refusal: the request took no effect. */
export interface Refusal {
  readonly status: number;
  /** GitHub's own words, cleaned. */
  readonly said: string;
  /** What the request would have needed: `X-Accepted-GitHub-Permissions`. */
  readonly permissions: string | undefined;
  /** `X-GitHub-SSO`: where single sign-on is passed. */
  readonly singleSignOn: string | undefined;
}

/** How GitHub refuses. */
export type Refused =
  | ({ readonly kind: 'refused' } & Refusal)
  | { readonly kind: 'moved'; readonly location: string | undefined };

const REDIRECTS = [301, 302, 303, 307, 308];
const LIMITED = /secondary rate|abuse detection|rate limit/i;

export interface ClassifyContext {
  /** The statuses that mean that it was done. */
  readonly success: readonly number[];
  /** By GitHub's clock. */
  readonly now: Instant;
  /** How often this request was limited before. */
  readonly limits: number;
  /** Values that were submitted and must not be printed. */
  readonly submitted: readonly string[];
}

/** Says what a reply of GitHub means; see docs.github.com/rest, "Rate limits" and "Best practices". */
export function classify(reply: Reply, context: ClassifyContext): Verdict<Refused> {
  const { success, now, limits, submitted } = context;
  const { status, headers, body } = reply;
  if (success.includes(status)) return { kind: 'done' };
  if (REDIRECTS.includes(status)) {
    return { kind: 'refused', refusal: { kind: 'moved', location: headers.get('location') ?? undefined } };
  }
  const said = cleanEcho(messageOf(body), 300, submitted);
  if (status === 429 || (status === 403 && isLimit(headers, said))) {
    const ofTheHour = isUsedUp(headers);
    return {
      kind: 'limited',
      wait: Math.max(SECOND, waitOf(headers, now, limits)),
      tooFast: !ofTheHour,
      because: `${ofTheHour ? 'the hourly limit of GitHub is used up' : 'GitHub asks to slow down'} (${status})`,
    };
  }
  if (status >= 400 && status < 500 && status !== 408) {
    const permissions = cleaned(headers.get('x-accepted-github-permissions'));
    const singleSignOn = cleaned(headers.get('x-github-sso'));
    return { kind: 'refused', refusal: { kind: 'refused', status, said, permissions, singleSignOn } };
  }
  return { kind: 'lost', because: `GitHub answered ${status}` };
}

function isLimit(headers: Headers, said: string): boolean {
  return isUsedUp(headers) || headers.has('retry-after') || LIMITED.test(said);
}

function isUsedUp(headers: Headers): boolean {
  return headers.get('x-ratelimit-remaining') === '0';
}

/** `Retry-After`, else the reset of the limit, else minutes that double. */
function waitOf(headers: Headers, now: Instant, limits: number): Milliseconds {
  // assumption: github-rate-limit-headers
  const asked = retryAfter(headers, now);
  if (asked !== undefined) return asked;
  const reset = headers.get('x-ratelimit-reset') ?? '';
  // A secondary limit's reply carries the reset of the primary one too, which is not what it waits for.
  if (isUsedUp(headers) && /^\d+$/.test(reset)) return Number(reset) * SECOND - now;
  return MINUTE * 2 ** limits;
}

function cleaned(value: string | null): string | undefined {
  return value === null || value.trim() === '' ? undefined : cleanEcho(value);
}

function messageOf(body: unknown): string {
  if (typeof body === 'string') return body;
  const { message, errors } = fields(body);
  const texts: unknown[] = Array.isArray(errors) ? errors : [errors];
  return [message, ...texts].filter((text) => typeof text === 'string').join(' ');
}
