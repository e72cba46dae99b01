import type { ProblemCode } from '../model/problem-codes.ts';
import type { Facts } from '../observe/facts.ts';
import type { Reason } from './plan.ts';

interface Row {
  /** For people: the condition and the consequence, as in the table of the README. */
  readonly when: string;
  readonly then: string;
  /** What goes on to the next rule instead: `force` alone, or `adopt` as well. */
  readonly passedBy?: 'force' | 'adopt';
  readonly applies: (facts: Facts) => boolean;
  /** Why, for this token: a sentence without its full stop. */
  readonly because: (facts: Facts) => string;
}

export interface ErrorRule extends Row {
  readonly plan: 'error';
  readonly reason: ProblemCode & Reason;
  /** What to do next. */
  readonly remedy: (facts: Facts) => string;
}

export interface ActingRule extends Row {
  readonly plan: 'create' | 'rotate' | 'complete' | 'recover' | 'nothing';
  readonly reason: Reason;
}

/** One line of the decision table. The first whose `applies` holds decides. */
export type Rule = ErrorRule | ActingRule;

/** Whether `force` or `adopt` goes on to the next rule. */
export function isPassed({ passedBy }: Rule, { settings: { force, adopt } }: Facts): boolean {
  return passedBy !== undefined && (force || (passedBy === 'adopt' && adopt));
}
