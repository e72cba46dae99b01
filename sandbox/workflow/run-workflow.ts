import { DEFAULT_GITHUB_CONTEXT, type GitHubContext } from '../runner/github-context.ts';
import type { SecretPlace } from '../github/places.ts';
import { fill, holds, type JobStatus } from './expressions.ts';
import type { Machine } from './machine.ts';
import { runJob, type JobRun, type OutsideAction } from './run-job.ts';
import type { Workflow, WorkflowJob } from './workflow.ts';

type Texts = Readonly<Record<string, string>>;

/** The repository that has the workflow, on the machine that runs its jobs. */
export interface Surroundings {
  readonly machine: Machine;
  readonly owner: string;
  readonly repository: string;
  /** Variables beside those that GitHub stores, which count before them. */
  readonly vars: Texts;
  /** Differences from github.com. */
  readonly github?: Texts;
  readonly outside?: Readonly<Record<string, OutsideAction>>;
  /** The files of the repository that a checkout brings: texts by path. */
  readonly files?: Texts;
}

/** What happened that starts the workflow. */
export interface Occasion {
  readonly event: string;
  /** `github.event`. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** What a person gave to `workflow_dispatch`. */
  readonly inputs?: Texts;
}

export interface WorkflowRun {
  readonly conclusion: 'success' | 'failure';
  readonly jobs: readonly JobRun[];
}

let runs = 0;

/**
 * Runs a workflow as GitHub does: secrets and variables of the repository as they are now, those of an environment
 * as they are when its job starts, and only for its steps. The jobs of a matrix run one after another.
 * @throws Error where the occasion does not start it, and for whatever the sandbox would have to pass over
 */
export async function runWorkflow(
  workflow: Workflow,
  occasion: Occasion,
  surroundings: Surroundings,
): Promise<WorkflowRun> {
  const dispatched = inputsOf(workflow, occasion);
  const { owner, repository, machine } = surroundings;
  runs += 1;
  const github: GitHubContext = {
    ...DEFAULT_GITHUB_CONTEXT,
    ...surroundings.github,
    repository: `${owner}/${repository}`,
    run_id: String(8_000_000_000 + runs),
    workflow: workflow.name,
    event_name: occasion.event,
  };
  const queued = secretsAt(machine, { kind: 'repository', owner, repository, app: 'actions' });
  const stored = machine.sandbox.github.vars(owner, repository);
  const jobs: JobRun[] = [];
  for (const job of workflow.jobs) {
    machine.sandbox.github.addToken({
      token: workflowToken(job),
      kind: 'github_token',
      permissions: levelsOf(job),
      repositories: [`${owner}/${repository}`],
    });
    const needs = Object.fromEntries(
      job.needs.map((id) => [id, { result: resultOf(jobs, id), outputs: outputsOf(workflow, jobs, id) }]),
    );
    const common = {
      needs,
      vars: { ...stored, ...surroundings.vars },
      inputs: dispatched,
      github: {
        ...github,
        repository_owner: owner,
        job: job.id,
        event: occasion.payload ?? {},
        token: workflowToken(job),
      },
    };
    const status = worst(Object.values(needs).map(({ result }) => result));
    let stopped = !holds(job.if, common, status);
    let skipped: JobStatus = 'skipped';
    for (const matrix of job.matrix) {
      if (stopped) {
        jobs.push({ id: job.id, matrix, conclusion: skipped, outputs: {}, steps: [], posts: [] });
        continue;
      }
      const environment = environmentOf(job, { ...common, matrix }, surroundings);
      const secrets = { ...queued, ...environment.secrets };
      const vars = { ...common.vars, ...environment.vars };
      const run = await runJob(job, matrix, {
        machine,
        github: { ...github, job: job.id },
        contexts: { ...common, vars, secrets },
        secrets: [...Object.values(secrets), workflowToken(job)],
        env: workflow.env,
        outside: surroundings.outside ?? {},
        files: surroundings.files ?? {},
        permissions: job.permissions,
      });
      jobs.push(run);
      if (run.conclusion === 'failure' && job.failFast) [stopped, skipped] = [true, 'cancelled'];
    }
  }
  return {
    conclusion: jobs.some(({ conclusion }) => conclusion === 'failure') ? 'failure' : 'success',
    jobs,
  };
}

/** The token of a job says itself what the job was granted, for commands that do not ask GitHub. */
function workflowToken({ permissions }: WorkflowJob): string {
  return `ghs_sandbox_${Buffer.from(JSON.stringify(permissions)).toString('base64url')}`;
}

function levelsOf({ permissions }: WorkflowJob): Record<string, 'read' | 'write'> {
  const granted: Record<string, 'read' | 'write'> = {};
  for (const [permission, level] of Object.entries(permissions)) {
    if (level === 'read' || level === 'write') granted[permission] = level;
  }
  return granted;
}

function resultOf(jobs: readonly JobRun[], id: string): JobStatus {
  return worst(jobs.filter((job) => job.id === id).map(({ conclusion }) => conclusion));
}

/** Of the last job of a matrix that has a value; empty for one that was dropped or never set. */
function outputsOf({ jobs: all }: Workflow, jobs: readonly JobRun[], id: string): Texts {
  const declared = Object.keys(all.find((job) => job.id === id)?.outputs ?? {}).map((name) => [name, '']);
  const set = jobs.filter((job) => job.id === id).flatMap(({ outputs }) => Object.entries(outputs));
  return Object.fromEntries([...declared, ...set]) as Texts;
}

function worst(statuses: readonly JobStatus[]): JobStatus {
  return (['failure', 'cancelled', 'skipped'] as const).find((one) => statuses.includes(one)) ?? 'success';
}

/** What the environment of a job adds; GitHub makes one that a job names and that is not there. */
function environmentOf(
  job: WorkflowJob,
  contexts: Readonly<Record<string, unknown>>,
  { machine, owner, repository }: Surroundings,
): { readonly secrets: Texts; readonly vars: Texts } {
  if (job.environment === undefined) return { secrets: {}, vars: {} };
  const environment = fill(job.environment, contexts);
  const { github } = machine.sandbox;
  if (github.environmentProtection(owner, repository, environment) === undefined) {
    github.addEnvironment(owner, repository, environment);
  }
  const place: SecretPlace = { kind: 'environment', owner, repository, environment };
  const vars = github.variableNames(place).map((name) => [name, github.variable(place, name)?.value ?? '']);
  return { secrets: secretsAt(machine, place), vars: Object.fromEntries(vars) as Texts };
}

function secretsAt({ sandbox: { github } }: Machine, place: SecretPlace): Texts {
  return Object.fromEntries(
    github.secretNames(place).map((name) => [name, github.secret(place, name)?.value ?? '']),
  );
}

interface DispatchInput {
  readonly default?: string;
  readonly options?: readonly string[];
  readonly required?: boolean;
}

/** Checks that the occasion starts the workflow. @returns the `inputs` context */
function inputsOf({ name, on }: Workflow, { event, payload, inputs = {} }: Occasion): Texts {
  const narrowed = on[event];
  if (narrowed === undefined) throw new Error(`${event} does not start ${name}`);
  const { types, inputs: declared } = (narrowed ?? {}) as {
    readonly types?: readonly string[];
    readonly inputs?: Readonly<Record<string, DispatchInput>>;
  };
  if (types?.includes(String(payload?.['action'])) === false) {
    throw new Error(`${event} with another action than ${types.join(', ')} does not start ${name}`);
  }
  const given = Object.entries(declared ?? {}).map(([key, input]) => {
    const value = inputs[key] ?? input.default;
    if (value === undefined || input.options?.includes(value) === false) {
      throw new Error(`${name} cannot be started with the input ${key}: ${value ?? 'not given'}`);
    }
    return [key, value];
  });
  return Object.fromEntries(given) as Texts;
}
