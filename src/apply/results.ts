import type { Problem } from '../model/problem.ts';
import type { Target } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { AdmissionLine } from '../model/admission.ts';

export type TargetStatus = 'delivered' | 'unchanged' | 'failed' | 'deleted' | 'skipped';

/** What became of one target. */
export interface TargetResult {
  readonly target: Target;
  readonly status: TargetStatus;
  readonly problem?: Problem;
  /** When the client secret that it stores now was stored, by GitHub's clock. */
  readonly storedAt?: Instant;
  /** Of a failed target: until when the secret that it still stores works, if that is known. */
  readonly worksUntil?: Instant;
}

/** What became of one line of `admit-to`. */
export interface AdmissionResult {
  readonly line: AdmissionLine;
  /** `admitted` by an earlier run or by somebody, `added` or `withdrawn` by this run. */
  readonly status: 'admitted' | 'added' | 'withdrawn' | 'missing' | 'failed';
  /** What admits the token, or would: such as `application "Staging" by its policy "ci (f174…)"`. */
  readonly what: string;
  readonly problem?: Problem;
}
