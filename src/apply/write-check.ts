import type { ReadableTarget } from '../github/stores.ts';
import { describeTarget, type Target, type TargetState } from '../model/target.ts';
import { Problem } from '../model/problem.ts';
import { stopIfCancelled, type Context } from './context.ts';

/**
 * Proves that each target can be written, before anything is rotated that could not be stored.
 * @param cutOff targets that the rotation would lock out if they could not be written after all
 * @returns those that can be
 * @throws Problem where one refuses, unless `force` goes on with the others; where all do, in any case
 */
export async function proveTargets(
  context: Context,
  cutOff: readonly Target[] = [],
): Promise<readonly ReadableTarget[]> {
  const { journal, services, facts, settings } = context;
  const states = facts.snapshot.targets;
  stopIfCancelled(context);
  const proven = await proveAll(
    states.filter((state) => state.kind !== 'environment-missing'),
    context,
    async (state) => {
      if (state.kind !== 'readable') throw state.problem;
      const clientId = facts.token?.clientId;
      await services.stores.checkWrite(state, { thoroughly: cutOff.includes(state.target), clientId });
      return state;
    },
  );
  if (!settings.force) refuse(context);
  stopIfCancelled(context);
  // An environment is created only once no target stands in the way.
  const created = await proveAll(
    states.filter((state) => state.kind === 'environment-missing'),
    context,
    async (state) => {
      const readable = await services.stores.createEnvironment(state);
      journal.left();
      journal.notices.push(
        `Created the environment of ${describeTarget(state.target)}, without protection rules.`,
      );
      await services.stores.checkWrite(readable);
      return readable;
    },
  );
  const writable = [...proven, ...created];
  if (!settings.force || writable.length === 0) refuse(context);
  return writable;
}

async function proveAll<State extends TargetState>(
  states: readonly State[],
  { journal }: Context,
  prove: (state: State) => Promise<ReadableTarget>,
): Promise<ReadableTarget[]> {
  const results = await Promise.all(
    states.map(async (state) => {
      try {
        return await prove(state);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code === 'write-check-left-behind') journal.left();
        journal.fail(state.target, error);
        return undefined;
      }
    }),
  );
  return results.filter((result) => result !== undefined);
}

function refuse({ journal }: Context): void {
  const refusing = journal.targets.filter(({ status }) => status === 'failed');
  if (refusing.length === 0) return;
  const some = refusing.length === journal.targets.length ? '' : ', although others could be';
  throw new Problem(
    'target-refused',
    `Nothing was created or rotated, since ${refusing.length === 1 ? 'a target' : `${refusing.length} targets`} cannot be written${some}.`,
    'Mend what is named above and run this again; with force: true the other targets go on without it.',
  );
}
