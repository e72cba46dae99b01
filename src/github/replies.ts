import { cleanEcho } from '../model/safe-text.ts';
import { MINUTE, SECOND, type Instant, type Milliseconds } from '../model/time.ts';

/** A reply as Octokit hands it over, whether as a response or inside an error. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

/** What a reply means for the request that it answers. */
export type Verdict =
  | { readonly kind: 'done' }
  /** Nobody can tell whether the request took effect. */
  | { readonly kind: 'lost'; readonly because: string }
  /** Not executed, and to be sent again after that long. */
  | {
      readonly kind: 'limited';
      readonly wait: Milliseconds;
      readonly secondary: boolean;
      readonly because: string;
    }
  | { readonly kind: 'moved'; readonly location: string | undefined }
  | ({ readonly kind: 'refused' } & Refusal);

/** A refusal: the request took no effect. */
export interface Refusal {
  readonly status: number;
  /** GitHub's own words, cleaned. */
  readonly said: string;
  /** What the credential would have needed: `X-Accepted-GitHub-Permissions`. */
  readonly permissions: string | undefined;
  /** `X-GitHub-SSO`: where single sign-on is to be passed. */
  readonly singleSignOn: string | undefined;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const LIMITED = /secondary rate|abuse detection|rate limit/i;

export interface Circumstances {
  /** The statuses that mean that it was done. */
  readonly success: readonly number[];
  /** By GitHub's clock. */
  readonly now: Instant;
  /** How often this request was limited before. */
  readonly limits: number;
  /** Values that were submitted and must not be printed. */
  readonly submitted: readonly string[];
}

/** Says what a reply means; see docs.github.com/rest, "Rate limits" and "Best practices". */
export function judge(reply: Reply, { success, now, limits, submitted }: Circumstances): Verdict {
  const { status, data } = reply;
  if (success.includes(status)) return { kind: 'done' };
  if (REDIRECTS.includes(status)) return { kind: 'moved', location: header(reply, 'location') };
  const said = cleanEcho(messageOf(data), 300, submitted);
  if (status === 429 || (status === 403 && isLimit(reply, said))) {
    const primary = header(reply, 'x-ratelimit-remaining') === '0';
    return {
      kind: 'limited',
      wait: waitOf(reply, now, limits),
      secondary: !primary,
      because: `${primary ? 'the hourly limit of GitHub is used up' : 'GitHub asks to slow down'} (${status})`,
    };
  }
  if (status >= 400 && status < 500 && status !== 408) {
    return {
      kind: 'refused',
      status,
      said,
      permissions: cleaned(header(reply, 'x-accepted-github-permissions')),
      singleSignOn: cleaned(header(reply, 'x-github-sso')),
    };
  }
  return { kind: 'lost', because: `GitHub answered ${status}` };
}

function isLimit(reply: Reply, said: string): boolean {
  const exhausted = header(reply, 'x-ratelimit-remaining') === '0';
  return exhausted || header(reply, 'retry-after') !== undefined || LIMITED.test(said);
}

/** `Retry-After` (RFC 9110, 10.2.3: seconds or a date), else the reset of the limit, else minutes that double. */
function waitOf(reply: Reply, now: Instant, limits: number): Milliseconds {
  const retryAfter = header(reply, 'retry-after')?.trim() ?? '';
  if (/^\d+$/.test(retryAfter)) return atLeastASecond(Number(retryAfter) * SECOND);
  const date = Date.parse(retryAfter);
  if (!Number.isNaN(date)) return atLeastASecond(date - now);
  const reset = header(reply, 'x-ratelimit-reset') ?? '';
  const exhausted = header(reply, 'x-ratelimit-remaining') === '0';
  // A secondary limit's reply carries the reset of the primary one too, which is not what it waits for.
  if (exhausted && /^\d+$/.test(reset)) return atLeastASecond(Number(reset) * SECOND - now);
  return MINUTE * 2 ** limits;
}

function atLeastASecond(wait: Milliseconds): Milliseconds {
  return Math.max(SECOND, wait);
}

function header({ headers }: Reply, name: string): string | undefined {
  const value = headers[name];
  return value === undefined ? undefined : String(value);
}

function cleaned(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : cleanEcho(value);
}

function messageOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (typeof data !== 'object' || data === null) return '';
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const texts = [message, ...(Array.isArray(errors) ? (errors as unknown[]) : [errors])];
  return texts.filter((text) => typeof text === 'string').join(' ');
}
