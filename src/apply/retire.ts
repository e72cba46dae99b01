import type { Way } from '../cloudflare/rotation.ts';
import { Problem, unexpected } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { describeTarget, type Target } from '../model/target.ts';
import { minuteOf } from '../model/calendar.ts';
import { HOLD, SECOND, type Milliseconds } from '../model/time.ts';
import { endedMark, pendingMark, unmarkedEnd } from '../observe/rotation-state.ts';
import type { DeleteSecretsStep, DeleteTokenStep, RevokeStep } from '../plan/steps.ts';
import { restore } from './admit.ts';
import type { Context } from './context.ts';
import { referencedBy } from './token-referenced.ts';

/** Ends the previous secret now. */
export async function revoke(
  { token, way, rotatedAt, lockedOut }: RevokeStep,
  context: Context,
): Promise<void> {
  const { services, journal } = context;
  const asked = services.tokens.now();
  const end = way === undefined ? unmarkedEnd(asked) : endedMark(rotatedAt, asked, way);
  const updated = await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: end });
  const previousSecretExpiresAt = updated.previousSecretExpiresAt ?? end;
  journal.know({ ...updated, previousSecretExpiresAt });
  if (updated.version !== undefined && token.version !== undefined && updated.version !== token.version) {
    throw await takenBack(updated, way, context);
  }
  const now = services.tokens.now();
  if (previousSecretExpiresAt > now) {
    journal.changed = true;
    throw new Problem(
      'not-revoked',
      `Cloudflare still lets the previous secret work until ${minuteOf(previousSecretExpiresAt)}.`,
      'End it in Cloudflare Zero Trust, or rotate with force: true and grace-period: 0s.',
    );
  }
  journal.did('revoked');
  for (const target of lockedOut) {
    journal.warnings.push(
      `${describeTarget(target)} was locked out, as force asks for: jobs that use the secret that it stores have been refused since ${minuteOf(now)}. Run operation: rotate to give it the new secret.`,
    );
  }
}

/** What was ended is what another run has just replaced, and what the targets may store until it has delivered. */
async function takenBack(
  token: ServiceToken,
  way: Way | undefined,
  { services, journal }: Context,
): Promise<Problem> {
  const now = services.tokens.now();
  const hold = way === undefined ? unmarkedEnd(now + HOLD) : pendingMark(now, way);
  journal.changed = true;
  journal.know(await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: hold }));
  return new Problem(
    'concurrent-run',
    'Another run rotated the token at the same moment, so the previous secret is another one now: its end was taken back.',
    'Run this again once the other run has ended.',
  );
}

// assumption: in-use-lag
/** For so long Cloudflare may still count a reference that was just removed. */
const REFERENCE_LAG: readonly Milliseconds[] = [2, 4, 8, 16, 30].map((seconds) => seconds * SECOND);

/** Deletes the token. @throws Problem if a policy refers to it; then nothing was deleted, and its admission is restored */
export async function deleteToken({ token, admissions }: DeleteTokenStep, context: Context): Promise<void> {
  const { services, journal, scope } = context;
  try {
    const lag = admissions.length === 0 ? [] : REFERENCE_LAG;
    await deleteWithdrawn(token.id, lag, services);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const problem =
      error.code === 'token-referenced' ? await referencedBy(token.id, services.policies, scope) : error;
    if (await mayExist(token.id, services)) await restore(admissions, token, context);
    throw problem;
  }
  journal.token = undefined;
  journal.did('deleted');
}

/** Deletes a token, and tries again as long as Cloudflare may count what does not refer to it any more. */
export async function deleteWithdrawn(
  tokenId: string,
  lag: readonly Milliseconds[],
  { tokens }: Pick<Context['services'], 'tokens'>,
): Promise<void> {
  for (const wait of [...lag, undefined]) {
    try {
      await tokens.delete(tokenId);
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'token-referenced' || wait === undefined) throw error;
      await tokens.settle(
        wait,
        'Cloudflare may still count a policy that does not refer to the token any more',
      );
    }
  }
}

async function mayExist(tokenId: string, { tokens }: Context['services']): Promise<boolean> {
  try {
    return (await tokens.get(tokenId)) !== undefined;
  } catch (error) {
    if (error instanceof Problem) return true;
    throw error;
  }
}

/** Deletes the stored credentials in every target, whatever happens to the others. */
export async function deleteSecrets(
  { targets, keepClientId }: DeleteSecretsStep,
  context: Context,
): Promise<void> {
  const { services, journal, deps } = context;
  const remove = async (target: Target): Promise<void> => {
    const { stores } = services;
    const removals = [() => stores.removeClientSecret(target)];
    if (keepClientId.includes(target)) {
      journal.notices.push(
        `${describeTarget(target)}: the variable ${target.clientIdName} holds the client ID of another token and was not deleted.`,
      );
    } else removals.push(() => stores.removeClientId(target));
    const outcomes = await Promise.allSettled(
      removals.map(async (removeOne) => {
        const result = await removeOne();
        if (result === 'deleted') journal.did('deleted');
        return result;
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) {
      const deleted = outcomes.some((one) => one.status === 'fulfilled' && one.value === 'deleted');
      journal.tell({ target, status: deleted ? 'deleted' : 'unchanged' });
      deps.runner.info(`${describeTarget(target)}: ${deleted ? 'deleted' : 'nothing to delete'}`);
    } else {
      journal.fail(target, unexpected(failed.reason, deps.runner));
      deps.runner.info(`${describeTarget(target)}: failed`);
    }
  };
  const present = targets.filter((state) => state.kind !== 'environment-missing');
  await Promise.all(present.map(({ target }) => remove(target)));
}
