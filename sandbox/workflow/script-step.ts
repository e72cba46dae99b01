import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from '../runner/child-process.ts';
import { runnerVariables, type GitHubContext } from '../runner/github-context.ts';
import { Masker } from '../runner/masker.ts';
import { readStepFiles } from '../runner/step-files.ts';
import { StepLog } from '../runner/step-log.ts';
import { Workplace } from '../runner/workplace.ts';
import type { Machine } from './machine.ts';

export interface ScriptStep {
  readonly conclusion: 'success' | 'failure';
  readonly outputs: Readonly<Record<string, string>>;
  /** The log as people read it. */
  readonly log: string;
  readonly summary: string;
}

export interface ScriptOptions {
  readonly machine: Machine;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly github: GitHubContext;
  /** The folder that the steps of the job share. */
  readonly workspace: string;
  /** Values that the log must not show. */
  readonly masks: readonly string[];
}

/** Runs the script of a step as the runner does where no shell is named: `bash -e`, or `sh -e` where there is none. */
export async function runScript({
  machine,
  script,
  env,
  github,
  workspace,
  masks,
}: ScriptOptions): Promise<ScriptStep> {
  const workplace = await Workplace.create(workspace);
  try {
    const masker = new Masker();
    for (const value of masks) masker.add(value);
    const log = new StepLog(masker, false);
    const file = join(workplace.temp, 'script.sh');
    await writeFile(file, script);
    const exit = await runChild({
      command: machine.shell,
      args: ['-e', file],
      cwd: workplace.workspace,
      env: {
        HOME: workplace.home,
        LANG: 'C.UTF-8',
        ...machine.env(),
        ...env,
        ...runnerVariables(github, workplace, false),
        ...workplace.variables(),
      },
      onLine: (line) => {
        log.read(line);
      },
    });
    const { outputs, summary } = await readStepFiles(workplace, log, (text) => masker.mask(text));
    return {
      conclusion: exit.exitCode === 0 && !log.failed ? 'success' : 'failure',
      outputs,
      log: log.lines.join('\n'),
      summary,
    };
  } finally {
    await workplace.remove();
  }
}
