import type { Octokit } from '@octokit/rest';
import type { Dependencies } from '../dependencies.ts';
import { boundedFetch } from '../http/bounded-fetch.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import type { WaitBudget } from '../http/wait-budget.ts';
import { ServiceClock } from '../http/service-clock.ts';
import { Delivery, type Sending } from './delivery.ts';
import { Pacing } from './pacing.ts';
import type { Reply } from './replies.ts';
import type { Route } from './routes.ts';

const API_VERSION = '2022-11-28';
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export interface RequestsOptions {
  readonly deps: Dependencies;
  readonly waitBudget: WaitBudget;
  readonly apiUrl: string;
  readonly requestTimeout: Milliseconds;
}

/** Octokit for one run, with every request of it paced, bounded and sent again where that is of use. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #clock: ServiceClock;
  readonly #delivery: Delivery;
  #octokit: Promise<Octokit> | undefined;

  constructor(options: RequestsOptions) {
    const { deps, waitBudget } = options;
    this.#options = options;
    this.#clock = new ServiceClock(deps.time);
    this.#delivery = new Delivery({
      pacing: new Pacing(deps),
      waitBudget,
      now: () => this.now(),
      cancelled: deps.cancelled,
    });
  }

  get apiUrl(): string {
    return this.#options.apiUrl;
  }

  /** GitHub's clock. */
  now(): Instant {
    return this.#clock.now();
  }

  /**
   * Sends one request until it is answered.
   * @throws RequestFailure, or the Problem for which there is no token
   */
  async send<T>(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    { path, parameters }: Route,
    sending: Sending<T>,
    body: Readonly<Record<string, unknown>> = {},
  ): Promise<T> {
    const { request } = await this.octokit();
    const reply: Reply = await request(`${method} ${path}`, { ...body, ...parameters, request: { sending } });
    // The hook below has put there what `parse` made of the data.
    return reply.data as T;
  }

  /** Every request through it needs a `Sending` in its `request.sending` option. */
  octokit(): Promise<Octokit> {
    return (this.#octokit ??= this.#load());
  }

  async #load(): Promise<Octokit> {
    const { Octokit } = await import(/* webpackMode: "eager" */ '@octokit/rest');
    const { deps, apiUrl, requestTimeout } = this.#options;
    const { fetch, time, cancelled } = deps;
    const octokit = new Octokit({
      baseUrl: apiUrl.replace(/\/+$/, ''),
      userAgent: 'cloudflare-access-service-token',
      // On its own Octokit prints requests that fail and endpoints that are deprecated.
      log: SILENT,
      request: {
        log: SILENT,
        fetch: boundedFetch({ fetch, time, clock: this.#clock, requestTimeout, cancelled }),
      },
    });
    octokit.hook.wrap('request', (request, options) => {
      options.headers['x-github-api-version'] = API_VERSION;
      const { sending } = options.request as { sending?: Sending<unknown> };
      if (sending === undefined) throw new TypeError('a request that nobody said how to send');
      const send = async (): Promise<Reply> => request(options);
      return this.#delivery.deliver(send, options, sending) as ReturnType<typeof request>;
    });
    return octokit;
  }
}

function ignore(): void {
  // What Octokit has to say is not for the log.
}
