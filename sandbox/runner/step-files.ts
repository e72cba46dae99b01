import { parseFileCommands } from './file-commands.ts';
import type { StepLog } from './step-log.ts';
import type { FileCommand, Workplace } from './workplace.ts';

const LARGEST_SUMMARY = 1024 * 1024;

/** What a step left in the files that the runner gave it. */
export interface StepFiles {
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** Variables and folders for the job's later steps. */
  readonly env: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  /** Markdown as it is uploaded: masked line by line; empty where it was too large. */
  readonly summary: string;
}

/** Reads the files after the step's process has ended, however it ended. */
export async function readStepFiles(
  workplace: Workplace,
  log: StepLog,
  mask: (text: string) => string,
): Promise<StepFiles> {
  const pairs = async (command: FileCommand): Promise<Record<string, string>> => {
    try {
      return parseFileCommands(await workplace.read(command));
    } catch (error) {
      log.fail(`file command '${command.toLowerCase()}'`, (error as Error).message);
      return {};
    }
  };
  const outputs = await pairs('OUTPUT');
  for (const [name, value] of Object.entries(outputs)) log.debug(`Set output ${name} = ${value}`);
  const state = await pairs('STATE');
  for (const [name, value] of Object.entries(state)) {
    log.debug(`Save intra-action state ${name} = ${value}`);
  }
  const { NODE_OPTIONS: refused, ...env } = await pairs('ENV');
  if (refused !== undefined) {
    log.fail("file command 'env'", "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
  }
  for (const [name, value] of Object.entries(env)) log.debug(`${name}='${value}'`);
  return {
    outputs,
    state,
    env,
    path: (await workplace.read('PATH')).split('\n').filter((line) => line !== ''),
    summary: uploadedSummary(await workplace.read('STEP_SUMMARY'), log, mask),
  };
}

function uploadedSummary(text: string, log: StepLog, mask: (text: string) => string): string {
  const size = Buffer.byteLength(text);
  if (size <= LARGEST_SUMMARY) return text.split('\n').map(mask).join('\n');
  const kibibytes = Math.floor(size / 1024);
  log.annotate(
    'error',
    `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${kibibytes}k.`,
  );
  return '';
}
