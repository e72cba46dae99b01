import { dateOf, roughly, withReadableMoments } from '../model/calendar.ts';
import { oneLine } from '../model/safe-text.ts';
import { describeTarget } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { FilePosition, Runner } from '../dependencies.ts';
import { messageAlone, needsName, worksUntil, type Failure } from './failures.ts';
import { listed } from './headline.ts';
import type { HelpUrl } from './help.ts';

/** GitHub shows ten annotations of a kind for a step, and drops the others without a word. */
export const MOST_ANNOTATIONS = 10;
/** GitHub cuts at 4,096. */
const LONGEST = 4000;
const MOST_NAMED = 3;

/** Prints texts as annotations; the last one counts those that GitHub would drop. */
export function annotate(print: (text: string) => void, texts: readonly string[]): void {
  const unique = [...new Set(texts)];
  const more = unique.length - MOST_ANNOTATIONS;
  const shown = more > 0 ? unique.slice(0, MOST_ANNOTATIONS - 1) : unique;
  for (const text of shown) print(cut(text));
  if (more > 0) print(`And ${more + 1} more: see the group "report" in the log.`);
}

/** The failures that are annotated; the others stand in the log's group. */
export function annotated(failures: readonly Failure[]): readonly Failure[] {
  return failures.length > MOST_ANNOTATIONS ? failures.slice(0, MOST_ANNOTATIONS - 1) : failures;
}

/** Errors of a manifest, each at its place in the file. */
export function annotateFiles(
  runner: Pick<Runner, 'error'>,
  errors: readonly (FilePosition & { readonly message: string })[],
): void {
  for (const { message, ...position } of errors) runner.error(cut(oneLine(message)), position);
}

/** What failed and what to do on the first line; then until when it works, and the code with its page. */
export function failureText(failure: Failure, now: Instant, helpUrl: HelpUrl): string {
  const { problem, targets, tokens } = failure;
  const [first, ...others] = targets;
  const where = first === undefined || !needsName(failure) ? [] : [describeTarget(first.target)];
  const subject = [...(tokens.length === 0 ? [] : [named(tokens)]), ...where].join(', ');
  const same =
    others.length === 0 ? '' : ` The same at ${named(others.map(({ target }) => describeTarget(target)))}.`;
  const message = `${subject === '' ? '' : `${subject}: `}${messageAlone(failure)}${same} ${problem.remedy}`;
  const url = helpUrl(problem.code);
  const lines = [
    message,
    endText(failure, now),
    url === undefined ? problem.code : `${problem.code}: ${url}`,
  ];
  return lines.flatMap(splitLines).join('\n');
}

function endText(failure: Failure, now: Instant): string {
  const end = worksUntil(failure);
  if (end === undefined) return '';
  return end > now
    ? `What is stored there works until ${dateOf(end, now)} (${roughly(end - now)}).`
    : `What is stored there has been refused since ${dateOf(end, now)}.`;
}

function splitLines(text: string): readonly string[] {
  return withReadableMoments(text)
    .split('\n')
    .map((line) => (line.includes('://') ? line.trim() : oneLine(line)))
    .filter((line) => line !== '');
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 1 ? `${names.slice(0, MOST_NAMED).join('; ')}; and ${more} more` : listed(names);
}

function cut(text: string): string {
  return text.slice(0, LONGEST);
}
