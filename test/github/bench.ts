import { filesOf } from '../../sandbox/in-process-run.ts';
import { WaitBudget } from '../../src/http/wait-budget.ts';
import type { Dependencies, Runner } from '../../src/model/dependencies.ts';
import {
  openSecretStores,
  TargetProblem,
  type ReadableTarget,
  type SecretStores,
  type SecretStoresOptions,
} from '../../src/github/stores.ts';
import { ClientSecret } from '../../src/model/client-secret.ts';
import { MINUTE, SECOND, type Milliseconds } from '../../src/model/time.ts';
import type { StoredSecret, Target, TargetState } from '../../src/model/target.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import { Sandbox, WEB, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { GITHUB_TOKENS, ORIGINS } from '../../sandbox/world.ts';

type Settings = SecretStoresOptions['settings'];

export interface BenchOptions extends SandboxOptions {
  readonly token?: string;
  readonly targets?: readonly Target[];
  readonly createsEnvironments?: boolean;
  readonly credentials?: Settings['github']['credentials'];
  readonly apiUrl?: string;
  readonly maxWait?: Milliseconds;
  readonly access?: 'read' | 'write';
  /** Put before the sandbox's own. */
  readonly fetch?: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch;
}

/** The secret stores on a sandbox, with all that they say and do at hand. */
export class Bench {
  readonly sandbox: Sandbox;
  readonly stores: SecretStores;
  readonly lines: string[] = [];
  readonly masked: string[] = [];
  readonly waitBudget: WaitBudget;
  readonly cancellation = new AbortController();
  readonly #createsEnvironments: boolean;

  constructor(options: BenchOptions = {}) {
    this.#createsEnvironments = options.createsEnvironments ?? false;
    this.sandbox = new Sandbox(options);
    const { time, fetch, random } = this.sandbox;
    const deps: Dependencies = {
      env: {},
      runner: this.#runner(),
      fetch: options.fetch?.(fetch) ?? fetch,
      time,
      files: filesOf({}),
      randomBytes: random,
      cancelled: this.cancellation.signal,
    };
    this.waitBudget = new WaitBudget({
      maxWait: options.maxWait ?? 15 * MINUTE,
      time,
      runner: deps.runner,
      cancelled: deps.cancelled,
    });
    const token = options.token ?? GITHUB_TOKENS.write;
    this.stores = openSecretStores({
      deps,
      waitBudget: this.waitBudget,
      access: options.access ?? 'write',
      settings: {
        github: {
          credentials: options.credentials ?? { kind: 'token', token },
          apiUrl: options.apiUrl ?? ORIGINS.github,
        },
        requestTimeout: 30 * SECOND,
      },
      targets: options.targets ?? [WEB],
      createsEnvironments: this.#createsEnvironments,
    });
  }

  get log(): readonly Exchange[] {
    return this.sandbox.faults.log;
  }

  /** `METHOD path` of every request so far. */
  get requests(): readonly string[] {
    return this.log.map(({ method, path }) => `${method} ${path}`);
  }

  /** Seconds that have passed since the start. */
  get elapsed(): number {
    return this.sandbox.time.monotonic() / SECOND;
  }

  async observe(target: Target): Promise<TargetState> {
    const [state] = await this.stores.observe([target], () => this.#createsEnvironments);
    if (state === undefined) throw new Error('one state for one target');
    return state;
  }

  async observed(target: Target = WEB): Promise<ReadableTarget> {
    const state = await this.observe(target);
    if (state.kind !== 'readable') throw new Error(`not readable: ${problemOf(state)}`);
    return state;
  }

  /** Writes a secret of that name. */
  write(state: ReadableTarget, name: string, value: string): Promise<void> {
    const target = { ...state.target, clientSecretName: name };
    return this.stores.writeClientSecret({ ...state, target }, new ClientSecret(value));
  }

  /** Reads a secret of that name. */
  read({ target }: ReadableTarget, name: string): Promise<StoredSecret | undefined> {
    return this.stores.readClientSecret({ ...target, clientSecretName: name });
  }

  /** Removes a secret of that name. */
  remove(target: Target, name: string): Promise<'deleted' | 'absent'> {
    return this.stores.removeClientSecret({ ...target, clientSecretName: name });
  }

  #runner(): Runner {
    const line = (kind: string) => (text: string) => void this.lines.push(`${kind}: ${text}`);
    const nothing = (): void => undefined;
    return {
      info: line('info'),
      debug: line('debug'),
      notice: line('notice'),
      warning: line('warning'),
      error: line('error'),
      startGroup: nothing,
      endGroup: nothing,
      setSecret: (value) => void this.masked.push(value),
      setOutput: nothing,
      saveState: nothing,
      getState: () => '',
      writeSummary: () => Promise.resolve(),
      fail: nothing,
    };
  }
}

/** What is thrown, as the problem that it must be. */
export async function failureOf(task: Promise<unknown>): Promise<TargetProblem> {
  const error: unknown = await task.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TargetProblem) return error;
  throw new Error('no target problem was thrown', { cause: error });
}

/** The whole text of an unreadable target's problem. */
export function problemOf(state: TargetState): string {
  return state.kind === 'unreadable' ? `${state.problem.code}: ${state.problem.text}` : state.kind;
}
