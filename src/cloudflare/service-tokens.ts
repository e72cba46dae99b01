import { ClientSecret } from '../model/client-secret.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../settings/settings.ts';
import type { Call, Once } from './api.ts';
import { connect, type Connection, type ConnectionOptions } from './connection.ts';
import { CloudflareRefusal } from './refusals.ts';
import { rfc3339 } from '../model/time.ts';
import { parseClientSecret, parseToken } from './token-json.ts';
import { readTokenList } from './token-list.ts';

/**
 * The reply to a request that brings a client secret. `withheld`: it was answered, but without one.
 * `lost`: nobody knows whether it took effect, and the secret is gone if it did; `answered` says that it did, as a
 * success that tells of no token.
 */
export type SecretReply =
  | { readonly kind: 'secret'; readonly token: ServiceToken; readonly clientSecret: ClientSecret }
  | { readonly kind: 'withheld'; readonly token: ServiceToken }
  | { readonly kind: 'lost'; readonly because: string; readonly answered?: true };

/** What an update changes; `name` is always sent along, as Cloudflare's own clients do. */
export interface TokenChange {
  readonly name: string;
  /** A Go duration or `forever`: resets the expiry to now plus duration. */
  readonly duration?: string;
  readonly previousSecretExpiresAt?: Instant;
}

/**
 * The service tokens of one account or zone.
 * All methods throw a Problem where Cloudflare refuses, or does not answer inside `max-wait`.
 * @see https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/subresources/service_tokens/
 */
export interface ServiceTokens {
  /** Cloudflare's clock. */
  now(): Instant;
  list(): Promise<readonly ServiceToken[]>;
  /** Undefined where there is no such token. */
  get(id: string): Promise<ServiceToken | undefined>;
  /** Sent once. */
  create(name: string, duration: string): Promise<SecretReply>;
  /**
   * Compare-and-set: sets the secret version to the one that was read plus one, which Cloudflare ignores
   * when it is already there. Sent once.
   */
  rotateFrom(token: ServiceToken, version: number, previousSecretExpiresAt: Instant): Promise<SecretReply>;
  /** Rotates whatever the version is. Accounts only. Sent once. */
  rotate(id: string, previousSecretExpiresAt: Instant): Promise<SecretReply>;
  /** Idempotent, and repeated until answered. */
  update(id: string, change: TokenChange): Promise<ServiceToken>;
  /** Extends the token's life by what Cloudflare thinks fit. Accounts only. Sent once. */
  refresh(id: string): Promise<Once>;
  /** Repeated until answered; a token that is gone counts as deleted. */
  delete(id: string): Promise<void>;
  /** Waits before another attempt at what was lost. @throws Problem when `max-wait` is over */
  backOff(doing: string, failures: number, because: string): Promise<void>;
  /** Waits, as far as `max-wait` allows. */
  settle(duration: Milliseconds, because: string): Promise<void>;
}

/** @param connection shared with the other parts of Cloudflare's API, whose rate limits are the same; a new one if not given */
export function openServiceTokens(
  options: ConnectionOptions,
  connection: Connection = connect(options),
): ServiceTokens {
  const { deps, settings, waitBudget } = options;
  const { api, sdk, within } = connection;
  const tokens = sdk.zeroTrust.access.serviceTokens;

  const sendForSecret = async (doing: string, send: () => Call): Promise<SecretReply> => {
    const reply = await api.once(doing, send);
    if (reply.kind === 'lost') return reply;
    const secret = parseClientSecret(reply.result);
    if (secret !== undefined) deps.runner.setSecret(secret);
    const token = parseToken(reply.result);
    if (token === undefined) {
      return { kind: 'lost', because: 'Cloudflare answered without a token', answered: true };
    }
    if (secret === undefined) return { kind: 'withheld', token };
    return { kind: 'secret', token, clientSecret: new ClientSecret(secret) };
  };

  return {
    now: () => api.now(),
    list: () =>
      readTokenList((page) =>
        api.repeat(
          'list the service tokens',
          // assumption: name-filter
          () => tokens.list({ ...within, page, per_page: 100 }),
          (result, info) => (Array.isArray(result) ? { result, info } : undefined),
        ),
      ),
    get: (id) => found(api.repeat('read the token', () => tokens.get(id, within), parseToken)),
    create: (name, duration) =>
      sendForSecret('create the token', () => tokens.create({ ...within, name, duration })),
    rotateFrom: (token, version, end) =>
      sendForSecret('rotate the client secret', () =>
        tokens.update(token.id, {
          ...within,
          name: token.name,
          // assumption: jumping-version
          client_secret_version: version + 1,
          previous_client_secret_expires_at: rfc3339(end),
        }),
      ),
    rotate: (id, end) => {
      const accountId = accountOf(settings, 'rotate');
      const previous = { previous_client_secret_expires_at: rfc3339(end) };
      return sendForSecret('rotate the client secret', () =>
        tokens.rotate(id, { account_id: accountId, ...previous }),
      );
    },
    update: (id, { name, duration, previousSecretExpiresAt: end }) => {
      // assumption: update-merges
      const change = {
        ...(name === '' ? {} : { name }),
        ...(duration === undefined ? {} : { duration }),
        ...(end === undefined ? {} : { previous_client_secret_expires_at: rfc3339(end) }),
      };
      return api.repeat('update the token', () => tokens.update(id, { ...within, ...change }), parseToken);
    },
    refresh: (id) => {
      const accountId = accountOf(settings, 'refresh');
      return api.once('renew the token', () => tokens.refresh(id, { account_id: accountId }));
    },
    backOff: (doing, failures, because) => api.backOff(doing, failures, because),
    settle: (duration, because) => waitBudget.pause(Math.min(duration, waitBudget.left()), because),
    // assumption: delete-absent-token
    delete: async (id) => {
      await found(
        api.repeat(
          'delete the token',
          () => tokens.delete(id, within),
          () => true,
        ),
      );
    },
  };
}

/** @throws Problem, since zones have neither of the two routes */
function accountOf({ scope }: Pick<Settings, 'scope'>, route: string): string {
  if (scope.kind === 'account') return scope.id;
  throw new Problem(
    'zone-without-route',
    `Cloudflare offers ${route} for the tokens of accounts only, and this one is a zone's.`,
    "Give cloudflare-account-id instead of cloudflare-zone-id, if the token is the account's.",
  );
}

async function found<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof CloudflareRefusal && error.tokenNotFound) return undefined;
    throw error;
  }
}
