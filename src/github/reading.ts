import {
  describeTarget,
  type OrganizationPlace,
  type StoredSecret,
  type TargetState,
} from '../model/target.ts';
import { Problem } from '../model/problem.ts';
import { namedRepositories, selectedRepositories } from './organization.ts';
import { RequestFailure } from './request-failure.ts';
import type { Scope } from './scope.ts';
import { TargetProblem } from './target-problem.ts';

export type ReadableTarget = Extract<TargetState, { kind: 'readable' }>;

/** Reads a target; what GitHub refuses makes it unreadable. */
export async function observe(scope: Scope, mayCreateEnvironment: boolean): Promise<TargetState> {
  const { target } = scope;
  try {
    return await scope.explained('show its secrets', async () => {
      try {
        return await read(scope);
      } catch (error) {
        const creatable = mayCreateEnvironment && target.place.kind === 'environment';
        if (creatable && (await isEnvironmentMissing(scope, error))) {
          return { kind: 'environment-missing', target };
        }
        throw error;
      }
    });
  } catch (error) {
    if (error instanceof Problem) return { kind: 'unreadable', target, problem: error };
    throw error;
  }
}

/**
 * Proves, after a 404 for a secret, that it is the secret which is missing and not the sight of it.
 * @throws RequestFailure where the scope cannot be seen
 */
export async function provenAbsent(scope: Scope): Promise<void> {
  try {
    await scope.publicKey();
  } catch (error) {
    // With an environment its secrets are gone too.
    const gone = scope.target.place.kind === 'environment' && (await isEnvironmentMissing(scope, error));
    if (!gone) throw error;
  }
}

async function isEnvironmentMissing(scope: Scope, error: unknown): Promise<boolean> {
  if (!(error instanceof RequestFailure) || error.status !== 404) return false;
  return (await scope.holder(error)).kind === 'visible';
}

async function read(scope: Scope): Promise<ReadableTarget> {
  const { target } = scope;
  const { place, clientIdName, clientSecretName } = target;
  const names = place.kind === 'organization' ? place : undefined;
  const repositoryIds = names?.repositories === undefined ? undefined : namedRepositories(scope, names);
  const [publicKey, clientId, clientSecret, ids] = await allOrFirst([
    scope.publicKey(),
    readSecret(scope, clientIdName),
    readSecret(scope, clientSecretName),
    repositoryIds ?? Promise.resolve(undefined),
  ]);
  if (names !== undefined) demandSelection(scope, names, [clientId, clientSecret]);
  const state: ReadableTarget = { kind: 'readable', target, publicKey, clientId, clientSecret };
  return ids === undefined ? state : { ...state, repositoryIds: ids };
}

/** A write says anew who may use an organization's secret, so who may now has to be known. */
async function readSecret(scope: Scope, name: string): Promise<StoredSecret | undefined> {
  const secret = await scope.secret(name);
  const { place } = scope.target;
  if (place.kind !== 'organization' || place.repositories !== undefined) return secret;
  if (secret?.visibility !== 'selected' || (place.visibility ?? 'selected') !== 'selected') return secret;
  return { ...secret, selectedRepositoryIds: await selectedRepositories(scope, name) };
}

function demandSelection(
  { target }: Scope,
  { visibility, repositories }: OrganizationPlace,
  stored: readonly (StoredSecret | undefined)[],
): void {
  if (visibility !== 'selected' || repositories !== undefined) return;
  if (stored.some((secret) => secret?.visibility === 'selected')) return;
  throw new TargetProblem(
    'selection-missing',
    `${describeTarget(target)}: visibility=selected, but neither the target nor a stored secret says which repositories.`,
    'Add repositories=… to the target.',
  );
}

/** Like `Promise.all`, but of several failures the first in the list is thrown, and none is left behind. */
async function allOrFirst<T extends readonly unknown[]>(promises: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Promise.all(promises);
}
