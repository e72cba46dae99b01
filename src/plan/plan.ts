import type { ProblemCode } from '../model/problem-codes.ts';
import type { TokenDuration } from '../model/duration.ts';
import type { Instant } from '../model/time.ts';
import type { Target } from '../model/target.ts';
import { Problem } from '../model/problem.ts';
import { durationOf, renewalOf } from './renewal.ts';
import { DELIVERY_UNDER_WAY, RULES, label, names, ruleFor, type Rule } from './rules.ts';
import { targetsThatAre, type Facts } from '../observe/facts.ts';

/** Why a run does what it does: the `reason` output. */
export type Reason =
  | 'token-ambiguous'
  | 'token-not-found'
  | 'token-vanished'
  | 'token-missing'
  | 'token-disabled'
  | 'forced'
  | 'rotation-pending'
  | 'delivery-incomplete'
  | 'grace-running'
  | 'rotated-elsewhere'
  | 'token-in-use'
  | 'secret-missing'
  | 'secret-outdated'
  | 'secret-due'
  | 'secret-fresh'
  | 'client-id-missing'
  | RenewalReason
  | 'grace-over'
  | 'revoke-asked'
  | 'delete-asked'
  | 'lease-asked'
  | 'account-checked'
  | 'settings';

export type RenewalReason = 'expired' | 'expires-soon' | 'duration-changed' | 'renewal-asked';

/** One thing to be done; `apply.ts` does them in the order of the plan. */
export type Step =
  | { readonly kind: 'create' }
  | { readonly kind: 'renew'; readonly reason: RenewalReason; readonly duration: TokenDuration }
  /** Until the last rotation is closed or `until` has passed; then everything is read and decided again. */
  | { readonly kind: 'wait'; readonly until: Instant }
  /** `recovering`: the secret that the last rotation brought is lost, and with it what jobs hold now. */
  | { readonly kind: 'rotate'; readonly recovering: boolean }
  | { readonly kind: 'close' }
  | { readonly kind: 'write-client-id'; readonly targets: readonly Target[] }
  | { readonly kind: 'revoke' }
  | { readonly kind: 'delete-token' }
  | { readonly kind: 'delete-secrets' }
  | { readonly kind: 'lease' };

/** What is to be done and why. */
export interface Plan {
  readonly reason: Reason;
  /** A sentence without its full stop. */
  readonly because: string;
  readonly steps: readonly Step[];
  /** Set where a rule refuses: nothing is done. */
  readonly problem: Problem | undefined;
}

/**
 * Decides. `waited` says that another run was given the time it may need to finish its delivery.
 * Of `lease` nothing has to be read, so it is not planned here.
 */
export function planFor(facts: Facts, waited: boolean): Plan {
  switch (facts.settings.operation) {
    case 'renew':
      return planRenewal(facts);
    case 'revoke':
      return planRevocation(facts);
    case 'delete':
      return planDeletion(facts);
    default:
      return planRotation(facts, waited);
  }
}

function planRotation(facts: Facts, waited: boolean): Plan {
  const rule = ruleFor(facts);
  if (rule.plan === 'error') return refused(rule, facts);
  const before = facts.token === undefined ? undefined : renewalOf(facts.token, facts.settings, facts.now);
  const steps: Step[] = before === undefined ? [] : [before];
  switch (rule.plan) {
    case 'create':
      steps.push({ kind: 'create' });
      break;
    case 'rotate':
      steps.push({ kind: 'rotate', recovering: facts.rotation?.kind === 'pending' });
      break;
    case 'recover': {
      const until = (facts.rotation?.kind === 'pending' ? facts.rotation.at : 0) + DELIVERY_UNDER_WAY;
      if (!waited && facts.now < until) return planOf(rule, facts, [{ kind: 'wait', until }]);
      steps.push({ kind: 'rotate', recovering: true });
      break;
    }
    case 'close':
    case 'nothing': {
      if (rule.plan === 'close') steps.push({ kind: 'close' });
      const targets = withoutClientId(facts);
      if (targets.length > 0) steps.push({ kind: 'write-client-id', targets });
    }
  }
  const plan = planOf(rule, facts, steps);
  return rule.plan === 'nothing' ? withItsOwnReason(plan) : plan;
}

/** Where the rules ask for nothing, what is done beside them is the reason. */
function withItsOwnReason(plan: Plan): Plan {
  const step = plan.steps[0];
  if (step?.kind === 'renew') return { ...plan, reason: step.reason, because: RENEWAL_BECAUSE[step.reason] };
  if (step?.kind === 'write-client-id') {
    const because = `${names(step.targets)} ${step.targets.length === 1 ? 'lacks' : 'lack'} the client ID`;
    return { ...plan, reason: 'client-id-missing', because };
  }
  return plan;
}

const RENEWAL_BECAUSE: Record<RenewalReason, string> = {
  expired: 'the token has expired',
  'expires-soon': 'the token expires within renew-before',
  'duration-changed': 'the token has another duration than the one asked for',
  'renewal-asked': 'operation: renew asks for it',
};

function planRenewal(facts: Facts): Plan {
  const missing = notFound(facts);
  if (missing !== undefined || facts.token === undefined) return missing ?? unfound(facts);
  const duration = durationOf(facts.token, facts.settings);
  return {
    reason: 'renewal-asked',
    because: RENEWAL_BECAUSE['renewal-asked'],
    steps: [{ kind: 'renew', reason: 'renewal-asked', duration }],
    problem: undefined,
  };
}

function planRevocation(facts: Facts): Plan {
  const missing = notFound(facts);
  if (missing !== undefined) return missing;
  const { rotation, graceEndsAt, settings } = facts;
  const end = rotation?.kind === 'pending' ? rotation.previousSecretExpiresAt : graceEndsAt;
  if (end === undefined || end <= facts.now) {
    return {
      reason: 'grace-over',
      because: 'no previous secret works any more',
      steps: [],
      problem: undefined,
    };
  }
  const behind = facts.targets
    .filter(({ stored }) => stored !== 'up-to-date')
    .map(({ state }) => state.target);
  if (behind.length > 0 && !settings.force) {
    const because = `${names(behind)} ${behind.length === 1 ? 'does' : 'do'} not hold the current secret, as far as can be told, and ending the grace now would cut ${behind.length === 1 ? 'it' : 'them'} off`;
    const remedy =
      'Run operation: rotate first, which repairs the targets. With force: true the grace is ended all the same.';
    return refusedBecause(
      rotation?.kind === 'pending' ? 'delivery-incomplete' : 'secret-outdated',
      because,
      remedy,
    );
  }
  return {
    reason: 'revoke-asked',
    because: 'operation: revoke asks for it',
    steps: [{ kind: 'revoke' }],
    problem: undefined,
  };
}

function planDeletion(facts: Facts): Plan {
  if (facts.snapshot.lookup.kind === 'ambiguous') return refused(ruleNamed('token-ambiguous'), facts);
  const hidden = facts.targets.filter(({ state }) => state.kind === 'unreadable' && !isGone(state.problem));
  const touches = facts.token !== undefined || facts.settings.targetsNamed;
  if (touches && hidden.length > 0 && !facts.settings.force) {
    const because = `${names(hidden.map(({ state }) => state.target))} cannot be read, so that its secrets would stay behind without their token`;
    return refusedBecause(
      'delete-asked',
      because,
      'Mend what is named below. With force: true the rest is deleted all the same.',
    );
  }
  const steps: Step[] = [];
  if (facts.token !== undefined) steps.push({ kind: 'delete-token' });
  // A misspelt name must not cost the workflow's own repository its secrets.
  if (touches) steps.push({ kind: 'delete-secrets' });
  return facts.token === undefined
    ? {
        reason: 'token-missing',
        because: `there is no service token ${label(facts)}${touches ? '' : leftovers(facts)}`,
        steps,
        problem: undefined,
      }
    : { reason: 'delete-asked', because: 'operation: delete asks for it', steps, problem: undefined };
}

function leftovers({ targets }: Facts): string {
  const stored = targets.filter(({ state }) => state.kind === 'readable' && state.clientSecret !== undefined);
  if (stored.length === 0) return '';
  return `, and what ${names(stored.map(({ state }) => state.target))} holds is deleted only where \`targets\` names it`;
}

/** With an environment its secrets are gone too. */
function isGone(problem: Problem): boolean {
  return problem.code === 'environment-not-found';
}

/** The rules that find no token, or more than one. */
const NOT_ONE_TOKEN = ['token-ambiguous', 'token-not-found'] as const;

/** Their errors, and a token that is not there where only an existing one will do. */
function notFound(facts: Facts): Plan | undefined {
  const rule = NOT_ONE_TOKEN.map(ruleNamed).find((candidate) => candidate.applies(facts));
  if (rule !== undefined) return refused(rule, facts);
  return facts.token === undefined ? unfound(facts) : undefined;
}

function unfound(facts: Facts): Plan {
  const remedy = 'Check token-name and the account, or create the token with operation: rotate.';
  return refusedBecause('token-missing', `there is no service token named ${label(facts)}`, remedy);
}

function refused(rule: Rule, facts: Facts): Plan {
  return refusedBecause(rule.reason as ProblemCode & Reason, rule.because(facts), rule.remedy?.(facts) ?? '');
}

function refusedBecause(reason: Reason & ProblemCode, because: string, remedy: string): Plan {
  return { reason, because, steps: [], problem: new Problem(reason, sentence(because), remedy) };
}

function planOf(rule: Rule, facts: Facts, steps: readonly Step[]): Plan {
  return { reason: rule.reason, because: rule.because(facts), steps, problem: undefined };
}

function ruleNamed(reason: Reason): Rule {
  const rule = RULES.find((candidate) => candidate.reason === reason);
  if (rule === undefined) throw new Error(`no rule gives ${reason}`);
  return rule;
}

/** Targets with a current client secret whose client ID is not there. */
function withoutClientId(facts: Facts): readonly Target[] {
  const current = new Set(targetsThatAre(facts, 'up-to-date'));
  return facts.targets
    .filter(
      ({ state }) => state.kind === 'readable' && state.clientId === undefined && current.has(state.target),
    )
    .map(({ state }) => state.target);
}

/** With a capital letter, unless it begins with a name, such as `acme/web`. */
export function sentence(text: string): string {
  const [first = ''] = text;
  return `${/^[a-z]+ /.test(text) ? first.toUpperCase() : first}${text.slice(1)}.`;
}
