import { dateOf } from '../../model/calendar.ts';
import type { TargetStatus } from '../../apply/results.ts';
import { failuresOf, type Failure } from '../failures.ts';
import { markOf } from '../headline.ts';
import { STATUSES, isStuck, type RunOutcome, type TokenOutcome } from '../outcome.ts';
import { unlistedSection } from './account.ts';
import { noteBox, warningBox } from './boxes.ts';
import { factsBesideTable, isPlanOnly } from './facts.ts';
import { failureBox, saidIn } from './failure-box.ts';
import { footer } from './footer.ts';
import { code, folded, fullColumns, html, joined, sizeOf, type Row } from './markdown.ts';
import { stepsSection } from './steps.ts';
import type { SummaryOptions } from '../help.ts';
import { targetsSection } from './targets.ts';

/** Bytes for the details of all tokens, well under GitHub's limit for the whole summary. */
const DETAIL_BYTES = 600_000;
/** Rows of the table of tokens. */
const MOST_ROWS = 400;

const HEADER = ['Token', 'Result', 'Targets', 'Previous secret until', 'Next rotation', 'Expires'];

/** A run for the entries of a manifest: the tokens, what needs attention, then details folded per token. */
export function fleetSummary(run: RunOutcome, { helpUrl }: SummaryOptions): string {
  const failures = failuresOf(run);
  const sorted = [...run.tokens].sort((left, right) => rank(left) - rank(right));
  const rows = sorted.slice(0, MOST_ROWS).map(rowOf);
  const more = sorted.length - rows.length;
  return joined([
    failureBox(failures, { now: run.now, helpUrl }),
    warningBox([...run.warnings, ...named(run.tokens, ({ warnings }) => warnings)]),
    fullColumns(HEADER, rows),
    more > 0 ? `And ${more} more: see the \`tokens\` output.` : '',
    run.account === undefined ? '' : unlistedSection(run.account, run.now),
    details(sorted, run, failures),
    noteBox([...run.notices, ...named(run.tokens, ({ notices }) => notices)]),
    footer(run),
  ]);
}

function rowOf(token: TokenOutcome): Row {
  const { now, previousSecretExpiresAt: end, previousSecretIsHeld } = token;
  const rotateDueAt = isStuck(token) ? undefined : token.rotateDueAt;
  const expiry = token.token?.expiresAt;
  const status = token.status === 'planned' ? 'would change' : token.status;
  return [
    code(token.label, 80),
    `${markOf(token.status)} ${token.status === 'failed' ? `**${status}**` : status}`,
    targetsCell(token),
    end === undefined || !previousSecretIsHeld ? '' : dateOf(end, now),
    rotateDueAt === undefined ? '' : rotateDueAt <= now ? 'next run' : dateOf(rotateDueAt, now),
    token.token?.duration === 'forever' ? 'never' : expiry === undefined ? '' : dateOf(expiry, now),
  ];
}

/** Such as `3 updated, 1 failed`. */
function targetsCell({ targets }: TokenOutcome): string {
  const words: readonly (readonly [TargetStatus, string])[] = [
    ['failed', '**failed**'],
    ['delivered', 'updated'],
    ['deleted', 'cleared'],
    ['unchanged', 'unchanged'],
    ['skipped', 'not touched'],
  ];
  return words
    .map(([status, word]) => [targets.filter((target) => target.status === status).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** Failed tokens first, then as the status says; the order of the manifest within. */
function rank({ status }: TokenOutcome): number {
  return STATUSES.indexOf(status);
}

/** What there is to say of each token beyond its row, as long as it fits. */
function details(tokens: readonly TokenOutcome[], run: RunOutcome, failures: readonly Failure[]): string {
  const said = saidIn(failures);
  const parts: string[] = [];
  let left = DETAIL_BYTES;
  for (const token of tokens) {
    const planned = isPlanOnly(run) ? stepsSection(token) : '';
    const content = joined([
      factsBesideTable(token).join(' '),
      planned,
      targetsSection(token, { ...said, bytes: Math.min(left, DETAIL_BYTES / 4), inFold: true }),
    ]);
    if (content === '') continue;
    const part = folded(`${markOf(token.status)} ${html(token.label, 80)}`, content);
    left -= sizeOf(part);
    if (left < 0) break;
    parts.push(part);
  }
  const missing = tokens.length - parts.length;
  if (left < 0) parts.push(`Details of ${missing} more tokens are in the \`tokens\` output.`);
  return parts.join('\n\n');
}

function named(
  tokens: readonly TokenOutcome[],
  texts: (token: TokenOutcome) => readonly string[],
): readonly string[] {
  return tokens.flatMap((token) => texts(token).map((text) => `${token.label}: ${text}`));
}
