import { expiryOf } from '../model/service-token.ts';
import type { Journal } from '../apply/journal.ts';
import { graceEnd, rotationStateOf } from '../observe/rotation-state.ts';
import { describeTarget } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { STATUSES, type Outcome, type Status } from './outcome.ts';
import type { TargetResult } from '../apply/results.ts';
import type { TokenFinding } from '../plan/account-check.ts';
import { sentence, type Plan } from '../plan/plan.ts';
import { rfc3339 } from '../model/time.ts';
import type { Settings } from '../settings/settings.ts';

export interface Conclusion {
  readonly settings: Settings;
  readonly journal: Journal;
  /** Undefined where the run ended before anything could be planned. */
  readonly plan: Plan | undefined;
  /** Of a check over a whole account. */
  readonly findings: readonly TokenFinding[] | undefined;
  readonly now: Instant;
}

/** Puts together what the report tells. */
export function conclude({ settings, journal, plan, findings, now }: Conclusion): Outcome {
  const { token } = journal;
  const rotation = token && rotationStateOf(token, settings.gracePeriod);
  const held = rotation?.kind === 'pending' ? rotation.previousSecretExpiresAt : undefined;
  const wanted = settings.operation === 'lease' || settings.outputClientSecret;
  const outcome = {
    status: statusOf(settings, journal, plan, findings),
    reason: plan?.reason ?? journal.problems[0]?.code ?? '',
    changed: journal.changed,
    steps: plan?.steps ?? [],
    token,
    rotation,
    // A run that rotated knows itself what became of those that failed.
    targets: journal.deeds.has('rotated')
      ? journal.targets
      : journal.targets.map((target) => worksUntil(target, held)),
    problems: journal.problems,
    warnings: [...settings.warnings, ...journal.warnings],
    notices: journal.notices,
    rotateDueAt: token && rotateDueAt(settings, journal, token, now),
    clientSecret: wanted ? journal.clientSecret : undefined,
    tokens: findings,
    now,
    gracePeriod: settings.gracePeriod,
  };
  return { ...outcome, message: messageOf(outcome, settings, plan, journal.previousSecretIsHeld) };
}

function statusOf(
  { operation, dryRun }: Settings,
  { problems, deeds }: Journal,
  plan: Plan | undefined,
  findings: readonly TokenFinding[] | undefined,
): Status {
  if (problems.length > 0) return 'failed';
  const wouldChange = (plan?.steps.length ?? 0) > 0;
  if (operation === 'check') {
    return wouldChange || findings?.some((finding) => finding.problems.length > 0) === true
      ? 'due'
      : 'unchanged';
  }
  if (dryRun) return wouldChange ? 'planned' : 'unchanged';
  return STATUSES.find((status) => [...deeds].some((deed) => deed === status)) ?? 'unchanged';
}

function worksUntil(target: TargetResult, held: Instant | undefined): TargetResult {
  const knows = target.status !== 'failed' || target.storedAt === undefined || held === undefined;
  return knows || target.worksUntil !== undefined ? target : { ...target, worksUntil: held };
}

/** From when the next run would rotate: not before the grace of the last rotation is over. */
function rotateDueAt(
  settings: Settings,
  journal: Journal,
  token: ServiceToken,
  now: Instant,
): Instant | undefined {
  const rotation = rotationStateOf(token, settings.gracePeriod);
  const stored = journal.targets.flatMap(({ storedAt }) => (storedAt === undefined ? [] : [storedAt]));
  if (settings.rotateAfter === 'never' || rotation.kind === 'pending' || stored.length === 0)
    return undefined;
  const due = Math.min(...stored) + settings.rotateAfter;
  return Math.max(due, graceEnd(rotation, settings.gracePeriod, now) ?? due);
}

function messageOf(
  outcome: Omit<Outcome, 'message'>,
  settings: Settings,
  plan: Plan | undefined,
  previousIsHeld: boolean,
): string {
  const { status, problems, token, targets, tokens, rotation, now } = outcome;
  const [problem] = problems;
  if (problem !== undefined) return problem.message;
  const name = tokenLabel(settings, token);
  const because = plan?.because ?? '';
  const until = rotation === undefined || !previousIsHeld ? undefined : previousEnd(rotation, now);
  const previous = until === undefined ? '' : `; the previous secret works until ${rfc3339(until)}`;
  const expiresAt = expiryOf(token);
  const expiry = expiresAt === undefined ? '' : ` until ${rfc3339(expiresAt)}`;
  const renewed = outcome.steps.some(({ kind }) => kind === 'renew')
    ? `; the token itself was renewed${expiry}`
    : '';
  switch (status) {
    case 'failed':
      return 'The run failed.';
    case 'planned':
      return sentence(`would ${planned(outcome)} for ${name}, since ${because}`);
    case 'due':
      return tokens === undefined
        ? sentence(`${name} is due: operation rotate would ${planned(outcome)}, since ${because}`)
        : sentence(attention(tokens));
    case 'created':
      return `Created the service token ${name} and delivered its pair to ${places(targets)}.`;
    case 'rotated':
      return `Rotated the client secret of ${name} and delivered it to ${places(targets)}${previous}${renewed}.`;
    case 'renewed':
      return `Renewed ${name}${expiresAt === undefined ? '' : `, which now expires at ${rfc3339(expiresAt)}`}.`;
    case 'repaired':
      return `Repaired ${name}: ${because}.`;
    case 'revoked':
      return `Ended the previous client secret of ${name}.`;
    case 'deleted':
      return `Deleted ${name}${targets.length === 0 ? '' : ` and its secrets in ${places(targets)}`}.`;
    case 'leased':
      return `Leased ${name} to this job.`;
    case 'unchanged':
      if (tokens !== undefined) return sentence(`no service token of ${tokens.length} needs attention`);
      return sentence(`nothing to do for ${name}: ${because}`);
  }
}

function previousEnd(rotation: NonNullable<Outcome['rotation']>, now: Instant): Instant | undefined {
  if (rotation.kind === 'never' || rotation.kind === 'unknown') return undefined;
  return rotation.previousSecretExpiresAt > now ? rotation.previousSecretExpiresAt : undefined;
}

function planned({ steps }: Pick<Outcome, 'steps'>): string {
  const verbs = {
    create: 'create the token',
    renew: 'renew the token',
    wait: 'wait for another run',
    rotate: 'rotate the client secret',
    close: 'close the last rotation',
    'write-client-id': 'write the client ID',
    revoke: 'end the previous secret',
    'delete-token': 'delete the token',
    'delete-secrets': 'delete the secrets',
    lease: 'lease a token',
  } as const;
  return steps.map(({ kind }) => verbs[kind]).join(' and ');
}

/** Which tokens and why, since a message may be all that an issue or a chat gets to see. */
function attention(findings: readonly TokenFinding[]): string {
  const due = findings.filter(({ problems }) => problems.length > 0);
  const shown = due
    .slice(0, 3)
    .map(({ token, problems }) => `${JSON.stringify(token.name)} ${problems.join(' and ')}`);
  const more = due.length > shown.length ? `; and ${due.length - shown.length} more` : '';
  const verb = due.length === 1 ? 'needs' : 'need';
  return `${due.length} of ${count(findings.length, 'service token')} ${verb} attention: ${shown.join('; ')}${more}`;
}

function places(targets: readonly TargetResult[]): string {
  const touched = targets.filter(({ status }) => status === 'delivered' || status === 'deleted');
  const [only] = touched;
  if (only !== undefined && touched.length === 1) return describeTarget(only.target);
  return touched.length === 0 ? 'no target' : count(touched.length, 'target');
}

function tokenLabel({ tokenName, tokenId }: Settings, token: ServiceToken | undefined): string {
  if (token !== undefined && token.name !== '') return JSON.stringify(token.name);
  return JSON.stringify(tokenName ?? tokenId ?? '');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
