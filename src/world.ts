import { graceEnd, isCurrent, lastRotation, type Rotation } from './marks.ts';
import type { Instant, ServiceToken, Target, TargetState } from './model.ts';
import type { Settings } from './settings.ts';

export type TokenLookup =
  | { readonly kind: 'found'; readonly token: ServiceToken }
  | { readonly kind: 'none' }
  /** More than one token has exactly this name. */
  | { readonly kind: 'ambiguous'; readonly tokens: readonly ServiceToken[] };

/** Everything that was read before deciding. */
export interface World {
  readonly lookup: TokenLookup;
  readonly targets: readonly TargetState[];
  /** When the token was read, by Cloudflare's clock. */
  readonly readAt: Instant;
  /** GitHub's clock after the targets were read. */
  readonly githubNow: Instant;
}

/** What a target holds, as far as the ages of its secrets tell. */
export type Holding = 'current' | 'stale' | 'missing' | 'unreadable';

export interface HeldTarget {
  readonly state: TargetState;
  readonly holding: Holding;
}

/** The world as the rules see it: what follows from what was read and from the settings, and nothing else. */
export interface Facts {
  readonly settings: Settings;
  readonly world: World;
  readonly token: ServiceToken | undefined;
  readonly rotation: Rotation | undefined;
  /** The end of a running grace. */
  readonly graceEndsAt: Instant | undefined;
  readonly targets: readonly HeldTarget[];
  /** Those that could be read. */
  readonly readable: readonly HeldTarget[];
  readonly now: Instant;
}

export function factsOf(settings: Settings, world: World): Facts {
  const token = world.lookup.kind === 'found' ? world.lookup.token : undefined;
  const rotation = token === undefined ? undefined : lastRotation(token, settings.gracePeriod);
  const targets = world.targets.map((state) => ({ state, holding: holdingOf(state, token, rotation) }));
  return {
    settings,
    world,
    token,
    rotation,
    graceEndsAt: rotation && graceEnd(rotation, settings.gracePeriod, world.readAt),
    targets,
    readable: targets.filter(({ holding }) => holding !== 'unreadable'),
    now: world.readAt,
  };
}

export function targetsThatAre({ targets }: Facts, holding: Holding): readonly Target[] {
  return targets.filter((held) => held.holding === holding).map(({ state }) => state.target);
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
  rotation: Rotation | undefined,
): Holding {
  switch (state.kind) {
    case 'unreadable':
      return 'unreadable';
    case 'environment-missing':
      return 'missing';
    case 'readable': {
      if (state.clientSecret === undefined) return 'missing';
      if (token === undefined || rotation === undefined) return 'stale';
      return isCurrent(token, rotation, state.clientSecret.updatedAt) ? 'current' : 'stale';
    }
  }
}
