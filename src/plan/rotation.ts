import { MINUTE, type Instant, type Milliseconds } from '../model/time.ts';
import { describeTarget, storedMoments, type ReadableTarget, type Target } from '../model/target.ts';
import { targetsThatAre, type Facts } from '../observe/facts.ts';
import { rotationMoment } from '../observe/rotation-state.ts';
import {
  admissionsOf,
  becauseNotAdmitted,
  planAdmission,
  refusedLine,
  refusedLines,
  warningsOfAdmission,
} from './admission.ts';
import { label, names, verb } from './naming.ts';
import { planOf, refusal, refusedBy, type Plan } from './plan.ts';
import { DEFAULT_DURATION, renewalOf } from './renewal.ts';
import { endSessions } from './sessions.ts';
import type { ActingRule, ErrorRule } from './rule.ts';
import { ruleFor } from './rules.ts';
import { RENEWAL_BECAUSE, type PlannedRecovery, type RotateStep, type Step } from './steps.ts';

/** How long a pending rotation may still be the work of a run that is under way. */
export const DELIVERY_UNDER_WAY: Milliseconds = 5 * MINUTE;

/** `rotate`, and what `check` reports. `waited`: a concurrent run was given the time that it may need. */
export function planRotation(facts: Facts, waited: boolean): Plan {
  const rule = ruleFor(facts);
  if (rule.plan === 'error') return refusedByRule(rule, facts);
  if (facts.settings.leavePending && facts.rotation?.kind === 'unknown') return completionImpossible(facts);
  const refused = refusedLine(facts);
  // A forced or recovering rotation does not wait for an admission.
  const canWait = !facts.settings.force && (rule.plan === 'create' || rule.plan === 'rotate');
  if (refused !== undefined && canWait) return refusedBy(refused);
  const plan = planByRule(rule, facts, waited);
  if (plan.problem !== undefined) return plan;
  const warnings = [...warningsAbout(facts, plan.steps), ...warningsOfAdmission(facts, plan.steps)];
  return {
    ...plan,
    steps: isWaiting(plan) ? plan.steps : [...plan.steps, ...endSessions(facts)],
    failures: refusedLines(facts.snapshot.admissions),
    warnings: [...plan.warnings, ...warnings],
  };
}

function isWaiting({ steps }: Plan): boolean {
  return steps.some(({ kind }) => kind === 'wait');
}

export function refusedByRule(rule: ErrorRule, facts: Facts): Plan {
  return refusal(rule.reason, rule.because(facts), rule.remedy(facts));
}

function planByRule(rule: ActingRule, facts: Facts, waited: boolean): Plan {
  const { token, settings } = facts;
  const because = rule.because(facts);
  if (token === undefined) {
    const create: Step = {
      kind: 'create',
      name: settings.tokenName ?? '',
      duration: settings.duration ?? DEFAULT_DURATION,
      targets: facts.snapshot.targets,
      admissions: admissionsOf(facts),
      force: settings.force,
      gracePeriod: settings.gracePeriod,
      leavePending: settings.leavePending,
    };
    return planOf(rule.reason, because, [create]);
  }
  const renewal = renewalOf(token, facts);
  const before: readonly Step[] = renewal === undefined ? [] : [renewal];
  switch (rule.plan) {
    case 'recover': {
      const until = (facts.rotation?.kind === 'pending' ? facts.rotation.at : 0) + DELIVERY_UNDER_WAY;
      if (!waited && facts.now < until) return planOf(rule.reason, because, [{ kind: 'wait', token, until }]);
      return planOf(rule.reason, because, [...admissionBefore(facts, true), ...before, rotateStep(facts)]);
    }
    case 'create':
    case 'rotate': {
      const forced = rule.reason === 'forced';
      return planOf(rule.reason, because, [...admissionBefore(facts, forced), ...before, rotateStep(facts)]);
    }
    case 'complete':
      return planOf(rule.reason, because, [
        ...planAdmission(facts, true),
        ...before,
        ...completion(facts),
        ...clientIds(facts),
      ]);
    case 'nothing':
      return planNothing(rule, facts, [...planAdmission(facts, true), ...before, ...clientIds(facts)]);
  }
}

/** Who held the old secret of a token that is taken over must not enter new applications unseen: it is admitted later. */
function admissionBefore(facts: Facts, mustRotate: boolean): readonly Step[] {
  return facts.own ? planAdmission(facts, mustRotate) : [];
}

/** If the rules ask for nothing, what is done beside them is the reason. */
function planNothing(rule: ActingRule, facts: Facts, steps: readonly Step[]): Plan {
  const [first] = facts.snapshot.targets;
  if (facts.targets.length > 0 && facts.readable.length === 0 && first?.kind === 'unreadable') {
    return refusedBy(first.problem);
  }
  const [step] = steps;
  switch (step?.kind) {
    case 'renew':
      return planOf(step.reason, RENEWAL_BECAUSE[step.reason], steps);
    case 'write-client-id': {
      const targets = step.targets.map(({ target }) => target);
      return step.targets.some(({ clientId }) => clientId === undefined)
        ? planOf(
            'client-id-missing',
            `${names(targets)} ${verb(targets, 'lacks', 'lack')} the client ID`,
            steps,
          )
        : planOf(
            'client-id-outdated',
            `${names(targets)} ${verb(targets, 'stores', 'store')} another client ID`,
            steps,
          );
    }
    case 'admit':
      return planOf('not-admitted', becauseNotAdmitted(facts), steps);
    default:
      return planOf(rule.reason, rule.because(facts), steps);
  }
}

function rotateStep(facts: Facts): RotateStep {
  const { token, own, way, settings, snapshot } = facts;
  if (token === undefined) throw new Error('a rotation is planned for a token that exists');
  return {
    kind: 'rotate',
    token,
    way,
    rotatedAt: snapshot.readAt,
    holdFrom: rotationMoment(snapshot.readAt, deliveries(facts)),
    targets: snapshot.targets,
    upToDate: targetsThatAre(facts, 'up-to-date'),
    recovery: recoveryOf(facts),
    takeOver: own ? undefined : { lastSeenAt: token.lastSeenAt },
    force: settings.force,
    gracePeriod: settings.gracePeriod,
    leavePending: settings.leavePending,
    admissions: own ? [] : admissionsOf(facts),
  };
}

/** While a rotation is pending, nobody has its secret: the next one ends what the targets before it store. */
function recoveryOf(facts: Facts): PlannedRecovery | undefined {
  const { rotation, now } = facts;
  if (rotation?.kind !== 'pending') return undefined;
  const end = rotation.previousSecretExpiresAt;
  return {
    lockedOut: targetsThatAre(facts, 'outdated'),
    previousSecretEndedAt: end <= now ? end : undefined,
    previousSecretIsHeld: targetsThatAre(facts, 'up-to-date').length > 0,
  };
}

/**
 * When what is there before this rotation was stored. A concurrent run may have delivered after the targets were read,
 * and did so after the creation or the rotation that was read.
 */
function deliveries({ snapshot, rotation }: Facts): readonly Instant[] {
  const before = rotation?.kind === 'never' || rotation?.kind === 'completed' ? [rotation.at] : [];
  // One that seems still to come was dated by another grace period than it had.
  return [...storedMoments(snapshot.targets), ...before.filter((at) => at <= snapshot.readAt)];
}

function completion({ token, rotation, settings }: Facts): readonly Step[] {
  if (token === undefined || rotation?.kind !== 'pending') return [];
  const { at, way } = rotation;
  const { gracePeriod, verifyUrl } = settings;
  return [
    {
      kind: 'complete',
      token,
      way,
      rotatedAt: at,
      gracePeriod,
      asked: false,
      unverified: verifyUrl !== undefined,
    },
  ];
}

/** Up-to-date targets that lack the client ID, or store it as a variable with another value. */
function clientIds(facts: Facts): readonly Step[] {
  const { token } = facts;
  if (token === undefined) return [];
  const targets = facts.targets.flatMap(({ state, stored }): readonly ReadableTarget[] => {
    if (state.kind !== 'readable' || stored !== 'up-to-date') return [];
    const value = state.clientId?.value;
    const differs = value !== undefined && token.clientId !== '' && value !== token.clientId;
    return state.clientId === undefined || differs ? [state] : [];
  });
  return targets.length === 0 ? [] : [{ kind: 'write-client-id', token, targets }];
}

function completionImpossible(facts: Facts): Plan {
  return refusal(
    'completion-impossible',
    `Cloudflare's replies leave out when the previous secret of ${label(facts)} ends, so a pending rotation cannot be remembered`,
    'Leave out leave-pending, and let this action deliver to every target.',
  );
}

/** What a person should know of the targets, whatever is done. */
function warningsAbout(facts: Facts, steps: readonly Step[]): readonly string[] {
  const rewrites = steps.some(({ kind }) => kind === 'create' || kind === 'rotate');
  const states = facts.snapshot.targets.filter((state) => state.kind === 'readable');
  const second = states.flatMap((state) => secondClientId(state));
  return [...second, ...(rewrites ? [] : states.flatMap((state) => otherVisibility(state)))];
}

function secondClientId({ target, otherClientId }: ReadableTarget): readonly string[] {
  if (otherClientId === undefined) return [];
  return [
    `${describeTarget(target)}: ${target.clientIdName} is also stored as a ${otherClientId}, which this step does not update. Delete it once nothing reads it any more.`,
  ];
}

/** GitHub takes the visibility of an organization secret only with a value, so it changes when the next secret is written. */
function otherVisibility({ target, clientSecret }: ReadableTarget): readonly string[] {
  const { place }: Target = target;
  if (place.kind !== 'organization') return [];
  const wanted = place.visibility ?? (place.repositories === undefined ? undefined : 'selected');
  const stored = clientSecret?.visibility;
  if (wanted === undefined || stored === undefined || wanted === stored) return [];
  return [
    `${describeTarget(target)}: the secrets are visible to ${stored}, and will be to ${wanted} when the next client secret is written. Set force: true to do that now.`,
  ];
}
