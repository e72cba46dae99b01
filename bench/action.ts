import { join } from 'node:path';
import type { Milliseconds } from '../src/model/time.ts';
import { evaluate, inputVariable, readActionDefinition } from '../sandbox/runner/action-definition.ts';
import { DEFAULT_GITHUB_CONTEXT, runnerVariables } from '../sandbox/runner/github-context.ts';
import { Workplace } from '../sandbox/runner/workplace.ts';
import { VIRTUAL_TIME } from '../sandbox/serve.ts';
import { demandSuccess, milliseconds, runNode, type Ended } from './child.ts';
import type { Order, Services, Tally } from './services.ts';

const ROOT = join(import.meta.dirname, '..');
/** Arguments for Node that let a process tell how much memory it held at most. */
export const PEAK_MEMORY = ['--import', join(import.meta.dirname, 'peak-memory.mjs')] as const;

export interface RunOptions extends Partial<Omit<Extract<Order, { kind: 'begin' }>, 'kind'>> {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Lets the process wait on the sandbox's clock, so that its waits take no time. */
  readonly virtualTime?: boolean;
  /** Measures the memory, at the cost of a slower start. */
  readonly memory?: boolean;
  /** Lets Node keep what it compiled in this folder, and take it from there. */
  readonly compileCache?: string;
}

export interface Measured extends Ended, Tally {
  /** From before the process was started until its first request was there. */
  readonly untilFirstRequest: Milliseconds;
}

/** The bundle as the runner starts it, process by process. */
export class Action {
  readonly #services: Services;
  readonly #bundle: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #workplace: Workplace;

  private constructor(services: Services, bundle: string, env: Record<string, string>, workplace: Workplace) {
    this.#services = services;
    this.#bundle = bundle;
    this.#env = env;
    this.#workplace = workplace;
  }

  /**
   * @param folder what has the `action.yml`
   * @param bundle instead of the one that it names
   */
  static async prepare(services: Services, folder = ROOT, bundle?: string): Promise<Action> {
    const workplace = await Workplace.create();
    const { origins, inputs } = services.started;
    const github = { ...DEFAULT_GITHUB_CONTEXT, api_url: origins.github };
    const definition = await readActionDefinition(folder);
    const defaults = definition.inputs.map(({ name, default: given }) => [name, evaluate(given, github)]);
    const all = {
      ...(Object.fromEntries(defaults) as Record<string, string>),
      ...inputs,
      'cloudflare-api-url': `${origins.cloudflare}/client/v4`,
      // So that no run renews, however many days the clock has been moved on.
      duration: 'forever',
    };
    const env = {
      ...runnerVariables(github, workplace, false),
      ...workplace.variables(),
      ...inputVariables(all),
      SANDBOX_CLOCK_URL: origins.control,
    };
    return new Action(services, bundle ?? join(folder, definition.main), env, workplace);
  }

  /** Runs the main step once. @throws Error where it fails */
  async run({
    inputs = {},
    virtualTime,
    memory,
    compileCache,
    ...begin
  }: RunOptions = {}): Promise<Measured> {
    await this.#services.begin(begin);
    const options = [...(virtualTime === true ? VIRTUAL_TIME : []), ...(memory === true ? PEAK_MEMORY : [])];
    const ended = await runNode([...options, this.#bundle], {
      ...this.#env,
      ...inputVariables(inputs),
      ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }),
    });
    demandSuccess(ended, 'the action');
    const tally = await this.#services.end();
    if (tally.firstRequestAt === undefined) throw new Error('the action sent no request');
    const untilFirstRequest = milliseconds(BigInt(tally.firstRequestAt) - ended.startedAt);
    return { ...ended, ...tally, untilFirstRequest };
  }

  async close(): Promise<void> {
    await this.#workplace.remove();
  }
}

function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [inputVariable(name), value]));
}
