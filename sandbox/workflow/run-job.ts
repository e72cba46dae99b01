import { OUTPUTS } from '../../src/report/outputs.ts';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GitHubContext } from '../runner/github-context.ts';
import { runAction, runPost, type Step } from '../runner/run-action.ts';
import { fill, holds, type Contexts, type JobStatus } from './expressions.ts';
import type { Machine } from './machine.ts';
import { runScript } from './script-step.ts';
import type { WorkflowJob, WorkflowStep } from './workflow.ts';

const ROOT = join(import.meta.dirname, '../..');

/** How the documentation names this project's action. */
export const OWN_ACTION = 'OWNER/REPOSITORY';
const CHECKOUT = 'actions/checkout';

type Texts = Readonly<Record<string, string>>;

/** An action of others, by what it outputs for its inputs. */
export type OutsideAction = (inputs: Texts) => Texts;

export interface JobSettings {
  readonly machine: Machine;
  readonly github: GitHubContext;
  /** All but `env`, `steps` and `job`. */
  readonly contexts: Contexts;
  readonly secrets: readonly string[];
  /** The workflow's. */
  readonly env: Texts;
  /** By `owner/name`. */
  readonly outside: Readonly<Record<string, OutsideAction>>;
  /** What `actions/checkout` brings: texts by path. */
  readonly files: Texts;
  readonly permissions: Texts;
}

/** The same, with the folder that the steps share. */
type StepSettings = JobSettings & { readonly workspace: string };

export interface StepRun {
  readonly step: WorkflowStep;
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'skipped';
  readonly outputs: Texts;
  readonly log: string;
  readonly summary: string;
}

export interface JobRun {
  readonly id: string;
  readonly matrix: Texts;
  readonly conclusion: JobStatus;
  /** As jobs that need this one get them: without those that hold a masked value. */
  readonly outputs: Texts;
  readonly steps: readonly StepRun[];
  /** After the job, the last step's first. */
  readonly posts: readonly Step[];
}

/** What one step leaves to the rest of its job. */
interface Done {
  readonly run: Pick<StepRun, 'conclusion' | 'outputs' | 'log' | 'summary'>;
  /** Of an action that may have something to do at the end. */
  readonly action?: Step;
}

/** Runs the steps in order and the posts of actions in reverse, whatever became of the job. */
export async function runJob(job: WorkflowJob, matrix: Texts, settings: JobSettings): Promise<JobRun> {
  const workspace = await mkdtemp(join(tmpdir(), 'workspace-'));
  try {
    return await runSteps(job, matrix, { ...settings, workspace });
  } finally {
    await rm(workspace, { recursive: true });
  }
}

async function runSteps(job: WorkflowJob, matrix: Texts, settings: StepSettings): Promise<JobRun> {
  const steps: StepRun[] = [];
  const actions: Step[] = [];
  let status: JobStatus = 'success';
  for (const step of job.steps) {
    const known = Object.fromEntries(
      job.steps
        .slice(0, steps.length)
        .flatMap(({ id }, index) => (id === undefined ? [] : [[id, contextOf(steps[index])]])),
    );
    const contexts: Contexts = { ...settings.contexts, matrix, steps: known };
    const jobEnv = environment([settings.env, job.env], contexts);
    const done: Done = holds(step.if, { ...contexts, env: jobEnv }, status)
      ? await runStep(step, contexts, jobEnv, maskedBy(settings, actions), settings)
      : { run: { conclusion: 'skipped', outputs: skippedOutputs(step), log: '', summary: '' } };
    steps.push({ step, ...done.run });
    if (done.action !== undefined) actions.push(done.action);
    if (done.run.conclusion === 'failure') status = 'failure';
  }
  const posts: Step[] = [];
  for (const action of actions.reverse()) {
    const post = await runPost(action);
    if (post !== undefined) posts.push(post);
  }
  const all = Object.fromEntries(
    steps.flatMap((run) => (run.step.id ? [[run.step.id, contextOf(run)]] : [])),
  );
  const masks = maskedBy(settings, actions).filter((mask) => mask !== '');
  const outputs = Object.entries(filledIn(job.outputs, { ...settings.contexts, matrix, steps: all }));
  const shown = outputs.filter(([, value]) => !masks.some((mask) => value.includes(mask)));
  return { id: job.id, matrix, conclusion: status, outputs: Object.fromEntries(shown), steps, posts };
}

async function runStep(
  { uses, run, with: inputs, env: own }: WorkflowStep,
  jobContexts: Contexts,
  jobEnv: Texts,
  masks: readonly string[],
  { machine, github, outside, files, permissions, workspace }: StepSettings,
): Promise<Done> {
  const env = environment([own], jobContexts, jobEnv);
  const contexts = { ...jobContexts, env };
  if (run !== undefined) {
    return { run: await runScript({ machine, script: fill(run, contexts), env, github, workspace, masks }) };
  }
  const filled = filledIn(inputs, contexts);
  const [name = ''] = (uses ?? '').split('@');
  if (name === CHECKOUT) {
    if (permissions['contents'] === undefined) throw new Error('a checkout needs contents: read');
    await checkOut(files, workspace);
    return { run: { conclusion: 'success', outputs: {}, log: '', summary: '' } };
  }
  if (name !== OWN_ACTION) {
    const action = outside[name];
    if (action === undefined) throw new Error(`the sandbox does not have the action ${name}`);
    return { run: { conclusion: 'success', outputs: action(filled), log: '', summary: '' } };
  }
  const action = await runAction({
    action: ROOT,
    inputs: filled,
    env: { ...machine.env(), ...env },
    github,
    nodeOptions: machine.nodeOptions,
    workspace,
    secrets: masks,
  });
  return { run: action, action };
}

async function checkOut(files: Texts, workspace: string): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
}

/** A later one of them can use those before it. */
function environment(levels: readonly Texts[], contexts: Contexts, outer: Texts = {}): Texts {
  return levels.reduce((env, level) => ({ ...env, ...filledIn(level, { ...contexts, env }) }), outer);
}

function filledIn(values: Texts, contexts: Contexts): Texts {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value, contexts)]));
}

/** The outputs of a step that was skipped are empty, and an expression may ask for them. */
function skippedOutputs({ uses }: WorkflowStep): Texts {
  const names = uses?.startsWith(`${OWN_ACTION}@`) === true ? OUTPUTS : [];
  return Object.fromEntries(names.map((name) => [name, '']));
}

/** What the steps so far had masked is masked in the rest of the job. */
function maskedBy({ secrets }: JobSettings, actions: readonly Step[]): readonly string[] {
  return [...secrets, ...actions.flatMap(({ masks }) => masks)];
}

function contextOf(run: StepRun | undefined): Readonly<Record<string, unknown>> {
  if (run === undefined) throw new Error('a step can be asked only once it has run');
  return { outputs: run.outputs, outcome: run.conclusion, conclusion: run.conclusion };
}
