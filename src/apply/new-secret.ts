import {
  isTouched,
  recoverOnce,
  rotateOnce,
  type Rotated,
  type SecretRotation,
} from '../cloudflare/rotation.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { describeTarget, type Target, type TargetState } from '../model/target.ts';
import { minuteOf } from '../model/calendar.ts';
import type { Instant } from '../model/time.ts';
import { pendingMark } from '../observe/rotation-state.ts';
import { names } from '../plan/naming.ts';
import type { PlannedRecovery, RotateStep } from '../plan/steps.ts';
import { concurrentRun, deletedMeanwhile, type OwnRotation } from './complete.ts';
import { stopIfCancelled, type Context } from './context.ts';

/** Why targets are locked out, and what to do. */
interface Reason {
  readonly why: string;
  readonly remedy?: string;
}

/** `/rotate` compares nothing, so the other run may have ended well. */
const CROSSED: Reason = {
  why: 'Another run rotated the token at the same moment',
  remedy: ' If that run has other targets, run it again.',
};

const NO_WAY_IN_ZONES =
  'Zones have no other way to rotate: create a token in the account, with cloudflare-account-id instead of cloudflare-zone-id.';

/** What targets stored before this rotation does not work any more. */
export interface LockOut {
  /** Locked out until they have the new secret. */
  readonly targets: readonly Target[];
  readonly since: Instant;
}

export interface NewSecret extends OwnRotation {
  readonly clientSecret: ClientSecret;
  readonly lockOut: LockOut | undefined;
}

/**
 * Rotates, once; if the reply is lost after the rotation took effect, once more to recover.
 * @throws Problem if there is no new secret to deliver; the journal says who is locked out by then
 */
export async function obtainSecret(step: RotateStep, context: Context): Promise<NewSecret> {
  const { recovery } = step;
  return recovery === undefined ? rotateOrRecover(step, context) : recover(step, recovery, context);
}

async function rotateOrRecover(step: RotateStep, context: Context): Promise<NewSecret> {
  const { services, deps, journal, scope } = context;
  const { token, holdFrom, rotatedAt } = step;
  // A run that died at birth may have left the mark of an update that brought no secret.
  const way = step.way === 'update' && isHeldByNobody(step) ? 'untried' : step.way;
  const isDeliveredByOther = (): Promise<boolean> => isAnyRewritten(step.targets, context);
  const end = (by: 'update' | 'rotate'): Instant => pendingMark(holdFrom, by);
  const first = await rotateOnce(services.tokens, { token, scope, way, end, isDeliveredByOther });
  if (first.kind === 'rotated') {
    const lockOut = first.skipped ? lockOutOf(step, context) : undefined;
    if (lockOut !== undefined) {
      journal.previousSecretIsHeld = false;
      const withheld =
        "Cloudflare's reply to the update brought no secret, so the secret was rotated once more";
      warnOf(lockOut, first.crossed ? CROSSED : { why: withheld }, context);
    }
    return { ...first, at: rotatedAt, hold: end(first.way), lockOut };
  }
  // Also if another run was first: the request moved the end of the previous secret.
  journal.changed = true;
  refuseWithout(first, step, context);
  journal.know(first.token);
  stopIfCancelled(context);
  deps.runner.info('The reply with the new secret was lost: rotating once more to recover.');
  const again = services.tokens.now();
  const againFrom = Math.max(again, holdFrom);
  const second = await recoverOnce(services.tokens, {
    token: first.token,
    scope,
    way: way === 'untried' ? 'update' : way,
    end: (by) => pendingMark(againFrom, by),
    isDeliveredByOther,
  });
  if (second.kind === 'concurrent') throw concurrentRun();
  const lockOut = lockOutOf(step, context);
  if (second.kind !== 'rotated') throw secretLost(lockOut, second.kind, context);
  journal.previousSecretIsHeld = false;
  const why = 'The reply to the rotation was lost, so the secret was rotated once more';
  warnOf(lockOut, { why }, context);
  return { ...second, at: again, hold: pendingMark(againFrom, second.way), lockOut };
}

async function recover(step: RotateStep, recovery: PlannedRecovery, context: Context): Promise<NewSecret> {
  const { services, journal, scope } = context;
  const { token, holdFrom, rotatedAt } = step;
  await demandUntouched(token, context);
  const rotated = await recoverOnce(services.tokens, {
    token,
    scope,
    way: step.way,
    end: (by) => pendingMark(holdFrom, by),
    isDeliveredByOther: () => isAnyRewritten(step.targets, context),
  });
  if (rotated.kind === 'concurrent') {
    journal.changed = true;
    throw concurrentRun();
  }
  const now = services.tokens.now();
  const since = recovery.previousSecretEndedAt ?? now;
  if (rotated.kind !== 'rotated')
    throw secretLost({ targets: recovery.lockedOut, since }, rotated.kind, context);
  const { skipped, crossed, way } = rotated;
  journal.previousSecretIsHeld = recovery.previousSecretIsHeld && !skipped;
  // Two rotations end what the up-to-date targets store as well.
  const lockOut = { targets: skipped ? lockOutOf(step, context).targets : recovery.lockedOut, since };
  const why = 'The last rotation was not delivered everywhere, so the secret was rotated once more';
  warnOf(lockOut, crossed ? CROSSED : { why }, context);
  return { ...rotated, at: rotatedAt, hold: pendingMark(holdFrom, way), lockOut };
}

/** @throws Problem unless the reply was lost; the stored secrets work on for the hold */
function refuseWithout(
  rotated: Exclude<Rotated, SecretRotation>,
  { token, holdFrom }: RotateStep,
  { scope }: Context,
): void {
  if (rotated.kind === 'concurrent') throw concurrentRun();
  if (rotated.kind !== 'withheld') return;
  const until = minuteOf(Math.min(pendingMark(holdFrom, 'update'), token.expiresAt ?? Infinity));
  throw new Problem(
    'secret-withheld',
    `Cloudflare's reply to the rotation of ${JSON.stringify(token.name)} brought no secret, and nothing shows a concurrent run. The stored secrets work until ${until}.`,
    scope.kind === 'zone' ? NO_WAY_IN_ZONES : 'Run this again: it waits for a concurrent run, then recovers.',
  );
}

/** Whether the token was never used, and certainly no target stores a secret of it. */
function isHeldByNobody({ token, targets }: RotateStep): boolean {
  return (
    token.lastSeenAt === undefined &&
    targets.every(
      (state) =>
        state.kind !== 'unreadable' && (state.kind !== 'readable' || state.clientSecret === undefined),
    )
  );
}

/** Whoever stored a secret before this rotation. */
function lockOutOf({ targets }: RotateStep, { services }: Context): LockOut {
  const holders = targets.filter((state) => state.kind === 'readable' && state.clientSecret !== undefined);
  return { targets: holders.map(({ target }) => target), since: services.tokens.now() };
}

/** The write check takes a while, and a second rotation would lock out what a concurrent run has delivered meanwhile. */
async function demandUntouched(token: ServiceToken, { services }: Context): Promise<void> {
  const read = await services.tokens.get(token.id);
  if (read === undefined) throw deletedMeanwhile();
  if (isTouched(token, read)) throw concurrentRun();
}

/** Whether a target's client secret was stored anew since it was read; this run has not delivered yet. */
export async function isAnyRewritten(
  targets: readonly TargetState[],
  { services }: Pick<Context, 'services'>,
): Promise<boolean> {
  const changed = await Promise.all(
    targets.map(async (state) => {
      if (state.kind !== 'readable') return false;
      const now = await services.stores.readClientSecret(state.target).catch(() => undefined);
      return now !== undefined && now.updatedAt !== state.clientSecret?.updatedAt;
    }),
  );
  return changed.includes(true);
}

function warnOf({ targets, since }: LockOut, { why, remedy = '' }: Reason, { journal }: Context): void {
  if (targets.length === 0) return;
  journal.warnings.push(
    `${why}: jobs that hold the secret stored in ${names(targets)} before this run have been refused since ${minuteOf(since)}.${remedy}`,
  );
}

/** `withheld`: no reply brings the secret, in this run or in another. */
function secretLost({ targets, since }: LockOut, how: 'lost' | 'withheld', { journal }: Context): Problem {
  journal.changed = true;
  const remedy =
    how === 'withheld' ? NO_WAY_IN_ZONES : 'Run this again now: it rotates once more and delivers.';
  for (const target of targets) {
    const problem = new Problem(
      'secret-lost',
      `${describeTarget(target)}: the secret that it stores was rotated away, and no reply brought the new one.`,
      `${remedy} Jobs that read this target have been refused since ${minuteOf(since)}.`,
    );
    journal.tell({ ...journal.of(target), status: 'failed', problem, worksUntil: since });
  }
  return new Problem(
    'secret-lost',
    'The client secret was rotated, but no reply brought the new one.',
    `${remedy} Jobs that hold the stored secret have been refused since ${minuteOf(since)}.`,
  );
}
