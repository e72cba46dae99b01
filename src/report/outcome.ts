import type { AdmissionResult, TargetResult } from '../apply/results.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import type { Operation } from '../model/operation.ts';
import type { Problem } from '../model/problem.ts';
import type { Scope, ServiceToken } from '../model/service-token.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import type { RotationState } from '../observe/rotation-state.ts';
import type { AccountCheck } from '../plan/account-check.ts';
import type { Step } from '../plan/steps.ts';

/** The `status` output: of a token the first of these that is true, of a run the first over all its tokens. */
export const STATUSES = [
  'failed',
  'planned',
  'due',
  'deleted',
  'revoked',
  'leased',
  'created',
  'rotated',
  'completed',
  'renewed',
  'repaired',
  'admitted',
  'verified',
  'unchanged',
] as const;
export type Status = (typeof STATUSES)[number];

/** What a run did to a token. */
export type Deed = Exclude<Status, 'failed' | 'planned' | 'due' | 'unchanged'>;

/** What was done in one run and what is true now: the one source of the log, the outputs and the summary. */
export interface RunOutcome {
  readonly operation: Operation;
  readonly dryRun: boolean;
  readonly status: Status;
  /** Of the first token with that status: the code of the rule that decided or, if it failed, of its first error. */
  readonly reason: string;
  /** One plain sentence: what happened, or the first error. */
  readonly message: string;
  readonly changed: boolean;
  /** One for each token of the step or each selected entry of the manifest; none for a check of the account. */
  readonly tokens: readonly TokenOutcome[];
  /** True if the tokens come from a manifest, even if it is only one. */
  readonly fleet: boolean;
  /** Of a check of the account, or of a manifest: tokens that no entry names. */
  readonly account: AccountCheck | undefined;
  /** Errors of the run as a whole, before any token: bad input, a token list that cannot be read. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
  /** Cloudflare's clock at the end of the run. */
  readonly now: Instant;
  /** Whose tokens; undefined if the inputs do not say. */
  readonly scope: Scope | undefined;
}

/** What was done to one token and what is true of it now. */
export interface TokenOutcome {
  /** What people call it: its name, else its ID. */
  readonly label: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly changed: boolean;
  /** Why, as a sentence without its full stop; empty if nothing was decided. */
  readonly because: string;
  /** What was done, in no order. */
  readonly deeds: readonly Deed[];
  /** The steps of the plan; in a dry run or a check those that would be taken. */
  readonly steps: readonly Step[];
  /** As it is now; undefined if there is none. */
  readonly token: ServiceToken | undefined;
  readonly rotation: RotationState | undefined;
  /** When the previous secret ends, never later than the token; undefined if there is none that works. */
  readonly previousSecretExpiresAt: Instant | undefined;
  /** False after a recovery: then the previous secret is one that nobody, or not everybody, ever had. */
  readonly previousSecretIsHeld: boolean;
  readonly targets: readonly TargetResult[];
  readonly admissions: readonly AdmissionResult[];
  readonly problems: readonly Problem[];
  /** What a person should act on though nothing failed. */
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
  readonly rotateDueAt: Instant | undefined;
  /** Only if an output of it was asked for. */
  readonly clientSecret: ClientSecret | undefined;
  readonly gracePeriod: Milliseconds;
  /** Cloudflare's clock when this was put together; all moments but `storedAt` of targets are by it. */
  readonly now: Instant;
  /** GitHub's clock at the same moment: `storedAt` of targets is by it. */
  readonly githubNow: Instant;
}

/** Whether a rule or another error stopped the token before anything was planned: no date says when it is rotated next. */
export function isStuck({ status, steps }: TokenOutcome): boolean {
  return status === 'failed' && steps.length === 0;
}
