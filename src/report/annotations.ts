import { dateOf, roughly, withReadableMoments } from '../model/calendar.ts';
import { oneLine } from '../model/safe-text.ts';
import { describeTarget } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { FilePosition, Runner } from '../model/dependencies.ts';
import { messageAlone, needsName, worksUntil, type Failure } from './failures.ts';
import { listed } from '../plan/naming.ts';
import type { HelpUrl } from './help.ts';

/** GitHub shows ten annotations of a kind for a step, and drops the others without a word. */
export const MOST_ANNOTATIONS = 10;
/** GitHub cuts at 4,096. */
const LONGEST = 4000;
const MOST_NAMED = 3;

/** Texts that are annotated, each once; of more than GitHub shows, the last counts those that stand in the log's group. */
export function annotationsOf(texts: readonly string[]): readonly string[] {
  const unique = [...new Set(texts)];
  const more = overflowOf(texts).length;
  return more === 0
    ? unique
    : [...unique.slice(0, MOST_ANNOTATIONS - 1), `And ${more} more: see the group "report" in the log.`];
}

/** Texts for which there is no annotation. */
export function overflowOf(texts: readonly string[]): readonly string[] {
  const unique = [...new Set(texts)];
  return unique.length > MOST_ANNOTATIONS ? unique.slice(MOST_ANNOTATIONS - 1) : [];
}

/** Errors of a manifest, each at its place in the file. */
export function annotateFiles(
  runner: Pick<Runner, 'error'>,
  errors: readonly (FilePosition & { readonly message: string })[],
): void {
  // The log shows no position, so the text names it as well.
  for (const { message, ...position } of errors) {
    const { file, line, column } = position;
    runner.error(cut(oneLine(`${file}:${line}:${column}: ${message}`)), position);
  }
}

/** At most 4,000 characters: what failed and what to do on the first line; then until when it works, and the code with its page. */
export function failureText(failure: Failure, now: Instant, helpUrl: HelpUrl): string {
  const { problem, remedy, targets, tokens } = failure;
  const [first, ...others] = targets;
  const where = first === undefined || !needsName(failure) ? [] : [describeTarget(first.target)];
  const subject = [...(tokens.length === 0 ? [] : [named(tokens)]), ...where].join(', ');
  const same =
    others.length === 0 ? '' : ` The same at ${named(others.map(({ target }) => describeTarget(target)))}.`;
  const message = `${subject === '' ? '' : `${subject}: `}${messageAlone(failure)}${same} ${remedy}`;
  const url = helpUrl(problem.code);
  const lines = [
    message,
    endText(failure, now),
    url === undefined ? problem.code : `${problem.code}: ${url}`,
  ];
  return cut(lines.flatMap(splitLines).join('\n'));
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
