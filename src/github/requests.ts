import type { Octokit } from '@octokit/rest';
import type { Dependencies } from '../model/dependencies.ts';
import type { ApiCredential } from '../http/api-credential.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import type { Weight } from '../http/pacing.ts';
import { readReply, type Reply } from '../http/reply.ts';
import { Sender } from '../http/sender.ts';
import { ServiceClock } from '../http/service-clock.ts';
import type { WaitBudget } from '../http/wait-budget.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import { classify } from './classify.ts';
import { RequestFailure } from './request-failure.ts';
import type { Route } from './routes.ts';
import { TargetProblem } from './target-problem.ts';

const API_VERSION = '2022-11-28';

const SUCCESS = {
  GET: [200],
  PUT: [201, 204],
  POST: [201],
  PATCH: [204],
  DELETE: [204],
} as const;

type Method = keyof typeof SUCCESS;

const WEIGHT: Readonly<Record<Method, Weight>> = {
  GET: 'read',
  PUT: 'write',
  POST: 'write',
  PATCH: 'write',
  DELETE: 'delete',
};
type Body = Readonly<Record<string, unknown>>;

/** How one request is to be sent, beside its route and body. */
export interface RequestOptions<T> {
  readonly credential: ApiCredential;
  /** Reads what is needed of the reply; undefined if it is not there, which counts as a lost reply. */
  readonly parse: (body: unknown) => T | undefined;
  /** The statuses that mean that it was done; if not given, those of its method. */
  readonly success?: readonly number[];
  /** Asked before the request is sent again. */
  readonly stillWanted?: () => Promise<boolean>;
  /** How many replies may be lost before it is given up; if not given, `max-wait` bounds it. */
  readonly mostLosses?: number;
}

/** What Octokit makes of a route and its parameters. */
interface BuiltRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

export interface RequestsOptions {
  readonly deps: Dependencies;
  readonly waitBudget: WaitBudget;
  readonly apiUrl: string;
  readonly requestTimeout: Milliseconds;
}

/**
 * GitHub's API in one run: Octokit builds the requests, the sender of this run sends them. All of them may be
 * repeated without harm: they read, delete, ask for one more token, or write the same value once more.
 */
export class Requests {
  readonly apiUrl: string;
  readonly #clock: ServiceClock;
  readonly #sender: Sender;
  readonly #fetch: typeof globalThis.fetch;
  #octokit: Promise<Octokit> | undefined;

  constructor({ deps, waitBudget, apiUrl, requestTimeout }: RequestsOptions) {
    this.apiUrl = apiUrl;
    this.#clock = new ServiceClock(deps.time);
    this.#sender = new Sender({ service: 'GitHub', waitBudget });
    this.#fetch = boundedFetch({ ...deps, clock: this.#clock, requestTimeout });
  }

  /** GitHub's clock. */
  now(): Instant {
    return this.#clock.now();
  }

  /**
   * Sends one request until it is answered.
   * @param body parameters beside those of the route; a function makes them when the turn of the request has come
   * @throws RequestFailure, or the Problem for which there is no token
   */
  async send<T>(
    method: Method,
    { path, parameters }: Route,
    { credential, parse, success = SUCCESS[method], ...limits }: RequestOptions<T>,
    body: Body | (() => Promise<Body>) = {},
  ): Promise<T> {
    const octokit = await (this.#octokit ??= this.#load());
    let sealed: unknown;
    const exchange = async (token: string): Promise<Reply> => {
      const given = typeof body === 'function' ? await body() : body;
      sealed = given['encrypted_value'];
      const request = octokit.request.endpoint({ ...given, ...parameters, method, url: path });
      return this.#exchange(request, token);
    };
    const sent = await this.#sender.send({
      ...limits,
      credential,
      parse,
      weight: WEIGHT[method],
      exchange,
      classify: (reply, { limits: times, token }) =>
        classify(reply, {
          success,
          now: this.now(),
          limits: times,
          submitted: [token, ...(typeof sealed === 'string' ? [sealed] : [])],
        }),
    });
    if (sent.kind === 'done') return sent.value;
    const { failure, applied } = sent;
    throw failure.kind === 'problem'
      ? TargetProblem.from(failure.problem, applied)
      : new RequestFailure(failure, applied);
  }

  async #exchange(request: BuiltRequest, token: string): Promise<Reply> {
    const { method, url, body } = request;
    const headers = new Headers({ authorization: `Bearer ${token}`, 'x-github-api-version': API_VERSION });
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) headers.set(name, String(value));
    }
    const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    return readReply(await this.#fetch(url, { method, headers, body: sent ?? null }));
  }

  async #load(): Promise<Octokit> {
    const { Octokit } = await import(/* webpackMode: "eager" */ '@octokit/rest');
    return new Octokit({
      baseUrl: this.apiUrl.replace(/\/+$/, ''),
      userAgent: 'cloudflare-access-service-token',
    });
  }
}
