import { describeSpan, parseDuration, parseTokenDuration, type TokenDuration } from '../model/duration.ts';
import { DAY, HOLD, type Milliseconds } from '../model/time.ts';
import type { Operation } from '../model/operation.ts';
import { quote, type Value } from './complaints.ts';
import { INPUT_DEFAULTS } from './inputs.ts';

/** The longest that a job may run anywhere; it also keeps timers inside their 32 bits. */
const LONGEST_WAIT = 5 * DAY;

/** A schedule runs once a day at most times, and may be late. */
const SHORTEST_BETWEEN_RUNS: Milliseconds = 2 * DAY;

/** The life of a token. */
export function readTokenDuration({ text, spot }: Value): TokenDuration | undefined {
  const duration = parseTokenDuration(text);
  if (duration === undefined) {
    spot.refuse(quote(text), 'a duration of more than nothing, such as `8760h` or `90d`, or `forever`');
  }
  return duration;
}

export function readRotateAfter({ text, spot }: Value): Milliseconds | 'never' | undefined {
  if (text === 'never') return text;
  const age = parseDuration(text);
  if (age === undefined) spot.refuse(quote(text), 'a duration, such as `30d` or `0s`, or `never`');
  return age;
}

export function readRenewBefore({ text, spot }: Value): Milliseconds | undefined {
  const span = parseDuration(text);
  if (span === undefined) spot.refuse(quote(text), 'a duration, such as `30d` or `12h`');
  return span;
}

export function readGracePeriod({ text, spot }: Value): Milliseconds {
  const grace = parseDuration(text);
  if (grace !== undefined && grace <= HOLD) return grace;
  spot.refuse(quote(text), `a duration of at most ${describeSpan(HOLD)}, such as \`36h\` or \`0s\``);
  return 0;
}

/** A wait in whole milliseconds, as timers take it. */
export function readWait(
  name: 'verify-timeout' | 'request-timeout' | 'max-wait',
  { text, spot }: Value,
): Milliseconds {
  const wait = parseDuration(text);
  const mayBeNothing = name === 'max-wait';
  if (wait !== undefined && wait <= LONGEST_WAIT && (mayBeNothing || wait > 0)) return Math.ceil(wait);
  const bounds = mayBeNothing ? 'at most' : 'more than nothing and at most';
  const accepts = `a duration of ${bounds} ${describeSpan(LONGEST_WAIT)}, such as \`${INPUT_DEFAULTS[name]}\``;
  spot.refuse(quote(text), accepts);
  return 0;
}

/** What the durations of a token cannot do although they say it, each as a sentence. */
export function warningsOf(
  operation: Operation,
  {
    duration,
    rotateAfter,
    gracePeriod,
  }: {
    readonly duration: TokenDuration | undefined;
    readonly rotateAfter: Milliseconds | 'never';
    readonly gracePeriod: Milliseconds;
  },
): readonly string[] {
  const warnings: string[] = [];
  const ages = operation === 'rotate' || operation === 'check';
  if (ages && rotateAfter !== 'never' && rotateAfter > 0 && rotateAfter < gracePeriod) {
    const [age, grace] = [describeSpan(rotateAfter), describeSpan(gracePeriod)];
    warnings.push(
      `rotate-after (${age}) is shorter than grace-period (${grace}): nothing is rotated while a grace period runs.`,
    );
  }
  if (operation === 'rotate' && duration?.kind === 'span') {
    const life = describeSpan(duration.milliseconds);
    if (rotateAfter !== 'never' && duration.milliseconds < rotateAfter) {
      warnings.push(
        `duration (${life}) is shorter than rotate-after (${describeSpan(rotateAfter)}): the token expires before its secret is due, unless a run in between renews it.`,
      );
    } else if (duration.milliseconds < SHORTEST_BETWEEN_RUNS) {
      warnings.push(
        `duration (${life}) is probably shorter than the time between runs: the token then expires before the next run renews it.`,
      );
    }
  }
  if (operation === 'lease' && duration?.kind === 'forever') {
    warnings.push(
      'duration is forever: a leased token outlives its job if the runner is lost before the post step.',
    );
  }
  return warnings;
}
