import type { Dependencies, Files } from '../../src/model/dependencies.ts';
import { run } from '../../src/main.ts';
import { post } from '../../src/post.ts';
import { recordingRunner, stepEnvironment, type Transcript } from '../../sandbox/in-process-run.ts';
import type { Mishap } from '../harness/mishaps.ts';
import type { Stage } from './stage.ts';

const NO_FILES: Files = {
  realPath: (path) => Promise.reject(new Error(`no ${path}`)),
  read: (path) => Promise.reject(new Error(`no ${path}`)),
};

/** The request at which a process is killed: before it has any effect, or once it is answered. */
export interface Killing {
  readonly effect: Mishap['effect'];
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** How many such requests come before. */
  readonly skip: number;
}

/** The life of one process. */
class Life {
  readonly end: Promise<undefined>;
  isOver = false;
  readonly #die: () => void;
  readonly #killing: Killing | undefined;
  #left: number;

  constructor(killing: Killing | undefined) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.end = promise;
    this.#killing = killing;
    this.#left = killing?.skip ?? 0;
    this.#die = () => {
      this.isOver = true;
      resolve(undefined);
    };
  }

  send(request: Request, fetch: typeof globalThis.fetch): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { method, path, effect } = this.#killing ?? {};
    const fits = effect !== undefined && request.method === method && pathname + search === path;
    const isIt = fits && this.#left === 0;
    if (fits) this.#left -= 1;
    return this.during(async () => {
      if (isIt && effect.when === 'before') this.#die();
      if (this.isOver) throw died();
      const response = await fetch(request);
      if (isIt) this.#die();
      return response;
    });
  }

  /** What is waited for in a dead process never comes. */
  async during<T>(task: () => Promise<T>): Promise<T> {
    if (this.isOver) throw died();
    return Promise.race([task(), this.end.then(() => Promise.reject(died()))]);
  }
}

function died(): Error {
  return new Error('the process was killed');
}

/** What a step left behind when it ended or died. */
export interface Ended extends Transcript {
  readonly died: boolean;
}

/** A step: its main step, and the post step that the runner starts whatever became of it. */
export class Step {
  readonly #stage: Stage;
  readonly #env: Readonly<Record<string, string>>;
  #state: Readonly<Record<string, string>> = {};

  constructor(
    stage: Stage,
    inputs: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#stage = stage;
    this.#env = { ...stepEnvironment({ ...stage.sandbox.inputs(), ...inputs }), ...env };
  }

  /** What the main step has saved so far. */
  get state(): Readonly<Record<string, string>> {
    return this.#state;
  }

  main(killed?: Killing): Promise<Ended> {
    return this.#process(killed, run);
  }

  post(killed?: Killing): Promise<Ended> {
    return this.#process(killed, post);
  }

  /** The post step with another environment: the runner evaluates the inputs anew. */
  postWith(env: Readonly<Record<string, string>>): Promise<Ended> {
    return this.#process(undefined, (deps) => post({ ...deps, env }));
  }

  async #process(killed: Killing | undefined, main: (deps: Dependencies) => Promise<void>): Promise<Ended> {
    const { sandbox } = this.#stage;
    const { monotonic, wall, timeout, sleep } = sandbox.time;
    const life = new Life(killed);
    const { runner, transcript } = recordingRunner();
    const step = main({
      env: this.#env,
      runner: {
        ...runner,
        saveState: (name, value) => {
          if (!life.isOver) this.#state = { ...this.#state, [name]: value };
        },
        getState: (name) => this.#state[name] ?? '',
      },
      files: NO_FILES,
      fetch: (input, init) => life.send(new Request(input, init), sandbox.fetch),
      time: { monotonic, wall, timeout, sleep: (span, signal) => life.during(() => sleep(span, signal)) },
      randomBytes: sandbox.random,
      cancelled: new AbortController().signal,
    });
    await Promise.race([step, life.end]);
    return { ...structuredClone(transcript()), died: life.isOver };
  }
}

/** A step that leases a token, and has no credentials for GitHub. */
export function leaseStep(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Step {
  const empty = { 'github-token': '', repository: '', environment: '' };
  return new Step(stage, { operation: 'lease', 'token-name': 'job', ...empty, ...inputs }, env);
}
