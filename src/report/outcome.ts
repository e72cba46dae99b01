import type { TargetResult } from '../apply/results.ts';
import type { TokenFinding } from '../plan/account-check.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import type { RotationState } from '../observe/rotation-state.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';

import type { Step } from '../plan/plan.ts';
import type { Problem } from '../model/problem.ts';

/** The `status` output: the first of these that is true. */
export const STATUSES = [
  'failed',
  'planned',
  'due',
  'deleted',
  'revoked',
  'leased',
  'created',
  'rotated',
  'renewed',
  'repaired',
  'unchanged',
] as const;
export type Status = (typeof STATUSES)[number];

/** What was done and what is true now. */
export interface Outcome {
  readonly status: Status;
  /** The code of the rule that decided, or of the error that kept it from deciding. */
  readonly reason: string;
  /** One plain sentence: what happened, or the first error. */
  readonly message: string;
  readonly changed: boolean;
  /** The steps that the plan had; in a dry run or a check, those that would be taken. */
  readonly steps: readonly Step[];
  /** As it is now; undefined where there is none. */
  readonly token: ServiceToken | undefined;
  readonly rotation: RotationState | undefined;
  readonly targets: readonly TargetResult[];
  readonly problems: readonly Problem[];
  /** What a person should act on though nothing failed. */
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
  readonly rotateDueAt: Instant | undefined;
  /** Only where an output of it was asked for. */
  readonly clientSecret: ClientSecret | undefined;
  /** Only of a check over a whole account. */
  readonly tokens: readonly TokenFinding[] | undefined;
  /** Cloudflare's clock at the end of the run. */
  readonly now: Instant;
  readonly gracePeriod: Milliseconds;
}
