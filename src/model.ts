import type { Problem } from './problem.ts';

/** Milliseconds since the Unix epoch, by the clock of the service that the moment came from. */
export type Instant = number;

/** A span of time in milliseconds. */
export type Milliseconds = number;

export const SECOND: Milliseconds = 1_000;
export const MINUTE: Milliseconds = 60 * SECOND;
export const HOUR: Milliseconds = 60 * MINUTE;
export const DAY: Milliseconds = 24 * HOUR;

/** How long the previous secret is kept alive while a delivery is unfinished. */
export const HOLD: Milliseconds = 30 * DAY;

export const OPERATIONS = ['rotate', 'renew', 'check', 'revoke', 'delete', 'lease'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Whose service tokens: an account's or a zone's. */
export interface Scope {
  readonly kind: 'account' | 'zone';
  readonly id: string;
}

/** A service token as Cloudflare tells of it; what a reply left out is undefined. */
export interface ServiceToken {
  readonly id: string;
  readonly name: string;
  /** Stable across rotations. */
  readonly clientId: string;
  /** As Cloudflare echoes it, such as `8760h` or `forever`. */
  readonly duration: string | undefined;
  readonly createdAt: Instant | undefined;
  readonly updatedAt: Instant | undefined;
  readonly expiresAt: Instant | undefined;
  readonly lastSeenAt: Instant | undefined;
  readonly enabled: boolean;
  /** The secret version: 1 on creation, one more with each rotation. */
  readonly version: number | undefined;
  readonly previousSecretExpiresAt: Instant | undefined;
}

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

/** One place that holds the pair, and the names it has there. */
export interface Target {
  readonly place: RepositoryPlace | EnvironmentPlace | OrganizationPlace;
  readonly clientIdName: string;
  readonly clientSecretName: string;
}

/** The public key of one scope of secrets. */
export interface PublicKey {
  /** About 18 digits: never a number. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** What GitHub tells of a stored secret; its value cannot be read. */
export interface StoredSecret {
  readonly updatedAt: Instant;
  /** Of organization secrets only. */
  readonly visibility?: Visibility;
  /** Ids of the repositories that may use it, where visibility is `selected`. */
  readonly selectedRepositoryIds?: readonly number[];
}

/** What was read of one target before deciding. */
export type TargetState =
  | {
      readonly kind: 'readable';
      readonly target: Target;
      readonly publicKey: PublicKey;
      readonly clientId: StoredSecret | undefined;
      readonly clientSecret: StoredSecret | undefined;
      /** Ids of the repositories that the target line names; undefined where it names none. */
      readonly repositoryIds?: readonly number[];
    }
  /** The repository is visible, the environment proven missing, and it may be created. */
  | { readonly kind: 'environment-missing'; readonly target: Target }
  | { readonly kind: 'unreadable'; readonly target: Target; readonly problem: Problem };

/**
 * The secret that is created and deleted to prove that secrets can be written. Always the same, so that the next run
 * removes what a run that was killed in between left behind.
 */
export const WRITE_PROOF = 'CF_ACCESS_WRITE_PROOF';

/** How a target is named to people: `acme/web (dependabot)`, or `acme/web, environment production`. */
export function describeTarget({ place }: Target): string {
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
