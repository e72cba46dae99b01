import { graceEnd, isCurrent, lastRotation, type Rotation } from './marks.ts';
import { oneLine } from './clean.ts';
import { describeMoment } from './duration.ts';
import { describeTarget, type Instant, type ServiceToken, type Target, type TargetState } from './model.ts';
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

/** What was read, a line for the token and one for each target. */
export function describeWorld({ lookup, targets, readAt, githubNow }: World): readonly string[] {
  return [describeLookup(lookup, readAt), ...targets.map((state) => describeState(state, githubNow))].map(
    oneLine,
  );
}

function describeLookup(lookup: TokenLookup, now: Instant): string {
  switch (lookup.kind) {
    case 'none':
      return 'No such service token.';
    case 'ambiguous':
      return `${lookup.tokens.length} service tokens have this name.`;
    case 'found': {
      const { id, name, version, expiresAt, enabled } = lookup.token;
      const expiry = expiresAt === undefined ? '' : `, expires ${describeMoment(expiresAt, now)}`;
      const secret = version === undefined ? '' : `, client secret version ${version}`;
      return `Service token ${JSON.stringify(name)} (${id})${secret}${expiry}${enabled ? '' : ', disabled'}.`;
    }
  }
}

function describeState(state: TargetState, now: Instant): string {
  const place = describeTarget(state.target);
  switch (state.kind) {
    case 'unreadable':
      return `${place}: cannot be read.`;
    case 'environment-missing':
      return `${place}: the environment does not exist yet.`;
    case 'readable': {
      const { clientId, clientSecret } = state;
      if (clientSecret === undefined) return `${place}: holds no client secret.`;
      const id = clientId === undefined ? ', and no client ID' : '';
      return `${place}: holds a client secret stored ${describeMoment(clientSecret.updatedAt, now)}${id}.`;
    }
  }
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
