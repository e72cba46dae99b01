import { describeTarget, type StoredSecret, type Target, type TargetState } from '../model/target.ts';
import { needOf } from './auth/permissions.ts';
import { listSecrets, listVariables, type Listed, type Secrets } from './listing.ts';
import type { PlaceRequests } from './place-requests.ts';
import { RequestFailure } from './request-failure.ts';
import { hasVariables, placeKey } from './routes.ts';
import type { StoredVariable } from './shapes.ts';
import { TargetProblem } from './target-problem.ts';

export type ReadableTarget = Extract<TargetState, { kind: 'readable' }>;

const READING = 'show its secrets';
const READING_VARIABLES = 'show its variables';

/** Reads targets, each place among them once; what GitHub refuses makes targets unreadable. */
export async function observeTargets(
  targets: readonly Target[],
  requestsOf: (target: Target) => PlaceRequests,
  mayCreateEnvironment: (target: Target) => boolean,
): Promise<readonly TargetState[]> {
  const places = Map.groupBy(targets, ({ place }) => placeKey(place));
  const states = new Map<Target, TargetState>();
  await Promise.all(
    [...places.values()].map(async (sharing) => {
      const [first] = sharing;
      if (first === undefined) return;
      for (const state of await observePlace(sharing, requestsOf(first), mayCreateEnvironment)) {
        states.set(state.target, state);
      }
    }),
  );
  return targets.map((target) => {
    const state = states.get(target);
    if (state === undefined) throw new Error(`${describeTarget(target)} was read`);
    return state;
  });
}

/** Reads the targets in one place. */
async function observePlace(
  targets: readonly Target[],
  place: PlaceRequests,
  mayCreateEnvironment: (target: Target) => boolean,
): Promise<readonly TargetState[]> {
  const inVariables = targets.filter(({ clientIdKind }) => clientIdKind === 'variable');
  const [secrets, variables] = await Promise.allSettled([
    listSecrets(place, namesOf(targets, ['clientIdName', 'clientSecretName'])),
    inVariables.length === 0 ? undefined : listVariables(place, namesOf(inVariables, ['clientIdName'])),
  ]);
  if (secrets.status === 'rejected') {
    return unreadable(targets, place, secrets.reason, mayCreateEnvironment);
  }
  const problem =
    variables.status === 'rejected'
      ? await place.problem(variables.reason, READING_VARIABLES, needOf(place.place, 'variables'))
      : undefined;
  return Promise.all(
    targets.map(async (target): Promise<TargetState> => {
      if (problem !== undefined && target.clientIdKind === 'variable') {
        return { kind: 'unreadable', target, problem };
      }
      const listed = variables.status === 'fulfilled' ? variables.value : undefined;
      return stateOf(target, place, secrets.value, listed);
    }),
  );
}

async function unreadable(
  targets: readonly Target[],
  place: PlaceRequests,
  reason: unknown,
  mayCreateEnvironment: (target: Target) => boolean,
): Promise<readonly TargetState[]> {
  const holder = reason instanceof RequestFailure ? await place.holder(reason) : undefined;
  const problem = await place.problem(reason, READING, undefined, holder);
  const isMissing =
    place.place.kind === 'environment' &&
    reason instanceof RequestFailure &&
    reason.status === 404 &&
    holder?.kind === 'visible';
  return targets.map((target) =>
    isMissing && mayCreateEnvironment(target)
      ? { kind: 'environment-missing', target }
      : { kind: 'unreadable', target, problem },
  );
}

async function stateOf(
  target: Target,
  place: PlaceRequests,
  secrets: Secrets,
  variables: Listed<StoredVariable> | undefined,
): Promise<TargetState> {
  const name = target.clientIdName.toUpperCase();
  const clientSecret = secrets.stored.get(target.clientSecretName.toUpperCase());
  const secret = secrets.stored.get(name);
  const problem = selectionMissing(target, [secret, clientSecret]);
  if (problem !== undefined) return { kind: 'unreadable', target, problem };
  if (target.clientIdKind === 'variable') {
    const state: ReadableTarget = { kind: 'readable', target, clientId: variables?.get(name), clientSecret };
    return secret === undefined ? state : { ...state, otherClientId: 'secret' };
  }
  const state: ReadableTarget = { kind: 'readable', target, clientId: secret, clientSecret };
  const moved = secret === undefined && clientSecret !== undefined && hasVariables(place.place);
  const variable = variables?.get(name) ?? (moved ? await leftBehind(place, name) : undefined);
  return variable === undefined ? state : { ...state, otherClientId: 'variable' };
}

/** Half of the credentials without its client ID: that may be in a variable still. Only a hint, so asked once. */
async function leftBehind(place: PlaceRequests, name: string): Promise<StoredVariable | undefined> {
  try {
    return await place.variable(name, 1);
  } catch (error) {
    // The credentials need not reach variables that no target asks for.
    if (error instanceof RequestFailure || error instanceof TargetProblem) return undefined;
    throw error;
  }
}

function namesOf(
  targets: readonly Target[],
  keys: readonly ('clientIdName' | 'clientSecretName')[],
): ReadonlySet<string> {
  return new Set(targets.flatMap((target) => keys.map((key) => target[key].toUpperCase())));
}

/**
 * Proves, after a 404 for a secret or a variable, that it is this which is missing and not the sight of it.
 * @throws RequestFailure if the place cannot be seen
 */
export async function provenAbsent(place: PlaceRequests): Promise<void> {
  try {
    await place.secrets(1, new Set());
  } catch (error) {
    // With an environment its secrets are gone too.
    const isGone =
      place.place.kind === 'environment' &&
      error instanceof RequestFailure &&
      error.status === 404 &&
      (await place.holder(error)).kind === 'visible';
    if (!isGone) throw error;
  }
}

function selectionMissing(
  { place }: Target,
  stored: readonly (StoredSecret | undefined)[],
): TargetProblem | undefined {
  if (place.kind !== 'organization' || place.visibility !== 'selected') return undefined;
  if (place.repositories !== undefined || stored.some((secret) => secret?.visibility === 'selected')) {
    return undefined;
  }
  return new TargetProblem(
    'selection-missing',
    `${describeTarget({ place })}: visibility=selected, but neither the target nor a stored secret says which repositories.`,
    'Add repositories=… to the target.',
  );
}
