import { describeMoment, describeSpan } from '../model/duration.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Manifest } from '../settings/settings.ts';
import { isLeased } from './lease.ts';
import { renewBefore } from './renewal.ts';

/** What a person should look at: a code for machines and a sentence without its full stop, such as `expires in 12 days`. */
export interface Finding {
  readonly code: 'disabled' | 'expired' | 'expires-soon' | 'name-shared' | 'unlisted' | 'leased';
  readonly message: string;
}

/** A token as a check of a whole account finds it; without findings all is well. */
export interface TokenFinding {
  readonly token: ServiceToken;
  readonly problems: readonly Finding[];
}

/** What a check found that looked at more tokens than it was told the names of. */
export interface AccountCheck {
  /** `all` tokens of the account, or those that are `unlisted` in the manifest. */
  readonly scope: 'all' | 'unlisted';
  readonly findings: readonly TokenFinding[];
}

/** Tokens that no entry of a manifest names, each with what a person should look at. */
export function checkUnlisted(
  tokens: readonly ServiceToken[],
  entries: Manifest['entries'],
  now: Instant,
): AccountCheck {
  const names = new Set(entries.flatMap(({ tokenName }) => tokenName ?? []));
  const ids = new Set(entries.flatMap(({ tokenId }) => tokenId?.toLowerCase() ?? []));
  const unlisted = tokens.filter(({ name, id }) => !names.has(name) && !ids.has(id.toLowerCase()));
  return { scope: 'unlisted', findings: checkTokens(unlisted, undefined, now) };
}

/**
 * Looks over tokens: what expires soon, has expired, is disabled, or shares its name.
 * @param near how near its expiry a token is reported; undefined for 30 days, or a third of its life if that is shorter
 */
export function checkTokens(
  tokens: readonly ServiceToken[],
  near: Milliseconds | undefined,
  now: Instant,
): readonly TokenFinding[] {
  const count = new Map<string, number>();
  for (const { name } of tokens) count.set(name, (count.get(name) ?? 0) + 1);
  return tokens.map((token) => ({
    token,
    problems: problemsOf(token, count.get(token.name) ?? 1, near, now),
  }));
}

function problemsOf(
  token: ServiceToken,
  sharing: number,
  near: Milliseconds | undefined,
  now: Instant,
): readonly Finding[] {
  const problems: Finding[] = [];
  if (!token.enabled) problems.push({ code: 'disabled', message: 'is disabled' });
  if (token.expiresAt !== undefined) {
    const left = token.expiresAt - now;
    if (left <= 0) problems.push({ code: 'expired', message: `expired ${describeSpan(-left)} ago` });
    else if (left <= renewBefore(token, { duration: undefined, renewBefore: near }))
      problems.push({ code: 'expires-soon', message: `expires ${describeMoment(token.expiresAt, now)}` });
  }
  if (sharing > 1) {
    const others = sharing === 2 ? 'another token' : `${sharing - 1} others`;
    problems.push({ code: 'name-shared', message: `shares its name with ${others}` });
  }
  if (isLeased(token)) problems.push({ code: 'leased', message: 'is leased to a job' });
  return problems;
}
