import { hasEnd, hasOtherVersion, isUpdated } from '../cloudflare/rotation.ts';
import type { TokenCredentials } from '../model/client-secret.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { ReadableTarget } from '../model/target.ts';
import { durationText } from '../plan/renewal.ts';
import type { CreateStep } from '../plan/steps.ts';
import { admit } from './admit.ts';
import { letTheClockMove, rotateAtBirth, type Born } from './birth.ts';
import { withClientId } from './client-ids.ts';
import { completeOwn, concurrentRunAfterwards, deletedMeanwhile, reopen } from './complete.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { createToken, deleteAgain, type Created } from './creation.ts';
import { deliver, type Reached } from './deliver.ts';
import { demandFirst } from './first.ts';
import { runLoginCheck } from './login-check.ts';
import { checkWrites } from './write-check.ts';

/** Creates the token and delivers its credentials; a token that reached no target is deleted again. */
export async function create(step: CreateStep, context: Context): Promise<void> {
  const writable = await checkWrites({ ...step, thorough: [], clientId: undefined }, context);
  stopIfCancelled(context);
  const created = await createToken(step.name, durationText(step.duration), context);
  const listed = await demandFirst(created, context);
  const born = await bornOf(created, listed, step, context);
  const credentials = { clientId: born.token.clientId, clientSecret: born.clientSecret };
  const reached = await deliver(credentials, writable, [], context);
  const arrived = [...reached.values()].some((how) => how === 'whole' || how === 'partly');
  if (created.takenUp === undefined && (await reachedNothing(reached, context))) {
    return giveUp(born.token, context);
  }
  sayWhoAdmits(context);
  const accepted = arrived && (await admitAndCheck(step, born.token, credentials, context));
  if (created.takenUp !== undefined) {
    const everywhere = [...reached.values()].every((how) => how === 'whole');
    const mayComplete = everywhere && accepted && !step.leavePending;
    return completeOwn(created.takenUp, { mayComplete, written: true }, step.gracePeriod, context);
  }
  await confirm(born, context);
}

/** An application does not take a service token that no policy of it admits. */
function sayWhoAdmits({ settings, journal }: Context): void {
  if (settings.admitTo.length > 0) return;
  journal.notices.push(
    'Until a policy with the action Service Auth includes the new token, it opens nothing (a policy with the action Allow does not admit it). Name the application or policy in admit-to, or add the token yourself under Access controls > Policies: https://dash.cloudflare.com/?to=/:account/one/access-controls/policies',
  );
}

/** The token with the secret to deliver. A token that was taken up was rotated for it already. */
async function bornOf(
  created: Created,
  listed: ServiceToken | undefined,
  { leavePending }: CreateStep,
  context: Context,
): Promise<Born> {
  const { journal } = context;
  const { takenUp, clientSecret } = created;
  try {
    const { clientId } = await withClientId(created.token, context);
    const token = { ...created.token, clientId };
    if (takenUp === undefined) await letTheClockMove(listed, context);
    const born =
      takenUp === undefined
        ? await rotateAtBirth(token, leavePending, context)
        : { token, clientSecret, way: takenUp.way, crossed: takenUp.crossed };
    if (leavePending) await demandRemembered(born.token, context);
    journal.know(born.token);
    journal.clientSecret = born.clientSecret;
    return born;
  } catch (error) {
    // Nothing was delivered yet, so nobody would miss it.
    if (takenUp === undefined) await deleteAgain(created.token, context);
    throw error;
  }
}

/** @throws Problem if replies leave out the end of the previous secret, which remembers a pending rotation */
async function demandRemembered({ id }: ServiceToken, { services }: Context): Promise<void> {
  const read = await services.tokens.get(id);
  if (read === undefined || read.previousSecretExpiresAt !== undefined) return;
  throw new Problem(
    'completion-impossible',
    "Cloudflare's replies leave out when the previous secret ends, so a pending rotation cannot be remembered.",
    'Leave out leave-pending, and let this action deliver to every target.',
  );
}

/** Not earlier: a login uses the token, and one that is in use and that no target knows is not rotated any more. */
async function admitAndCheck(
  { admissions }: CreateStep,
  token: ServiceToken,
  credentials: TokenCredentials,
  context: Context,
): Promise<boolean> {
  const admitted = await admit({ kind: 'admit', token, admissions, mustGoOn: true }, context);
  if (!admitted) return true;
  return runLoginCheck(
    credentials,
    { after: 'created', admitted: context.settings.admitTo.length > 0 },
    context,
  );
}

/** Whether it is proven that no target stores anything of the credentials; a lost reply to a write is read back. */
async function reachedNothing(
  reached: ReadonlyMap<ReadableTarget, Reached>,
  { services }: Context,
): Promise<boolean> {
  const nowhere = await Promise.all(
    [...reached].map(async ([state, how]) => {
      if (how !== 'unknown') return how === 'nowhere';
      try {
        const stored = await services.stores.readClientSecret(state.target);
        return stored?.updatedAt === state.clientSecret?.updatedAt;
      } catch (error) {
        if (error instanceof Problem) return false;
        throw error;
      }
    }),
  );
  return nowhere.every(Boolean);
}

async function giveUp(token: ServiceToken, context: Context): Promise<never> {
  const deleted = await deleteAgain(token, context);
  throw new Problem(
    'nothing-delivered',
    `No target took the credentials${deleted ? ', so the token was deleted again' : ''}.`,
    'Fix the errors above and run this again.',
  );
}

/** Reads the token once more: what was delivered must still be what Access takes. */
async function confirm({ token, way, crossed }: Born, context: Context): Promise<void> {
  const { services, journal } = context;
  const read = await services.tokens.get(token.id);
  if (read === undefined) throw deletedMeanwhile();
  const hold = token.previousSecretExpiresAt ?? 0;
  const overtaken =
    token.version === undefined
      ? !hasEnd(read, hold) || isUpdated(token, read)
      : hasOtherVersion(token, read);
  if (crossed || overtaken) {
    throw concurrentRunAfterwards(true, await reopen(read, way, context));
  }
  journal.know(read);
}
