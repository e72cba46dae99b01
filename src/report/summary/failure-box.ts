import { dateOf, roughly } from '../../model/calendar.ts';
import type { Instant } from '../../model/time.ts';
import type { TargetResult } from '../../apply/results.ts';
import { messageAlone, needsName, worksUntil, type Failure } from '../failures.ts';
import type { HelpUrl } from '../help.ts';
import { alert, code, prose, sentence } from './markdown.ts';
import { codeLink, targetCode } from './names.ts';

/** So many are told before anything else. */
const MOST_ITEMS = 6;
const MOST_NAMED = 3;

export interface FailureWords {
  readonly now: Instant;
  readonly helpUrl: HelpUrl;
}

/** Failures that fit into the box; of more there is a word at its end. */
export function toldFailures(failures: readonly Failure[]): readonly Failure[] {
  const general = failures.filter(({ targets }) => targets.length === 0).slice(0, MOST_ITEMS - 1);
  const ofTargets = failures
    .filter(({ targets }) => targets.length > 0)
    .slice(0, MOST_ITEMS - general.length);
  const told = new Set([...general, ...ofTargets]);
  return failures.filter((failure) => told.has(failure)).slice(0, MOST_ITEMS);
}

/** Targets whose problem the box tells, and those of them that it names. */
export function saidIn(failures: readonly Failure[]): {
  readonly told: ReadonlySet<TargetResult>;
  readonly named: ReadonlySet<TargetResult>;
} {
  const lists = toldFailures(failures).map(({ targets }) => targets);
  return {
    told: new Set(lists.flat()),
    named: new Set(lists.flatMap((targets) => targets.slice(0, 1 + shownOf(targets.slice(1))))),
  };
}

/** What failed, what to do, and until when what is stored works; empty if nothing failed. */
export function failureBox(failures: readonly Failure[], words: FailureWords): string {
  if (failures.length === 0) return '';
  const told = toldFailures(failures);
  const paragraphs = told.map((failure) => describe(failure, words));
  const more = failures.length - told.length;
  if (more > 0) paragraphs.push(`And ${more} more: see the log.`);
  return alert('CAUTION', paragraphs);
}

function describe(failure: Failure, words: FailureWords): string {
  const { problem, tokens, targets } = failure;
  const [first, ...others] = targets;
  const whose = tokens.length === 0 ? [] : [named(tokens.map((label) => code(label, 80)))];
  const where = first === undefined || !needsName(failure) ? [] : [targetCode(first.target)];
  const subject = [...whose, ...where].map((name) => `**${name}**`).join(', ');
  const message = prose(sentence(capitalized(messageAlone(failure))));
  const same =
    others.length === 0 ? '' : ` The same at ${named(others.map(({ target }) => targetCode(target)))}.`;
  const link = ` ${codeLink(problem.code, words.helpUrl)}`;
  const remedy = failure.remedy === '' ? '' : `<br>${prose(sentence(failure.remedy))}`;
  const until = endText(failure, words.now);
  return `${subject === '' ? '' : `${subject}: `}${message}${same}${remedy}${until === '' ? '' : `<br>${until}`}${link}`;
}

/** Until when the targets of a failure can use what they store; empty if that is not known. */
function endText(failure: Failure, now: Instant): string {
  const end = worksUntil(failure);
  if (end === undefined) return '';
  const whose = failure.targets.length === 1 ? 'This target still stores' : 'These targets still store';
  return end > now
    ? `${whose} the previous secret, which works until ${deadline(end, now)}.`
    : `**Jobs that use the secret stored there have been refused since ${dateOf(end, now)}.**`;
}

/** Of a target whose failure is not in the box. */
export function endOfTarget({ worksUntil: end }: TargetResult, now: Instant): string {
  if (end === undefined) return '';
  return end > now ? `works until ${deadline(end, now)}` : `**refused since ${dateOf(end, now)}**`;
}

/** Such as `**24 Dec 2026** (30 days)`. */
export function deadline(instant: Instant, now: Instant): string {
  return `**${dateOf(instant, now)}** (${roughly(instant - now)})`;
}

function named(names: readonly string[]): string {
  const more = names.length - shownOf(names);
  if (more === 0) return names.join('; ');
  return `${names.slice(0, -more).join('; ')}; and ${more} more`;
}

/** How many of them are named: one more than most if that is all of them. */
function shownOf(all: readonly unknown[]): number {
  return all.length <= MOST_NAMED + 1 ? all.length : MOST_NAMED;
}

function capitalized(text: string): string {
  const [first = ''] = text;
  return /^[a-z]+ /.test(text) ? `${first.toUpperCase()}${text.slice(1)}` : text;
}
