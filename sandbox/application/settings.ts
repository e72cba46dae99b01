import type { Instant, Milliseconds } from '../../src/model/time.ts';

/**
 * How Access refuses:
 * - `as-configured`: as the application's policies and flags and the organization say.
 *
 * The others are one outcome each, whatever those say:
 * - `service-auth-only`: only Service Auth policies; 403.
 * - `mixed`: an Allow policy, too; 302 to the login page, or 401 to a script's request.
 * - `strict`: strict service token authentication; a token that is not let in gets `strictStatus` and
 *   never a redirect, no cookie is set; without a token as `service-auth-only`.
 * - `strict-mixed`: the same, but without a token as `mixed`.
 * - `401-flag`: `service_auth_401_redirect` is set; 401.
 * - `managed-oauth`: 401 as a protected resource of OAuth gives it (RFC 9728, 5.1).
 * - `unprotected`: Access does not cover the URL.
 */
export type AccessMode =
  | 'as-configured'
  | 'service-auth-only'
  | 'mixed'
  | 'strict'
  | 'strict-mixed'
  | '401-flag'
  | 'managed-oauth'
  | 'unprotected';

/** What the application itself answers once it is reached, or the edge where it cannot be reached. */
export type OriginAnswer = 200 | 204 | 401 | 403 | 404 | 405 | 500 | 'down-502' | 'down-530';

/**
 * Points of presence that do not all know a new secret yet: of the requests with credentials that would
 * be let in, every second is refused, beginning with the second.
 */
export type Flapping =
  | { readonly kind: 'requests'; readonly count: number }
  | { readonly kind: 'until'; readonly instant: Instant };

export interface ApplicationSettings {
  access: AccessMode;
  /** The status of a strict refusal; `by-cause` is 403 for a token that is not admitted, and 401 otherwise. */
  strictStatus: 401 | 403 | 'by-cause';
  /** Leaves the `cf-access-*` and `www-authenticate` headers out of a strict refusal. */
  strictWithoutHeaders: boolean;
  /**
   * What the application's own Service Auth policy includes: these ids of service tokens, or any valid one. The
   * setting is the policy: it reads what the policy is now, and an empty list removes the policy.
   */
  admits: 'any-valid' | readonly string[];
  /** A refusal before Access is asked: a blocked client signature, or a bot check. */
  edge: 'open' | 'waf-1010' | 'challenge';
  /** How long after it was minted a secret is first accepted. */
  propagationDelay: Milliseconds;
  flapping: Flapping | undefined;
  origin: OriginAnswer;
  /** `read_service_tokens_from_header`: also takes the pair as JSON from the header of this name. */
  singleHeader: string | undefined;
  /** The address that requests come from. */
  address: string;
  /** The country that requests come from, in two letters. */
  country: string;
}

export const DEFAULT_SETTINGS: Readonly<ApplicationSettings> = {
  access: 'as-configured',
  strictStatus: 403,
  strictWithoutHeaders: false,
  admits: 'any-valid',
  edge: 'open',
  propagationDelay: 0,
  flapping: undefined,
  origin: 200,
  singleHeader: undefined,
  address: '203.0.113.7',
  country: 'DE',
};
