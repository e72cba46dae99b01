import { openAccessPolicies, type AccessPolicies } from '../../src/cloudflare/access-policies.ts';
import type { ConnectionOptions } from '../../src/cloudflare/connection.ts';
import { openServiceTokens, type ServiceTokens } from '../../src/cloudflare/service-tokens.ts';
import type { Dependencies } from '../../src/model/dependencies.ts';
import { WaitBudget } from '../../src/http/wait-budget.ts';
import type { Scope, ServiceToken } from '../../src/model/service-token.ts';
import { MINUTE, SECOND, type Milliseconds } from '../../src/model/time.ts';
import { Problem } from '../../src/model/problem.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import type { Fault } from '../../sandbox/faults.ts';
import { recordingRunner, type Transcript } from '../../sandbox/in-process-run.ts';
import { Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts';
import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, ORIGINS, ZONE } from '../../sandbox/world.ts';

export const IN_ACCOUNT: Scope = { kind: 'account', id: ACCOUNT };
export const IN_ZONE: Scope = { kind: 'zone', id: ZONE };

/** What goes wrong with a request. */
export type Mishap = 'lost before' | 'lost after' | 'error before' | 'error after' | 'silent after';

const EFFECTS: Readonly<Record<Mishap, Fault['effect']>> = {
  'lost before': { kind: 'reset', when: 'before' },
  'lost after': { kind: 'reset', when: 'after' },
  'error before': { kind: 'reply', when: 'before', status: 502 },
  'error after': { kind: 'reply', when: 'after', status: 500 },
  'silent after': { kind: 'hang', when: 'after' },
};

/** Whatever may become of a request or its reply. */
export const MISHAPS: readonly Mishap[] = [
  'lost before',
  'lost after',
  'error before',
  'error after',
  'silent after',
];

/** Updates bring no secret, as documented. */
export const WITHOUT_SECRET: BenchOptions = { cloudflareSwitches: { updateReplyWithoutSecret: true } };

export interface BenchOptions extends SandboxOptions {
  readonly scope?: Scope;
  readonly maxWait?: Milliseconds;
}

/** The service tokens of an account or a zone on a sandbox, with all that is requested at hand. */
export class TokenBench {
  readonly sandbox: Sandbox;
  readonly scope: Scope;
  readonly deps: Dependencies;
  readonly waitBudget: WaitBudget;
  readonly tokens: ServiceTokens;
  /** Another run's, through the same API. */
  readonly other: ServiceTokens;
  readonly policies: AccessPolicies;
  readonly cancellation = new AbortController();
  readonly transcript: () => Transcript;

  constructor({ scope = IN_ACCOUNT, maxWait = 15 * MINUTE, ...options }: BenchOptions = {}) {
    this.sandbox = new Sandbox(options);
    this.scope = scope;
    const { time, fetch, random } = this.sandbox;
    const { runner, transcript } = recordingRunner();
    this.transcript = transcript;
    const noFile = (): Promise<never> => Promise.reject(new Error('no file is read here'));
    this.deps = {
      env: {},
      runner,
      files: { realPath: noFile, read: noFile },
      fetch,
      time,
      randomBytes: random,
      cancelled: this.cancellation.signal,
    };
    this.waitBudget = this.#budget(maxWait);
    this.tokens = this.#open(this.waitBudget);
    this.other = this.#open(this.#budget(maxWait));
    this.policies = openAccessPolicies(this.#options(this.waitBudget));
  }

  /** A token as a person makes it, and as this run reads it; a minute passes, so that the next update shows. */
  async created(name = 'ci'): Promise<ServiceToken> {
    const { id } = this.sandbox.cloudflare.createToken({ scope: this.scope, name });
    this.sandbox.clock.advance(MINUTE);
    return this.read(id);
  }

  async read(id: string): Promise<ServiceToken> {
    const token = await this.tokens.get(id);
    if (token === undefined) throw new Error(`no token ${id}`);
    this.forget();
    return token;
  }

  /** As Cloudflare has it, with its secrets. */
  record(id: string): TokenRecord {
    const record = this.sandbox.cloudflare.find(id);
    if (record === undefined) throw new Error(`no token ${id}`);
    return record;
  }

  forget(): void {
    this.sandbox.faults.log.length = 0;
  }

  get log(): readonly Exchange[] {
    return this.sandbox.faults.log;
  }

  /** The requests to Cloudflare, such as `PUT` or `POST rotate`, without those that pass unanswered over a mishap. */
  get requests(): readonly string[] {
    return this.log
      .filter(({ service }) => service === 'cloudflare')
      .map(({ method, path }) => {
        const action = /\/(rotate|refresh)$/.exec(path)?.[1];
        const list = /\/service_tokens(\?|$)/.test(path) && method === 'GET' ? 'list' : action;
        return list === undefined ? method : `${method} ${list}`;
      });
  }

  /** How often the secret of any token was minted. */
  get minted(): number {
    return this.sandbox.cloudflare.mintedSecrets.length;
  }

  strike(mishap: Mishap, request: Omit<Fault, 'name' | 'effect'>): void {
    this.sandbox.faults.add({ name: mishap, service: 'cloudflare', ...request, effect: EFFECTS[mishap] });
  }

  /** Faults and intrusions that never happened: with any, a test proved nothing. */
  get unused(): readonly unknown[] {
    return [...this.sandbox.faults.unused(), ...this.sandbox.secondWriter.unused()];
  }

  #budget(maxWait: Milliseconds): WaitBudget {
    const { time, runner, cancelled } = this.deps;
    return new WaitBudget({ maxWait, time, runner, cancelled });
  }

  #open(waitBudget: WaitBudget): ServiceTokens {
    return openServiceTokens(this.#options(waitBudget));
  }

  #options(waitBudget: WaitBudget): ConnectionOptions {
    const { write } = CLOUDFLARE_CREDENTIALS;
    const cloudflare = {
      credentials: { kind: 'api-token', token: write },
      apiUrl: `${ORIGINS.cloudflare}/client/v4`,
    } as const;
    const settings = { scope: this.scope, cloudflare, requestTimeout: 30 * SECOND };
    return { deps: this.deps, settings, waitBudget };
  }
}

/** The code of the problem that is thrown; undefined if nothing is. */
export async function codeOf(task: Promise<unknown>): Promise<string | undefined> {
  try {
    await task;
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}
