import type { App, Target } from '../../model/target.ts';
import type { Instant } from '../../model/time.ts';
import type { Outcome } from '../outcome.ts';
import type { TargetResult, TargetStatus } from '../../apply/results.ts';
import type { Problem } from '../../model/problem.ts';
import { code, folded, fullColumns, prose, sizeOf, type Row } from './markdown.ts';
import { cellMoment, moment } from './times.ts';

/** Up to so many targets stand in one open table. */
const OPEN_ROWS = 20;
/** Bytes for the folded rows of a long table, well under GitHub's limit for the whole summary. */
const FOLDED_BYTES = 400_000;

const HEADER = ['Target', 'App', 'Result', 'Client secret stored at', 'What to do'];

export const APP_NAMES: Record<App, string> = {
  actions: 'Actions',
  dependabot: 'Dependabot',
  codespaces: 'Codespaces',
  agents: 'Agents',
};

const RESULTS: Record<TargetStatus, string> = {
  delivered: 'delivered',
  unchanged: 'unchanged',
  failed: '**failed**',
  deleted: 'deleted',
  skipped: 'not touched',
};

/**
 * The table of targets, failed ones first. Of many, only failed ones are in the open, the others are folded,
 * and what would still be too much is counted. `told` are problems whose text stands above already.
 */
export function targetsSection(outcome: Outcome, told: ReadonlySet<Problem>): string {
  const sorted = [...outcome.targets].sort((left, right) => rank(left) - rank(right));
  if (sorted.length === 0) return '';
  const names = commonNames(sorted);
  const rows = sorted.map((target) => rowOf(target, outcome.now, told, names === undefined));
  const heading = '### Targets';
  if (rows.length <= OPEN_ROWS) return [heading, fullColumns(HEADER, rows), ...naming(names)].join('\n\n');
  const failed = sorted.filter(({ status }) => status === 'failed').length;
  const open = rows.slice(0, Math.min(failed, OPEN_ROWS));
  const rest = within(FOLDED_BYTES, rows.slice(open.length));
  const untold = sorted.slice(open.length + rest.length);
  return [
    heading,
    `${sorted.length} targets: ${tally(sorted)}.`,
    ...(open.length > 0 ? [fullColumns(HEADER, open)] : []),
    folded(
      `${open.length > 0 ? 'The other' : 'All'} ${rows.length - open.length} targets`,
      fullColumns(HEADER, rest),
    ),
    ...(untold.length > 0
      ? [`And ${untold.length} more (${tally(untold)}), all of them in the \`targets\` output.`]
      : []),
    ...naming(names),
  ].join('\n\n');
}

/** A target with its names as code. */
export function targetCode({ place }: Target): string {
  switch (place.kind) {
    case 'repository':
      return code(`${place.owner}/${place.repository}`);
    case 'environment':
      return `${code(`${place.owner}/${place.repository}`)}, environment ${code(place.environment)}`;
    case 'organization':
      return `organization ${code(place.organization)}`;
  }
}

/** As many rows as fit into that many bytes. */
export function within(bytes: number, rows: readonly Row[]): readonly Row[] {
  let left = bytes;
  const end = rows.findIndex((row) => (left -= sizeOf(row.join(' | ')) + 6) < 0);
  return end < 0 ? rows : rows.slice(0, end);
}

function rowOf(outcome: TargetResult, now: Instant, told: ReadonlySet<Problem>, withNames: boolean): Row {
  const { target, status, storedAt } = outcome;
  const names = withNames ? `<br>as ${code(target.clientIdName)}, ${code(target.clientSecretName)}` : '';
  const stored = storedAt === undefined ? '' : cellMoment(storedAt, now);
  return [
    `${targetCode(target)}${names}`,
    APP_NAMES[target.place.app],
    RESULTS[status],
    stored,
    toDo(outcome, now, told),
  ];
}

function toDo(
  { status, problem, worksUntil }: TargetResult,
  now: Instant,
  told: ReadonlySet<Problem>,
): string {
  const parts: string[] = [];
  if (problem !== undefined) {
    if (told.has(problem)) parts.push('See above.');
    else parts.push(prose(problem.message), prose(problem.remedy));
  }
  if (worksUntil !== undefined) {
    parts.push(
      worksUntil > now
        ? `The secret that it holds works until ${moment(worksUntil, now)}.`
        : `**The secret that it holds ended ${moment(worksUntil, now)}.**`,
    );
  }
  if (parts.length > 0) return parts.filter((part) => part !== '').join(' ');
  return status === 'failed' ? 'see the log' : status === 'skipped' ? '' : 'nothing';
}

function rank({ status }: TargetResult): number {
  return status === 'failed' ? 0 : 1;
}

function tally(targets: readonly TargetResult[]): string {
  return (Object.keys(RESULTS) as TargetStatus[])
    .map((status) => ({ status, count: targets.filter((target) => target.status === status).length }))
    .filter(({ count }) => count > 0)
    .sort((left, right) => Number(right.status === 'failed') - Number(left.status === 'failed'))
    .map(({ status, count }) => `${count} ${RESULTS[status]}`)
    .join(', ');
}

interface Names {
  readonly clientIdName: string;
  readonly clientSecretName: string;
}

/** The names of the two secrets, where all targets have the same. */
function commonNames(targets: readonly TargetResult[]): Names | undefined {
  const first = targets[0]?.target;
  const same = targets.every(
    ({ target }) =>
      target.clientIdName === first?.clientIdName && target.clientSecretName === first.clientSecretName,
  );
  return same ? first : undefined;
}

function naming(names: Names | undefined): readonly string[] {
  if (names === undefined) return [];
  return [`Secret names: ${code(names.clientIdName)}, ${code(names.clientSecretName)}.`];
}
