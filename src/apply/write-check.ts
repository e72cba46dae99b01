import { Problem } from '../model/problem.ts';
import { describeTarget, type ReadableTarget, type Target, type TargetState } from '../model/target.ts';
import { stopIfCancelled, type Context } from './context.ts';

export interface WriteCheck {
  readonly targets: readonly TargetState[];
  /** Targets that the rotation locks out if they could not be written after all: a secret is stored and deleted there. */
  readonly thorough: readonly Target[];
  /** Go on without targets that refuse. */
  readonly force: boolean;
  /** Of the token; undefined if it does not exist yet. */
  readonly clientId: string | undefined;
}

/**
 * Checks that each target can be written, before anything is rotated that could not be stored.
 * @returns the targets that can be written
 * @throws Problem if one refuses, unless `force` goes on with the others; if all do, in any case
 */
export async function checkWrites(
  { targets, thorough, force, clientId }: WriteCheck,
  context: Context,
): Promise<readonly ReadableTarget[]> {
  const { journal, services } = context;
  stopIfCancelled(context);
  const checked = await checkAll(
    targets.filter((state) => state.kind !== 'environment-missing'),
    context,
    async (state) => {
      if (state.kind === 'unreadable') throw state.problem;
      await services.stores.checkWrite(state, { thoroughly: thorough.includes(state.target), clientId });
      return state;
    },
  );
  if (!force) refuseIfFailed(context);
  stopIfCancelled(context);
  // An environment is created only once no target stands in the way.
  const created = await checkAll(
    targets.filter((state) => state.kind === 'environment-missing'),
    context,
    async (state) => {
      const readable = await services.stores.createEnvironment(state);
      journal.left();
      journal.notices.push(
        `Created the environment of ${describeTarget(state.target)}, without protection rules.`,
      );
      await services.stores.checkWrite(readable, { clientId });
      return readable;
    },
  );
  const writable = [...checked, ...created];
  if (!force || writable.length === 0) refuseIfFailed(context);
  return writable;
}

async function checkAll<State extends TargetState>(
  states: readonly State[],
  { journal }: Context,
  check: (state: State) => Promise<ReadableTarget>,
): Promise<ReadableTarget[]> {
  const results = await Promise.all(
    states.map(async (state) => {
      try {
        return await check(state);
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

function refuseIfFailed({ journal }: Context): void {
  const refusing = journal.targets.filter(({ status }) => status === 'failed');
  if (refusing.length === 0) return;
  const some = refusing.length === journal.targets.length ? '' : ', although others can be';
  throw new Problem(
    'target-refused',
    `Nothing was created or rotated, because ${refusing.length === 1 ? 'a target' : `${refusing.length} targets`} cannot be written${some}.`,
    'Fix the errors above and run this again. Set `force: true` to go on without those targets.',
  );
}
