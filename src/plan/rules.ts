import { minuteOf } from '../model/calendar.ts';
import { describeSpan } from '../model/duration.ts';
import { storedMoments } from '../model/target.ts';
import { targetsThatAre, type Facts } from '../observe/facts.ts';
import {
  all,
  ambiguousIds,
  describeTaken,
  everyTarget,
  isDue,
  isPending,
  lastUsed,
  missing,
  notUpToDate,
  oldestStored,
  outdated,
  taken,
} from './conditions.ts';
import { label, endOfSecret, names, verb } from './naming.ts';
import type { Reason } from './plan.ts';
import { isPassed, type ErrorRule, type Rule } from './rule.ts';

const FORCE = 'Set `force: true` to do it anyway.';

/** What `operation: rotate` does, and what `check` reports. The order is the order of the decision. */
export const RULES: readonly Rule[] = [
  {
    // assumption: names-repeat
    reason: 'token-ambiguous',
    when: 'more than one token has this name, and no `token-id` is given',
    then: 'error that names their IDs',
    plan: 'error',
    applies: ({ snapshot }) => snapshot.lookup.kind === 'ambiguous',
    because: (facts) => `more than one service token is named ${label(facts)}: ${ambiguousIds(facts)}`,
    remedy: () => 'Set token-id to the one that you mean, or rename or delete the others.',
  },
  {
    reason: 'token-mismatch',
    when: '`token-id` and `token-name` belong to different tokens',
    then: 'error',
    plan: 'error',
    applies: ({ snapshot }) => snapshot.lookup.kind === 'mismatch',
    because: ({ snapshot, settings }) =>
      `the service token ${settings.tokenId ?? ''} is named ${snapshot.lookup.kind === 'mismatch' ? JSON.stringify(snapshot.lookup.token.name) : ''}, not ${JSON.stringify(settings.tokenName)}`,
    remedy: () => 'Correct token-name or token-id, or leave one of them out.',
  },
  {
    reason: 'token-not-found',
    when: '`token-id` does not exist',
    then: 'error',
    plan: 'error',
    applies: ({ settings, token }) => settings.tokenId !== undefined && token === undefined,
    because: ({ settings }) => `there is no service token with the id ${settings.tokenId ?? ''}`,
    remedy: () =>
      'Check token-id (the UUID, not the client ID), the account or zone, and that the API token may see it.',
  },
  {
    reason: 'token-vanished',
    when: 'no such token, but a target already stores a client secret',
    then: 'error: the target stores the credentials of another token',
    plan: 'error',
    passedBy: 'force',
    applies: (facts) => facts.token === undefined && outdated(facts).length > 0,
    because: (facts) =>
      `no service token is named ${label(facts)}, but ${names(outdated(facts))} ${verb(outdated(facts), 'stores', 'store')} a client secret already, which must be another token's`,
    remedy: () =>
      `Check token-name and the account: the token may be renamed, hidden from this API token (then set token-id), or in another account. ${FORCE}`,
  },
  {
    reason: 'token-missing',
    when: 'no such token',
    then: 'create',
    plan: 'create',
    applies: ({ token }) => token === undefined,
    because: (facts) => `there is no service token named ${label(facts)} yet`,
  },
  {
    reason: 'token-disabled',
    when: 'the token is disabled',
    then: 'error that says how to enable it',
    plan: 'error',
    applies: ({ token }) => token?.enabled === false,
    because: (facts) => `the service token ${label(facts)} is disabled, so Access refuses every secret of it`,
    remedy: () =>
      'Enable it in Cloudflare Zero Trust under Access controls > Service credentials > Service Tokens, then run this again.',
  },
  {
    reason: 'forced',
    when: '`force` is `true`',
    then: 'rotate',
    plan: 'rotate',
    applies: ({ settings }) => settings.force,
    because: () => 'force asks for it',
  },
  {
    reason: 'completion-missing',
    when: 'the last rotation is pending, every target is up to date, and `leave-pending` is `true`',
    then: 'error: run `complete` if the other stores have the new secret',
    plan: 'error',
    passedBy: 'force',
    applies: (facts) => facts.settings.leavePending && isPending(facts) && all(facts.targets, 'up-to-date'),
    because: (facts) =>
      `an earlier run left the last rotation pending, and it was not completed; the old secret works until ${endOfSecret(facts.token?.previousSecretExpiresAt, facts)}`,
    remedy: () =>
      'Run operation: complete if the other stores have the new secret. If they do not, set `force: true` to rotate again.',
  },
  {
    reason: 'rotation-pending',
    when: 'the last rotation is pending, and every target is up to date',
    then: 'complete it',
    plan: 'complete',
    applies: (facts) => isPending(facts) && all(facts.targets, 'up-to-date'),
    because: ({ targets }) =>
      `${targets.length === 0 ? '' : 'every target has the new secret, but '}the last rotation was not completed`,
  },
  {
    reason: 'delivery-incomplete',
    when: 'the last rotation is pending',
    then: 'wait for a concurrent run, at most until 5 minutes after the rotation and within `max-wait`; then rotate',
    plan: 'recover',
    applies: isPending,
    because: (facts) => `the last rotation did not reach ${names(notUpToDate(facts))}`,
  },
  {
    // assumption: one-previous-secret
    reason: 'grace-running',
    when: 'a grace period runs, and every target is up to date',
    then: 'nothing; say when a rotation is possible',
    plan: 'nothing',
    applies: (facts) => facts.graceEndsAt !== undefined && all(facts.readable, 'up-to-date'),
    because: (facts) =>
      `the previous secret works until ${endOfSecret(facts.graceEndsAt, facts)}, and a rotation before that would lock out whoever still uses it`,
  },
  {
    reason: 'grace-running',
    when: 'a grace period runs, and some targets are up to date',
    then: 'error: the others can have the secret when it ends',
    plan: 'error',
    passedBy: 'force',
    applies: (facts) => facts.graceEndsAt !== undefined && targetsThatAre(facts, 'up-to-date').length > 0,
    because: (facts) =>
      `${names(notUpToDate(facts))} cannot have the secret yet: the previous one works until ${endOfSecret(facts.graceEndsAt, facts)}, and a rotation before that would lock out whoever still uses it`,
    remedy: (facts) =>
      `Run this again after ${minuteOf(facts.graceEndsAt ?? facts.now)}, or end the grace period now with operation: revoke and force: true. ${FORCE}`,
  },
  {
    reason: 'rotated-elsewhere',
    when: 'a grace period runs, and no target is up to date',
    then: 'error: somebody else rotated it',
    plan: 'error',
    passedBy: 'force',
    applies: ({ graceEndsAt }) => graceEndsAt !== undefined,
    because: (facts) =>
      `somebody else rotated the client secret: the previous one works until ${endOfSecret(facts.graceEndsAt, facts)}, and no target here has the new one`,
    remedy: () =>
      `List all targets of one token in one step, so that each rotation reaches all of them; or let whoever rotated it write it here too. ${FORCE}`,
  },
  {
    reason: 'token-in-use',
    when: 'no target stores a client secret, and the token has been used',
    then: 'error: a rotation locks out whoever uses it',
    plan: 'error',
    passedBy: 'adopt',
    applies: (facts) =>
      facts.targets.length > 0 && all(facts.targets, 'missing') && facts.token?.lastSeenAt !== undefined,
    because: (facts) =>
      `no target stores a client secret of ${label(facts)}, but the token was last used ${lastUsed(facts)}: a rotation would lock out whoever uses it when the grace period ends`,
    remedy: () =>
      'Choose another token-name, or add the places that use the token to the targets. Set `adopt: true` to take it over.',
  },
  {
    reason: 'token-unmanaged',
    when: 'this action did not rotate the token last, the token has been used or a target stores a client secret, and a rule below would rotate',
    then: 'error: somebody else may hold the secret',
    plan: 'error',
    passedBy: 'adopt',
    applies: (facts) =>
      !facts.own &&
      (facts.token?.lastSeenAt !== undefined || storedMoments(facts.snapshot.targets).length > 0) &&
      wouldRotateBelow('token-unmanaged', facts),
    because: (facts) =>
      `this action did not rotate ${label(facts)} last, so somebody else may hold its secret (last used: ${lastUsed(facts)}), and a rotation would lock them out when the grace period ends`,
    remedy: () =>
      'Find out who else uses the token and add those places to the targets. Then set `adopt: true` once to take the token over.',
  },
  {
    reason: 'token-adopted',
    when: 'this action did not rotate the token last, and `adopt` is `true`',
    then: 'rotate: a take-over always does, and later runs ignore `adopt`',
    plan: 'rotate',
    applies: ({ own, settings }) => !own && settings.adopt,
    because: () => 'adopt asks to take the token over',
  },
  {
    reason: 'target-taken',
    when: 'a target stores the credentials of another token',
    then: 'error that names target and token',
    plan: 'error',
    passedBy: 'force',
    applies: (facts) => taken(facts).length > 0,
    because: describeTaken,
    remedy: () =>
      'Correct the target or its names. If the target should change to this token, delete what it stores first or set `force: true`.',
  },
  {
    reason: 'secret-missing',
    when: 'a target lacks the client secret',
    then: 'rotate',
    plan: 'rotate',
    applies: (facts) => missing(facts).length > 0,
    because: (facts) => `${names(missing(facts))} ${verb(missing(facts), 'lacks', 'lack')} the client secret`,
  },
  {
    reason: 'secret-outdated',
    when: 'a target is outdated',
    then: 'rotate',
    plan: 'rotate',
    applies: (facts) => outdated(facts).length > 0,
    because: (facts) =>
      `${names(outdated(facts))} ${verb(outdated(facts), 'does', 'do')} not store the secret of the last rotation`,
  },
  {
    reason: 'secret-due',
    when: 'a stored client secret is older than `rotate-after`',
    then: 'rotate',
    plan: 'rotate',
    applies: isDue,
    because: (facts) =>
      `the stored client secret is ${describeSpan(Math.max(0, facts.snapshot.githubNow - (oldestStored(facts) ?? 0)))} old`,
  },
  {
    reason: 'secret-fresh',
    when: 'otherwise',
    then: 'nothing',
    plan: 'nothing',
    applies: () => true,
    because: (facts) =>
      facts.targets.length === 0 ? 'no target was read' : `${everyTarget(facts)} is up to date`,
  },
];

/** The rule that decides. */
export function ruleFor(facts: Facts): Rule {
  const rule = RULES.find((candidate) => !isPassed(candidate, facts) && candidate.applies(facts));
  if (rule === undefined) throw new Error('the last rule always applies');
  return rule;
}

/** A rule that refuses, for other operations that refuse for the same reason. */
export function errorRule(reason: Reason): ErrorRule {
  const rule = RULES.find((candidate) => candidate.reason === reason && candidate.plan === 'error');
  if (rule?.plan !== 'error') throw new Error(`no rule refuses with ${reason}`);
  return rule;
}

function wouldRotateBelow(reason: Reason, facts: Facts): boolean {
  const below = RULES.slice(RULES.findIndex((rule) => rule.reason === reason) + 1);
  return below.find((rule) => !isPassed(rule, facts) && rule.applies(facts))?.plan === 'rotate';
}
