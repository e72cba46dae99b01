import { describeMoment } from '../model/duration.ts';
import { describeTarget, type Target } from '../model/target.ts';
import { minuteOf } from '../model/calendar.ts';
import type { Instant } from '../model/time.ts';
import type { Facts } from '../observe/facts.ts';

/** What people call the token: its name in quotes, or its ID. */
export function label({ settings, token }: Pick<Facts, 'settings' | 'token'>): string {
  if (settings.tokenName !== undefined) return JSON.stringify(settings.tokenName);
  return token === undefined ? `with the id ${settings.tokenId ?? ''}` : token.id;
}

/** At most three targets by name, and how many there are beside them. */
export function names(targets: readonly Target[]): string {
  const shown = targets.slice(0, 3).map(describeTarget);
  const more = targets.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** When a secret ends, for a sentence: the date, and how far away it is. No secret works longer than its token. */
export function endOfSecret(end: Instant | undefined, { now, token }: Pick<Facts, 'now' | 'token'>): string {
  if (end === undefined) return '';
  const instant = Math.min(end, token?.expiresAt ?? Infinity);
  return `${minuteOf(instant)} (${describeMoment(instant, now)})`;
}

/** `lacks` or `lack`, as the number of targets asks for. */
export function verb(targets: readonly Target[], singular: string, plural: string): string {
  return targets.length === 1 ? singular : plural;
}

/** Such as `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
