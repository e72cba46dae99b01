import { endedMark, pendingMark } from '../observe/rotation-state.ts';
import { describeTarget, type Target } from '../model/target.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import { rfc3339 } from '../model/time.ts';
import { unexpected } from '../model/problem.ts';
import { targetsThatAre } from '../observe/facts.ts';
import type { Context } from './context.ts';

/** Ends the previous secret's life now. */
export async function revoke(token: ServiceToken, context: Context): Promise<void> {
  const { services, journal, facts } = context;
  const current = new Set(targetsThatAre(facts, 'up-to-date'));
  const stored = facts.snapshot.targets.flatMap((state) =>
    state.kind === 'readable' && state.clientSecret !== undefined && current.has(state.target)
      ? [state.clientSecret.updatedAt]
      : [],
  );
  const rotatedAt = stored.length > 0 ? Math.min(...stored) : undefined;
  const end = endedMark(rotatedAt, services.tokens.now());
  const updated = await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: end });
  journal.token = { ...updated, previousSecretExpiresAt: updated.previousSecretExpiresAt ?? end };
  if (updated.version !== undefined && token.version !== undefined && updated.version !== token.version) {
    throw await takenBack(updated, context);
  }
  if (
    journal.token.previousSecretExpiresAt !== undefined &&
    journal.token.previousSecretExpiresAt > services.tokens.now()
  ) {
    journal.changed = true;
    throw new Problem(
      'not-revoked',
      `Cloudflare still lets the previous secret live until ${rfc3339(journal.token.previousSecretExpiresAt)}.`,
      'End it in Cloudflare Zero Trust, or rotate with force: true and grace-period: 0s.',
    );
  }
  journal.did('revoked');
  for (const target of targetsThatAre(facts, 'outdated')) {
    journal.warnings.push(
      `${describeTarget(target)} is cut off, as force asks for: what it holds does not work any more since ${rfc3339(services.tokens.now())}. Run operation rotate to give it the new secret.`,
    );
  }
}

/** What was ended is what another run has just replaced, and what the targets may hold until it has delivered. */
async function takenBack(token: ServiceToken, { services, journal }: Context): Promise<Problem> {
  const hold = pendingMark(services.tokens.now());
  journal.changed = true;
  journal.token = await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: hold });
  return new Problem(
    'concurrent-run',
    'Another run rotated the token at the same moment, so that the previous secret is another one now: its end was taken back.',
    'Run this again once the other run has ended.',
  );
}

/** Deletes the token. @throws Problem where a policy refers to it; then nothing was deleted */
export async function deleteToken(token: ServiceToken, { services, journal }: Context): Promise<void> {
  await services.tokens.delete(token.id);
  journal.token = undefined;
  journal.did('deleted');
}

/** Deletes both secrets in every target, whatever becomes of the others. */
export async function deleteSecrets({ services, journal, facts, deps }: Context): Promise<void> {
  const remove = async (target: Target): Promise<void> => {
    const { stores } = services;
    const removals = [() => stores.removeClientSecret(target), () => stores.removeClientId(target)];
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
  const present = facts.snapshot.targets.filter((state) => state.kind !== 'environment-missing');
  await Promise.all(present.map(({ target }) => remove(target)));
}
