import { HOUR, type Instant, type Milliseconds } from '../../src/model/time.ts';
import type { VirtualClock } from '../clock.ts';
import type { Access } from '../cloudflare/access/access.ts';
import type { ApplicationRecord, PolicyRecord } from '../cloudflare/access/records.ts';
import { lifetime } from '../cloudflare/go-duration.ts';
import type { TokenRecord } from '../cloudflare/records.ts';
import { signedToken } from './assertion.ts';

const DEFAULT_SESSION: Milliseconds = 24 * HOUR;

/** A session that a service token has begun. */
export interface Session {
  readonly token: TokenRecord;
  readonly beganAt: Instant;
  readonly expiresAt: Instant;
}

/** The sessions of one application: each is a JSON Web Token that the client holds. */
export class SessionCookies {
  readonly #clock: VirtualClock;
  readonly #access: Access;
  readonly #team: string;
  readonly #sessions = new Map<string, Session>();

  constructor(clock: VirtualClock, access: Access, team: string) {
    this.#clock = clock;
    this.#access = access;
    this.#team = team;
  }

  /** Begins a session as long as the policy says, or the application. */
  begin(application: ApplicationRecord, policy: PolicyRecord, token: TokenRecord): string {
    const beganAt = this.#clock.now();
    const expiresAt =
      beganAt +
      (length(policy.fields['session_duration']) ??
        length(application.fields['session_duration']) ??
        DEFAULT_SESSION);
    const value = signedToken(application.audience, {
      type: 'app',
      aud: application.audience,
      iss: `https://${this.#team}.cloudflareaccess.com`,
      sub: '',
      common_name: token.clientId,
      iat: Math.floor(beganAt / 1_000),
      exp: Math.floor(expiresAt / 1_000),
    });
    this.#sessions.set(value, { token, beganAt, expiresAt });
    return `CF_Authorization=${value}; Path=/; Secure; HttpOnly`;
  }

  /**
   * The session that a request presents and that is still good, apart from policies; in the cookie, or in one of
   * the two headers. `current` is the token as it is now, or undefined if it was deleted.
   */
  presented(
    headers: Headers,
    application: string,
    current: (id: string) => TokenRecord | undefined,
  ): Session | undefined {
    const values = [
      /(?:^|;\s*)CF_Authorization=([^;]+)/.exec(headers.get('cookie') ?? '')?.[1],
      headers.get('cf-access-token'),
      headers.get('cf-access-jwt-assertion'),
    ];
    return values
      .map((value) => this.#sessions.get(value ?? ''))
      .find((session) => session !== undefined && this.#isGood(session, application, current));
  }

  #isGood(
    { token, beganAt, expiresAt }: Session,
    application: string,
    current: (id: string) => TokenRecord | undefined,
  ): boolean {
    const now = this.#clock.now();
    if (now >= expiresAt || this.#access.sessions.isRevoked(application, beganAt)) return false;
    if (!this.#access.switches.secretEndsSessions) return true;
    const known = current(token.id);
    return known?.enabled === true && known.expiresAt > now && known.secret === token.secret;
  }
}

function length(duration: unknown): Milliseconds | undefined {
  return typeof duration === 'string' ? lifetime(duration) : undefined;
}
