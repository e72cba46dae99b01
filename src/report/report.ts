import type { Dependencies, FilePosition, Runner } from '../model/dependencies.ts';
import { Problem, unexpected } from '../model/problem.ts';
import { annotateFiles, failureText, MOST_ANNOTATIONS } from './annotations.ts';
import { failureOf } from './failures.ts';
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
  annotateFiles(runner, annotations.slice(0, MOST_ANNOTATIONS - 1));
  runner.error(failureText(failureOf(withoutAnnotated(problem)), 0, helpUrl));
  runner.fail();
}

/** Without the lines that stand in an annotation of their own. */
function withoutAnnotated(problem: InputProblem): Problem {
  const told = (problem.annotations ?? []).slice(0, MOST_ANNOTATIONS - 1);
  const places = told.map(({ line, column, message }) => `:${line}:${column}: ${message}`);
  const lines = problem.message.split('\n').filter((text) => !places.some((place) => text.endsWith(place)));
  const message = lines.length > 0 ? lines.join('\n') : 'The manifest has errors.';
  return new Problem(problem.code, message, problem.remedy);
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
