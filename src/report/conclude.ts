import type { ClientSecret } from '../model/client-secret.ts';
import type { Operation } from '../model/operation.ts';
import type { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Instant } from '../model/time.ts';
import { graceEnd, rotationStateOf, type RotationState } from '../observe/rotation-state.ts';
import type { AccountCheck } from '../plan/account-check.ts';
import type { Step } from '../plan/steps.ts';
import type { AdmissionResult, TargetResult } from '../apply/results.ts';
import type { Settings, TokenSettings } from '../settings/settings.ts';
import { needsAttention } from './attention.ts';
import { messageOfRun, messageOfToken } from './messages.ts';
import { STATUSES, type Deed, type RunOutcome, type Status, type TokenOutcome } from './outcome.ts';

/** What was done to one token, as the journal has it. */
export interface TokenRecord {
  readonly changed: boolean;
  readonly token: ServiceToken | undefined;
  readonly clientSecret: ClientSecret | undefined;
  readonly previousSecretIsHeld: boolean;
  readonly deeds: ReadonlySet<Deed>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly notices: readonly string[];
  readonly targets: readonly TargetResult[];
  readonly admissions: readonly AdmissionResult[];
}

/** What was decided for one token. */
export interface TokenPlan {
  readonly reason: string;
  /** A sentence without its full stop. */
  readonly because: string;
  readonly steps: readonly Step[];
}

export interface TokenConclusion {
  readonly operation: Operation;
  readonly dryRun: boolean;
  readonly settings: TokenSettings;
  readonly journal: TokenRecord;
  /** Undefined if the run ended before anything was decided. */
  readonly plan: TokenPlan | undefined;
  /** Cloudflare's clock. */
  readonly now: Instant;
  /** GitHub's clock at the same moment. */
  readonly githubNow: Instant;
}

/** Puts together what is true of one token at the end of a run. */
export function concludeToken(conclusion: TokenConclusion): TokenOutcome {
  const { operation, settings, journal, plan, now, githubNow } = conclusion;
  const { token } = journal;
  const rotation = token && rotationStateOf(token, settings.gracePeriod);
  const previousSecretExpiresAt =
    token && rotation && previousSecretEnd(token, rotation, settings.gracePeriod, now);
  const outcome = {
    label: labelOf(settings, token),
    status: statusOf(conclusion),
    reason: journal.problems[0]?.code ?? plan?.reason ?? '',
    because: plan?.because ?? '',
    changed: journal.changed,
    deeds: [...journal.deeds],
    steps: plan?.steps ?? [],
    token,
    rotation,
    previousSecretExpiresAt,
    previousSecretIsHeld: journal.previousSecretIsHeld,
    targets: journal.targets.map((target) => withEnd(target, { rotation, token, journal })),
    admissions: journal.admissions,
    problems: journal.problems,
    warnings: journal.warnings,
    notices: journal.notices,
    rotateDueAt: rotateDueAt(conclusion, rotation),
    clientSecret: operation === 'lease' || settings.outputClientSecret ? journal.clientSecret : undefined,
    gracePeriod: settings.gracePeriod,
    now,
    githubNow,
  };
  return { ...outcome, message: messageOfToken(outcome, conclusion) };
}

export interface RunConclusion {
  readonly settings: Pick<Settings, 'operation' | 'dryRun' | 'scope' | 'manifest' | 'warnings'>;
  readonly tokens: readonly TokenOutcome[];
  readonly account?: AccountCheck | undefined;
  /** Errors of the run as a whole. */
  readonly problems: readonly Problem[];
  readonly warnings?: readonly string[];
  readonly notices?: readonly string[];
  readonly now: Instant;
}

/** Puts together what is true at the end of a run. */
export function concludeRun(conclusion: RunConclusion): RunOutcome {
  const { settings, tokens, account, problems, now } = conclusion;
  const { operation, dryRun, scope, manifest } = settings;
  const status = statusOfRun(conclusion);
  const outcome = {
    operation,
    dryRun,
    status,
    reason: problems[0]?.code ?? reasonOfRun(tokens, account, status),
    changed: tokens.some(({ changed }) => changed),
    tokens,
    fleet: manifest !== undefined,
    account,
    problems,
    warnings: [...settings.warnings, ...(conclusion.warnings ?? [])],
    notices: conclusion.notices ?? [],
    now,
    scope,
  };
  return { ...outcome, message: messageOfRun(outcome) };
}

function labelOf({ tokenName, tokenId }: TokenSettings, token: ServiceToken | undefined): string {
  if (token !== undefined && token.name !== '') return token.name;
  return tokenName ?? tokenId ?? '';
}

function statusOf({ operation, dryRun, journal, plan }: TokenConclusion): Status {
  if (journal.problems.length > 0) return 'failed';
  const wouldChange = (plan?.steps.length ?? 0) > 0;
  if (operation === 'check') return wouldChange ? 'due' : 'unchanged';
  if (dryRun) return wouldChange ? 'planned' : 'unchanged';
  return STATUSES.find((status) => [...journal.deeds].some((deed) => deed === status)) ?? 'unchanged';
}

function statusOfRun({ tokens, account, problems }: RunConclusion): Status {
  if (problems.length > 0) return 'failed';
  const all = new Set(tokens.map(({ status }) => status));
  // A token that no entry of a manifest names is a notice.
  if (account?.scope === 'all' && account.findings.some(needsAttention)) all.add('due');
  return STATUSES.find((status) => all.has(status)) ?? 'unchanged';
}

function reasonOfRun(
  tokens: readonly TokenOutcome[],
  account: AccountCheck | undefined,
  status: Status,
): string {
  const first = tokens.find((token) => token.status === status);
  if (first !== undefined) return first.reason;
  return account === undefined ? '' : 'account-checked';
}

/** No secret works longer than its token. Undefined if no previous secret works. */
function previousSecretEnd(
  token: ServiceToken,
  rotation: RotationState,
  gracePeriod: number,
  now: Instant,
): Instant | undefined {
  const end =
    rotation.kind === 'pending' ? rotation.previousSecretExpiresAt : graceEnd(rotation, gracePeriod, now);
  const limited = end === undefined ? undefined : Math.min(end, token.expiresAt ?? Infinity);
  return limited !== undefined && limited > now ? limited : undefined;
}

interface Standing {
  readonly rotation: RotationState | undefined;
  readonly token: ServiceToken | undefined;
  readonly journal: TokenRecord;
}

/**
 * Until when a failed target can use what it stores. A run that rotated knows it itself; otherwise a pending rotation
 * says it.
 */
function withEnd(target: TargetResult, { rotation, token, journal }: Standing): TargetResult {
  if (target.status !== 'failed') return target;
  const stores = target.storedAt !== undefined && !journal.deeds.has('rotated');
  const held = stores && rotation?.kind === 'pending' ? rotation.previousSecretExpiresAt : undefined;
  const end = target.worksUntil ?? held;
  return end === undefined ? target : { ...target, worksUntil: Math.min(end, token?.expiresAt ?? Infinity) };
}

/** From when a run would rotate by age, by Cloudflare's clock: not before the last grace period is over. */
function rotateDueAt(
  { settings, journal, now, githubNow }: TokenConclusion,
  rotation: RotationState | undefined,
): Instant | undefined {
  const stored = journal.targets.flatMap(({ storedAt }) => (storedAt === undefined ? [] : [storedAt]));
  const { rotateAfter, gracePeriod } = settings;
  if (rotation === undefined || rotateAfter === 'never' || rotation.kind === 'pending') return undefined;
  if (stored.length === 0) return undefined;
  const due = byCloudflaresClock(Math.min(...stored), { now, githubNow }) + rotateAfter;
  return Math.max(due, graceEnd(rotation, gracePeriod, now) ?? due);
}

/** A moment of GitHub's clock that has happened, by Cloudflare's: the clocks of the two services differ. */
export function byCloudflaresClock(
  moment: Instant,
  { now, githubNow }: Pick<TokenOutcome, 'now' | 'githubNow'>,
): Instant {
  return Math.min(now, moment - (githubNow - now));
}
