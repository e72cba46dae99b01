import { DAY, SECOND, type Instant, type Milliseconds } from '../../src/model/time.ts';
import type { Scope } from '../../src/model/service-token.ts';
import type { VirtualClock } from '../clock.ts';
import { lifetime } from './go-duration.ts';
import { mintClientId, mintSecret, mintUuid, type Random } from './minting.ts';
import type { TokenFields, TokenRecord } from './records.ts';
import { ApiError, invalidRequest, unknownToken } from './reply.ts';
import type { Switches } from './switches.ts';

const YEAR: Milliseconds = 365 * DAY;
const MINUTE: Milliseconds = 60 * SECOND;

/** What a token of a person's making may differ in from a new one. */
export type TokenOverrides = Partial<
  Pick<TokenRecord, 'createdAt' | 'updatedAt' | 'expiresAt' | 'lastSeenAt' | 'enabled' | 'version'>
> & { readonly previousSecretExpiresAt?: Instant };

/** The service tokens of all accounts and zones, and what each operation does to them. */
export class TokenStore {
  /** Every client secret that was ever minted. */
  readonly mintedSecrets: string[] = [];
  /** Says whether a policy, a group or a SCIM configuration names the token, which then cannot be deleted. */
  isNamed: (token: TokenRecord) => boolean = () => false;
  readonly #tokens = new Map<string, TokenRecord>();
  readonly #referenced = new Set<string>();
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #switches: Switches;

  constructor(clock: VirtualClock, random: Random, switches: Switches) {
    this.#clock = clock;
    this.#random = random;
    this.#switches = switches;
  }

  all(): readonly TokenRecord[] {
    return [...this.#tokens.values()];
  }

  of(scope: Scope): readonly TokenRecord[] {
    return this.all().filter((token) => token.scope.kind === scope.kind && token.scope.id === scope.id);
  }

  find(id: string): TokenRecord | undefined {
    return this.#tokens.get(id);
  }

  get(id: string): TokenRecord {
    const token = this.#tokens.get(id);
    if (token === undefined) throw unknownToken();
    return token;
  }

  create(scope: Scope, fields: TokenFields, overrides: TokenOverrides = {}): TokenRecord {
    const { name, duration = '8760h', version = 1, enabled = true } = fields;
    if (name === undefined) throw invalidRequest('name is required');
    const createdAt = overrides.createdAt ?? this.#clock.now();
    const id = mintUuid(this.#random);
    if (this.#tokens.has(id)) throw new Error('the random source repeats itself');
    const previousExpiry = fields.previousSecretExpiresAt ?? overrides.previousSecretExpiresAt;
    return this.#save({
      id,
      scope,
      clientId: mintClientId(this.#random),
      name,
      duration,
      createdAt,
      updatedAt: createdAt,
      expiresAt: createdAt + lifetimeOf(duration),
      lastSeenAt: undefined,
      enabled,
      version,
      previousSecret: overrides.previousSecretExpiresAt === undefined ? undefined : this.#mint(),
      secret: this.#mint(),
      secretMintedAt: overrides.updatedAt ?? createdAt,
      ...overrides,
      previousSecretExpiresAt: this.#storedExpiry(previousExpiry),
    });
  }

  /**
   * Merges what is given. A version above the current one rotates, with the previous secret ending now
   * if no end is given; an equal or lower one is ignored. `rotated` says whether a secret was minted.
   */
  update(id: string, fields: TokenFields): { readonly token: TokenRecord; readonly rotated: boolean } {
    const token = this.get(id);
    const { name = token.name, duration = token.duration, enabled = token.enabled } = fields;
    const now = this.#clock.now();
    const merged = {
      ...token,
      name,
      duration,
      enabled,
      updatedAt: now,
      expiresAt: fields.duration === undefined ? token.expiresAt : now + lifetimeOf(duration),
    };
    const { version = token.version, previousSecretExpiresAt } = fields;
    if (version > token.version) {
      return { token: this.#save(this.#rotated(merged, version, previousSecretExpiresAt)), rotated: true };
    }
    const end = this.#storedExpiry(previousSecretExpiresAt) ?? token.previousSecretExpiresAt;
    return { token: this.#save({ ...merged, previousSecretExpiresAt: end }), rotated: false };
  }

  /** The previous secret ends at the given moment, or now. */
  rotate(id: string, previousSecretExpiresAt?: Instant): TokenRecord {
    const token = { ...this.get(id), updatedAt: this.#clock.now() };
    return this.#save(this.#rotated(token, token.version + 1, previousSecretExpiresAt));
  }

  /** Moves the expiry as `refreshBase` says; a token of duration `forever` keeps its own. */
  refresh(id: string): TokenRecord {
    const token = this.get(id);
    const now = this.#clock.now();
    const base = this.#switches.refreshBase;
    if (base === 'refuses-expired' && token.expiresAt <= now) {
      throw invalidRequest('service token has expired');
    }
    const bases = {
      'now+1y': now + YEAR,
      'refuses-expired': now + YEAR,
      'expires+1y': token.expiresAt + YEAR,
      'now+duration': now + lifetimeOf(token.duration),
      unchanged: token.expiresAt,
    };
    const expiresAt = token.duration === 'forever' ? token.expiresAt : bases[base];
    return this.#save({ ...token, updatedAt: now, expiresAt });
  }

  delete(id: string): TokenRecord {
    const token = this.get(id);
    if (this.#referenced.has(id) || this.isNamed(token)) {
      const message =
        'access.api.error.service_token_in_use: cannot delete service token because it is used by a policy, group, or app SCIM configuration';
      throw new ApiError(400, [{ code: 12139, message }]);
    }
    this.#tokens.delete(id);
    return token;
  }

  /** Notes that the token has logged in now. */
  seen(id: string): TokenRecord {
    const token = this.get(id);
    const now = this.#clock.now();
    const updatedAt = this.#switches.updatedAtMovesOnUse ? now : token.updatedAt;
    return this.#save({ ...token, lastSeenAt: now, updatedAt });
  }

  /** Says whether a policy names the token, which then cannot be deleted. */
  setReferenced(id: string, referenced: boolean): void {
    if (referenced) this.#referenced.add(this.get(id).id);
    else this.#referenced.delete(id);
  }

  isReferenced(id: string): boolean {
    return this.#referenced.has(id);
  }

  #rotated(token: TokenRecord, version: number, previousSecretExpiresAt: Instant | undefined): TokenRecord {
    const now = this.#clock.now();
    return {
      ...token,
      version,
      previousSecret: token.secret,
      previousSecretExpiresAt: this.#storedExpiry(previousSecretExpiresAt ?? now),
      secret: this.#mint(),
      secretMintedAt: now,
    };
  }

  #storedExpiry(instant: Instant | undefined): Instant | undefined {
    if (instant === undefined || !this.#switches.truncatePreviousExpirySeconds) return instant;
    return Math.floor(instant / MINUTE) * MINUTE;
  }

  #mint(): string {
    const secret = mintSecret(this.#switches.secretFormat, this.#random);
    this.mintedSecrets.push(secret);
    return secret;
  }

  #save(token: TokenRecord): TokenRecord {
    const frozen = Object.freeze(token);
    this.#tokens.set(token.id, frozen);
    return frozen;
  }
}

function lifetimeOf(duration: string): Milliseconds {
  const life = lifetime(duration);
  if (life === undefined) throw new RangeError(`not a duration: ${duration}`);
  return life;
}
