import { away, dateOf } from '../../model/calendar.ts';
import type { Target } from '../../model/target.ts';
import type { TargetResult, TargetStatus } from '../../apply/results.ts';
import { byCloudflaresClock } from '../conclude.ts';
import { counted } from '../headline.ts';
import type { TokenOutcome } from '../outcome.ts';
import { endOfTarget } from './failure-box.ts';
import { targetCode } from './names.ts';
import { code, folded, fullColumns, joined, prose, sizeOf, type Row } from './markdown.ts';

/** Up to so many targets stand in one open table. */
const OPEN_ROWS = 20;

const HEADER = ['Target', 'Result', 'Stored', 'Problem', 'Stored secret', 'Names'];

/** Columns that may stand below the table instead. */
const SHARED: ReadonlySet<string> = new Set(['Result', 'Stored', 'Names']);

const RESULTS: Readonly<Record<TargetStatus, string>> = {
  failed: '**failed**',
  delivered: 'updated',
  deleted: 'cleared',
  unchanged: 'unchanged',
  skipped: 'not touched',
};

export interface TargetsOptions {
  /** Failed targets whose problem stands above already. */
  readonly told: ReadonlySet<TargetResult>;
  /** Bytes that the rows may take. */
  readonly bytes: number;
  /** True inside of something folded, where a few targets need not be folded again. */
  readonly inFold?: boolean;
}

/**
 * The targets of one token: folded if all is well, failed ones first and open otherwise. Columns in which all rows say
 * the same are left out, and rows that would be too much are counted.
 */
export function targetsSection(
  outcome: TokenOutcome,
  { told, bytes, inFold = false }: TargetsOptions,
): string {
  const { targets } = outcome;
  if (targets.length === 0) return '';
  const sorted = [...targets].sort((left, right) => rank(left) - rank(right));
  const all = sorted.map((target) => rowOf(target, outcome, told));
  const rows = columnsThatDiffer(all);
  const shared = sharedLine(sorted, all);
  const failed = sorted.filter(({ status }) => status === 'failed').length;
  if (inFold && rows.length <= OPEN_ROWS)
    return joined([fullColumns(HEADER, rows), failed > 0 ? '' : shared]);
  const fold = { shared, bytes };
  if (failed === 0) return foldedRows(titleOf(counted(rows.length, 'target'), sorted), rows, sorted, fold);
  if (rows.length <= OPEN_ROWS) return fullColumns(HEADER, rows);
  const open = rows.slice(0, Math.min(failed, OPEN_ROWS));
  const rest = sorted.slice(open.length);
  return [
    fullColumns(HEADER, open),
    foldedRows(titleOf(`${rest.length} more targets`, rest), rows.slice(open.length), rest, fold),
  ].join('\n\n');
}

/** As many rows as fit into that many bytes. */
export function within(bytes: number, rows: readonly Row[]): readonly Row[] {
  let left = bytes;
  const end = rows.findIndex((row) => (left -= sizeOf(row.join(' | ')) + 6) < 0);
  return end < 0 ? rows : rows.slice(0, end);
}

function foldedRows(
  title: string,
  rows: readonly Row[],
  targets: readonly TargetResult[],
  { shared, bytes }: { readonly shared: string; readonly bytes: number },
): string {
  const shown = within(bytes, rows);
  const left = targets.slice(shown.length);
  const more =
    left.length === 0 ? '' : `And ${left.length} more (${tally(left)}): see the \`targets\` output.`;
  return folded(title, joined([fullColumns(HEADER, shown), more, shared]));
}

function rowOf(target: TargetResult, outcome: TokenOutcome, told: ReadonlySet<TargetResult>): Row {
  const { target: where, status, problem } = target;
  const isTold = told.has(target);
  return [
    targetCode(where),
    RESULTS[status],
    storedText(target, outcome),
    problem === undefined || isTold ? '' : prose(problem.text),
    isTold ? '' : endOfTarget(target, outcome.now),
    namesOf(where),
  ];
}

/** When the secret that is stored now was stored. */
function storedText({ storedAt }: TargetResult, outcome: TokenOutcome): string {
  if (storedAt === undefined) return '';
  const moment = byCloudflaresClock(storedAt, outcome);
  const distance = away(moment, outcome.now);
  return distance === 'now' ? 'now' : `${distance}, ${dateOf(moment, outcome.now)}`;
}

/** Columns in which all rows say the same are emptied: that goes without saying or stands in a line below. */
function columnsThatDiffer(rows: readonly Row[]): readonly Row[] {
  const [first = []] = rows;
  const dull = HEADER.map(
    (name, column) => SHARED.has(name) && rows.every((row) => row[column] === first[column]),
  );
  return rows.map((row) => row.map((cell, column) => (dull[column] === true ? '' : cell)));
}

/** What all targets have in common, such as `Stored 2 days ago as ID and SECRET`. */
function sharedLine(targets: readonly TargetResult[], rows: readonly Row[]): string {
  const same = (name: string): string => {
    const column = HEADER.indexOf(name);
    const cells = new Set(rows.map((row) => row[column] ?? ''));
    const [only = ''] = cells;
    return cells.size === 1 ? only : '';
  };
  const [names, stored] = [same('Names'), same('Stored')];
  const when = stored === '' || stored === 'now' ? '' : ` ${stored.replace(/^(.*? ago), (.*)$/, '$1 ($2)')}`;
  if (targets.every(({ status }) => status === 'deleted')) return names === '' ? '' : `Deleted ${names}.`;
  if (when === '' && names === '') return '';
  return `Stored${when}${names === '' ? '' : ` as ${names}`}.`;
}

/** The names of the two, such as `ID` (variable) and `SECRET`. */
function namesOf({ clientIdName, clientSecretName, clientIdKind }: Target): string {
  return `${code(clientIdName)}${clientIdKind === 'variable' ? ' (variable)' : ''} and ${code(clientSecretName)}`;
}

function rank({ status }: TargetResult): number {
  return status === 'failed' ? 0 : 1;
}

/** Such as `3 targets: 2 updated, 1 unchanged`; what the headline says of all is not repeated. */
function titleOf(count: string, targets: readonly TargetResult[]): string {
  return new Set(targets.map(({ status }) => status)).size === 1 ? count : `${count}: ${tally(targets)}`;
}

function tally(targets: readonly TargetResult[]): string {
  const statuses: readonly TargetStatus[] = ['failed', 'delivered', 'deleted', 'unchanged', 'skipped'];
  const parts = statuses.flatMap((status) => {
    const count = targets.filter((target) => target.status === status).length;
    if (count === 0) return [];
    return [`${count} ${RESULTS[status].replaceAll('*', '')}`];
  });
  return parts.join(', ');
}
