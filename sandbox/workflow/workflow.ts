import { parse } from 'yaml';

type Texts = Readonly<Record<string, string>>;

export interface WorkflowStep {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly if: string | undefined;
  /** `owner/name@commit`; undefined where the step is a script. */
  readonly uses: string | undefined;
  readonly with: Texts;
  readonly run: string | undefined;
  readonly env: Texts;
}

export interface WorkflowJob {
  readonly id: string;
  readonly if: string | undefined;
  readonly needs: readonly string[];
  readonly permissions: Texts;
  readonly environment: string | undefined;
  readonly failFast: boolean;
  /** One set of values for each time that the job runs. */
  readonly matrix: readonly Texts[];
  readonly env: Texts;
  /** What jobs that need this one can read of its steps. */
  readonly outputs: Texts;
  readonly steps: readonly WorkflowStep[];
}

/** A workflow file as far as the sandbox can run one. */
export interface Workflow {
  readonly name: string;
  /** By event, what it is narrowed to. */
  readonly on: Readonly<Record<string, unknown>>;
  readonly env: Texts;
  /** In an order in which each comes after those that it needs. */
  readonly jobs: readonly WorkflowJob[];
}

/** What does not change what a run does, beside what is read. */
const WORKFLOW_KEYS = ['name', 'on', 'permissions', 'concurrency', 'env', 'jobs'];
const JOB_KEYS = [
  ...['name', 'if', 'needs', 'runs-on', 'permissions', 'environment', 'strategy', 'env', 'steps'],
  ...['timeout-minutes', 'concurrency', 'outputs'],
];
const STEP_KEYS = ['id', 'name', 'if', 'uses', 'with', 'run', 'env', 'timeout-minutes'];

/** @throws Error where it holds something that the sandbox would have to pass over */
export function parseWorkflow(text: string): Workflow {
  const top = mapping(parse(text), 'the workflow', WORKFLOW_KEYS);
  const permissions = texts(top['permissions'], 'permissions');
  const jobs = Object.entries(mapping(top['jobs'], 'jobs')).map(([id, job]) => jobOf(id, job, permissions));
  const on = top['on'];
  return {
    name: textOf(top['name']) ?? '',
    on: typeof on === 'string' ? { [on]: null } : mapping(on, 'on'),
    env: texts(top['env'], 'env'),
    jobs: inOrder(jobs),
  };
}

function jobOf(id: string, given: unknown, inherited: Texts): WorkflowJob {
  const job = mapping(given, `the job ${id}`, JOB_KEYS);
  const strategy = mapping(job['strategy'], `the strategy of ${id}`, ['fail-fast', 'matrix']);
  const needs = job['needs'] ?? [];
  return {
    id,
    if: textOf(job['if']),
    needs: (Array.isArray(needs) ? needs : [needs]).map(String),
    permissions: job['permissions'] === undefined ? inherited : texts(job['permissions'], 'permissions'),
    environment: textOf(job['environment']),
    failFast: strategy['fail-fast'] !== false,
    matrix: combinations(mapping(strategy['matrix'], `the matrix of ${id}`)),
    env: texts(job['env'], `the env of ${id}`),
    outputs: texts(job['outputs'], `the outputs of ${id}`),
    steps: list(job['steps'], `the steps of ${id}`).map((step) => stepOf(id, step)),
  };
}

function stepOf(job: string, given: unknown): WorkflowStep {
  const step = mapping(given, `a step of ${job}`, STEP_KEYS);
  if ((step['uses'] === undefined) === (step['run'] === undefined)) {
    throw new Error(`a step of ${job} has none or both of uses and run`);
  }
  return {
    id: textOf(step['id']),
    name: textOf(step['name']),
    if: textOf(step['if']),
    uses: textOf(step['uses']),
    with: texts(step['with'], `with of a step of ${job}`),
    run: textOf(step['run']),
    env: texts(step['env'], `env of a step of ${job}`),
  };
}

function combinations(matrix: Readonly<Record<string, unknown>>): Texts[] {
  return Object.entries(matrix).reduce<Texts[]>(
    (sets, [name, values]) =>
      sets.flatMap((set) =>
        list(values, `matrix.${name}`).map((value) => ({ ...set, [name]: String(value) })),
      ),
    [{}],
  );
}

function inOrder(jobs: readonly WorkflowJob[]): WorkflowJob[] {
  const ordered: WorkflowJob[] = [];
  while (ordered.length < jobs.length) {
    const next = jobs.find(
      (job) => !ordered.includes(job) && job.needs.every((needed) => ordered.some(({ id }) => id === needed)),
    );
    if (next === undefined) throw new Error('jobs need each other, or one that is not there');
    ordered.push(next);
  }
  return ordered;
}

function mapping(value: unknown, what: string, keys?: readonly string[]): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${what} is no mapping`);
  const unknown = Object.keys(value).find((key) => keys?.includes(key) === false);
  if (unknown !== undefined) throw new Error(`the sandbox does not know '${unknown}' in ${what}`);
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value as unknown[];
}

function texts(value: unknown, what: string): Texts {
  const pairs = Object.entries(mapping(value, what));
  return Object.fromEntries(pairs.map(([key, one]) => [key, textOf(one) ?? '']));
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new Error('the sandbox knows only text, numbers and booleans as values');
}
