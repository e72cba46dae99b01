import { describeMoment, describeSpan } from '../model/duration.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';

import { durationOf, renewBefore } from './renewal.ts';
import type { Settings } from '../settings/settings.ts';

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

/** Looks over every token of an account: what expires soon, has expired, is disabled, or shares its name. */
export function checkTokens(
  tokens: readonly ServiceToken[],
  settings: Settings,
  now: Instant,
): TokenFinding[] {
  const count = new Map<string, number>();
  for (const { name } of tokens) count.set(name, (count.get(name) ?? 0) + 1);
  return tokens.map((token) => ({
    token,
    problems: problemsOf(token, count.get(token.name) ?? 1, settings, now),
  }));
}

function problemsOf(token: ServiceToken, sharing: number, settings: Settings, now: Instant): string[] {
  const problems: string[] = [];
  if (!token.enabled) problems.push('is disabled');
  const forever = durationOf(token, { ...settings, duration: undefined }).kind === 'forever';
  if (token.expiresAt !== undefined && !forever) {
    const before = renewBefore(token, { ...settings, duration: undefined });
    if (token.expiresAt <= now) problems.push(`expired ${describeSpan(now - token.expiresAt)} ago`);
    else if (token.expiresAt - now <= before)
      problems.push(`expires ${describeMoment(token.expiresAt, now)}`);
  }
  if (sharing > 1)
    problems.push(`shares its name with ${sharing === 2 ? 'another token' : `${sharing - 1} others`}`);
  return problems;
}
