import { describeTarget, type Target } from '../../model/target.ts';
import type { Outcome } from '../outcome.ts';
import type { Problem } from '../../model/problem.ts';
import { code, prose, sentence } from './markdown.ts';
import { targetCode } from './targets.ts';

/** So many are told before anything else. */
const MOST_ITEMS = 6;
const MOST_NAMED = 3;

/** A problem, and the targets that have it: those whose code and remedy are the same. */
export interface Item {
  readonly problem: Problem;
  readonly targets: readonly Target[];
}

/** All problems; those of the whole run come last, since they speak of the others. */
export function itemsOf(outcome: Outcome): readonly Item[] {
  const failed = outcome.targets.flatMap(({ target, problem }) =>
    problem === undefined ? [] : [{ target, problem }],
  );
  const texts = new Set(failed.map(({ problem }) => problem.text));
  const general = outcome.problems
    .filter(({ text }) => !texts.has(text))
    .map((problem) => ({ problem, targets: [] }));
  const groups = Map.groupBy(failed, ({ problem }) => `${problem.code}\n${problem.remedy}`);
  const ofTargets = [...groups.values()].flatMap((members) => {
    const problem = members[0]?.problem;
    return problem === undefined ? [] : [{ problem, targets: members.map(({ target }) => target) }];
  });
  return [...ofTargets, ...general];
}

/** The problems that the summary begins with; the table of targets has those of single targets too. */
export function told(items: readonly Item[]): readonly Item[] {
  const general = items.filter(({ targets }) => targets.length === 0);
  const ofTargets = items.filter(({ targets }) => targets.length > 0);
  return [...ofTargets.slice(0, Math.max(1, MOST_ITEMS - general.length)), ...general].slice(0, MOST_ITEMS);
}

/** `reason` is told already, so that it is not repeated as a problem's code. */
export function problemsSection(items: readonly Item[], reason: string): string {
  if (items.length === 0) return '';
  const shown = told(items).map((item) => `- ${describe(item, reason)}`);
  const more = items.length - shown.length;
  if (more > 0) shown.push(`- And ${more} more; those of single targets are in their table.`);
  return `### ${items.length === 1 ? 'Problem' : 'Problems'}\n\n${shown.join('\n')}`;
}

function describe({ problem, targets }: Item, reason: string): string {
  const [first, ...others] = targets;
  const where = first === undefined || names(problem, first) ? '' : `${targetCode(first)}: `;
  const parts = [`${where}${prose(sentence(problem.message))}`];
  if (others.length > 0) parts.push(`The same at ${several(others)}.`);
  if (problem.remedy !== '') parts.push(`<br>**What to do:** ${prose(problem.remedy)}`);
  if (problem.code !== reason) parts.push(`(${code(problem.code)})`);
  return parts.join(' ');
}

function names({ message }: Problem, target: Target): boolean {
  return message.includes(describeTarget(target));
}

function several(targets: readonly Target[]): string {
  const more = targets.length - MOST_NAMED;
  if (more <= 1) return targets.map(targetCode).join('; ');
  return `${targets.slice(0, MOST_NAMED).map(targetCode).join('; ')}; and ${more} more`;
}
