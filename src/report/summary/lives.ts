import type { TokenDuration } from '../../model/duration.ts';
import type { Instant } from '../../model/time.ts';
import type { Outcome } from '../outcome.ts';
import type { Step } from '../../plan/plan.ts';
import { DEFAULT_DURATION } from '../../plan/renewal.ts';
import type { Settings } from '../../settings/settings.ts';

export const SECTIONS = ['Client secret', 'Token', 'Schedule'] as const;

/** One line of the picture, and of the table of its exact times. */
export interface Life {
  readonly section: string;
  /** Subject and verb, such as `Previous secret works until`; `at` completes it. */
  readonly says: string;
  readonly at: Instant | undefined;
  /** A moment, which is now if it is not told, or a bar; a bar's end that is undefined lies outside. */
  readonly shape: 'moment' | { readonly from: Instant | undefined; readonly until: Instant | undefined };
  readonly style: 'plain' | 'up-to-date' | 'alarm';
}

export type LifeSettings = Pick<Settings, 'operation' | 'dryRun' | 'duration'>;

/** Whether the steps of the outcome are those that would be taken. */
export function isPlanOnly({ operation, dryRun }: Pick<Settings, 'operation' | 'dryRun'>): boolean {
  return dryRun || operation === 'check';
}

/** The lives of the token and of its two secrets, as they are, or as the plan would make them. */
export function livesOf(outcome: Outcome, settings: LifeSettings): readonly Life[] {
  const planned = isPlanOnly(settings) ? outcome.steps : [];
  const token = tokenLife(outcome, settings, planned);
  if (token === undefined) return [];
  const found = [
    previousLife(outcome, planned),
    currentLife(outcome, planned, endOf(token)),
    token,
    thisRun(outcome, settings),
    dueMoment(outcome, settings, planned),
  ];
  return found.filter((life) => life !== undefined);
}

function previousLife(outcome: Outcome, planned: readonly Step[]): Life | undefined {
  const { now, rotation, gracePeriod } = outcome;
  const bar = (
    says: string,
    until: Instant,
    at: Instant | undefined,
    style: Life['style'] = 'plain',
  ): Life => ({
    section: SECTIONS[0],
    says: `Previous secret ${says}`,
    at,
    shape: { from: undefined, until },
    style,
  });
  if (has(planned, 'rotate')) {
    return gracePeriod === 0
      ? bar('would end with the rotation', now, undefined)
      : bar('would work until', now + gracePeriod, now + gracePeriod);
  }
  if (has(planned, 'revoke')) return bar('would end now', now, undefined);
  switch (rotation?.kind) {
    case undefined:
    case 'never':
      return undefined;
    case 'unknown': {
      const end = rotation.at + gracePeriod;
      return end > now ? bar('works until about', end, end) : undefined;
    }
    case 'pending': {
      if (!has(planned, 'close')) {
        const end = rotation.previousSecretExpiresAt;
        return bar('held until', end, end, 'alarm');
      }
      const end = Math.max(now, rotation.at + gracePeriod);
      return bar('would work until', end, end);
    }
    case 'completed':
    case 'foreign': {
      const end = rotation.previousSecretExpiresAt;
      return bar(end > now ? 'works until' : 'ended', end, end);
    }
  }
}

function currentLife(
  outcome: Outcome,
  planned: readonly Step[],
  until: Instant | undefined,
): Life | undefined {
  const { now } = outcome;
  const bar = (says: string, from: Instant | undefined, at: Instant | undefined): Life => ({
    section: SECTIONS[0],
    says,
    at,
    shape: { from, until },
    style: 'up-to-date',
  });
  if (has(planned, 'delete-token')) return undefined;
  if (has(planned, 'rotate') || has(planned, 'create') || has(planned, 'lease')) {
    return bar('New secret would be current from now', now, undefined);
  }
  if (outcome.token === undefined) return undefined;
  const since = currentSince(outcome);
  return since === undefined
    ? bar('Current secret, rotated elsewhere', undefined, undefined)
    : bar('Current secret since', since, since);
}

/** The stores tell when the current secret was written; the rotation is read from a mark, which may be less exact. */
function currentSince({ targets, rotation, token }: Outcome): Instant | undefined {
  const stored = targets.flatMap(({ status, storedAt }) =>
    storedAt !== undefined && (status === 'delivered' || status === 'unchanged') ? [storedAt] : [],
  );
  if (stored.length > 0) return Math.min(...stored);
  if (rotation === undefined) return token?.createdAt;
  return rotation.kind === 'foreign' ? undefined : rotation.at;
}

function tokenLife(outcome: Outcome, settings: LifeSettings, planned: readonly Step[]): Life | undefined {
  const { now, token } = outcome;
  const bar = (says: string, from: Instant | undefined, until: Instant | undefined): Life => ({
    section: SECTIONS[1],
    says: `Token ${says}`,
    at: until,
    shape: { from, until },
    style: until !== undefined && until <= now ? 'alarm' : 'plain',
  });
  const anew = (duration: TokenDuration, from: Instant | undefined): Life =>
    duration.kind === 'forever'
      ? bar('would never expire', from, undefined)
      : bar('would expire', from, now + duration.milliseconds);
  if (has(planned, 'create') || has(planned, 'lease'))
    return anew(settings.duration ?? DEFAULT_DURATION, now);
  if (token === undefined) return undefined;
  if (has(planned, 'delete-token'))
    return { ...bar('would be deleted now', token.createdAt, now), at: undefined };
  const renewal = planned.find((step) => step.kind === 'renew');
  if (renewal !== undefined) return anew(renewal.duration, token.createdAt);
  // Cloudflare tells an expiry even of a token that has none.
  if (token.duration === 'forever') return bar('never expires', token.createdAt, undefined);
  if (token.expiresAt === undefined) return bar('has an expiry that is not told', token.createdAt, undefined);
  return bar(token.expiresAt > now ? 'expires' : 'expired', token.createdAt, token.expiresAt);
}

function thisRun({ now }: Outcome, { operation }: LifeSettings): Life {
  const says = operation === 'check' ? 'This check' : 'This run';
  return { section: SECTIONS[2], says, at: now, shape: 'moment', style: 'plain' };
}

/** A rotation whose time has come is left to the next run, unless it is planned or none of this operation's business. */
function dueMoment(
  { rotateDueAt: at, now }: Outcome,
  { operation }: LifeSettings,
  planned: readonly Step[],
): Life | undefined {
  if (at === undefined) return undefined;
  const due = { section: SECTIONS[2], shape: 'moment', style: 'plain' } as const;
  if (at > now) return { ...due, says: 'Next rotation due', at };
  if (has(planned, 'rotate') || (operation !== 'rotate' && operation !== 'check')) return undefined;
  return { ...due, says: 'Next rotation due with the next run', at: undefined };
}

function endOf({ shape }: Life): Instant | undefined {
  return shape === 'moment' ? undefined : shape.until;
}

function has(steps: readonly Step[], kind: Step['kind']): boolean {
  return steps.some((step) => step.kind === kind);
}
