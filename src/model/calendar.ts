import { DAY, HOUR, MINUTE, rfc3339, type Instant, type Milliseconds } from './time.ts';
import { describeSpan } from './duration.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const YEAR: Milliseconds = 365.25 * DAY;
/** Further away than this, the time of day does not matter to people. */
const DATE_IS_ENOUGH: Milliseconds = 10 * DAY;

const RFC3339 = /\b(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z/g;

/** A day as people read it, in UTC: `26 Nov 2026`. */
export function dayOf(instant: Instant): string {
  const date = new Date(instant);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}

/** A moment as people read it: `26 Nov 2026, 18:03 UTC`. */
export function minuteOf(instant: Instant): string {
  return `${dayOf(instant)}, ${rfc3339(instant).slice(11, 16)} UTC`;
}

/** As precise as a sentence needs it: with the time of day only if the moment is near. */
export function dateOf(instant: Instant, now: Instant): string {
  return Math.abs(instant - now) > DATE_IS_ENOUGH ? dayOf(instant) : minuteOf(instant);
}

/** A distance in words, only as precise as matters: `36 hours`, `30 days`, `10 years`. */
export function roughly(distance: Milliseconds): string {
  const size = Math.abs(distance);
  if (size >= 2 * YEAR) return `${Math.round(size / YEAR)} years`;
  const step = size >= 3 * DAY ? DAY : size >= 3 * HOUR ? HOUR : MINUTE;
  return describeSpan(Math.max(step, Math.round(size / step) * step));
}

/** How far away a moment is: `now`, `in 36 hours`, `6 days ago`. */
export function away(instant: Instant, now: Instant): string {
  const distance = instant - now;
  if (Math.abs(distance) < MINUTE) return 'now';
  return distance > 0 ? `in ${roughly(distance)}` : `${roughly(distance)} ago`;
}

/** A text in which every RFC 3339 moment is replaced by one that people read. */
export function withReadableMoments(text: string): string {
  return text.replace(RFC3339, (moment) => {
    const instant = Date.parse(moment);
    return Number.isNaN(instant) ? moment : minuteOf(instant);
  });
}
