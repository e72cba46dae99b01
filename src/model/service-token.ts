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
  /** Undefined for a token that lives forever. */
  readonly expiresAt: Instant | undefined;
  readonly lastSeenAt: Instant | undefined;
  readonly enabled: boolean;
  /** The secret version: 1 on creation, one more with each rotation. */
  readonly version: number | undefined;
  readonly previousSecretExpiresAt: Instant | undefined;
}

/** When the previous secret ends, or ended: never later than the token itself. */
export function previousSecretEnd({
  previousSecretExpiresAt,
  expiresAt = Infinity,
}: ServiceToken): Instant | undefined {
  return previousSecretExpiresAt === undefined ? undefined : Math.min(previousSecretExpiresAt, expiresAt);
}
