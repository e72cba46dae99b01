import type { KeyObject } from 'node:crypto';
import { HOUR, type Instant } from '../../src/model/time.ts';
import type { VirtualClock } from '../clock.ts';
import { hex, type Random } from '../cloudflare/minting.ts';
import type { Authentication, CloudflareService } from '../cloudflare/service.ts';
import type { Handler } from '../exchange.ts';
import { signedToken, signingKeys } from './assertion.ts';
import { edgeAnswer, originAnswer, type Answer } from './origin.ts';
import { presentedPair } from './presented-pair.ts';
import { refusal } from './refusal.ts';
import { DEFAULT_SETTINGS, type ApplicationSettings } from './settings.ts';

export interface ApplicationOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly cloudflare: CloudflareService;
  /** The first label of `<team>.cloudflareaccess.com`; `acme` if not given. */
  readonly team?: string;
  readonly settings?: Partial<ApplicationSettings>;
}

/** One request that presented a pair, and what Access made of it. */
export interface Login {
  readonly at: Instant;
  readonly clientId: string;
  readonly accepted: boolean;
  /** Which secret of the token it was, where it was one. */
  readonly used: 'current' | 'previous' | undefined;
  readonly why:
    | Extract<Authentication, { ok: false }>['why']
    | 'not-admitted'
    | 'not-propagated'
    | 'flapping'
    | undefined;
}

const SESSION = 24 * HOUR;

/**
 * An application behind Cloudflare Access. A request passes the edge, then Access, then reaches the
 * origin; `settings` says what each of them does. No reply carries a credential that was presented.
 */
export class ProtectedApplication {
  /** May be changed at any time. */
  readonly settings: ApplicationSettings;
  /** The application's audience tag: 64 hex digits. */
  readonly audience: string;
  /** Every request with a pair that came to Access, oldest first. */
  readonly logins: Login[] = [];
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #cloudflare: CloudflareService;
  readonly #team: string;
  /** By value of a `CF_Authorization` cookie: when it expires. */
  readonly #sessions = new Map<string, Instant>();
  /** Requests that flapping has decided on. */
  #flapped = 0;

  constructor({ clock, random, cloudflare, team = 'acme', settings }: ApplicationOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#cloudflare = cloudflare;
    this.#team = team;
    this.audience = hex(random(32));
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
  }

  get accepted(): number {
    return this.logins.filter(({ accepted }) => accepted).length;
  }

  get refused(): number {
    return this.logins.length - this.accepted;
  }

  /** Verifies the `CF_Authorization` cookie. */
  get publicKey(): KeyObject {
    return signingKeys().publicKey;
  }

  readonly handle: Handler = (request) => {
    const answer = this.#answer(request);
    const headers = new Headers({
      ...answer.headers,
      date: this.#clock.httpDate(),
      'cf-ray': `${hex(this.#random(8))}-FRA`,
      server: 'cloudflare',
    });
    if (answer.content.type !== undefined) headers.set('content-type', answer.content.type);
    const body = request.method === 'HEAD' ? null : answer.content.body;
    return Promise.resolve(new Response(body, { status: answer.status, headers }));
  };

  #answer(request: Request): Answer {
    const { edge, access, origin, singleHeader } = this.settings;
    if (edge !== 'open') return edgeAnswer(edge);
    const passed = originAnswer(origin);
    if (access === 'unprotected') return passed;
    const pair = presentedPair(request.headers, singleHeader);
    if (pair === undefined && this.#hasSession(request)) return passed;
    const login = pair && this.#judge(pair.clientId, pair.clientSecret);
    if (login?.accepted === true) {
      if (this.#isStrict) return passed;
      return { ...passed, headers: { ...passed.headers, 'set-cookie': this.#cookie(login.clientId) } };
    }
    const refused = {
      request,
      team: this.#team,
      audience: this.audience,
      presented: login !== undefined,
      meta: () => this.#meta(request, login),
      session: () => hex(this.#random(16)),
    };
    return refusal(refused, access, this.settings);
  }

  get #isStrict(): boolean {
    return this.settings.access === 'strict' || this.settings.access === 'strict-mixed';
  }

  #judge(clientId: string, clientSecret: string): Login {
    const judged = this.#cloudflare.authenticate(clientId, clientSecret);
    const why = judged.ok ? this.#whyNot(judged) : judged.why;
    const accepted = why === undefined;
    if (accepted) this.#cloudflare.authenticate(clientId, clientSecret, { use: true });
    const used = judged.ok ? judged.used : undefined;
    const login: Login = { at: this.#clock.now(), clientId, accepted, used, why };
    this.logins.push(login);
    return login;
  }

  /** Why a pair that is valid is not let in all the same. */
  #whyNot({ token, used }: Extract<Authentication, { ok: true }>): Login['why'] {
    const { admits, propagationDelay } = this.settings;
    const known = used === 'previous' || this.#clock.now() >= token.secretMintedAt + propagationDelay;
    if (!known) return 'not-propagated';
    if (admits !== 'any-valid' && !admits.includes(token.id)) return 'not-admitted';
    return this.#flaps() ? 'flapping' : undefined;
  }

  #flaps(): boolean {
    const { flapping } = this.settings;
    if (flapping === undefined) return false;
    const over =
      flapping.kind === 'requests' ? this.#flapped >= flapping.count : this.#clock.now() >= flapping.instant;
    if (over) return false;
    this.#flapped += 1;
    return this.#flapped % 2 === 0;
  }

  /** A cookie from an earlier login opens only an application with an Allow policy, and never a strict one. */
  #hasSession(request: Request): boolean {
    if (this.settings.access !== 'mixed') return false;
    const cookie = /(?:^|;\s*)CF_Authorization=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1];
    return this.#clock.now() < (this.#sessions.get(cookie ?? '') ?? 0);
  }

  #cookie(clientId: string): string {
    const expiresAt = this.#clock.now() + SESSION;
    const value = signedToken(this.audience, {
      type: 'app',
      aud: this.audience,
      iss: `https://${this.#team}.cloudflareaccess.com`,
      sub: '',
      common_name: clientId,
      iat: Math.floor(this.#clock.now() / 1_000),
      exp: Math.floor(expiresAt / 1_000),
    });
    this.#sessions.set(value, expiresAt);
    return `CF_Authorization=${value}; Path=/; Secure; HttpOnly`;
  }

  /** `service_token_status` tells whether Access recognized the pair, whatever the policies say. */
  #meta(request: Request, login: Login | undefined): string {
    const url = new URL(request.url);
    return signedToken(this.audience, {
      type: 'meta',
      aud: this.audience,
      hostname: url.host,
      redirect_url: url.pathname + url.search,
      service_token_status: login?.why === 'not-admitted',
      is_warp: false,
      is_gateway: false,
      auth_status: 'NONE',
      iat: Math.floor(this.#clock.now() / 1_000),
    });
  }
}
