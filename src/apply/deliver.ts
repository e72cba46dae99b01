import { setImmediate } from 'node:timers/promises';
import type { ClientSecret } from '../model/client-secret.ts';
import { TargetProblem, type ReadableTarget } from '../github/stores.ts';
import { describeTarget } from '../model/target.ts';
import { unexpected } from '../model/problem.ts';
import { targetsThatAre } from '../observe/facts.ts';
import type { Context } from './context.ts';

/** What a target is to hold. */
export interface Pair {
  readonly clientId: string;
  readonly clientSecret: ClientSecret;
}

/** `nowhere`: proven to hold nothing of the pair. `unknown`: a reply was lost. */
export type Reached = 'whole' | 'partly' | 'unknown' | 'nowhere';

/** Writes the pair to every target, whatever becomes of the others; says what became of each in the journal. */
export async function deliver(
  pair: Pair,
  targets: readonly ReadableTarget[],
  context: Context,
): Promise<ReadonlyMap<ReadableTarget, Reached>> {
  const reached = await Promise.all(
    targets.map(async (target) => [target, await deliverTo(target, pair, context)] as const),
  );
  return new Map(reached);
}

async function deliverTo(state: ReadableTarget, pair: Pair, context: Context): Promise<Reached> {
  const { journal, services, deps } = context;
  const { target } = state;
  const writeSecret = (): Promise<void> => services.stores.writeClientSecret(state, pair.clientSecret);
  const writeId = (): Promise<void> => services.stores.writeClientId(state, pair.clientId);
  let secretWritten = false;
  try {
    if (holdsClientId(state, context)) {
      // What is written is what is there already, so the two need not wait for each other.
      const secret = writeSecret().then(() => {
        secretWritten = true;
      });
      const outcomes = await Promise.allSettled([secret, setImmediate().then(writeId)]);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    } else {
      await writeSecret();
      secretWritten = true;
      await writeId();
    }
  } catch (error) {
    // Even a defect of the action's own must not keep the other targets from what was rotated for all of them.
    journal.fail(target, unexpected(error, deps.runner));
    deps.runner.info(`${describeTarget(target)}: failed`);
    if (secretWritten) return 'partly';
    return error instanceof TargetProblem && error.applied === 'no' ? 'nowhere' : 'unknown';
  }
  journal.tell({ target, status: 'delivered', storedAt: services.stores.now() });
  deps.runner.info(`${describeTarget(target)}: delivered`);
  return 'whole';
}

/** Whether the client ID there is this token's, as far as can be told: a target that is behind may hold another pair. */
function holdsClientId({ clientId, target }: ReadableTarget, { facts }: Context): boolean {
  return clientId !== undefined && targetsThatAre(facts, 'up-to-date').includes(target);
}
