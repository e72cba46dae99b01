import type { Instant } from '../../src/model/time.ts';
import type { Scope } from '../../src/model/service-token.ts';

/** A service token with all that Cloudflare knows of it, the secrets included. */
export interface TokenRecord {
  readonly id: string;
  readonly scope: Scope;
  readonly clientId: string;
  readonly name: string;
  /** As it was sent: a Go duration or `forever`. */
  readonly duration: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly expiresAt: Instant;
  readonly lastSeenAt: Instant | undefined;
  readonly enabled: boolean;
  /** `client_secret_version` */
  readonly version: number;
  readonly secret: string;
  readonly secretMintedAt: Instant;
  /** The one earlier secret that is kept; a rotation discards it for the secret it replaces. */
  readonly previousSecret: string | undefined;
  readonly previousSecretExpiresAt: Instant | undefined;
}

/** The fields of a create, update or rotate body that were given, already checked. */
export interface TokenFields {
  readonly name?: string;
  readonly duration?: string;
  readonly version?: number;
  readonly previousSecretExpiresAt?: Instant;
  readonly enabled?: boolean;
}
