import type { Instant } from '../../src/model/time.ts';
import type { TokenRecord } from './records.ts';
import type { Switches } from './switches.ts';

/** The reply that a token is shown in. */
export type Reply = 'list' | 'get' | 'create' | 'update' | 'delete' | 'refresh' | 'rotate';

/**
 * A service token as the API gives it in that reply. The secret is in it only where `withSecret` says
 * so; `previous_client_secret_expires_at` is absent until it is set, `last_seen_at` null until first use.
 */
export function represent(
  token: TokenRecord,
  reply: Reply,
  withSecret: boolean,
  switches: Switches,
): Record<string, unknown> {
  const mints = reply === 'create' || reply === 'rotate';
  const hidesExpiry = switches.omitExpiryInAllReplies || (mints && switches.omitExpiryInCreateReply);
  const hidesVersion = switches.hideVersion || switches.hideVersionIn.includes(reply);
  const end = token.previousSecretExpiresAt;
  return {
    id: token.id,
    client_id: token.clientId,
    ...(withSecret ? { client_secret: token.secret } : {}),
    name: token.name,
    duration: token.duration,
    enabled: token.enabled,
    created_at: rfc3339(token.createdAt),
    updated_at: rfc3339(token.updatedAt),
    ...(hidesExpiry ? {} : { expires_at: rfc3339(token.expiresAt) }),
    ...(mints ? {} : { last_seen_at: token.lastSeenAt === undefined ? null : rfc3339(token.lastSeenAt) }),
    ...(hidesVersion ? {} : { client_secret_version: token.version }),
    ...(end === undefined || hidesEnd(reply, switches)
      ? {}
      : { previous_client_secret_expires_at: rfc3339(end) }),
  };
}

function hidesEnd(reply: Reply, { hidePreviousExpiry }: Switches): boolean {
  switch (hidePreviousExpiry) {
    case 'never':
      return false;
    case 'list':
      return reply === 'list';
    case 'list-and-get':
      return reply === 'list' || reply === 'get';
    case 'always':
      return true;
  }
}

/** UTC, whole seconds. */
function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
