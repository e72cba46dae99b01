import type { Reply } from './representation.ts';

/**
 * Where Cloudflare's behavior is undocumented, contradictory or adjustable, a switch has each variant.
 * The defaults are what Cloudflare's documentation and its own acceptance tests show.
 */
export interface Switches {
  /** Status of a create reply: 201 in OpenAPI, 200 as clients in the wild expect it. */
  createStatus: 200 | 201;
  /** Leaves `expires_at` out of create and rotate replies, as the OpenAPI schemas of both do. */
  omitExpiryInCreateReply: boolean;
  /** Leaves `expires_at` out of every reply. */
  omitExpiryInAllReplies: boolean;
  /** Leaves `client_secret_version` out of every reply, as the OpenAPI schemas do. */
  hideVersion: boolean;
  /** Leaves it out of these replies alone. */
  hideVersionIn: readonly Reply[];
  /** Which replies leave `previous_client_secret_expires_at` out. */
  hidePreviousExpiry: 'never' | 'list' | 'list-and-get' | 'always';
  /** Stores `previous_client_secret_expires_at` with its seconds set to zero. */
  truncatePreviousExpirySeconds: boolean;
  /** Leaves `client_secret` out of the reply to an update that rotated, as the OpenAPI schema does. */
  updateReplyWithoutSecret: boolean;
  /** Lists everything at once, without `result_info`, as before August 2025. */
  ignorePaging: boolean;
  /** Matches the `name` parameter of a list as a part, in any case, instead of exactly. */
  substringNames: boolean;
  /** What a refresh sets `expires_at` to; `refuses-expired` is `now+1y`, but 400 on an expired token. */
  refreshBase: 'now+1y' | 'expires+1y' | 'now+duration' | 'refuses-expired' | 'unchanged';
  /** Moves `updated_at` whenever the token logs in. */
  updatedAtMovesOnUse: boolean;
  /** `cfast_` + 40 alphanumerics + 8 of a checksum, or the 64 hex digits of before August 2026. */
  secretFormat: 'cfast' | 'hex';
  /**
   * What a creation with `client_secret_version: 0` makes of it: any number is documented as accepted, while
   * clients whose numbers start at zero send it for none.
   */
  versionZero: 'kept' | 'counts-as-none';
  /** Whether the endpoint that verifies tokens of users accepts tokens of accounts too. */
  userVerifyTakesAccountTokens: boolean;
  /** Status beside code 10000. */
  authErrorStatus: 401 | 403;
  /** How many service tokens an account may have, those of its zones included. */
  tokenLimit: number;
  /** How many requests one credential may make in `rateLimitSeconds`. */
  rateLimit: number;
  rateLimitSeconds: number;
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  createStatus: 201,
  omitExpiryInCreateReply: false,
  omitExpiryInAllReplies: false,
  hideVersion: false,
  hideVersionIn: [],
  hidePreviousExpiry: 'never',
  truncatePreviousExpirySeconds: false,
  updateReplyWithoutSecret: false,
  ignorePaging: false,
  substringNames: false,
  refreshBase: 'now+1y',
  updatedAtMovesOnUse: false,
  secretFormat: 'cfast',
  versionZero: 'kept',
  userVerifyTakesAccountTokens: false,
  authErrorStatus: 403,
  tokenLimit: 50,
  rateLimit: 1200,
  rateLimitSeconds: 300,
};
