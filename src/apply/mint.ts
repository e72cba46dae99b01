import { recoverOnce, rotateOnce } from '../cloudflare/compare-and-set.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import { pendingMark, rotationMoment } from '../observe/rotation-state.ts';
import { describeTarget, type Target } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import { rfc3339 } from '../model/time.ts';
import { names } from '../plan/rules.ts';
import { storedMoments, targetsThatAre, type Facts } from '../observe/facts.ts';
import { deletedMeanwhile, type OwnRotation } from './complete.ts';
import { stopIfCancelled, type Context } from './context.ts';

/** The secret that the last rotation brought is lost: what targets held before it dies with the next one. */
export interface Recovery {
  /** Those that are locked out until they are delivered. */
  readonly cutOff: readonly Target[];
  readonly since: Instant;
}

export interface Minted extends OwnRotation {
  readonly clientSecret: ClientSecret;
  readonly recovery: Recovery | undefined;
}

/**
 * Rotates, once; where the reply is lost after it took effect, once more to recover.
 * @throws Problem where there is no new secret to deliver; the journal says who is locked out by then
 */
export async function mint(token: ServiceToken, recovering: boolean, context: Context): Promise<Minted> {
  return recovering ? recover(token, context) : rotateOrRecover(token, context);
}

async function rotateOrRecover(token: ServiceToken, context: Context): Promise<Minted> {
  const { services, facts, deps, journal } = context;
  const stored = deliveries(facts);
  // While it is open, what was stored before must not pass for the new secret. Once it is closed everything is written
  // anew, and what matters is that all of that is current, however soon after another rotation this one was.
  const at = facts.snapshot.readAt;
  const hold = pendingMark(rotationMoment(at, stored));
  const first = await rotateOnce(services.tokens, token, hold);
  if (first.kind === 'rotated') return { ...first, at, hold, recovery: undefined };
  // Also where another run was first: the request moved the end of the previous secret.
  journal.changed = true;
  if (first.kind === 'concurrent') throw concurrentRun();
  journal.token = first.token;
  stopIfCancelled(context);
  deps.runner.info('The reply that held the new secret was lost: rotating once more to recover.');
  const againAt = services.tokens.now();
  const againHold = pendingMark(rotationMoment(againAt, stored));
  const second = await recoverOnce(services.tokens, first.token, againHold, () =>
    isDeliveredByOther(context),
  );
  const holders = facts.snapshot.targets.filter(
    (state) => state.kind === 'readable' && state.clientSecret !== undefined,
  );
  if (second.kind === 'concurrent') throw concurrentRun();
  const recovery = { cutOff: holders.map(({ target }) => target), since: services.tokens.now() };
  if (second.kind !== 'rotated') throw secretLost(recovery, context);
  journal.previousSecretIsHeld = false;
  warnOf(recovery, 'The reply to the rotation was lost, so the secret was rotated once more', context);
  return { ...second, at: againAt, hold: againHold, recovery };
}

async function recover(token: ServiceToken, context: Context): Promise<Minted> {
  const { services, facts, journal } = context;
  const at = facts.snapshot.readAt;
  const hold = pendingMark(rotationMoment(at, deliveries(facts)));
  await demandUntouched(token, context);
  const rotated = await recoverOnce(services.tokens, token, hold, () => isDeliveredByOther(context));
  if (rotated.kind === 'concurrent') {
    journal.changed = true;
    throw concurrentRun();
  }
  const now = services.tokens.now();
  const recovery = {
    cutOff: targetsThatAre(facts, 'outdated'),
    since: Math.min(now, token.previousSecretExpiresAt ?? now),
  };
  if (rotated.kind !== 'rotated') throw secretLost(recovery, context);
  journal.previousSecretIsHeld = targetsThatAre(facts, 'up-to-date').length > 0;
  warnOf(
    recovery,
    'The last rotation was not delivered everywhere, so the secret was rotated once more',
    context,
  );
  return { ...rotated, at, hold, recovery };
}

/** Proving takes a while, and a second rotation would cut off what another run has delivered meanwhile. */
async function demandUntouched(token: ServiceToken, { services }: Context): Promise<void> {
  const read = await services.tokens.get(token.id);
  if (read === undefined) throw deletedMeanwhile();
  const { version = token.version, previousSecretExpiresAt: end = token.previousSecretExpiresAt } = read;
  if (version !== token.version || end !== token.previousSecretExpiresAt) throw concurrentRun();
}

/** Whether a target's client secret was stored anew since it was read; this run has not delivered yet. */
async function isDeliveredByOther({ services, facts }: Context): Promise<boolean> {
  const changed = await Promise.all(
    facts.snapshot.targets.map(async (state) => {
      if (state.kind !== 'readable') return false;
      const now = await services.stores.readClientSecret(state.target).catch(() => undefined);
      return now !== undefined && now.updatedAt !== state.clientSecret?.updatedAt;
    }),
  );
  return changed.includes(true);
}

/**
 * When what is there before this rotation was stored. Another run may have delivered after the targets were read, and
 * did so after the creation or the rotation that was read.
 */
function deliveries({ snapshot, rotation }: Facts): readonly Instant[] {
  const before = rotation?.kind === 'never' || rotation?.kind === 'completed' ? [rotation.at] : [];
  // One that seems still to come was dated by another grace than it had.
  return [...storedMoments(snapshot.targets), ...before.filter((at) => at <= snapshot.readAt)];
}

function warnOf({ cutOff, since }: Recovery, why: string, { journal }: Context): void {
  if (cutOff.length === 0) return;
  journal.warnings.push(
    `${why}: jobs that hold the secret that was stored in ${names(cutOff)} before this run are locked out since ${rfc3339(since)}.`,
  );
}

/** Another run rotated between this run's reading and its rotation. */
function concurrentRun(): Problem {
  return new Problem(
    'concurrent-run',
    'Another run rotated the token first; this one wrote nothing.',
    'Let one workflow rotate a token, with a concurrency group; run this again if a target is not current then.',
  );
}

function secretLost({ cutOff, since }: Recovery, { journal }: Context): Problem {
  journal.changed = true;
  const problem = new Problem(
    'secret-lost',
    'The client secret was rotated, but no reply brought the new one.',
    `Run this again now: it rotates once more and delivers. Until then those that hold the secret that is stored are locked out, since ${rfc3339(since)}.`,
  );
  for (const target of cutOff) {
    const outcome = journal.of(target);
    journal.tell({ ...outcome, status: 'failed', problem: heldBy(target, since), worksUntil: since });
  }
  return problem;
}

function heldBy(target: Target, since: Instant): Problem {
  return new Problem(
    'secret-lost',
    `${describeTarget(target)}: what it holds was rotated away, and no reply brought the new secret.`,
    `Run this again now; it is locked out since ${rfc3339(since)}.`,
  );
}
