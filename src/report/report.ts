import type { Dependencies, FilePosition, Runner } from '../dependencies.ts';
import { unexpected, type Problem } from '../model/problem.ts';
import { annotateFiles, failureText, MOST_ANNOTATIONS } from './annotations.ts';
import { helpUrls } from './help.ts';
import { printOutcome } from './log.ts';
import type { RunOutcome } from './outcome.ts';
import { OUTPUTS, outputsOf, outputsOfBadInputs, type Outputs } from './outputs.ts';
import { badInputsHeadline, summarize, summarizeBadInputs } from './summary/summary.ts';

/** An error that came before there were settings; those of a manifest also say where in the file. */
export interface InputProblem extends Problem {
  readonly annotations?: readonly (FilePosition & { readonly message: string })[];
}

type ReportDependencies = Pick<Dependencies, 'runner' | 'env'>;

/** Reports a run in every way there is: log, annotations, outputs, summary, exit status. Call it outside of any group. */
export async function report(run: RunOutcome, { runner, env }: ReportDependencies): Promise<void> {
  const helpUrl = helpUrls(env);
  setOutputs(outputsOf(run), runner);
  await writeSummary(() => summarize(run, { helpUrl }), runner);
  printOutcome(run, runner, helpUrl);
  if (run.status === 'failed' || run.status === 'due') runner.fail();
}

/** Reports an error that came before there were settings. */
export async function reportBadInputs(
  problem: InputProblem,
  { runner, env }: ReportDependencies,
): Promise<void> {
  const helpUrl = helpUrls(env);
  const { annotations = [] } = problem;
  setOutputs(outputsOfBadInputs(problem.code, problem.message), runner);
  await writeSummary(() => summarizeBadInputs(problem, { helpUrl }), runner);
  runner.info(`${badInputsHeadline(problem)}.`);
  // One annotation has all lines, so that the log has them in one place.
  annotateFiles(runner, annotations, MOST_ANNOTATIONS - 1);
  runner.error(failureText({ problem, tokens: [], targets: [] }, 0, helpUrl));
  runner.fail();
}

function setOutputs(outputs: Outputs, runner: Runner): void {
  for (const name of OUTPUTS) runner.setOutput(name, outputs[name]);
}

/** A summary that cannot be written changes nothing: everything is reported in other ways as well. */
async function writeSummary(markdown: () => string, runner: Runner): Promise<void> {
  try {
    await runner.writeSummary(markdown());
  } catch (error) {
    runner.warning(unexpected(error, runner).text);
  }
}
