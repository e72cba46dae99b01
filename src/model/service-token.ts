import type { Instant } from './time.ts';

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

/** Cloudflare tells an expiry even of a token that has none. */
export function expiryOf(token: ServiceToken | undefined): Instant | undefined {
  return token?.duration === 'forever' ? undefined : token?.expiresAt;
}
