import { describeMoment } from '../../model/duration.ts';
import { DAY, HOUR, MINUTE, type Instant, type Milliseconds } from '../../model/time.ts';
import { rfc3339 } from '../../model/time.ts';

const YEAR: Milliseconds = 365.25 * DAY;

/** `2026-11-22 06:00 UTC` */
export function stamp(instant: Instant): string {
  return `${minute(instant)} UTC`;
}

/** `2026-11-22 06:00` */
export function minute(instant: Instant): string {
  return rfc3339(instant).replace(/T(\d\d:\d\d).*/, ' $1');
}

/** `2026-11-22` */
export function day(instant: Instant): string {
  return rfc3339(instant).replace(/T.*/, '');
}

/** How far away a moment is, only as precisely as matters: `in 36 hours`, `12 days ago`, `in 10 years`, `now`. */
export function away(instant: Instant, now: Instant): string {
  const distance = instant - now;
  const size = Math.abs(distance);
  if (size < MINUTE) return 'now';
  if (size >= 2 * YEAR) {
    const years = `${Math.round(size / YEAR)} years`;
    return distance > 0 ? `in ${years}` : `${years} ago`;
  }
  const step = size >= 10 * DAY ? DAY : size >= 6 * HOUR ? HOUR : MINUTE;
  return describeMoment(now + Math.round(distance / step) * step, now);
}

/** Both, as a cell of a table has it: it breaks between the two alone. */
export function cellMoment(instant: Instant, now: Instant): string {
  return `${stamp(instant).replaceAll(' ', '\u00a0')} (${away(instant, now).replaceAll(' ', '\u00a0')})`;
}

/** Both, as a sentence has it: `2026-11-22 06:00 UTC (in 36 hours)`. */
export function moment(instant: Instant, now: Instant): string {
  return `${stamp(instant)} (${away(instant, now)})`;
}
