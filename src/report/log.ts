import type { Runner } from '../dependencies.ts';
import { withReadableMoments } from '../model/calendar.ts';
import { oneLine } from '../model/safe-text.ts';
import { describeTarget } from '../model/target.ts';
import type { TargetResult } from '../apply/results.ts';
import { annotate, annotated, failureText } from './annotations.ts';
import { attentionIn } from './attention.ts';
import { failuresOf } from './failures.ts';
import { headlineOf, listed } from './headline.ts';
import type { HelpUrl } from './help.ts';
import type { RunOutcome, TokenOutcome } from './outcome.ts';

const NAMING = { token: (label: string) => JSON.stringify(label), target: describeTarget };

/**
 * The end of the log. Details stand in a group, which GitHub folds; what happened and what failed stand in the last
 * lines, outside of any group.
 */
export function printOutcome(run: RunOutcome, runner: Runner, helpUrl: HelpUrl): void {
  printDetails(run, runner, helpUrl);
  annotate(runner.notice, [...run.notices, ...ofTokens(run, ({ notices }) => notices)]);
  annotate(runner.warning, [
    ...run.warnings,
    ...ofTokens(run, ({ warnings }) => warnings),
    ...findingTexts(run),
    ...dueTexts(run),
  ]);
  const sentence = lineOf(run);
  if (run.status === 'due') runner.error(sentence);
  else runner.info(sentence);
  annotate(
    runner.error,
    failuresOf(run).map((failure) => failureText(failure, run.now, helpUrl)),
  );
}

/** A token that is due on its own says why; of many the warnings do. */
function lineOf(run: RunOutcome): string {
  const alone = run.status !== 'failed' && !run.fleet && run.tokens.length === 1;
  return line(alone ? run.message : `${headlineOf(run, NAMING).text}.`);
}

function printDetails(run: RunOutcome, runner: Runner, helpUrl: HelpUrl): void {
  const lines = run.tokens.flatMap((token) => {
    const details = detailsOf(token);
    return run.fleet ? [`${token.label}: ${token.status}`, ...details.map((text) => `  ${text}`)] : details;
  });
  const failures = failuresOf(run);
  const rest = failures.slice(annotated(failures).length);
  lines.push(...rest.map((failure) => failureText(failure, run.now, helpUrl).replaceAll('\n', ' ')));
  if (lines.length === 0) return;
  runner.startGroup('report');
  for (const text of lines) runner.info(indented(text));
  runner.endGroup();
}

function detailsOf({ targets, admissions }: TokenOutcome): readonly string[] {
  return [...targets.map(targetLine), ...admissions.map(({ status, what }) => `${what}: ${status}`)];
}

function targetLine({ target, status, problem }: TargetResult): string {
  return `${describeTarget(target)}: ${status}${problem === undefined ? '' : ` (${problem.code})`}`;
}

/** Of a check of the account. */
function findingTexts({ account }: RunOutcome): readonly string[] {
  return (account === undefined ? [] : attentionIn(account)).map(
    ({ token, problems }) =>
      `${JSON.stringify(token.name)} (${token.id}) ${listed(problems.map(({ message }) => message))}.`,
  );
}

/** Of a manifest: which tokens are due, and why. */
function dueTexts({ fleet, tokens }: RunOutcome): readonly string[] {
  return fleet ? tokens.filter(({ status }) => status === 'due').map(({ message }) => message) : [];
}

function ofTokens(
  { tokens, fleet }: RunOutcome,
  texts: (token: TokenOutcome) => readonly string[],
): readonly string[] {
  return tokens.flatMap((token) =>
    texts(token).map((text) => line(fleet ? `${token.label}: ${text}` : text)),
  );
}

function line(text: string): string {
  return oneLine(withReadableMoments(text));
}

function indented(text: string): string {
  return `${text.startsWith('  ') ? '  ' : ''}${line(text)}`;
}
