import type { Outcome } from '../outcome.ts';
import type { Settings } from '../../settings/settings.ts';
import { accountSection } from './account.ts';
import { gantt } from './gantt.ts';
import { heading } from './heading.ts';
import { isPlanOnly, livesOf } from './lives.ts';
import { code, prose, sentence, table } from './markdown.ts';
import { itemsOf, problemsSection, told } from './problems.ts';
import { stepsSection } from './steps.ts';
import { targetsSection } from './targets.ts';
import { cellMoment } from './times.ts';

export type SummarySettings = Pick<
  Settings,
  'operation' | 'tokenName' | 'tokenId' | 'scope' | 'duration' | 'dryRun' | 'verifyUrl'
>;

/** Of warnings and notes each; the log has them all. */
const MOST_LISTED = 20;

/**
 * The job summary of a run: Markdown as GitHub renders it, under 1 MiB however many targets there are. What
 * comes from outside (names, error texts) is shown and never interpreted.
 */
export function summarize(outcome: Outcome, settings: SummarySettings): string {
  const items = itemsOf(outcome);
  const problems = told(items).map(({ problem }) => problem);
  const repeats = problems.some(
    ({ message, text }) => message === outcome.message || text === outcome.message,
  );
  const parts = [
    `## ${heading(outcome, settings)}`,
    why(outcome, repeats),
    problemsSection(items, outcome.reason),
    list('Warnings', outcome.warnings),
    isPlanOnly(settings) ? stepsSection(outcome, settings) : '',
    targetsSection(outcome, new Set(problems)),
    outcome.tokens === undefined ? picture(outcome, settings) : accountSection(outcome.tokens, outcome.now),
    list('Notes', outcome.notices),
    facts(outcome, settings),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The sentence, unless the problems below begin with it, and the code of the reason, where there is one. */
function why({ message, reason }: Outcome, repeats: boolean): string {
  const parts = [repeats ? '' : prose(sentence(message)), reason === '' ? '' : `Reason: ${code(reason)}.`];
  return parts.filter((part) => part !== '').join(' ');
}

function picture(outcome: Outcome, settings: SummarySettings): string {
  const lives = livesOf(outcome, settings);
  if (lives.length === 0) return '';
  const { now } = outcome;
  const rows = lives.map(({ says, at }) => [says, at === undefined ? '' : cellMoment(at, now)]);
  return `### Lives of the secrets\n\n${gantt(lives, now)}\n\n${table(['What', 'When'], rows)}`;
}

function list(title: string, texts: readonly string[]): string {
  if (texts.length === 0) return '';
  const shown = texts.slice(0, MOST_LISTED).map((text) => `- ${prose(sentence(text))}`);
  const more = texts.length - shown.length;
  return `### ${title}\n\n${[...shown, ...(more > 0 ? [`- And ${more} more in the log.`] : [])].join('\n')}`;
}

/** What the run was about, small, at the end. */
function facts({ token }: Outcome, { scope, tokenId, verifyUrl }: SummarySettings): string {
  const id = token?.id ?? tokenId;
  const parts = [`${scope.kind === 'account' ? 'Account' : 'Zone'} ${code(scope.id)}`];
  if (id !== undefined) parts.push(`token ID ${code(id)}`);
  if (verifyUrl !== undefined) parts.push(`verify URL ${code(withoutQuery(verifyUrl))}`);
  return `<sub>${parts.join(' · ')}</sub>`;
}

/** A query may hold what is nobody's business. */
function withoutQuery(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : `${parsed.origin}${parsed.pathname}`;
}
