import { setImmediate } from 'node:timers/promises';
import { TargetProblem } from '../github/stores.ts';
import type { TokenCredentials } from '../model/client-secret.ts';
import { unexpected } from '../model/problem.ts';
import { describeTarget, type ReadableTarget, type Target } from '../model/target.ts';
import type { Context } from './context.ts';

/** `nowhere`: proven to store nothing of the credentials. `unknown`: a reply was lost. */
export type Reached = 'whole' | 'partly' | 'unknown' | 'nowhere';

/**
 * Writes the credentials to every target, whatever happens to the others.
 * @param upToDate targets that store this token's client ID already
 */
export async function deliver(
  credentials: TokenCredentials,
  targets: readonly ReadableTarget[],
  upToDate: readonly Target[],
  context: Context,
): Promise<ReadonlyMap<ReadableTarget, Reached>> {
  const reached = await Promise.all(
    targets.map(async (state) => {
      const holdsClientId = state.clientId !== undefined && upToDate.includes(state.target);
      return [state, await deliverTo(state, credentials, holdsClientId, context)] as const;
    }),
  );
  return new Map(reached);
}

async function deliverTo(
  state: ReadableTarget,
  { clientId, clientSecret }: TokenCredentials,
  holdsClientId: boolean,
  { journal, services, deps }: Context,
): Promise<Reached> {
  const { target } = state;
  const { stores } = services;
  const written = new Set<string>();
  const writeSecret = async (): Promise<void> => {
    await stores.writeClientSecret(state, clientSecret);
    written.add(target.clientSecretName);
  };
  const writeId = (): Promise<void> => stores.writeClientId(state, clientId);
  try {
    if (holdsClientId) await bothOrFirst(writeSecret(), setImmediate().then(writeId));
    else await writeSecret().then(writeId);
  } catch (error) {
    // Even a defect of the action's own must not keep the other targets from what was rotated for all of them.
    journal.fail(target, unexpected(error, deps.runner));
    deps.runner.info(`${describeTarget(target)}: failed`);
    if (written.has(target.clientSecretName)) return 'partly';
    return error instanceof TargetProblem && error.applied === 'no' ? 'nowhere' : 'unknown';
  }
  journal.tell({ target, status: 'delivered', storedAt: stores.now() });
  deps.runner.info(`${describeTarget(target)}: delivered`);
  return 'whole';
}

/** If the client ID is stored already, the two writes need not wait for each other. */
async function bothOrFirst(...writes: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(writes);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
