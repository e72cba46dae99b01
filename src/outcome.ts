import type { ClientSecret } from './client-secret.ts';
import type { Rotation } from './marks.ts';
import type { Instant, Milliseconds, ServiceToken, Target } from './model.ts';
import type { Step } from './plan.ts';
import type { Problem } from './problem.ts';

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

export type TargetStatus = 'delivered' | 'unchanged' | 'failed' | 'deleted' | 'skipped';

export interface TargetOutcome {
  readonly target: Target;
  readonly status: TargetStatus;
  readonly problem?: Problem;
  /** When the client secret that it holds now was stored, by GitHub's clock. */
  readonly storedAt?: Instant;
  /** Of a failed target: until when the secret that it still holds works, where that is known. */
  readonly worksUntil?: Instant;
}

/** A token as a check of a whole account finds it. */
export interface TokenFinding {
  readonly token: ServiceToken;
  /** Sentences without a full stop, such as `expires in 12 days`; empty where all is well. */
  readonly problems: readonly string[];
}

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
  readonly rotation: Rotation | undefined;
  readonly targets: readonly TargetOutcome[];
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
