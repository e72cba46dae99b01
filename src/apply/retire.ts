import { endedMark, openMark } from '../marks.ts';
import { describeTarget, type ServiceToken, type Target } from '../model.ts';
import { Problem } from '../problem.ts';
import { rfc3339 } from '../rfc3339.ts';
import { unexpected } from '../unexpected.ts';
import { targetsThatAre } from '../world.ts';
import type { Context } from './context.ts';

/** Ends the previous secret's life now. */
export async function revoke(token: ServiceToken, context: Context): Promise<void> {
  const { services, ledger, facts } = context;
  const current = new Set(targetsThatAre(facts, 'current'));
  const stored = facts.world.targets.flatMap((state) =>
    state.kind === 'readable' && state.clientSecret !== undefined && current.has(state.target)
      ? [state.clientSecret.updatedAt]
      : [],
  );
  const rotatedAt = stored.length > 0 ? Math.min(...stored) : undefined;
  const end = endedMark(rotatedAt, services.tokens.now());
  const updated = await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: end });
  ledger.token = { ...updated, previousSecretExpiresAt: updated.previousSecretExpiresAt ?? end };
  if (updated.version !== undefined && token.version !== undefined && updated.version !== token.version) {
    throw await takenBack(updated, context);
  }
  if (
    ledger.token.previousSecretExpiresAt !== undefined &&
    ledger.token.previousSecretExpiresAt > services.tokens.now()
  ) {
    ledger.changed = true;
    throw new Problem(
      'not-revoked',
      `Cloudflare still lets the previous secret live until ${rfc3339(ledger.token.previousSecretExpiresAt)}.`,
      'End it in Cloudflare Zero Trust, or rotate with force: true and grace-period: 0s.',
    );
  }
  ledger.did('revoked');
  for (const target of targetsThatAre(facts, 'stale')) {
    ledger.warnings.push(
      `${describeTarget(target)} is cut off, as force asks for: what it holds does not work any more since ${rfc3339(services.tokens.now())}. Run operation rotate to give it the new secret.`,
    );
  }
}

/** What was ended is what another run has just replaced, and what the targets may hold until it has delivered. */
async function takenBack(token: ServiceToken, { services, ledger }: Context): Promise<Problem> {
  const hold = openMark(services.tokens.now());
  ledger.changed = true;
  ledger.token = await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: hold });
  return new Problem(
    'overtaken',
    'Another run rotated the token at the same moment, so that the previous secret is another one now: its end was taken back.',
    'Run this again once the other run has ended.',
  );
}

/** Deletes the token. @throws Problem where a policy refers to it; then nothing was deleted */
export async function deleteToken(token: ServiceToken, { services, ledger }: Context): Promise<void> {
  await services.tokens.delete(token.id);
  ledger.token = undefined;
  ledger.did('deleted');
}

/** Deletes both secrets in every target, whatever becomes of the others. */
export async function deleteSecrets({ services, ledger, facts, deps }: Context): Promise<void> {
  const remove = async (target: Target): Promise<void> => {
    const names = [target.clientSecretName, target.clientIdName];
    const outcomes = await Promise.allSettled(
      names.map(async (name) => {
        const result = await services.stores.remove(target, name);
        if (result === 'deleted') ledger.did('deleted');
        return result;
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) {
      const deleted = outcomes.some((one) => one.status === 'fulfilled' && one.value === 'deleted');
      ledger.tell({ target, status: deleted ? 'deleted' : 'unchanged' });
      deps.runner.info(`${describeTarget(target)}: ${deleted ? 'deleted' : 'nothing to delete'}`);
    } else {
      ledger.fail(target, unexpected(failed.reason, deps.runner));
      deps.runner.info(`${describeTarget(target)}: failed`);
    }
  };
  const present = facts.world.targets.filter((state) => state.kind !== 'environment-missing');
  await Promise.all(present.map(({ target }) => remove(target)));
}
