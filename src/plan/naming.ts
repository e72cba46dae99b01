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

/** A moment for a sentence: the date, and how far away it is. */
export function moment(instant: Instant | undefined, { now }: Pick<Facts, 'now'>): string {
  return instant === undefined ? '' : `${minuteOf(instant)} (${describeMoment(instant, now)})`;
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
