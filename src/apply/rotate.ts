import { describeMoment } from '../model/duration.ts';
import { describeTarget, type ReadableTarget } from '../model/target.ts';
import { minuteOf } from '../model/calendar.ts';
import type { Instant } from '../model/time.ts';
import type { RotateStep } from '../plan/steps.ts';
import { admit } from './admit.ts';
import { withClientId } from './client-ids.ts';
import { completeOwn } from './complete.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { deliver, type Reached } from './deliver.ts';
import { warnOfFormerNames } from './former-names.ts';
import { runLoginCheck } from './login-check.ts';
import { obtainSecret, type NewSecret } from './new-secret.ts';
import { checkWrites } from './write-check.ts';

/** Write check, rotation, login check, delivery, completion: in the order that locks nobody out. */
export async function rotate(step: RotateStep, context: Context): Promise<void> {
  const { journal } = context;
  const { clientId } = await withClientId(step.token, context);
  // A renewal of this run's own has updated the token since it was read.
  const token = { ...step.token, clientId, updatedAt: journal.token?.updatedAt ?? step.token.updatedAt };
  // A recovery locks out who cannot be written after all, so it has to prove more.
  const thorough = step.recovery?.lockedOut ?? [];
  const writable = await checkWrites({ ...step, thorough, clientId }, context);
  stopIfCancelled(context);
  const own = await obtainSecret({ ...step, token }, context);
  journal.know(own.token);
  journal.clientSecret = own.clientSecret;
  journal.did('rotated');
  warnOfTakeOver(step, own, context);
  const credentials = { clientId, clientSecret: own.clientSecret };
  const checkLogin = (): Promise<boolean> =>
    runLoginCheck(credentials, { after: 'rotated', admitted: false }, context);
  // Whoever waits for a recovery is locked out until it is delivered, and whoever is taken over is not admitted yet.
  const deliverFirst = own.lockOut !== undefined || step.admissions.length > 0;
  const seen = deliverFirst ? undefined : await checkLogin();
  const reached = await deliver(credentials, writable, step.upToDate, context);
  const everywhere = [...reached.values()].every((how) => how === 'whole') && !holdsForOthers(writable, step);
  reportFailed(step, own, reached, context);
  await admit({ kind: 'admit', token: own.token, admissions: step.admissions, mustGoOn: true }, context);
  const accepted = seen ?? (await checkLogin());
  const mayComplete = everywhere && accepted && !step.leavePending;
  await completeOwn(own, { mayComplete, written: reached.size > 0 }, step.gracePeriod, context);
  await warnOfFormerNames(writable, context);
}

/**
 * Whether the hold keeps targets alive that `force` went on without. Without a grace period it does not: whoever asks
 * for both wants the old secret dead.
 */
function holdsForOthers(writable: readonly ReadableTarget[], { targets, gracePeriod }: RotateStep): boolean {
  return writable.length < targets.length && gracePeriod > 0;
}

function warnOfTakeOver({ takeOver, gracePeriod }: RotateStep, own: NewSecret, context: Context): void {
  if (takeOver === undefined) return;
  const now = context.services.tokens.now();
  const used =
    takeOver.lastSeenAt === undefined
      ? 'the token was never used'
      : `last used ${minuteOf(takeOver.lastSeenAt)}, ${describeMoment(takeOver.lastSeenAt, now)}`;
  const from = Math.min(own.lockOut?.since ?? own.at + gracePeriod, own.token.expiresAt ?? Infinity);
  context.journal.warnings.push(
    `The token was taken over: whoever else holds its old secret (${used}) is refused from ${minuteOf(from)} on.`,
  );
}

/** Says of every target that failed until when the secret works that it still stores. */
function reportFailed(
  step: RotateStep,
  own: NewSecret,
  reached: ReadonlyMap<ReadableTarget, Reached>,
  { journal, services }: Context,
): void {
  const howFar = new Map([...reached].map(([{ target }, how]) => [target, how]));
  const now = services.tokens.now();
  for (const result of journal.targets) {
    const how = howFar.get(result.target);
    // If the client secret was written, it is the current one.
    if (result.status !== 'failed' || how === 'partly') continue;
    const leftOut = how === undefined;
    let worksUntil: Instant = own.hold;
    if (own.lockOut?.targets.includes(result.target) === true) worksUntil = own.lockOut.since;
    else if (leftOut && step.gracePeriod === 0) worksUntil = now;
    journal.tell({ ...result, worksUntil });
    if (!leftOut) continue;
    const until =
      worksUntil > now
        ? `the secret that it stores works until ${minuteOf(worksUntil)}`
        : `jobs that use the secret that it stores have been refused since ${minuteOf(worksUntil)}`;
    journal.warnings.push(`${describeTarget(result.target)} was left out, as force asks for: ${until}.`);
  }
}
