import type { Instant } from '../../src/model/time.ts';
import type { Scope } from '../../src/model/service-token.ts';
import type { VirtualClock } from '../clock.ts';
import type { Handler } from '../exchange.ts';
import { Access } from './access/access.ts';
import { AccessApi } from './access/api.ts';
import type { AccessSwitches } from './access/switches.ts';
import { ApiCredentials, type ApiKey, type ApiToken } from './api-credentials.ts';
import { ServiceTokenApi } from './api.ts';
import { hex, type Random } from './minting.ts';
import { RateLimit } from './rate-limit.ts';
import type { TokenFields, TokenRecord } from './records.ts';
import { ApiError, errorBody, successBody } from './reply.ts';
import { Scopes } from './scopes.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';
import { TokenStore, type TokenOverrides } from './token-store.ts';

export interface CloudflareOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly switches?: Partial<Switches>;
  readonly accessSwitches?: Partial<AccessSwitches>;
}

/** A service token as a person makes it on the dashboard, or as a test needs it to be. */
export interface NewToken extends TokenOverrides {
  readonly scope: Scope;
  readonly name: string;
  readonly duration?: string;
}

/** Whether Access accepts a pair, and why not. */
export type Authentication =
  | { readonly ok: true; readonly token: TokenRecord; readonly used: 'current' | 'previous' }
  | {
      readonly ok: false;
      readonly why: 'unknown-client-id' | 'wrong-secret' | 'previous-expired' | 'disabled' | 'expired';
    };

/**
 * Cloudflare's Access API, with all it remembers. `handle` answers `/client/v4/user/tokens/verify`,
 * `/client/v4/accounts/{id}/tokens/verify` and, under
 * `/client/v4/{accounts|zones}/{id}/access/`, what is about service tokens, applications, policies, groups and
 * the organization; every other method is what a person does on the dashboard, or what a test asks.
 */
export class CloudflareService {
  /** May be changed at any time. */
  readonly switches: Switches;
  /** Applications, policies, groups and the organization. */
  readonly access: Access;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #credentials = new ApiCredentials();
  readonly #scopes = new Scopes();
  readonly #tokens: TokenStore;
  readonly #rateLimit: RateLimit;
  readonly #api: ServiceTokenApi;
  readonly #accessApi: AccessApi;

  constructor({ clock, random, switches, accessSwitches = {} }: CloudflareOptions) {
    this.switches = { ...DEFAULT_SWITCHES, ...switches };
    this.#clock = clock;
    this.#random = random;
    this.#tokens = new TokenStore(clock, random, this.switches);
    this.#rateLimit = new RateLimit(clock, this.switches);
    this.#api = new ServiceTokenApi(this.#tokens, this.#scopes, this.switches);
    this.access = new Access({
      clock,
      random,
      scopes: this.#scopes,
      switches: accessSwitches,
      token: (id) => this.#tokens.find(id),
    });
    this.#accessApi = new AccessApi(this.access, this.#scopes, this.switches);
    this.#tokens.isNamed = (token) => this.access.names(token);
  }

  readonly handle: Handler = async (request) => {
    const body = await request.text();
    const headers = new Headers({
      date: this.#clock.httpDate(),
      'content-type': 'application/json',
      'cf-ray': `${hex(this.#random(8))}-FRA`,
      server: 'cloudflare',
    });
    try {
      const caller = this.#credentials.identify(request.headers);
      const limits = this.#rateLimit.count(caller?.id ?? 'unknown');
      for (const [name, value] of Object.entries(limits)) headers.set(name, value);
      const asked = [request.method, new URL(request.url), body, caller] as const;
      const success = this.#accessApi.answer(...asked) ?? this.#api.answer(...asked);
      const content = success.withoutBody === true ? null : successBody(success);
      if (content === null) headers.set('content-length', '0');
      return new Response(content, { status: success.status, headers });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
      return new Response(errorBody(error.items), { status: error.status, headers });
    }
  };

  /** `id` is 32 hex digits; without Zero Trust every call ends in code 9999. */
  addAccount(id: string, options: { readonly zeroTrust?: boolean } = {}): void {
    this.#scopes.addAccount(id, options.zeroTrust ?? true);
  }

  /** `id` is 32 hex digits; the zone's tokens count into the account's limit. */
  addZone(id: string, account?: string): void {
    this.#scopes.addZone(id, account);
  }

  addApiToken(token: ApiToken): void {
    this.#credentials.addToken(token);
  }

  removeApiToken(token: string): void {
    this.#credentials.removeToken(token);
  }

  addApiKey(key: ApiKey): void {
    this.#credentials.addKey(key);
  }

  /** With `previousSecretExpiresAt` it has a previous secret, too. */
  createToken({ scope, name, duration, ...overrides }: NewToken): TokenRecord {
    return this.#tokens.create(scope, { name, ...(duration === undefined ? {} : { duration }) }, overrides);
  }

  /** A person rotates on the dashboard; the previous secret ends now if no end is given. */
  rotate(id: string, options: { readonly previousExpiresAt?: Instant } = {}): TokenRecord {
    return this.#tokens.rotate(id, options.previousExpiresAt);
  }

  rename(id: string, name: string): TokenRecord {
    return this.#change(id, { name });
  }

  /** With a duration the expiry is that far from now, without one it moves as a refresh moves it. */
  renew(id: string, duration?: string): TokenRecord {
    return duration === undefined ? this.#tokens.refresh(id) : this.#change(id, { duration });
  }

  setEnabled(id: string, enabled: boolean): TokenRecord {
    return this.#change(id, { enabled });
  }

  remove(id: string): TokenRecord {
    return this.#tokens.delete(id);
  }

  /** A policy names the token from here on, so it cannot be deleted. */
  reference(id: string): void {
    this.#tokens.setReferenced(id, true);
  }

  unreference(id: string): void {
    this.#tokens.setReferenced(id, false);
  }

  find(id: string): TokenRecord | undefined {
    return this.#tokens.find(id);
  }

  findByName(name: string): readonly TokenRecord[] {
    return this.list().filter((token) => token.name === name);
  }

  /** All tokens, or those of one account or zone, oldest first. */
  list(scope?: Scope): readonly TokenRecord[] {
    return scope === undefined ? this.#tokens.all() : this.#tokens.of(scope);
  }

  /** Every client secret ever minted, in order. */
  get mintedSecrets(): readonly string[] {
    return this.#tokens.mintedSecrets;
  }

  /** All that is remembered, detached from what comes later. */
  snapshot(): { readonly tokens: readonly TokenRecord[]; readonly referenced: readonly string[] } {
    const tokens = this.list();
    return structuredClone({
      tokens,
      referenced: tokens.map(({ id }) => id).filter((id) => this.#tokens.isReferenced(id)),
    });
  }

  /** Judges a pair as Access does; `last_seen_at` moves only with `use`. */
  authenticate(
    clientId: string,
    clientSecret: string,
    options: { readonly use?: boolean } = {},
  ): Authentication {
    const token = this.list().find((candidate) => candidate.clientId === clientId);
    if (token === undefined) return { ok: false, why: 'unknown-client-id' };
    const now = this.#clock.now();
    const used = whichSecret(token, clientSecret);
    if (used === undefined) return { ok: false, why: 'wrong-secret' };
    if (!token.enabled) return { ok: false, why: 'disabled' };
    if (token.expiresAt <= now) return { ok: false, why: 'expired' };
    if (used === 'previous' && now >= (token.previousSecretExpiresAt ?? 0)) {
      return { ok: false, why: 'previous-expired' };
    }
    return { ok: true, token: options.use === true ? this.#tokens.seen(token.id) : token, used };
  }

  #change(id: string, fields: TokenFields): TokenRecord {
    return this.#tokens.update(id, fields).token;
  }
}

function whichSecret(token: TokenRecord, secret: string): 'current' | 'previous' | undefined {
  if (secret === token.secret) return 'current';
  return secret === token.previousSecret ? 'previous' : undefined;
}
