import { describeSpan, parseDuration, parseTokenDuration, type TokenDuration } from '../model/duration.ts';
import { DAY, HOLD, type Milliseconds } from '../model/time.ts';
import type { Operation } from '../model/operation.ts';
import { INPUT_DEFAULTS, type Inputs } from './inputs.ts';
import { quote } from './quoting.ts';

/** The longest that a job may run anywhere; it also keeps timers inside their 32 bits. */
const LONGEST_WAIT = 5 * DAY;

const LEASE_DURATION = '1h';

/** Every setting that is a duration. */
export interface Spans {
  readonly duration: TokenDuration | undefined;
  readonly rotateAfter: Milliseconds | 'never';
  readonly renewBefore: Milliseconds | undefined;
  readonly gracePeriod: Milliseconds;
  readonly verifyTimeout: Milliseconds;
  readonly requestTimeout: Milliseconds;
  readonly maxWait: Milliseconds;
}

export function readSpans(inputs: Inputs, operation: Operation | undefined): Spans {
  return {
    duration: readTokenDuration(inputs, operation),
    rotateAfter: readRotateAfter(inputs) ?? (operation === 'check' ? 'never' : 0),
    renewBefore: readRenewBefore(inputs),
    gracePeriod: readGracePeriod(inputs),
    verifyTimeout: readWait(inputs, 'verify-timeout', 'some'),
    requestTimeout: readWait(inputs, 'request-timeout', 'some'),
    maxWait: readWait(inputs, 'max-wait', 'none'),
  };
}

/** A schedule runs once a day at most times, and may be late. */
const SHORTEST_BETWEEN_RUNS: Milliseconds = 2 * DAY;

/** What these settings cannot do although they say it, each as a sentence. */
export function warningsOf(
  operation: Operation,
  { duration, rotateAfter, gracePeriod }: Spans,
): readonly string[] {
  const warnings: string[] = [];
  const ages = operation === 'rotate' || operation === 'check';
  if (ages && rotateAfter !== 'never' && rotateAfter > 0 && rotateAfter < gracePeriod) {
    const [age, grace] = [describeSpan(rotateAfter), describeSpan(gracePeriod)];
    warnings.push(
      `rotate-after (${age}) is shorter than grace-period (${grace}): nothing is rotated while a grace is running.`,
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
        `duration (${life}) is likely to be shorter than the time between runs: the token then expires before the next one renews it.`,
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

/** The life of a token; undefined where it is not given. */
function readTokenDuration(inputs: Inputs, operation: Operation | undefined): TokenDuration | undefined {
  const text = inputs.given('duration') ?? (operation === 'lease' ? LEASE_DURATION : undefined);
  if (text === undefined) return undefined;
  const duration = parseTokenDuration(text);
  if (duration === undefined) {
    inputs.refuse(
      'duration',
      quote(text),
      'a duration of more than nothing, such as `8760h` or `90d`, or `forever`',
    );
  }
  return duration;
}

function readRotateAfter(inputs: Inputs): Milliseconds | 'never' | undefined {
  const text = inputs.given('rotate-after');
  if (text === undefined || text === 'never') return text;
  const age = parseDuration(text);
  if (age === undefined) {
    inputs.refuse('rotate-after', quote(text), 'a duration, such as `30d` or `0s`, or `never`');
  }
  return age;
}

function readRenewBefore(inputs: Inputs): Milliseconds | undefined {
  const text = inputs.given('renew-before');
  if (text === undefined) return undefined;
  const span = parseDuration(text);
  if (span === undefined) inputs.refuse('renew-before', quote(text), 'a duration, such as `30d` or `12h`');
  return span;
}

function readGracePeriod(inputs: Inputs): Milliseconds {
  const text = inputs.value('grace-period');
  const grace = parseDuration(text);
  if (grace !== undefined && grace <= HOLD) return grace;
  const accepts = `a duration of at most ${describeSpan(HOLD)}, such as \`36h\` or \`0s\``;
  inputs.refuse('grace-period', quote(text), accepts);
  return 0;
}

/** A wait in whole milliseconds, as timers take it. */
function readWait(
  inputs: Inputs,
  name: 'verify-timeout' | 'request-timeout' | 'max-wait',
  shortest: 'none' | 'some',
): Milliseconds {
  const text = inputs.value(name);
  const wait = parseDuration(text);
  if (wait !== undefined && wait <= LONGEST_WAIT && (shortest === 'none' || wait > 0)) return Math.ceil(wait);
  const bounds = shortest === 'none' ? 'at most' : 'more than nothing and at most';
  const accepts = `a duration of ${bounds} ${describeSpan(LONGEST_WAIT)}, such as \`${INPUT_DEFAULTS[name]}\``;
  inputs.refuse(name, quote(text), accepts);
  return 0;
}
