import type { ClientSecret } from '../model/client-secret.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Instant } from '../model/time.ts';
import type { StoredSecret, Target, TargetState } from '../model/target.ts';
import type { WaitBudget } from '../http/wait-budget.ts';
import type { Settings } from '../settings/settings.ts';
import { createEnvironment, type EnvironmentMissing } from './environment.ts';
import { openApiCredentials, type ApiCredentials } from './auth/api-credentials.ts';
import { observe, provenAbsent, type ReadableTarget } from './reading.ts';
import { Requests } from './requests.ts';
import { Scope } from './scope.ts';
import { unsupported } from './support.ts';
import { Writing } from './writing.ts';

export { TargetProblem } from './target-problem.ts';
export type { EnvironmentMissing } from './environment.ts';
export type { ReadableTarget } from './reading.ts';

/** The places on GitHub that hold the pair. What GitHub refuses is thrown as a `TargetProblem`. */
export interface SecretStores {
  /**
   * Reads the public key and both secrets' metadata, side by side. Never throws for what GitHub says: an
   * unreadable target carries its problem.
   */
  readonly observe: (target: Target) => Promise<TargetState>;
  /**
   * Proves that the target can be written, by deleting a secret of a random name; where the client secret
   * is missing, or `thoroughly` is asked for, also by creating one and deleting it again.
   */
  readonly prove: (state: ReadableTarget, thoroughly?: boolean) => Promise<void>;
  /** Creates the environment, without any protection, and reads its secrets. */
  readonly createEnvironment: (state: EnvironmentMissing) => Promise<ReadableTarget>;
  /** Seals and writes one secret; an organization's stays visible to whom the target says, or to whom it was. */
  readonly write: (state: ReadableTarget, name: string, value: string | ClientSecret) => Promise<void>;
  /** A secret's metadata as it is now; undefined where it is proven absent. */
  readonly read: (state: ReadableTarget, name: string) => Promise<StoredSecret | undefined>;
  /** The names of the secrets there, at most a hundred. */
  readonly names: (target: Target) => Promise<readonly string[]>;
  readonly remove: (target: Target, name: string) => Promise<'deleted' | 'absent'>;
  /** GitHub's clock. */
  readonly now: () => Instant;
  /** Revokes the tokens that were obtained; never throws. */
  readonly close: () => Promise<void>;
}

export interface SecretStoresOptions {
  readonly deps: Dependencies;
  readonly settings: Pick<Settings, 'github' | 'requestTimeout'>;
  /** Every target of the run: what a token of a GitHub App must allow. */
  readonly targets: readonly Target[];
  readonly mayCreateEnvironment: (target: Target) => boolean;
  readonly waitBudget: WaitBudget;
  /** What the tokens of a GitHub App are to allow; `write` if not given. */
  readonly access?: 'read' | 'write';
}

/** Opens the secret stores of one run. Loads and sends nothing yet. */
export function openSecretStores(options: SecretStoresOptions): SecretStores {
  const { deps, settings, waitBudget } = options;
  const { apiUrl } = settings.github;
  const requests = new Requests({ deps, waitBudget, apiUrl, requestTimeout: settings.requestTimeout });
  const credentials = openApiCredentials({ ...options, requests });
  const writing = new Writing(deps);
  const scopeOf = (target: Target): Scope => openScope(requests, credentials, target);
  return {
    observe: async (target) => {
      const problem = unsupported(target, { apiUrl, credential: credentials.kind });
      if (problem !== undefined) return { kind: 'unreadable', target, problem };
      return observe(scopeOf(target), options.mayCreateEnvironment(target));
    },
    prove: (state, thoroughly) => writing.prove(scopeOf(state.target), state, thoroughly),
    createEnvironment: ({ target }) => createEnvironment(scopeOf(target), waitBudget),
    write: (state, name, value) => writing.write(scopeOf(state.target), state, name, value),
    read: async ({ target }, name) => {
      const scope = scopeOf(target);
      return scope.explained(`show ${name}`, async () => {
        const secret = await scope.secret(name);
        if (secret === undefined) await provenAbsent(scope);
        return secret;
      });
    },
    names: (target) => {
      const scope = scopeOf(target);
      return scope.explained('list its secrets', () => scope.names());
    },
    remove: async (target, name) => {
      const scope = scopeOf(target);
      return scope.explained(`delete ${name}`, async () => {
        const result = await scope.delete(name);
        if (result === 'absent') await provenAbsent(scope);
        return result;
      });
    },
    now: () => requests.now(),
    close: () => credentials.close(),
  };
}

function openScope(requests: Requests, credentials: ApiCredentials, target: Target): Scope {
  return new Scope({ requests, credential: credentials.of(target), kind: credentials.kind, target });
}
