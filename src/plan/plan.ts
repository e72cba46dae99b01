import { Problem } from '../model/problem.ts';
import type { ProblemCode } from '../model/problem-codes.ts';
import type { RenewalReason, Step } from './steps.ts';

/** Why a run does what it does: the `reason` output. */
export type Reason =
  | 'token-ambiguous'
  | 'token-mismatch'
  | 'token-not-found'
  | 'token-vanished'
  | 'token-missing'
  | 'token-disabled'
  | 'forced'
  | 'completion-missing'
  | 'completion-impossible'
  | 'rotation-pending'
  | 'delivery-incomplete'
  | 'grace-running'
  | 'rotated-elsewhere'
  | 'token-in-use'
  | 'token-unmanaged'
  | 'token-adopted'
  | 'target-taken'
  | 'secret-missing'
  | 'secret-outdated'
  | 'secret-due'
  | 'secret-fresh'
  | 'client-id-missing'
  | 'client-id-outdated'
  | 'not-admitted'
  | RenewalReason
  | 'grace-over'
  | 'revoke-asked'
  | 'delete-asked'
  | 'lease-asked'
  | 'completion-asked'
  | 'nothing-pending'
  | 'secret-version-mismatch'
  | 'account-checked'
  | ProblemCode;

/** What to do and why. */
export interface Plan {
  readonly reason: Reason;
  /** A sentence without its full stop. */
  readonly because: string;
  readonly steps: readonly Step[];
  /** Set if a rule refuses: nothing is done. */
  readonly problem: Problem | undefined;
  /** What fails the run and stops no step: a line of `admit-to` that cannot be used. */
  readonly failures: readonly Problem[];
  /** What a person should act on, whatever the steps bring. */
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
}

export function planOf(reason: Reason, because: string, steps: readonly Step[] = []): Plan {
  return { reason, because, steps, problem: undefined, failures: [], warnings: [], notices: [] };
}

/** A plan that does nothing: `because` is a sentence without its full stop, `remedy` says what to do next. */
export function refusal(reason: ProblemCode, because: string, remedy: string): Plan {
  return refusedBy(new Problem(reason, sentence(because), remedy), because);
}

export function refusedBy(problem: Problem, because = problem.message.replace(/\.$/, '')): Plan {
  return { ...planOf(problem.code, because), problem };
}

/** With a capital letter, unless it begins with a name, such as `acme/web`. */
export function sentence(text: string): string {
  const [first = ''] = text;
  return `${/^[a-z]+ /.test(text) ? first.toUpperCase() : first}${text.slice(1)}.`;
}
