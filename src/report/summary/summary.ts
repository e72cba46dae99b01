import type { Problem } from '../../model/problem.ts';
import { headlineOf } from '../headline.ts';
import type { HelpUrl } from '../help.ts';
import type { RunOutcome } from '../outcome.ts';
import { accountSummary } from './account.ts';
import { fleetSummary } from './fleet.ts';
import { alert, code, joined, prose } from './markdown.ts';
import { codeLink, targetCode } from './names.ts';
import { tokenSummary } from './token.ts';

export interface SummaryOptions {
  readonly helpUrl: HelpUrl;
}

/** Lines of bad input that are shown; the log has them all. */
const MOST_LINES = 60;

/**
 * The job summary of a run: Markdown as GitHub renders it, under 1 MiB however many targets there are. What comes from
 * outside (names, error texts) is shown and never interpreted.
 */
export function summarize(run: RunOutcome, options: SummaryOptions): string {
  const naming = { token: (label: string) => code(label, 80), target: targetCode };
  const { mark, text } = headlineOf(run, naming);
  return `${joined([`## ${mark} ${text}`, body(run, options)])}\n`;
}

function body(run: RunOutcome, options: SummaryOptions): string {
  const [token] = run.tokens;
  if (token === undefined) return accountSummary(run, options);
  return run.fleet ? fleetSummary(run, options) : tokenSummary(run, token, options);
}

/** The job summary of a run whose inputs are wrong: a paragraph for each thing that is. */
export function summarizeBadInputs(problem: Problem, { helpUrl }: SummaryOptions): string {
  const lines = problem.message.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.slice(0, MOST_LINES).map((line) => prose(line));
  const more = lines.length - shown.length;
  const remedy = problem.remedy === '' ? '' : `${prose(problem.remedy)} `;
  const paragraphs = [
    ...shown,
    ...(more > 0 ? [`And ${more} more: see the log.`] : []),
    `${remedy}${codeLink(problem.code, helpUrl)}`,
  ];
  return `${joined([`## ❌ ${badInputsHeadline(problem)}`, alert('CAUTION', paragraphs)])}\n`;
}

/** What happened, for the log and the summary. */
export function badInputsHeadline({ code: problemCode }: Problem): string {
  return problemCode === 'settings' ? 'The inputs are wrong' : 'The run failed before any API was called';
}
