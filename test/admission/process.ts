import type { Dependencies, Files } from '../../src/dependencies.ts';
import { run } from '../../src/main.ts';
import { post } from '../../src/post.ts';
import { recordingRunner, stepEnvironment, type Transcript } from '../../sandbox/in-process-run.ts';
import { Fate } from '../harness/process.ts';
import type { Befall } from '../harness/mishaps.ts';
import type { Stage } from './stage.ts';

const NO_FILES: Files = {
  realPath: (path) => Promise.reject(new Error(`no ${path}`)),
  read: (path) => Promise.reject(new Error(`no ${path}`)),
};

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

  main(befalls: readonly Befall[] = []): Promise<Ended> {
    return this.#process(befalls, run);
  }

  post(befalls: readonly Befall[] = []): Promise<Ended> {
    return this.#process(befalls, post);
  }

  async #process(befalls: readonly Befall[], main: (deps: Dependencies) => Promise<void>): Promise<Ended> {
    const { sandbox } = this.#stage;
    const fate = new Fate(sandbox.clock, sandbox.time, befalls);
    const { runner, transcript } = recordingRunner();
    let died = false;
    const step = main({
      env: this.#env,
      runner: {
        ...runner,
        saveState: (name, value) => {
          if (!died) this.#state = { ...this.#state, [name]: value };
        },
        getState: (name) => this.#state[name] ?? '',
      },
      files: NO_FILES,
      fetch: (input, init) => fate.send(new Request(input, init), sandbox.fetch),
      time: fate.time,
      randomBytes: sandbox.random,
      cancelled: fate.signal,
    });
    await Promise.race([
      step,
      fate.death.then(() => {
        died = true;
      }),
    ]);
    return { ...structuredClone(transcript()), died };
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
