import type { ChildProcess } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { evaluate, inputVariable, readActionDefinition, type ActionDefinition } from './action-definition.ts';
import { runChild, type Cancellation, type Exit } from './child-process.ts';
import { DEFAULT_GITHUB_CONTEXT, runnerVariables, type GitHubContext } from './github-context.ts';
import { Masker } from './masker.ts';
import { readStepFiles, type StepFiles } from './step-files.ts';
import { StepLog, type Annotation } from './step-log.ts';
import { Workplace, type WrittenFile } from './workplace.ts';

export interface ProcessOptions {
  /** Arguments for Node before the script, such as `--import` and its module. */
  readonly nodeOptions?: readonly string[];
  /** Gets the process as soon as it runs, to signal or kill it at a moment of one's own. */
  readonly onSpawn?: (child: ChildProcess) => void;
  readonly cancel?: Cancellation;
  /** As if the run had been started with debug logging. */
  readonly debug?: boolean;
}

export interface StepOptions extends ProcessOptions {
  /** The folder that has `action.yml`. */
  readonly action: string;
  /** The step's `with`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The step's and its job's `env`; nothing of the environment of this process goes in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Differences from a scheduled run of acme/web. */
  readonly github?: Readonly<Record<string, string>>;
  /** Values of the `secrets` context: masked before the step begins. */
  readonly secrets?: readonly string[];
  /** A folder that the steps of a job share; an empty one for this step alone if not given. */
  readonly workspace?: string;
  /** The Node to run it with; this process's own if not given. */
  readonly node?: string;
}

export interface Step extends StepFiles {
  /** Null where a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly conclusion: 'success' | 'failure' | 'cancelled';
  readonly rawStdout: string;
  readonly rawStderr: string;
  /** The log as people read it. */
  readonly log: string;
  readonly annotations: readonly Annotation[];
  /** The outputs that other jobs can get: the runner drops those that hold a masked value. */
  readonly jobOutputs: Readonly<Record<string, string>>;
  /** What was masked, as it was registered. */
  readonly masks: readonly string[];
  /** Every file that was there when the process ended. */
  readonly files: readonly WrittenFile[];
  readonly job: Job;
}

/** What a step's main and post share. */
export interface Job {
  readonly definition: ActionDefinition;
  readonly options: StepOptions;
  readonly inputs: Readonly<Record<string, string>>;
  readonly github: GitHubContext;
  readonly masker: Masker;
}

/** Runs the main part of a JavaScript action as a step, the way the Actions runner does. */
export async function runAction(options: StepOptions): Promise<Step> {
  const definition = await readActionDefinition(options.action);
  const github = { ...DEFAULT_GITHUB_CONTEXT, ...options.github };
  const masker = new Masker();
  for (const secret of options.secrets ?? []) masker.add(secret);
  const inputs = withDefaults(definition, options.inputs ?? {}, github);
  const job: Job = { definition, options, inputs, github, masker };
  return runPart(job, definition.main, {}, options);
}

/** Runs the post part after its main part, with the state that this saved; undefined where there is none. */
export async function runPost(
  step: Step,
  options: ProcessOptions = step.job.options,
): Promise<Step | undefined> {
  const { definition } = step.job;
  if (definition.post === undefined || !runsAfter(definition.postIf, step.conclusion)) return undefined;
  return runPart(step.job, definition.post, step.state, options);
}

async function runPart(
  job: Job,
  script: string,
  state: Readonly<Record<string, string>>,
  options: ProcessOptions,
): Promise<Step> {
  const workplace = await Workplace.create(job.options.workspace);
  try {
    const log = new StepLog(job.masker, options.debug === true);
    announce(job, log);
    const exit = await runChild({
      command: job.options.node ?? process.execPath,
      args: [...(options.nodeOptions ?? []), resolve(join(job.options.action, script))],
      cwd: workplace.workspace,
      env: environment(job, workplace, state, options.debug === true),
      onLine: (line) => {
        log.read(line);
      },
      onSpawn: options.onSpawn,
      cancel: options.cancel,
    });
    return await conclude(job, workplace, log, exit, options.cancel?.signal.aborted === true);
  } finally {
    await workplace.remove();
  }
}

async function conclude(
  job: Job,
  workplace: Workplace,
  log: StepLog,
  exit: Exit,
  cancelled: boolean,
): Promise<Step> {
  const mask = (text: string): string => job.masker.mask(text);
  const written = await readStepFiles(workplace, log, mask);
  const outputs = { ...log.outputs, ...written.outputs };
  const jobOutputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(outputs)) {
    if (mask(value) === value) jobOutputs[name] = value;
    else log.annotate('warning', `Skip output '${name}' since it may contain secret.`);
  }
  const succeeded = exit.exitCode === 0 && !log.failed;
  return {
    ...written,
    outputs,
    state: { ...log.state, ...written.state },
    exitCode: exit.exitCode,
    signal: exit.signal,
    conclusion: cancelled ? 'cancelled' : succeeded ? 'success' : 'failure',
    rawStdout: exit.stdout,
    rawStderr: exit.stderr,
    log: log.lines.join('\n'),
    annotations: log.annotations,
    jobOutputs,
    masks: job.masker.values,
    files: await workplace.files(),
    job,
  };
}

/** Every input has a value; one that is given empty stays empty, and one that does not exist is passed on. */
function withDefaults(
  { inputs }: ActionDefinition,
  given: Readonly<Record<string, string>>,
  github: GitHubContext,
): Record<string, string> {
  const byName = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  for (const input of inputs) {
    const name = input.name.toLowerCase();
    if (!byName.has(name)) byName.set(name, evaluate(input.default, github));
  }
  return Object.fromEntries(byName);
}

function announce({ definition, options, inputs, github }: Job, log: StepLog): void {
  const known = new Map(definition.inputs.map((input) => [input.name.toLowerCase(), input]));
  const unknown = Object.keys(inputs).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const valid = [...known.keys()].map((name) => `'${name}'`).join(', ');
    const named = unknown.map((name) => `'${name}'`).join(', ');
    log.annotate('warning', `Unexpected input(s) ${named}, valid inputs are [${valid}]`);
  }
  for (const name of Object.keys(options.inputs ?? {})) {
    const message = known.get(name.toLowerCase())?.deprecationMessage;
    if (message !== undefined) log.annotate('warning', `Input '${name}' has been deprecated: ${message}`);
  }
  log.write(`##[group]Run ${github['action_repository'] ?? ''}@${github['action_ref'] ?? ''}`);
  writeBlock(log, 'with', inputs);
  writeBlock(log, 'env', options.env ?? {});
  log.write('##[endgroup]');
}

function writeBlock(log: StepLog, title: string, values: Readonly<Record<string, string>>): void {
  const filled = Object.entries(values).filter(([, value]) => value !== '');
  if (filled.length === 0) return;
  log.write(`${title}:`);
  for (const [name, value] of filled) log.write(`  ${name}: ${value}`);
}

function environment(
  { options, inputs, github }: Job,
  workplace: Workplace,
  state: Readonly<Record<string, string>>,
  debug: boolean,
): Record<string, string> {
  const renamed = (values: Readonly<Record<string, string>>, rename: (name: string) => string) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]));
  return {
    PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    HOME: workplace.home,
    LANG: 'C.UTF-8',
    ...options.env,
    ...runnerVariables(github, workplace, debug),
    ...workplace.variables(),
    ...renamed(inputs, inputVariable),
    ...renamed(state, (name) => `STATE_${name}`),
  };
}

function runsAfter(condition: string, conclusion: Step['conclusion']): boolean {
  switch (condition.replace(/^\$\{\{\s*(.*?)\s*\}\}$/s, '$1').trim()) {
    case 'always()':
      return true;
    case 'success()':
      return conclusion === 'success';
    case 'failure()':
      return conclusion === 'failure';
    case 'cancelled()':
      return conclusion === 'cancelled';
    case '!cancelled()':
      return conclusion !== 'cancelled';
    default:
      throw new Error(`the sandbox cannot evaluate '${condition}'`);
  }
}
