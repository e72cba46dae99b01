import type { Problem } from '../model/problem.ts';
import type { Target } from '../model/target.ts';
import type { Instant } from '../model/time.ts';

export type TargetStatus = 'delivered' | 'unchanged' | 'failed' | 'deleted' | 'skipped';

export interface TargetResult {
  readonly target: Target;
  readonly status: TargetStatus;
  readonly problem?: Problem;
  /** When the client secret that it holds now was stored, by GitHub's clock. */
  readonly storedAt?: Instant;
  /** Of a failed target: until when the secret that it still holds works, where that is known. */
  readonly worksUntil?: Instant;
}
