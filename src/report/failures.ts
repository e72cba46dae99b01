import type { TargetResult } from '../apply/results.ts';
import type { Problem } from '../model/problem.ts';
import { describeTarget } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { RunOutcome, TokenOutcome } from './outcome.ts';

/** One thing that failed, wherever it did. */
export interface Failure {
  readonly problem: Problem;
  /** What to do, of all targets together. */
  readonly remedy: string;
  /** What people call the tokens; empty if it is about the whole run, or if there is only one token. */
  readonly tokens: readonly string[];
  /** Those with the same code, and the same message or remedy; empty if it is about no target. */
  readonly targets: readonly TargetResult[];
}

/** Everything that failed in a run, each once. */
export function failuresOf({ problems, tokens, fleet }: RunOutcome): readonly Failure[] {
  const ofTokens = tokens.flatMap((token) => failuresOfToken(token, fleet ? [token.label] : []));
  const groups = Map.groupBy(
    [...problems.map((problem) => failureOf(problem)), ...ofTokens],
    ({ problem, targets }, index) =>
      targets.length > 0 ? String(index) : `${problem.code}\n${problem.text}`,
  );
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, tokens: same.flatMap((failure) => failure.tokens) }];
  });
}

/** Of one token: failed targets with the same error are one failure; what concerns no target comes last. */
export function failuresOfToken(
  { targets, problems }: Pick<TokenOutcome, 'targets' | 'problems'>,
  tokens: readonly string[] = [],
): readonly Failure[] {
  const failed = targets.flatMap((target) =>
    target.problem === undefined ? [] : [{ ...failureOf(target.problem, tokens), targets: [target] }],
  );
  const known = new Set(failed.map(({ problem }) => problem.text));
  const general = problems.filter(({ text }) => !known.has(text));
  const unique = [...new Map(general.map((problem) => [problem.text, problem])).values()];
  const sameMessage = together(failed, (failure) => `${failure.problem.code}\n${messageAlone(failure)}`);
  const sameRemedy = together(sameMessage, ({ problem, remedy }) => `${problem.code}\n${remedy}`);
  return [...sameRemedy, ...unique.map((problem) => failureOf(problem, tokens))];
}

export function failureOf(problem: Problem, tokens: readonly string[] = []): Failure {
  return { problem, remedy: problem.remedy, tokens, targets: [] };
}

/** One failure for all with the same key. */
function together(failures: readonly Failure[], key: (failure: Failure) => string): readonly Failure[] {
  return [...Map.groupBy(failures, key).values()].flatMap((same): readonly Failure[] => {
    const [first] = same;
    if (first === undefined) return [];
    const sentences = same.flatMap(({ remedy }) => remedy.split(/(?<=[.!?])\s+(?=[A-Z`])/));
    return [
      {
        ...first,
        remedy: [...new Set(sentences)].join(' '),
        targets: same.flatMap(({ targets }) => targets),
      },
    ];
  });
}

/** The message without the name of the target in front, if it stands there. */
export function messageAlone({ problem, targets }: Pick<Failure, 'problem' | 'targets'>): string {
  const [first] = targets;
  const prefix = first === undefined ? '' : `${describeTarget(first.target)}: `;
  return prefix !== '' && problem.message.startsWith(prefix)
    ? problem.message.slice(prefix.length)
    : problem.message;
}

/** Whether the message must be given the name of its target. */
export function needsName(failure: Failure): boolean {
  const [first] = failure.targets;
  return first !== undefined && !messageAlone(failure).includes(describeTarget(first.target));
}

/** Until when all of the targets can use what they store, if that is known of them. */
export function worksUntil({ targets }: Failure): Instant | undefined {
  const ends = targets.flatMap((target) => (target.worksUntil === undefined ? [] : [target.worksUntil]));
  return ends.length === 0 ? undefined : Math.min(...ends);
}
