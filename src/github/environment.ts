import { describeTarget, type TargetState } from '../model/target.ts';
import type { Milliseconds } from '../model/time.ts';
import { backOff, WaitBudgetSpent, type WaitBudget } from '../http/wait-budget.ts';
import { observe, type ReadableTarget } from './reading.ts';
import { RequestFailure } from './request-failure.ts';
import { holderRoute } from './routes.ts';
import type { Scope } from './scope.ts';
import { TargetProblem } from './target-problem.ts';

export type EnvironmentMissing = Extract<TargetState, { kind: 'environment-missing' }>;

const NEED = 'Repository permissions > Administration: read and write (the scope `repo` of a classic token)';
/** A new environment may take a moment until its secrets are there. */
const MOST_LOOKS = 4;

/**
 * Creates an environment that is proven missing, and reads it. Nothing is sent of how it is to be protected:
 * a field, even at its default, is refused on plans without protection, and a repeated request would clear
 * what someone set meanwhile; so it is repeated only while the environment is missing still.
 */
export async function createEnvironment(scope: Scope, waitBudget: WaitBudget): Promise<ReadableTarget> {
  await scope.explained('create the environment', () => put(scope), NEED);
  for (let looks = 1; ; looks += 1) {
    const state = await observe(scope, true);
    if (state.kind === 'readable') return state;
    if (state.kind === 'unreadable') throw TargetProblem.from(state.problem, 'unknown');
    if (looks === MOST_LOOKS || !(await waited(waitBudget, backOff(looks)))) {
      throw new TargetProblem(
        'environment-not-found',
        `${describeTarget(scope.target)}: GitHub created the environment, and does not show it.`,
        'Run this again; if it stays, create the environment under Settings > Environments.',
        { applied: 'unknown' },
      );
    }
  }
}

async function put(scope: Scope): Promise<void> {
  const { target, requests, credential } = scope;
  const { path, parameters } = holderRoute(target);
  const name = target.place.kind === 'environment' ? target.place.environment : '';
  const route = {
    path: `${path}/environments/{environment_name}`,
    parameters: { ...parameters, environment_name: name },
  };
  const stillWanted = (): Promise<boolean> =>
    scope.publicKey().then(
      () => false,
      (error: unknown) => {
        if (error instanceof RequestFailure && error.status === 404) return true;
        throw error;
      },
    );
  try {
    await requests.send('PUT', route, { credential, success: [200], parse: () => true, stillWanted });
  } catch (error) {
    if (!(error instanceof RequestFailure && error.failure.kind === 'unwanted')) throw error;
  }
}

async function waited(waitBudget: WaitBudget, duration: Milliseconds): Promise<boolean> {
  try {
    await waitBudget.pause(duration, 'GitHub does not show the new environment yet');
    return true;
  } catch (error) {
    if (error instanceof WaitBudgetSpent) return false;
    throw error;
  }
}
