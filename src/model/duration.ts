import { DAY, HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from './time.ts';

/** How long a token is to live; `text` is what Cloudflare is sent, such as `720h`. */
export type TokenDuration =
  | { readonly kind: 'span'; readonly milliseconds: Milliseconds; readonly text: string }
  | { readonly kind: 'forever' };

const NANOSECONDS = {
  ns: 1n,
  us: 1_000n,
  // Go takes the micro sign (U+00B5) and the Greek letter mu (U+03BC) alike.
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
} as const;
type Unit = keyof typeof NANOSECONDS;

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Go's `time.Duration` is an int64 of nanoseconds: about 292 years. */
const LONGEST = 2n ** 63n - 1n;

const TERM = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d)/gy;

/**
 * Reads a Go duration (`time.ParseDuration`: `300ms`, `2h45m`, `1.5h`, `0`), or one with `d` for 24 hours.
 * @returns milliseconds, with a fraction where the text is that precise; undefined for what is no
 * duration, is negative, or is longer than Go can hold
 */
export function parseDuration(text: string): Milliseconds | undefined {
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return 0;
  let total = 0n;
  let end = 0;
  for (const match of unsigned.matchAll(TERM)) {
    const [term, whole = '', fraction = '', unit] = match;
    if (whole === '' && fraction === '') return undefined;
    const size = NANOSECONDS[unit as Unit];
    total += BigInt(whole) * size + (BigInt(`0${fraction}`) * size) / 10n ** BigInt(fraction.length);
    end = match.index + term.length;
  }
  if (end === 0 || end !== unsigned.length || total > LONGEST) return undefined;
  return Number(total) / NANOSECONDS_PER_MILLISECOND;
}

/** Reads the life of a token: a duration of more than nothing, or `forever`; undefined for anything else. */
export function parseTokenDuration(text: string): TokenDuration | undefined {
  if (text === 'forever') return { kind: 'forever' };
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds === 0) return undefined;
  return { kind: 'span', milliseconds, text: formatDuration(milliseconds) };
}

/** Whether a duration as Cloudflare echoes it has the same value, however it is written. */
export function isSameDuration(wanted: TokenDuration, echoed: string): boolean {
  const actual = parseTokenDuration(echoed);
  if (wanted.kind === 'forever' || actual?.kind !== 'span') return wanted.kind === actual?.kind;
  return wanted.milliseconds === actual.milliseconds;
}

/** A duration as Go reads it, which knows no days: `720h`, `1h30m`, `500ms`, `0s`. */
export function formatDuration(duration: Milliseconds): string {
  let rest = BigInt(Math.round(duration * NANOSECONDS_PER_MILLISECOND));
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms', 'us', 'ns'] as const) {
    const count = rest / NANOSECONDS[unit];
    rest %= NANOSECONDS[unit];
    if (count > 0n) text += `${count.toString()}${unit}`;
  }
  return text === '' ? '0s' : text;
}

const SPOKEN = [
  { size: DAY, from: 2 * DAY, name: 'day' },
  { size: HOUR, from: HOUR, name: 'hour' },
  { size: MINUTE, from: MINUTE, name: 'minute' },
  { size: SECOND, from: SECOND, name: 'second' },
] as const;

/** A span in words, in its two largest units: `36 hours`, `30 days`, `2 hours 30 minutes`, `1.5 seconds`. */
export function describeSpan(span: Milliseconds): string {
  if (span === 0) return '0 seconds';
  if (span < 1) return 'less than a millisecond';
  const index = SPOKEN.findIndex(({ from }) => span >= from);
  const unit = SPOKEN[index];
  if (unit === undefined) return counted(Math.round(span), 'millisecond');
  const next = SPOKEN[index + 1];
  // Short waits are worth a tenth of a second, long ones are not.
  const step = next?.size ?? (span < 10 * SECOND ? SECOND / 10 : SECOND);
  const rounded = Math.round(span / step) * step;
  if (rounded !== span) return describeSpan(rounded);
  if (next === undefined) return counted(span / unit.size, unit.name);
  const whole = Math.floor(span / unit.size);
  const rest = (span - whole * unit.size) / next.size;
  return rest === 0 ? counted(whole, unit.name) : `${counted(whole, unit.name)} ${counted(rest, next.name)}`;
}

/** A moment as seen from another: `in 3 days`, `2 hours ago`, `now`. */
export function describeMoment(moment: Instant, now: Instant): string {
  const distance = moment - now;
  if (Math.abs(distance) < SECOND) return 'now';
  return distance > 0 ? `in ${describeSpan(distance)}` : `${describeSpan(-distance)} ago`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
