import type { TokenDuration } from '../model/duration.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { ReadableTarget, Target, TargetState } from '../model/target.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import type { Way } from '../cloudflare/rotation.ts';
import type { Admission, ApplicationName, LeftoverPolicy } from '../model/admission.ts';

/** Why a token is renewed. */
export type RenewalReason = 'expired' | 'expires-soon' | 'duration-changed' | 'renewal-asked';

/** One thing to be done, with everything that doing it needs. The steps of a plan are done in their order. */
export type Step =
  | CreateStep
  | RenewStep
  | WaitStep
  | AdmitStep
  | RotateStep
  | CompleteStep
  | WriteClientIdStep
  | RevokeStep
  | WithdrawStep
  | DeleteTokenStep
  | DeleteSecretsStep
  | EndSessionsStep
  | LeaseStep
  | VerifyStep;
export type StepKind = Step['kind'];

/** Create the token, rotate it once at birth, deliver its credentials, admit it, run the login check. */
export interface CreateStep {
  readonly kind: 'create';
  readonly name: string;
  readonly duration: TokenDuration;
  readonly targets: readonly TargetState[];
  /** What admits the token once its credentials are delivered. */
  readonly admissions: readonly Admission[];
  /** Go on without targets that cannot be written. */
  readonly force: boolean;
  readonly gracePeriod: Milliseconds;
  /** Leave the rotation at birth pending, so that other stores can have the secret before it is completed. */
  readonly leavePending: boolean;
}

export interface RenewStep {
  readonly kind: 'renew';
  readonly token: ServiceToken;
  readonly reason: RenewalReason;
  readonly duration: TokenDuration;
  /** The requests to try, in this order, until the expiry has moved as it should. */
  readonly requests: readonly ('refresh' | 'update')[];
  /** When the token expired, if it has. */
  readonly expiredAt: Instant | undefined;
}

/** Until a concurrent run has completed its rotation or `until` has passed; then everything is read and decided again. */
export interface WaitStep {
  readonly kind: 'wait';
  readonly token: ServiceToken;
  readonly until: Instant;
}

export interface AdmitStep {
  readonly kind: 'admit';
  readonly token: ServiceToken;
  readonly admissions: readonly Admission[];
  /** Whether a failure must not stop the steps after it. */
  readonly mustGoOn: boolean;
}

/** Check that the targets can be written, rotate, deliver, run the login check, complete. */
export interface RotateStep {
  readonly kind: 'rotate';
  /** As it was read: the new secret version is the one after this one's. */
  readonly token: ServiceToken;
  /** Which request brings the secret; `untried` if no mark says so. */
  readonly way: Way | 'untried';
  /** The moment that the rotation counts from once it is completed. */
  readonly rotatedAt: Instant;
  /** No secret that was stored before this moment may pass for the new one while the rotation is pending. */
  readonly holdFrom: Instant;
  readonly targets: readonly TargetState[];
  /** Targets whose client ID is this token's as far as known: client ID and client secret are written side by side. */
  readonly upToDate: readonly Target[];
  /** If the secret of the last rotation is lost: who is locked out until this rotation reaches them, and since when. */
  readonly recovery: PlannedRecovery | undefined;
  /** Whoever may hold the secret of a token that is taken over. */
  readonly takeOver: TakeOver | undefined;
  /** Go on without targets that cannot be written. */
  readonly force: boolean;
  readonly gracePeriod: Milliseconds;
  readonly leavePending: boolean;
  /** What admits a token that is taken over once its credentials are delivered. */
  readonly admissions: readonly Admission[];
}

export interface PlannedRecovery {
  readonly lockedOut: readonly Target[];
  /** The end of the secret that they store, if it has ended already. */
  readonly previousSecretEndedAt: Instant | undefined;
  /** Whether some target stores the secret that is rotated now, so that the hold is worth something to it. */
  readonly previousSecretIsHeld: boolean;
}

export interface TakeOver {
  readonly lastSeenAt: Instant | undefined;
}

/** End the hold of a pending rotation: the grace period starts to count. */
export interface CompleteStep {
  readonly kind: 'complete';
  readonly token: ServiceToken;
  readonly way: Way;
  readonly rotatedAt: Instant;
  readonly gracePeriod: Milliseconds;
  /** Whether an operation asks for it, rather than a run that repairs. */
  readonly asked: boolean;
  /** True if the login check never saw the secret. */
  readonly unverified: boolean;
}

export interface WriteClientIdStep {
  readonly kind: 'write-client-id';
  readonly token: ServiceToken;
  readonly targets: readonly ReadableTarget[];
}

export interface RevokeStep {
  readonly kind: 'revoke';
  readonly token: ServiceToken;
  /** Undefined for a rotation by somebody else, which gets no mark. */
  readonly way: Way | undefined;
  /** When the rotation was, as far as the targets tell. */
  readonly rotatedAt: Instant | undefined;
  /** Who is locked out by it. */
  readonly lockedOut: readonly Target[];
}

export interface WithdrawStep {
  readonly kind: 'withdraw';
  readonly token: ServiceToken;
  readonly admissions: readonly Admission[];
}

export interface DeleteTokenStep {
  readonly kind: 'delete-token';
  readonly token: ServiceToken;
  /** Restored if the token cannot be deleted. */
  readonly admissions: readonly Admission[];
}

export interface DeleteSecretsStep {
  readonly kind: 'delete-secrets';
  readonly targets: readonly TargetState[];
  /** Targets whose client ID variable holds the client ID of another token: it stays. */
  readonly keepClientId: readonly Target[];
}

/** End all sessions of the applications. */
export interface EndSessionsStep {
  readonly kind: 'end-sessions';
  readonly applications: readonly ApplicationName[];
}

export interface LeaseStep {
  readonly kind: 'lease';
  readonly name: string;
  readonly duration: TokenDuration;
  readonly admissions: readonly Admission[];
  /** Policies of earlier leases whose token is gone or expired, to be deleted. */
  readonly leftovers: readonly LeftoverPolicy[];
}

export interface VerifyStep {
  readonly kind: 'verify';
}

const PHRASES: Readonly<Record<StepKind, string>> = {
  create: 'create the token',
  renew: 'renew the token',
  wait: 'wait for a concurrent run',
  admit: 'admit the token',
  rotate: 'rotate the client secret',
  complete: 'complete the last rotation',
  'write-client-id': 'write the client ID',
  revoke: 'end the previous secret',
  withdraw: 'withdraw the admission',
  'delete-token': 'delete the token',
  'delete-secrets': 'delete the stored credentials',
  'end-sessions': 'end all sessions of the applications',
  lease: 'lease a token',
  verify: 'try the stored credentials',
};

/** A step in words that follow `would` or `to`. */
export function phraseOf(kind: StepKind): string {
  return PHRASES[kind];
}

export const RENEWAL_BECAUSE: Readonly<Record<RenewalReason, string>> = {
  expired: 'the token has expired',
  'expires-soon': 'the token expires within renew-before',
  'duration-changed': 'the token has another duration than the input asks for',
  'renewal-asked': 'operation: renew asks for it',
};
