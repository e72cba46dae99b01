import type { Runner } from '../model/dependencies.ts';
import { withReadableMoments } from '../model/calendar.ts';
import { oneLine } from '../model/safe-text.ts';
import { describeTarget } from '../model/target.ts';
import { annotationsOf, failureText, overflowOf } from './annotations.ts';
import { attentionIn } from './attention.ts';
import { failuresOf } from './failures.ts';
import { listed } from '../plan/naming.ts';
import { counted, headlineOf } from './headline.ts';
import type { HelpUrl } from './help.ts';
import type { RunOutcome, TokenOutcome } from './outcome.ts';

const MOST_NAMED = 5;
const NAMING = { token: (label: string) => JSON.stringify(label), target: describeTarget };

/**
 * The end of the log. Details stand in a group, which GitHub folds; what happened and what failed stand in the last
 * lines, outside of any group.
 */
export function printOutcome(run: RunOutcome, runner: Runner, helpUrl: HelpUrl): void {
  const notices = [...run.notices, ...ofTokens(run, ({ notices: texts }) => texts), ...unlistedTexts(run)];
  const warnings = [
    ...run.warnings,
    ...ofTokens(run, ({ warnings: texts }) => texts),
    ...findingTexts(run),
    ...dueTexts(run),
  ].map(line);
  const errors = failuresOf(run).map((failure) => failureText(failure, run.now, helpUrl));
  printDetails(run, [notices, warnings, errors].flatMap(overflowOf), runner);
  annotationsOf(notices.map(line)).forEach((text) => {
    runner.notice(text);
  });
  annotationsOf(warnings).forEach((text) => {
    runner.warning(text);
  });
  const sentence = lineOf(run);
  if (run.status === 'due') runner.error(sentence);
  else runner.info(sentence);
  annotationsOf(errors).forEach((text) => {
    runner.error(text);
  });
}

/** A token that is due on its own says why; of many the warnings do. */
function lineOf(run: RunOutcome): string {
  const alone = run.status !== 'failed' && !run.fleet && run.tokens.length === 1;
  return line(alone ? run.message : `${headlineOf(run, NAMING).text}.`);
}

/** What the groups before do not have: each token of a manifest, and what no annotation has room for. */
function printDetails(run: RunOutcome, overflow: readonly string[], runner: Runner): void {
  const lines = [...(run.fleet ? run.tokens.map(tokenLine) : []), ...overflow];
  if (lines.length === 0) return;
  runner.startGroup('report');
  for (const text of lines) runner.info(line(text));
  runner.endGroup();
}

/** Such as `web-staging: rotated, 3 targets delivered`. */
function tokenLine({ label, status, targets }: TokenOutcome): string {
  const counts = Map.groupBy(targets, (target) => target.status);
  const parts = [...counts].map(([result, all]) => `${counted(all.length, 'target')} ${result}`);
  return [`${label}: ${status}`, ...parts].join(', ');
}

/** Of a check of the account. */
function findingTexts({ account }: RunOutcome): readonly string[] {
  return (account?.scope === 'all' ? attentionIn(account) : []).map(
    ({ token, problems }) =>
      `${JSON.stringify(token.name)} (${token.id}) ${listed(problems.map(({ message }) => message))}.`,
  );
}

/** Of a manifest: tokens of the account that no entry names. */
function unlistedTexts({ account }: RunOutcome): readonly string[] {
  if (account?.scope !== 'unlisted' || account.findings.length === 0) return [];
  const names = account.findings.map(({ token }) => JSON.stringify(token.name));
  const more = names.length - MOST_NAMED;
  const shown = more > 0 ? [...names.slice(0, MOST_NAMED), `${more} more`] : names;
  return [`${counted(names.length, 'token')} of the account that no entry names: ${listed(shown)}.`];
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
