import { graceEnd, isUpToDate, rotationStateOf, type RotationState } from './rotation-state.ts';
import type { Target, TargetState } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Settings } from '../settings/settings.ts';
import type { Snapshot } from './snapshot.ts';

/** What a target holds, as far as the ages of its secrets tell. */
export type StoredState = 'up-to-date' | 'outdated' | 'missing' | 'unreadable';

export interface TargetFacts {
  readonly state: TargetState;
  readonly stored: StoredState;
}

/** The snapshot as the rules see it: what follows from what was read and from the settings, and nothing else. */
export interface Facts {
  readonly settings: Settings;
  readonly snapshot: Snapshot;
  readonly token: ServiceToken | undefined;
  readonly rotation: RotationState | undefined;
  /** The end of a running grace. */
  readonly graceEndsAt: Instant | undefined;
  readonly targets: readonly TargetFacts[];
  /** Those that could be read. */
  readonly readable: readonly TargetFacts[];
  readonly now: Instant;
}

export function factsOf(settings: Settings, snapshot: Snapshot): Facts {
  const token = snapshot.lookup.kind === 'found' ? snapshot.lookup.token : undefined;
  const rotation = token === undefined ? undefined : rotationStateOf(token, settings.gracePeriod);
  const targets = snapshot.targets.map((state) => ({ state, stored: holdingOf(state, token, rotation) }));
  return {
    settings,
    snapshot,
    token,
    rotation,
    graceEndsAt: rotation && graceEnd(rotation, settings.gracePeriod, snapshot.readAt),
    targets,
    readable: targets.filter(({ stored }) => stored !== 'unreadable'),
    now: snapshot.readAt,
  };
}

export function targetsThatAre({ targets }: Facts, stored: StoredState): readonly Target[] {
  return targets.filter((held) => held.stored === stored).map(({ state }) => state.target);
}

/** When the client secrets that are stored now were stored. */
export function storedMoments(targets: readonly TargetState[]): readonly Instant[] {
  return targets.flatMap((state) =>
    state.kind === 'readable' && state.clientSecret !== undefined ? [state.clientSecret.updatedAt] : [],
  );
}

function holdingOf(
  state: TargetState,
  token: ServiceToken | undefined,
  rotation: RotationState | undefined,
): StoredState {
  switch (state.kind) {
    case 'unreadable':
      return 'unreadable';
    case 'environment-missing':
      return 'missing';
    case 'readable': {
      if (state.clientSecret === undefined) return 'missing';
      if (token === undefined || rotation === undefined) return 'outdated';
      return isUpToDate(token, rotation, state.clientSecret.updatedAt) ? 'up-to-date' : 'outdated';
    }
  }
}
