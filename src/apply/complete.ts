import { hasEnd, hasOtherVersion, isUpdated, SETTLING, type Way } from '../cloudflare/rotation.ts';
import { mergeTokens } from '../cloudflare/token-json.ts';
import { describeMoment } from '../model/duration.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { MINUTE, type Instant, type Milliseconds } from '../model/time.ts';
import { completedMark, pendingMark } from '../observe/rotation-state.ts';
import type { CompleteStep } from '../plan/steps.ts';
import { stopIfCancelled, type Context } from './context.ts';

/** A rotation that this run made. */
export interface OwnRotation {
  /** As the rotation left it. */
  readonly token: ServiceToken;
  readonly way: Way;
  /** The moment that it counts from once it is completed. */
  readonly at: Instant;
  /** The end of the previous secret that it set. */
  readonly hold: Instant;
}

export interface Delivered {
  /** Whether nothing keeps the rotation from being completed. */
  readonly mayComplete: boolean;
  /** Whether anything was written to any target. */
  readonly written: boolean;
}

/** A mark that is this much later than this run's own was set by a run that was behind it. */
const REOPENED = 2 * MINUTE;

/** A rotation counts from as much as three minutes after it; a mark that must show beside that is later still. */
const LATER: Milliseconds = 5 * MINUTE;

/** Completes a rotation that an earlier run delivered. It is read again right before: another run may be at it. */
export async function completePending(step: CompleteStep, context: Context): Promise<void> {
  const { journal, services } = context;
  const { token, rotatedAt, way, gracePeriod } = step;
  if (step.asked) await demandUnchanged(token, context);
  await complete(token, { rotatedAt, way, gracePeriod }, context);
  journal.did(step.asked ? 'completed' : 'repaired');
  const now = services.tokens.now();
  const end = rotatedAt + gracePeriod;
  if (step.asked && end <= now) {
    journal.notices.push(
      `The grace period counts from the rotation and ended ${describeMoment(end, now)}, so the previous secret ended now.`,
    );
  }
  if (step.unverified) {
    journal.notices.push(
      'The login check did not see the secret of the rotation that was completed now: it cannot be read any more.',
    );
  }
}

async function demandUnchanged(token: ServiceToken, context: Context): Promise<void> {
  const read = await context.services.tokens.get(token.id);
  stopIfCancelled(context);
  if (read === undefined) throw deletedMeanwhile();
  const { previousSecretExpiresAt: end = token.previousSecretExpiresAt } = read;
  if (hasOtherVersion(token, read) || end !== token.previousSecretExpiresAt) throw concurrentRun();
}

/**
 * Reads the token again, and ends the hold if every target has the new secret and nobody rotated since. Otherwise the
 * previous secret works on until the hold ends, and the journal says what keeps it.
 */
export async function completeOwn(
  own: OwnRotation,
  delivered: Delivered,
  gracePeriod: Milliseconds,
  context: Context,
): Promise<void> {
  const { services, journal } = context;
  const read = await services.tokens.get(own.token.id);
  if (read === undefined) throw deletedMeanwhile();
  const { version = own.token.version, previousSecretExpiresAt: stands = own.hold } = read;
  const token = { ...mergeTokens(own.token, read), version, previousSecretExpiresAt: stands };
  journal.know(token);
  if (isOvertaken(own, read)) {
    const remembered = !delivered.written || (await reopen(read, own.way, context));
    throw concurrentRunAfterwards(delivered.written, remembered);
  }
  if (delivered.mayComplete) {
    await complete(token, { rotatedAt: own.at, way: own.way, gracePeriod }, context);
  }
}

/** Whether another run rotated after this run's rotation, as far as replies tell. */
function isOvertaken({ token, hold }: OwnRotation, read: ServiceToken): boolean {
  if (hasOtherVersion(token, read)) return true;
  // An update that came second moves the end a little, and rotates nothing.
  if (token.version !== undefined) return (read.previousSecretExpiresAt ?? hold) >= hold + REOPENED;
  return !hasEnd(read, hold) || isUpdated(token, read);
}

/** Ends the hold of a rotation. @throws Problem if another run rotated at the same moment */
async function complete(
  token: ServiceToken,
  { rotatedAt, way, gracePeriod }: Pick<CompleteStep, 'rotatedAt' | 'way' | 'gracePeriod'>,
  context: Context,
): Promise<void> {
  const { services, journal } = context;
  const stands = token.previousSecretExpiresAt ?? pendingMark(rotatedAt, way);
  // assumption: previous-end-moves
  const end = completedMark({ rotatedAt, way, gracePeriod, now: services.tokens.now(), stands });
  const updated = await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: end });
  journal.changed = true;
  journal.know({
    ...mergeTokens(token, updated),
    version: updated.version ?? token.version,
    previousSecretExpiresAt: updated.previousSecretExpiresAt ?? end,
  });
  if (!hasOtherVersion(token, updated)) return;
  throw concurrentRunAfterwards(true, await reopen(updated, way, context));
}

/**
 * Marks the last rotation as pending, counted from later than this run's own writes, so that the next run finds the
 * targets outdated and repairs them. The run that overtook this one may complete over the mark without having seen it,
 * so the mark is looked at once more.
 * @returns whether replies show the mark, so that the next run knows
 */
export async function reopen(
  token: ServiceToken,
  way: Way,
  { services, journal }: Context,
): Promise<boolean> {
  let shown: Instant | undefined;
  const end = pendingMark(Math.max(services.tokens.now(), services.stores.now()) + LATER, way);
  const mark = { name: token.name, previousSecretExpiresAt: end };
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    journal.know(await services.tokens.update(token.id, mark));
    journal.changed = true;
    await services.tokens.settle(
      SETTLING,
      'another run rotated the token meanwhile, and may be completing its rotation',
    );
    const read = await services.tokens.get(token.id);
    shown = read?.previousSecretExpiresAt;
    if (shown === undefined || shown >= end || hasEnd({ ...token, previousSecretExpiresAt: shown }, end))
      break;
  }
  return shown !== undefined && shown >= end;
}

/** Another run rotated between this run's reading and its rotation. */
export function concurrentRun(): Problem {
  return new Problem(
    'concurrent-run',
    'Another run rotated the token first; this run wrote nothing.',
    'Let one workflow rotate a token, with a concurrency group. Run this again if a target is outdated then.',
  );
}

/** @param remembered whether the next run can know that targets are outdated */
export function concurrentRunAfterwards(written: boolean, remembered = true): Problem {
  return new Problem(
    'concurrent-run',
    `Another run rotated the token while this run delivered${written ? ', so some targets may store a secret that ends soon' : ''}.`,
    `${remembered ? 'Run this again: it finds and repairs them.' : 'Run this again with `force: true`, because replies do not show the next run that targets are outdated.'} Let one workflow rotate a token, with a concurrency group.`,
  );
}

export function deletedMeanwhile(): Problem {
  return new Problem(
    'token-gone',
    'The token was deleted while this run delivered its credentials.',
    'Run this again to create it anew.',
  );
}
