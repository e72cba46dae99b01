import type { Applied } from '../http/sender.ts';
import type { ProblemCode } from '../model/problem-codes.ts';
import { Problem } from '../model/problem.ts';

/** What stands between this run and one target. */
export class TargetProblem extends Problem {
  readonly applied: Applied;
  /** Of GitHub's reply; undefined where there was none. */
  readonly status: number | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    remedy: string,
    { applied = 'no', status }: { applied?: Applied; status?: number | undefined } = {},
  ) {
    super(code, message, remedy);
    this.name = 'TargetProblem';
    this.applied = applied;
    this.status = status;
  }

  /** The same problem where an earlier attempt may have taken effect. */
  static from(problem: Problem, applied: Applied): TargetProblem {
    if (problem instanceof TargetProblem && problem.applied === applied) return problem;
    const status = problem instanceof TargetProblem ? problem.status : undefined;
    return new TargetProblem(problem.code, problem.message, problem.remedy, { applied, status });
  }
}
