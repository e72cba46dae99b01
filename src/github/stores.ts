import type { Dependencies } from '../model/dependencies.ts';
import type { WaitBudget } from '../http/wait-budget.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import type { ClientIdKind, StoredSecret, Target, TargetState } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { Settings } from '../settings/settings.ts';
import { openApiCredentials } from './auth/api-credentials.ts';
import { needOf } from './auth/permissions.ts';
import { Environments, type EnvironmentMissing } from './environment.ts';
import { listSecrets } from './listing.ts';
import { PlaceRequests } from './place-requests.ts';
import { observeTargets, provenAbsent, type ReadableTarget } from './reading.ts';
import { Requests } from './requests.ts';
import type { Stores } from './routes.ts';
import { unsupported } from './support.ts';
import { WriteCheck, type WriteCheckOptions } from './write-check.ts';
import { Writing } from './writing.ts';

export { TargetProblem } from './target-problem.ts';
export type { EnvironmentMissing } from './environment.ts';
export type { ReadableTarget } from './reading.ts';
export type { WriteCheckOptions } from './write-check.ts';

/** The places on GitHub that store token credentials. What GitHub refuses is thrown as a `TargetProblem`. */
export interface SecretStores {
  /**
   * Reads targets, each place among them once, side by side; the states are in the order of the targets. Never throws
   * for what GitHub says: an unreadable target carries its problem.
   */
  readonly observe: (
    targets: readonly Target[],
    mayCreateEnvironment: (target: Target) => boolean,
  ) => Promise<readonly TargetState[]>;
  /**
   * Proves that a target can be written, by deleting a secret of a random name; if the client secret is missing, or
   * `thoroughly` is asked for, also by creating one and deleting it again. The same for a client ID variable that
   * does not hold `clientId`. Also reads what the writes need.
   */
  readonly checkWrite: (state: ReadableTarget, options?: WriteCheckOptions) => Promise<void>;
  /** Creates the environment, without any protection, and reads its secrets. */
  readonly createEnvironment: (state: EnvironmentMissing) => Promise<ReadableTarget>;
  /** Seals and writes it; an organization's secret stays visible to whom the target says, or to whom it was. */
  readonly writeClientSecret: (state: ReadableTarget, clientSecret: ClientSecret) => Promise<void>;
  /** The same for the client ID, as a secret or as a variable; a variable that holds it already is not written. */
  readonly writeClientId: (state: ReadableTarget, clientId: string) => Promise<void>;
  /** What GitHub shows of the client secret now; undefined if it is proven absent. */
  readonly readClientSecret: (target: Target) => Promise<StoredSecret | undefined>;
  /** The names of the secrets there, in upper case. */
  readonly names: (target: Target) => Promise<readonly string[]>;
  readonly removeClientSecret: (target: Target) => Promise<'deleted' | 'absent'>;
  /** @param kind which of the two to delete; the one that the target asks for if not given */
  readonly removeClientId: (target: Target, kind?: ClientIdKind) => Promise<'deleted' | 'absent'>;
  /** GitHub's clock. */
  readonly now: () => Instant;
  /** Revokes the tokens that were obtained; never throws. */
  readonly close: () => Promise<void>;
}

export interface SecretStoresOptions {
  readonly deps: Dependencies;
  readonly settings: Pick<Settings, 'github' | 'requestTimeout'>;
  readonly waitBudget: WaitBudget;
  /** All targets of the run: the tokens of a GitHub App may do what these need, and nothing else. */
  readonly targets: readonly Target[];
  /** Whether the environment of one of them may be created. */
  readonly createsEnvironments: boolean;
  /** What the tokens of a GitHub App may do; `write` if not given. */
  readonly access?: 'read' | 'write';
}

/** Opens the secret stores of one run. Loads and sends nothing yet. */
export function openSecretStores(options: SecretStoresOptions): SecretStores {
  const { deps, settings, waitBudget } = options;
  const { apiUrl } = settings.github;
  const requests = new Requests({ deps, waitBudget, apiUrl, requestTimeout: settings.requestTimeout });
  const credentials = openApiCredentials({ ...options, credentials: settings.github.credentials, requests });
  const writing = new Writing(deps.time);
  const writeCheck = new WriteCheck(deps, writing);
  const environments = new Environments(waitBudget);
  const at = ({ place }: Target): PlaceRequests => new PlaceRequests({ place, requests, credentials });

  const remove = (target: Target, stores: Stores, name: string): Promise<'deleted' | 'absent'> => {
    const place = at(target);
    const doing = stores === 'secrets' ? `delete ${name}` : `delete the variable ${name}`;
    const task = async (): Promise<'deleted' | 'absent'> => {
      const result = await place.delete(stores, name);
      if (result === 'absent') await provenAbsent(place);
      return result;
    };
    return place.explained(doing, task, needOf(target.place, stores));
  };

  return {
    observe: async (targets, mayCreateEnvironment) => {
      const problems = new Map(
        targets.map((target) => [target, unsupported(target, { apiUrl, credential: credentials.kind })]),
      );
      const reachable = targets.filter((target) => problems.get(target) === undefined);
      const observed = await observeTargets(reachable, at, mayCreateEnvironment);
      const states = new Map(observed.map((state) => [state.target, state]));
      return targets.map((target): TargetState => {
        const problem = problems.get(target);
        if (problem !== undefined) return { kind: 'unreadable', target, problem };
        const state = states.get(target);
        if (state === undefined) throw new Error('every target was read');
        return state;
      });
    },
    checkWrite: (state, check = {}) => writeCheck.run(at(state.target), state, check),
    createEnvironment: (state) => environments.create(state, at(state.target)),
    writeClientSecret: (state, clientSecret) => writing.clientSecret(at(state.target), state, clientSecret),
    writeClientId: (state, clientId) => writing.clientId(at(state.target), state, clientId),
    readClientSecret: (target) => {
      const place = at(target);
      const name = target.clientSecretName;
      return place.explained(`show ${name}`, async () => {
        const secret = await place.secret(name);
        if (secret === undefined) await provenAbsent(place);
        return secret;
      });
    },
    names: (target) => {
      const place = at(target);
      const listing = async () => (await listSecrets(place, new Set())).names;
      return place.explained('list its secrets', listing);
    },
    removeClientSecret: (target) => remove(target, 'secrets', target.clientSecretName),
    removeClientId: (target, kind = target.clientIdKind) =>
      remove(target, kind === 'variable' ? 'variables' : 'secrets', target.clientIdName),
    now: () => requests.now(),
    close: () => credentials.close(),
  };
}
