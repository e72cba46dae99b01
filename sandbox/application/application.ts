import type { KeyObject } from 'node:crypto';
import type { Instant } from '../../src/model/time.ts';
import type { VirtualClock } from '../clock.ts';
import { admission, type Visitor } from '../cloudflare/access/evaluation.ts';
import type { AccessState, ApplicationRecord, PolicyRecord } from '../cloudflare/access/records.ts';
import { hex, type Random } from '../cloudflare/minting.ts';
import type { TokenRecord } from '../cloudflare/records.ts';
import type { Authentication, CloudflareService } from '../cloudflare/service.ts';
import type { Handler } from '../exchange.ts';
import { signedToken, signingKeys } from './assertion.ts';
import { modeOf, type DefiniteMode } from './mode.ts';
import { edgeAnswer, originAnswer, type Answer } from './origin.ts';
import { establishApplication, OwnPolicy } from './own-policy.ts';
import { isMalformed, presentedPair, type PresentedPair } from './presented-pair.ts';
import { refusal } from './refusal.ts';
import { SessionCookies } from './session-cookies.ts';
import { DEFAULT_SETTINGS, type ApplicationSettings } from './settings.ts';

export interface ApplicationOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly cloudflare: CloudflareService;
  /** The first label of `<team>.cloudflareaccess.com`; `acme` if not given. */
  readonly team?: string;
  readonly settings?: Partial<ApplicationSettings>;
  /** The application that this one is at Cloudflare; if not given, one with a policy for any valid service token. */
  readonly record?: ApplicationRecord;
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

/** What Access goes by while it answers one request. */
interface Moment {
  readonly request: Request;
  readonly state: AccessState;
  readonly record: ApplicationRecord;
  readonly mode: DefiniteMode;
}

interface Judged {
  readonly login: Login;
  /** Given if the login is accepted. */
  readonly entry: { readonly token: TokenRecord; readonly policy: PolicyRecord } | undefined;
}

/** The account of an application that is made before there is any account. */
const NO_ACCOUNT = '0'.repeat(32);

/**
 * An application behind Cloudflare Access. A request passes the edge, then Access, then reaches the
 * origin; `settings` says what each of them does, apart from the policies, which say whom Access lets in.
 * No reply carries a credential that was presented.
 */
export class ProtectedApplication {
  /** May be changed at any time. */
  readonly settings: ApplicationSettings;
  /** Id of the application at Cloudflare. */
  readonly id: string;
  /** The application's audience tag: 64 hex digits. */
  readonly audience: string;
  /** Id of the policy that `settings.admits` is about. */
  readonly policyId: string;
  /** Every request with a pair that came to Access, oldest first. */
  readonly logins: Login[] = [];
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #cloudflare: CloudflareService;
  readonly #team: string;
  readonly #sessions: SessionCookies;
  /** Requests that flapping has decided on. */
  #flapped = 0;
  /** Requests that a delayed change of a policy has decided on. */
  #delayed = 0;

  constructor({ clock, random, cloudflare, team = 'acme', settings, record }: ApplicationOptions) {
    const { access } = cloudflare;
    this.#clock = clock;
    this.#random = random;
    this.#cloudflare = cloudflare;
    this.#team = team;
    this.#sessions = new SessionCookies(clock, access, team);
    this.audience = record?.audience ?? hex(random(32));
    const scope = { kind: 'account', id: access.scopes.firstAccount ?? NO_ACCOUNT } as const;
    this.id = (record ?? establishApplication(access, scope, this.audience)).id;
    const own = new OwnPolicy(access, this.id);
    this.policyId = own.id;
    const { admits = record === undefined ? DEFAULT_SETTINGS.admits : [] } = settings ?? {};
    own.admit(admits, { established: record === undefined });
    this.settings = Object.defineProperty({ ...DEFAULT_SETTINGS, ...settings }, 'admits', {
      enumerable: true,
      get: () => own.admits,
      set: (value: ApplicationSettings['admits']) => {
        own.admit(value);
      },
    });
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
    const state = this.#stateAtThisEdge();
    const record = state.applications.get(this.id);
    if (access === 'unprotected' || record === undefined) return passed;
    const mode = access === 'as-configured' ? modeOf(record, state, this.#cloudflare.access) : access;
    const moment = { request, state, record, mode };
    const isStrict = mode === 'strict' || mode === 'strict-mixed';
    if (isStrict && isMalformed(request.headers, singleHeader)) return this.#refuse(moment, true, undefined);
    const pair = presentedPair(request.headers, singleHeader);
    const { login, entry } = (pair && this.#judge(pair, moment)) ?? {};
    if (entry !== undefined) {
      if (isStrict || entry.policy.fields['decision'] === 'bypass') return passed;
      const cookie = this.#sessions.begin(record, entry.policy, entry.token);
      return { ...passed, headers: { ...passed.headers, 'set-cookie': cookie } };
    }
    const mayPassAnyway = pair === undefined || !isStrict;
    if (mayPassAnyway && (this.#admission(undefined, moment) !== undefined || this.#hasSession(moment))) {
      return passed;
    }
    return this.#refuse(moment, login !== undefined, login);
  }

  /** What this place knows of the configuration: a change may not have reached it yet. */
  #stateAtThisEdge(): AccessState {
    const { switches, store } = this.#cloudflare.access;
    if (switches.edgeDelay === 0) return store.state;
    this.#delayed += 1;
    const knowsAll = switches.edgesDiffer && this.#delayed % 2 === 1;
    return knowsAll ? store.state : store.at(this.#clock.now() - switches.edgeDelay);
  }

  #judge({ clientId, clientSecret }: PresentedPair, moment: Moment): Judged {
    const judged = this.#cloudflare.authenticate(clientId, clientSecret);
    const policy = judged.ok ? this.#admission(judged.token, moment) : undefined;
    const why = judged.ok ? this.#whyNot(judged, policy) : judged.why;
    const accepted = why === undefined;
    if (accepted) this.#cloudflare.authenticate(clientId, clientSecret, { use: true });
    const used = judged.ok ? judged.used : undefined;
    const login: Login = { at: this.#clock.now(), clientId, accepted, used, why };
    this.logins.push(login);
    const entry = accepted && judged.ok && policy !== undefined ? { token: judged.token, policy } : undefined;
    return { login, entry };
  }

  /** Why a pair that is valid is not let in all the same. */
  #whyNot(
    { token, used }: Extract<Authentication, { ok: true }>,
    policy: PolicyRecord | undefined,
  ): Login['why'] {
    const { propagationDelay } = this.settings;
    const known = used === 'previous' || this.#clock.now() >= token.secretMintedAt + propagationDelay;
    if (!known) return 'not-propagated';
    if (policy === undefined) return 'not-admitted';
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

  #admission(token: Visitor['token'], { state, record }: Moment): PolicyRecord | undefined {
    const { address, country } = this.settings;
    const { scopes, switches } = this.#cloudflare.access;
    return admission(record, { token, address, country }, { state, scopes, switches });
  }

  /** A session opens only an application with an Allow policy, and while a policy admits its token. */
  #hasSession(moment: Moment): boolean {
    const { strictIgnoresSessions, sessionsOutlivePolicies } = this.#cloudflare.access.switches;
    const { mode, request } = moment;
    if (mode !== 'mixed' && (mode !== 'strict-mixed' || strictIgnoresSessions)) return false;
    const session = this.#sessions.presented(request.headers, this.id, (id) => this.#cloudflare.find(id));
    if (session === undefined) return false;
    return sessionsOutlivePolicies || this.#admission(session.token, moment) !== undefined;
  }

  #refuse({ request, mode }: Moment, presented: boolean, login: Login | undefined): Answer {
    const refused = {
      request,
      team: this.#team,
      audience: this.audience,
      presented,
      known: login?.why === 'not-admitted',
      meta: () => this.#meta(request, login),
      session: () => hex(this.#random(16)),
    };
    return refusal(refused, mode, this.settings);
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
