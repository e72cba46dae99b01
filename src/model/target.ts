import type { Problem } from './problem.ts';
import type { Instant } from './time.ts';

export const APPS = ['actions', 'dependabot', 'codespaces', 'agents'] as const;
/** The GitHub feature whose secrets a target is. */
export type App = (typeof APPS)[number];

export const VISIBILITIES = ['all', 'private', 'selected'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export interface RepositoryPlace {
  readonly kind: 'repository';
  readonly owner: string;
  readonly repository: string;
  readonly app: App;
}
export interface EnvironmentPlace {
  readonly kind: 'environment';
  readonly owner: string;
  readonly repository: string;
  readonly environment: string;
  readonly app: 'actions';
}
export interface OrganizationPlace {
  readonly kind: 'organization';
  readonly organization: string;
  readonly app: App;
  /** As the target line gives it; undefined keeps what is there, or `private` for a new secret. */
  readonly visibility: Visibility | undefined;
  /** Repository names without their owner, as the target line gives them; undefined keeps what is there. */
  readonly repositories: readonly string[] | undefined;
}

export type Place = RepositoryPlace | EnvironmentPlace | OrganizationPlace;

/** One place that stores the token credentials, and the names that they have there. */
export interface Target {
  readonly place: Place;
  readonly clientIdName: string;
  readonly clientSecretName: string;
  /** A variable can be read, and is not masked. */
  readonly clientIdKind: ClientIdKind;
}

export const CLIENT_ID_KINDS = ['secret', 'variable'] as const;
/** What the client ID is stored as. */
export type ClientIdKind = (typeof CLIENT_ID_KINDS)[number];

/** What GitHub shows of a stored secret; its value cannot be read. */
export interface StoredSecret {
  readonly updatedAt: Instant;
  /** Of organization secrets only. */
  readonly visibility?: Visibility;
}

/** What GitHub shows of a stored client ID: a variable also has its value. */
export type StoredClientId = StoredSecret & { readonly value?: string };

/** What was read of one target before deciding. */
export type TargetState = ReadableTarget | MissingEnvironment | UnreadableTarget;

export interface ReadableTarget {
  readonly kind: 'readable';
  readonly target: Target;
  /** In the kind that the target asks for. */
  readonly clientId: StoredClientId | undefined;
  readonly clientSecret: StoredSecret | undefined;
  /** Set if a client ID of this name is stored in the other kind as well. */
  readonly otherClientId?: ClientIdKind;
}

/** The repository is visible, the environment proven missing, and it may be created. */
export interface MissingEnvironment {
  readonly kind: 'environment-missing';
  readonly target: Target;
}

export interface UnreadableTarget {
  readonly kind: 'unreadable';
  readonly target: Target;
  readonly problem: Problem;
}

/**
 * The secret that is created and deleted to prove that secrets can be written. Always the same, so that the next run
 * removes what a run that was killed in between left behind.
 */
export const WRITE_PROOF = 'CF_ACCESS_WRITE_PROOF';

/** When the client secrets that are stored now were stored. */
export function storedMoments(targets: readonly TargetState[]): readonly Instant[] {
  return targets.flatMap((state) =>
    state.kind === 'readable' && state.clientSecret !== undefined ? [state.clientSecret.updatedAt] : [],
  );
}

/** How a target is named to people: `acme/web (dependabot)`, or `acme/web, environment production`. */
export function describeTarget({ place }: Pick<Target, 'place'>): string {
  const app = place.app === 'actions' ? '' : ` (${place.app})`;
  switch (place.kind) {
    case 'repository':
      return `${place.owner}/${place.repository}${app}`;
    case 'environment':
      return `${place.owner}/${place.repository}, environment ${place.environment}`;
    case 'organization':
      return `organization ${place.organization}${app}`;
  }
}
