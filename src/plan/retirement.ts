import type { Problem } from '../model/problem.ts';
import type { Target } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import { targetsThatAre, type Facts } from '../observe/facts.ts';
import { ignoredLines, planWithdrawal, refusedLines, refusedWithdrawal } from './admission.ts';
import { label, names, verb } from './naming.ts';
import { planOf, refusal, type Plan } from './plan.ts';
import { refusedByRule } from './rotation.ts';
import { errorRule } from './rules.ts';
import { endSessions } from './sessions.ts';
import type { Step } from './steps.ts';

/** `revoke`: end the previous secret now. */
export function planRevocation(facts: Facts): Plan {
  const missing = withoutToken(facts);
  if (missing !== undefined) return missing;
  const { rotation, graceEndsAt, settings, token, now } = facts;
  if (token === undefined) throw new Error('withoutToken refuses that');
  const end = rotation?.kind === 'pending' ? rotation.previousSecretExpiresAt : graceEndsAt;
  const sessions = endSessions(facts);
  const failures = refusedLines(facts.snapshot.admissions);
  if (end === undefined || end <= now) {
    return { ...planOf('grace-over', 'no previous secret works any more', sessions), failures };
  }
  const refused = unmanaged(facts) ?? (settings.force ? undefined : lockingOut(facts));
  if (refused !== undefined) return refused;
  // The new end is a mark, so later runs rotate by the way that it says.
  const way = facts.way === 'untried' ? undefined : facts.way;
  const lockedOut = targetsThatAre(facts, 'outdated');
  const revoke: Step = { kind: 'revoke', token, way, rotatedAt: oldestUpToDate(facts), lockedOut };
  return { ...planOf('revoke-asked', 'operation: revoke asks for it', [revoke, ...sessions]), failures };
}

function lockingOut(facts: Facts): Plan | undefined {
  const { targets, rotation } = facts;
  const behind = targets.filter(({ stored }) => stored !== 'up-to-date').map(({ state }) => state.target);
  if (behind.length > 0) {
    return refusal(
      rotation?.kind === 'pending' ? 'delivery-incomplete' : 'secret-outdated',
      `${names(behind)} ${verb(behind, 'does', 'do')} not store the current secret, as far as can be told, and ending the previous one now would lock ${verb(behind, 'it', 'them')} out`,
      'Run operation: rotate first, which repairs the targets. Set `force: true` to end it anyway.',
    );
  }
  if (rotation?.kind !== 'pending') return undefined;
  return refusal(
    'rotation-pending',
    `the last rotation of ${label(facts)} is pending: other stores may still hold the previous secret`,
    'Run operation: complete once every store has the new secret. Set `force: true` to end the previous one anyway.',
  );
}

/** `delete`: withdraw the token, delete it, then the stored credentials. */
export function planDeletion(facts: Facts): Plan {
  const { snapshot, token, settings, targets } = facts;
  for (const reason of ['token-ambiguous', 'token-mismatch'] as const) {
    const rule = errorRule(reason);
    if (rule.applies(facts)) return refusedByRule(rule, facts);
  }
  // A misspelt name must not cost the workflow's own repository its secrets.
  const touches = token !== undefined || settings.targetsNamed;
  const refused =
    (token === undefined ? undefined : unmanaged(facts)) ??
    (touches ? takenTargets(facts) : undefined) ??
    (token === undefined ? undefined : refusedWithdrawal(facts));
  if (refused !== undefined) return refused;
  const hidden = targets.filter(({ state }) => state.kind === 'unreadable' && !isGone(state.problem));
  if (touches && hidden.length > 0 && !settings.force) {
    return refusal(
      'delete-asked',
      `${names(hidden.map(({ state }) => state.target))} cannot be read, so its secrets would stay behind without their token`,
      'Fix the errors below. Set `force: true` to delete the rest anyway.',
    );
  }
  const steps: Step[] = token === undefined ? [] : [...planWithdrawal(facts, token)];
  if (touches)
    steps.push({ kind: 'delete-secrets', targets: snapshot.targets, keepClientId: foreignClientIds(facts) });
  const warnings = ignoredLines(facts).map(({ message }) => message);
  const failures =
    token === undefined
      ? []
      : refusedLines(snapshot.admissions).filter((problem) => !ignoredLines(facts).includes(problem));
  const plan =
    token === undefined
      ? planOf(
          'token-missing',
          `there is no service token ${label(facts)}${touches ? '' : leftovers(facts)}`,
          steps,
        )
      : planOf('delete-asked', 'operation: delete asks for it', steps);
  return { ...plan, failures, warnings };
}

/** The errors of rules that find no token, or more than one; and a token that is not there but must be. */
export function withoutToken(facts: Facts): Plan | undefined {
  for (const reason of ['token-ambiguous', 'token-mismatch', 'token-not-found'] as const) {
    const rule = errorRule(reason);
    if (rule.applies(facts)) return refusedByRule(rule, facts);
  }
  if (facts.token !== undefined) return undefined;
  return refusal(
    'token-missing',
    `there is no service token named ${label(facts)}`,
    'Check token-name and the account, or create the token with operation: rotate.',
  );
}

/** What somebody else rotated last is not revoked or deleted by surprise. */
function unmanaged(facts: Facts): Plan | undefined {
  const { own, settings } = facts;
  if (own || settings.adopt || settings.force) return undefined;
  const rule = errorRule('token-unmanaged');
  return refusal(
    rule.reason,
    rule
      .because(facts)
      .replace('a rotation would', `operation: ${facts.operation} would`)
      .replace(' when the grace period ends', ''),
    'Find out who else uses the token. Then set `adopt: true` to do it anyway.',
  );
}

/** A target that is wrong must not cost another token the credentials that its jobs use. */
function takenTargets(facts: Facts): Plan | undefined {
  const rule = errorRule('target-taken');
  if (facts.settings.force || !rule.applies(facts)) return undefined;
  return refusal(
    rule.reason,
    rule.because(facts),
    'Correct the target or its names, or leave it out. Set `force: true` to delete its client secret anyway.',
  );
}

function oldestUpToDate({ targets }: Facts): Instant | undefined {
  const moments = targets.flatMap(({ state, stored }) =>
    stored === 'up-to-date' && state.kind === 'readable' ? (state.clientSecret?.updatedAt ?? []) : [],
  );
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

function leftovers({ targets }: Facts): string {
  const holding = targets.filter(
    ({ state }) => state.kind === 'readable' && state.clientSecret !== undefined,
  );
  if (holding.length === 0) return '';
  const places: readonly Target[] = holding.map(({ state }) => state.target);
  return `, and what ${names(places)} ${verb(places, 'stores', 'store')} is deleted only if \`targets\` names it`;
}

/** A client ID variable can be read: one of another token is not deleted. */
function foreignClientIds({ snapshot: { targets, others }, token }: Facts): readonly Target[] {
  return targets.flatMap((state) => {
    const value = state.kind === 'readable' ? state.clientId?.value : undefined;
    if (value === undefined) return [];
    const isForeign =
      token === undefined ? others.some(({ clientId }) => clientId === value) : value !== token.clientId;
    return isForeign ? [state.target] : [];
  });
}

/** With an environment its secrets are gone too. */
function isGone(problem: Problem): boolean {
  return problem.code === 'environment-not-found';
}
