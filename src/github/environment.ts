import { describeTarget, type TargetState } from '../model/target.ts';
import type { Milliseconds } from '../model/time.ts';
import { backOff, WaitBudgetSpent, type WaitBudget } from '../http/wait-budget.ts';
import { CREATE_ENVIRONMENT } from './auth/permissions.ts';
import type { PlaceRequests } from './place-requests.ts';
import { observeTargets, type ReadableTarget } from './reading.ts';
import { RequestFailure } from './request-failure.ts';
import { holderRoute, placeKey } from './routes.ts';
import { TargetProblem } from './target-problem.ts';

export type EnvironmentMissing = Extract<TargetState, { kind: 'environment-missing' }>;

/** A new environment may take a moment until its secrets are there. */
const MOST_LOOKS = 4;

/** Creates the environments of one run, each of them once. */
export class Environments {
  readonly #waitBudget: WaitBudget;
  readonly #created = new Map<string, Promise<void>>();

  constructor(waitBudget: WaitBudget) {
    this.#waitBudget = waitBudget;
  }

  /**
   * Creates an environment that is proven missing, and reads it. Nothing is sent of how it is to be protected:
   * a field, even at its default, is refused on plans without protection, and a repeated request would clear
   * what someone set meanwhile; so it is repeated only while the environment is missing still.
   * @throws TargetProblem
   */
  async create({ target }: EnvironmentMissing, place: PlaceRequests): Promise<ReadableTarget> {
    await this.#once(place);
    for (let looks = 1; ; looks += 1) {
      const [state] = await observeTargets(
        [target],
        () => place,
        () => true,
      );
      if (state?.kind === 'readable') return state;
      if (state?.kind === 'unreadable') throw TargetProblem.from(state.problem, 'unknown');
      if (looks === MOST_LOOKS || !(await this.#waited(backOff(looks)))) {
        throw new TargetProblem(
          'environment-not-found',
          `${describeTarget(target)}: GitHub created the environment, and does not show it.`,
          'Run this again; if it stays, create the environment under Settings > Environments.',
          { applied: 'unknown' },
        );
      }
    }
  }

  #once(place: PlaceRequests): Promise<void> {
    const name = placeKey(place.place);
    const creating =
      this.#created.get(name) ??
      place.explained('create the environment', () => put(place), CREATE_ENVIRONMENT);
    this.#created.set(name, creating);
    creating.catch(() => this.#created.delete(name));
    return creating;
  }

  async #waited(duration: Milliseconds): Promise<boolean> {
    try {
      await this.#waitBudget.pause(duration, 'GitHub does not show the new environment yet');
      return true;
    } catch (error) {
      if (error instanceof WaitBudgetSpent) return false;
      throw error;
    }
  }
}

async function put(place: PlaceRequests): Promise<void> {
  const { path, parameters } = holderRoute(place.place);
  const name = place.place.kind === 'environment' ? place.place.environment : '';
  const route = {
    path: `${path}/environments/{environment_name}`,
    parameters: { ...parameters, environment_name: name },
  };
  // assumption: environment-update
  const stillWanted = (): Promise<boolean> =>
    place.secrets(1, new Set()).then(
      () => false,
      (error: unknown) => {
        if (error instanceof RequestFailure && error.status === 404) return true;
        throw error;
      },
    );
  const credential = place.credential(CREATE_ENVIRONMENT);
  try {
    await place.requests.send('PUT', route, { credential, success: [200], parse: () => true, stillWanted });
  } catch (error) {
    if (!(error instanceof RequestFailure && error.failure.kind === 'unwanted')) throw error;
  }
}
