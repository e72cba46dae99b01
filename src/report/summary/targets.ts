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
  /** Of those, the ones that it names. */
  readonly named: ReadonlySet<TargetResult>;
  /** Bytes that the rows may take. */
  readonly bytes: number;
  /** True inside of something folded, where a few targets need not be folded again. */
  readonly inFold?: boolean;
}

/** A target with its row. */
interface Entry {
  readonly target: TargetResult;
  readonly row: Row;
}

/**
 * The targets of one token: folded if all is well, failed ones first and open otherwise. What the box has said of all of
 * them is left out, and so are columns in which all rows say the same; rows that would be too much are counted.
 */
export function targetsSection(outcome: TokenOutcome, options: TargetsOptions): string {
  const { told, named, bytes, inFold = false } = options;
  const entries = [...outcome.targets]
    .sort((left, right) => rank(left) - rank(right))
    .map((target): Entry => ({ target, row: rowOf(target, outcome, told) }));
  const failed = entries.filter(({ target }) => target.status === 'failed');
  const isSaid = ({ target }: Entry): boolean => target.status === 'failed' && named.has(target);
  if (entries.every(isSaid)) return '';
  if (entries.length <= OPEN_ROWS && (inFold || failed.length > 0)) {
    return joined([table(entries), failed.length > 0 ? '' : sharedLine(entries)]);
  }
  const unsaid = entries.filter((entry) => !isSaid(entry));
  const open = unsaid.filter(({ target }) => target.status === 'failed').slice(0, OPEN_ROWS);
  return joined([table(open), fold(unsaid.slice(open.length), bytes)]);
}

/** As many rows as fit into that many bytes. */
export function within(bytes: number, rows: readonly Row[]): readonly Row[] {
  let left = bytes;
  const end = rows.findIndex((row) => (left -= sizeOf(row.join(' | ')) + 6) < 0);
  return end < 0 ? rows : rows.slice(0, end);
}

function table(entries: readonly Entry[]): string {
  return entries.length === 0 ? '' : fullColumns(HEADER, columnsThatDiffer(entries.map(({ row }) => row)));
}

function fold(entries: readonly Entry[], bytes: number): string {
  if (entries.length === 0) return '';
  const all = columnsThatDiffer(entries.map(({ row }) => row));
  const shown = within(bytes, all);
  const left = entries.slice(shown.length);
  const more =
    left.length === 0 ? '' : `And ${left.length} more (${tally(left)}): see the \`targets\` output.`;
  return folded(titleOf(entries), joined([fullColumns(HEADER, shown), more, sharedLine(entries)]));
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
function storedText({ storedAt, status }: TargetResult, outcome: TokenOutcome): string {
  if (status === 'delivered') return 'now';
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
function sharedLine(entries: readonly Entry[]): string {
  const same = (name: string): string => {
    const cells = new Set(entries.map(({ row }) => row[HEADER.indexOf(name)] ?? ''));
    const [only = ''] = cells;
    return cells.size === 1 ? only : '';
  };
  const [names, stored] = [same('Names'), same('Stored')];
  const when = stored === '' || stored === 'now' ? '' : ` ${stored.replace(/^(.*? ago), (.*)$/, '$1 ($2)')}`;
  const isDeleted = entries.every(({ target }) => target.status === 'deleted');
  if (isDeleted) return names === '' ? '' : `Deleted ${names}.`;
  if (when === '' && names === '') return '';
  const isStored = entries.some(
    ({ target }) => target.status === 'delivered' || target.storedAt !== undefined,
  );
  if (!isStored) return `Names: ${names}.`;
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
function titleOf(entries: readonly Entry[]): string {
  const count = counted(entries.length, 'target');
  const isOne = new Set(entries.map(({ target }) => target.status)).size === 1;
  return isOne ? count : `${count}: ${tally(entries)}`;
}

function tally(entries: readonly Entry[]): string {
  const counts = Map.groupBy(entries, ({ target }) => target.status);
  const statuses: readonly TargetStatus[] = ['failed', 'delivered', 'deleted', 'unchanged', 'skipped'];
  return statuses
    .map((status) => [counts.get(status)?.length ?? 0, RESULTS[status].replaceAll('*', '')] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}
