import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { isRecord } from '../http/json.ts';

/** Go's zero time and the like mean that something never happened. */
const EARLIEST: Instant = Date.UTC(1971, 0, 1);

/**
 * Reads a service token out of a reply. Every field but `id` is optional in Cloudflare's schema.
 * @returns undefined for what is no token
 */
export function parseToken(json: unknown): ServiceToken | undefined {
  if (!isRecord(json)) return undefined;
  const id = text(json['id']);
  if (id === undefined) return undefined;
  return {
    id,
    name: text(json['name']) ?? '',
    clientId: headerValue(json['client_id']) ?? '',
    duration: text(json['duration']),
    createdAt: instant(json['created_at']),
    updatedAt: instant(json['updated_at']),
    // Cloudflare tells an expiry even of a token that lives forever.
    expiresAt: json['duration'] === 'forever' ? undefined : instant(json['expires_at']),
    lastSeenAt: instant(json['last_seen_at']),
    enabled: json['enabled'] !== false,
    version: Number.isInteger(json['client_secret_version'])
      ? Number(json['client_secret_version'])
      : undefined,
    previousSecretExpiresAt: instant(json['previous_client_secret_expires_at']),
  };
}

/** The client secret of a reply, where it has one that can be sent in a header. */
export function parseClientSecret(json: unknown): string | undefined {
  const secret = isRecord(json) ? headerValue(json['client_secret']) : undefined;
  // assumption: secret-format
  return secret !== undefined && secret.length >= 8 ? secret : undefined;
}

/** What a later reply tells, and what only the earlier one told if the later leaves it out. */
export function mergeTokens(earlier: ServiceToken, later: ServiceToken): ServiceToken {
  const duration = later.duration ?? earlier.duration;
  return {
    ...later,
    name: later.name === '' ? earlier.name : later.name,
    clientId: later.clientId === '' ? earlier.clientId : later.clientId,
    duration,
    createdAt: later.createdAt ?? earlier.createdAt,
    // assumption: expiry-in-replies
    expiresAt: duration === 'forever' ? undefined : (later.expiresAt ?? earlier.expiresAt),
    lastSeenAt: later.lastSeenAt ?? earlier.lastSeenAt,
  };
}

/** A text that can be sent in a header, as both halves of a pair are. */
function headerValue(value: unknown): string | undefined {
  const found = text(value);
  return found !== undefined && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function instant(value: unknown): Instant | undefined {
  const parsed = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) || parsed < EARLIEST ? undefined : parsed;
}
