import type { Runner } from '../dependencies.ts';
import { oneLine } from '../model/safe-text.ts';
import type { Problem } from '../model/problem.ts';
import { OUTPUTS, outputsOf } from './outputs.ts';
import type { RunOutcome } from './outcome.ts';

export function report(outcome: RunOutcome, { runner }: { readonly runner: Runner }): Promise<void> {
  for (const token of outcome.tokens) {
    token.warnings.forEach((text) => { runner.warning(oneLine(text)); });
    token.notices.forEach((text) => { runner.notice(oneLine(text)); });
    token.problems.forEach(({ text }) => { runner.error(oneLine(text)); });
  }
  outcome.warnings.forEach((text) => { runner.warning(oneLine(text)); });
  outcome.problems.forEach(({ text }) => { runner.error(oneLine(text)); });
  runner.info(oneLine(outcome.message));
  const outputs = outputsOf(outcome);
  for (const name of OUTPUTS) runner.setOutput(name, outputs[name]);
  if (outcome.status === 'failed' || outcome.status === 'due') runner.fail();
  return Promise.resolve();
}

export function reportBadInputs(problem: Problem, { runner }: { readonly runner: Runner }): Promise<void> {
  runner.error(problem.text);
  for (const name of OUTPUTS) runner.setOutput(name, name === 'status' ? 'failed' : name === 'reason' ? problem.code : '');
  runner.fail();
  return Promise.resolve();
}
