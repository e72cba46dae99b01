import { DAY, type Milliseconds } from '../../src/model/time.ts';

const UNITS: Readonly<Record<string, Milliseconds>> = {
  ns: 1e-6,
  us: 1e-3,
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/gy;
/** The greatest int64 count of nanoseconds, in milliseconds. */
const LIMIT: Milliseconds = 2 ** 63 / 1e6;

/** How long the special duration `forever` lasts: the API gives such tokens an `expires_at` too. */
const FOREVER: Milliseconds = 100 * 365 * DAY;

/** Go's `time.ParseDuration`; undefined where Go reports an error. */
export function parseGoDuration(text: string): Milliseconds | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0;
  let total = 0;
  let end = 0;
  for (const match of unsigned.matchAll(PART)) {
    total += Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN);
    end = match.index + match[0].length;
  }
  if (end === 0 || end !== unsigned.length || total >= LIMIT) return undefined;
  return sign * total;
}

/** How long a token of this `duration` lives; undefined where the API refuses it. */
export function lifetime(duration: string): Milliseconds | undefined {
  if (duration === 'forever') return FOREVER;
  const parsed = parseGoDuration(duration);
  return parsed !== undefined && parsed > 0 ? parsed : undefined;
}
