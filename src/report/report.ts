import { oneLine } from '../model/safe-text.ts';
import { expiryOf } from '../model/service-token.ts';
import type { Runner } from '../dependencies.ts';
import { describeMoment } from '../model/duration.ts';
import { describeTarget } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { Outcome } from './outcome.ts';
import type { TargetResult } from '../apply/results.ts';
import { OUTPUTS, type OutputName } from './outputs.ts';
import type { Problem } from '../model/problem.ts';
import { rfc3339 } from '../model/time.ts';
import type { Settings } from '../settings/settings.ts';
import { summarize } from './summary/summary.ts';
import { unexpected } from '../model/problem.ts';

/** GitHub shows ten annotations of a kind for a step. */
const MOST_ANNOTATIONS = 10;
const LONGEST_ANNOTATION = 4000;

/** Tells an outcome in every way that there is: log, annotations, outputs, summary, exit status. */
export async function report(outcome: Outcome, settings: Settings, runner: Runner): Promise<void> {
  for (const target of outcome.targets) runner.info(targetLine(target, outcome.now));
  for (const notice of outcome.notices) runner.info(oneLine(notice));
  const findings = (outcome.tokens ?? []).flatMap(({ token, problems }) =>
    problems.length === 0
      ? []
      : [`The service token ${JSON.stringify(token.name)} (${token.id}) ${problems.join(', ')}.`],
  );
  annotate(runner.warning, [...outcome.warnings, ...findings]);
  annotate(
    runner.error,
    outcome.problems.map(({ text }) => text),
  );
  if (outcome.status === 'due' && outcome.tokens === undefined) runner.error(oneLine(outcome.message));
  runner.info(oneLine(outcome.message));
  setOutputs(outcome, runner);
  if (outcome.status === 'failed' || outcome.status === 'due') runner.fail();
  try {
    await runner.writeSummary(summarize(outcome, settings));
  } catch (error) {
    // What was done is done, and told in every other way.
    runner.warning(unexpected(error, runner).text);
  }
}

/** Tells an error that came before there were settings. */
export function reportBadInputs(problem: Problem, runner: Runner): void {
  runner.error(problem.text);
  const told: Partial<Record<OutputName, string>> = {
    status: 'failed',
    reason: problem.code,
    message: oneLine(problem.message),
    changed: 'false',
    targets: '[]',
  };
  for (const name of OUTPUTS) runner.setOutput(name, told[name] ?? '');
  runner.fail();
}

function setOutputs(outcome: Outcome, runner: Runner): void {
  const { token } = outcome;
  const values: Record<OutputName, string> = {
    status: outcome.status,
    reason: outcome.reason,
    message: oneLine(outcome.message),
    changed: String(outcome.changed),
    'token-id': token?.id ?? '',
    'client-id': token?.clientId ?? '',
    'client-secret': outcome.clientSecret?.reveal() ?? '',
    'expires-at': moment(expiryOf(token)),
    'previous-secret-expires-at': moment(token?.previousSecretExpiresAt),
    'rotate-due-at': moment(outcome.rotateDueAt),
    targets: JSON.stringify(outcome.targets.map(targetJson)),
    tokens: outcome.tokens === undefined ? '' : JSON.stringify(outcome.tokens.map(findingJson)),
  };
  for (const name of OUTPUTS) runner.setOutput(name, values[name]);
}

function targetJson({ target: { place }, status, problem }: TargetResult): Record<string, string | null> {
  return {
    repository: place.kind === 'organization' ? null : `${place.owner}/${place.repository}`,
    environment: place.kind === 'environment' ? place.environment : null,
    organization: place.kind === 'organization' ? place.organization : null,
    app: place.app,
    status,
    error: problem === undefined ? null : oneLine(problem.text),
  };
}

function findingJson({ token, problems }: NonNullable<Outcome['tokens']>[number]): Record<string, unknown> {
  return {
    id: token.id,
    name: oneLine(token.name),
    'expires-at': moment(expiryOf(token)) || null,
    enabled: token.enabled,
    'last-seen-at': moment(token.lastSeenAt) || null,
    problems,
  };
}

function targetLine({ target, status, problem, worksUntil }: TargetResult, now: Instant): string {
  const until =
    worksUntil === undefined
      ? ''
      : ` The secret that it holds works until ${rfc3339(worksUntil)} (${describeMoment(worksUntil, now)}).`;
  return oneLine(
    `${describeTarget(target)}: ${status}${problem === undefined ? '' : `. ${problem.text}${until}`}`,
  );
}

function annotate(tell: (text: string) => void, texts: readonly string[]): void {
  const more = texts.length - MOST_ANNOTATIONS;
  const shown =
    more > 0 ? [...texts.slice(0, MOST_ANNOTATIONS - 1), `And ${more + 1} more: see the log.`] : texts;
  for (const text of shown) tell(oneLine(text).slice(0, LONGEST_ANNOTATION));
}

function moment(instant: Instant | undefined): string {
  return instant === undefined ? '' : rfc3339(instant);
}
