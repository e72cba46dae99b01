import type { Way } from '../cloudflare/rotation.ts';
import type { Operation } from '../model/operation.ts';
import type { Scope, ServiceToken } from '../model/service-token.ts';
import { storedMoments, type Target, type TargetState } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { TokenSettings } from '../settings/settings.ts';
import { graceEnd, isOwn, isUpToDate, rotationStateOf, type RotationState } from './rotation-state.ts';
import type { Snapshot } from './snapshot.ts';

/** What a target stores, as far as the ages of its secrets tell. */
export type StoredState = 'up-to-date' | 'outdated' | 'missing' | 'unreadable';

export interface TargetFacts {
  readonly state: TargetState;
  readonly stored: StoredState;
  /** Another token whose credentials the target stores, as far as can be told. */
  readonly takenBy: ServiceToken | undefined;
}

/** What a run is asked to do with one token. */
export interface Task {
  readonly operation: Operation;
  readonly scope: Scope;
  readonly settings: TokenSettings;
}

/** What rules look at: what follows from the snapshot and the settings, and nothing else. */
export interface Facts extends Task {
  readonly snapshot: Snapshot;
  readonly token: ServiceToken | undefined;
  readonly rotation: RotationState | undefined;
  /** Whether the action rotated the token last; false for a token that does not exist. */
  readonly own: boolean;
  /** Which request brings a secret of this token. */
  readonly way: Way | 'untried';
  /** The end of a running grace period. */
  readonly graceEndsAt: Instant | undefined;
  readonly targets: readonly TargetFacts[];
  /** Those that could be read. */
  readonly readable: readonly TargetFacts[];
  readonly now: Instant;
}

export function factsOf(task: Task, snapshot: Snapshot): Facts {
  const { gracePeriod } = task.settings;
  const token = snapshot.lookup.kind === 'found' ? snapshot.lookup.token : undefined;
  const rotation = token === undefined ? undefined : rotationStateOf(token, gracePeriod);
  const own = rotation !== undefined && isOwn(rotation, storedMoments(snapshot.targets));
  const targets = snapshot.targets.map((state): TargetFacts => {
    const stored = storedStateOf(state, { token, rotation, snapshot });
    return { state, stored, takenBy: takenBy({ task, snapshot, token, rotation, state, stored }) };
  });
  return {
    ...task,
    snapshot,
    token,
    rotation,
    own,
    way: rotation === undefined ? 'untried' : wayOf(rotation, own, task),
    graceEndsAt: rotation && graceEnd(rotation, gracePeriod, snapshot.readAt),
    targets,
    readable: targets.filter(({ stored }) => stored !== 'unreadable'),
    now: snapshot.readAt,
  };
}

export function targetsThatAre({ targets }: Pick<Facts, 'targets'>, stored: StoredState): readonly Target[] {
  return targets.filter((target) => target.stored === stored).map(({ state }) => state.target);
}

/** Zones have no `/rotate`. A mark that has lost its seconds says nothing of the way, and `/rotate` is always right. */
function wayOf(rotation: RotationState, own: boolean, { scope }: Task): Way | 'untried' {
  if (rotation.kind === 'pending' || rotation.kind === 'completed') return rotation.way;
  if (!own) return 'untried';
  return scope.kind === 'account' ? 'rotate' : 'update';
}

function storedStateOf(
  state: TargetState,
  { token, rotation, snapshot }: Pick<TargetCase, 'token' | 'rotation' | 'snapshot'>,
): StoredState {
  switch (state.kind) {
    case 'unreadable':
      return 'unreadable';
    case 'environment-missing':
      return 'missing';
    case 'readable': {
      if (state.clientSecret === undefined) return 'missing';
      if (token === undefined || rotation === undefined) return 'outdated';
      if (holderOf(state.clientId?.value, token, snapshot) !== undefined) return 'outdated';
      return isUpToDate(token, rotation, state.clientSecret.updatedAt) ? 'up-to-date' : 'outdated';
    }
  }
}

/** The other token that a client ID belongs to; only a client ID that is a variable can be read. */
function holderOf(
  clientId: string | undefined,
  token: ServiceToken | undefined,
  { others }: Snapshot,
): ServiceToken | undefined {
  if (clientId === undefined || clientId === token?.clientId) return undefined;
  return others.find((other) => other.clientId === clientId);
}

interface TargetCase {
  readonly task: Task;
  readonly snapshot: Snapshot;
  readonly token: ServiceToken | undefined;
  readonly rotation: RotationState | undefined;
  readonly state: TargetState;
  readonly stored: StoredState;
}

/**
 * The token whose credentials a target stores: certain if its client ID variable holds the client ID of another existing
 * token. Else, if its client secret is outdated and the action completed this token's last rotation, the only other
 * token whose completed rotation fits the moment at which the client secret was stored.
 */
function takenBy({ task, snapshot, token, rotation, state, stored }: TargetCase): ServiceToken | undefined {
  if (state.kind !== 'readable') return undefined;
  // A variable says for certain whose credentials they are, and jobs may read it beside a secret of another name.
  if (state.clientId?.value !== undefined) return holderOf(state.clientId.value, token, snapshot);
  if (
    token === undefined ||
    rotation === undefined ||
    state.clientSecret === undefined ||
    stored !== 'outdated' ||
    rotation.kind !== 'completed'
  )
    return undefined;
  const storedAt = state.clientSecret.updatedAt;
  const matching = snapshot.others.filter((other) => {
    const its = rotationStateOf(other, task.settings.gracePeriod);
    return its.kind === 'completed' && isUpToDate(other, its, storedAt);
  });
  return matching.length === 1 ? matching[0] : undefined;
}
