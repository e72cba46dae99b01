import { describeMoment, describeSpan } from '../model/duration.ts';
import { MINUTE, type Instant, type Milliseconds } from '../model/time.ts';
import { describeTarget, type Target } from '../model/target.ts';
import type { Reason } from './plan.ts';
import { rfc3339 } from '../model/time.ts';
import { targetsThatAre, type Facts, type TargetFacts, type StoredState } from '../observe/facts.ts';

/** How long a rotation that is not delivered may still be the work of a run that is under way. */
export const DELIVERY_UNDER_WAY: Milliseconds = 5 * MINUTE;

/** One line of the decision table. The first whose `applies` holds decides. */
export interface Rule {
  readonly number: number;
  readonly reason: Reason;
  /** For people: the condition and the consequence, as in the table of the README. */
  readonly when: string;
  readonly then: string;
  readonly plan: 'error' | 'create' | 'rotate' | 'close' | 'recover' | 'nothing';
  /** Whether `force` goes on to the next rule instead. */
  readonly passedByForce?: true;
  readonly applies: (facts: Facts) => boolean;
  /** Why, of this token: a sentence without its full stop. */
  readonly because: (facts: Facts) => string;
  /** Of an error: what to do next. */
  readonly remedy?: (facts: Facts) => string;
}

const FORCE_REMEDY = 'With force: true it is done all the same.';

/** What `operation: rotate` does, and what `check` reports. */
export const RULES: readonly Rule[] = [
  {
    number: 1,
    reason: 'token-ambiguous',
    when: 'more than one token has exactly this name, and no `token-id` is given',
    then: 'error that names their ids',
    plan: 'error',
    applies: ({ snapshot }) => snapshot.lookup.kind === 'ambiguous',
    because: (facts) => `more than one service token is named ${label(facts)}: ${ambiguousIds(facts)}`,
    remedy: () => 'Give the token-id of the one that is meant, or rename or delete the others.',
  },
  {
    number: 2,
    reason: 'token-not-found',
    when: '`token-id` is given and does not exist',
    then: 'error',
    plan: 'error',
    applies: ({ settings, token }) => settings.tokenId !== undefined && token === undefined,
    because: (facts) => `there is no service token with the id ${facts.settings.tokenId ?? ''}`,
    remedy: () =>
      'Check token-id (it is the UUID, not the client ID), the account or zone, and that the API token may see it.',
  },
  {
    number: 3,
    reason: 'token-vanished',
    when: 'no such token, but a target already holds a client secret',
    then: 'error: a pair of another token is there',
    plan: 'error',
    passedByForce: true,
    applies: (facts) => facts.token === undefined && targetsThatAre(facts, 'outdated').length > 0,
    because: (facts) =>
      `no service token is named ${label(facts)}, yet ${names(targetsThatAre(facts, 'outdated'))} ${targetsThatAre(facts, 'outdated').length === 1 ? 'holds' : 'hold'} a client secret already, which must be another token's`,
    remedy: () =>
      `Check token-name and the account: the token may be renamed, hidden from this API token (then give token-id), or in another account. ${FORCE_REMEDY}`,
  },
  {
    number: 4,
    reason: 'token-missing',
    when: 'no such token',
    then: 'create',
    plan: 'create',
    applies: ({ token }) => token === undefined,
    because: (facts) => `there is no service token named ${label(facts)} yet`,
  },
  {
    number: 5,
    reason: 'token-disabled',
    when: 'the token is disabled',
    then: 'error, with the way to enable it',
    plan: 'error',
    applies: ({ token }) => token?.enabled === false,
    because: (facts) =>
      `the service token ${label(facts)} is disabled, so that Access refuses every secret of it`,
    remedy: () =>
      'Enable it in Cloudflare Zero Trust under Access controls > Service credentials > Service Tokens (or by an update with "enabled": true), and run this again.',
  },
  {
    number: 6,
    reason: 'forced',
    when: '`force` is `true`',
    then: 'rotate',
    plan: 'rotate',
    applies: ({ settings }) => settings.force,
    because: () => 'force asks for it',
  },
  {
    number: 7,
    reason: 'rotation-pending',
    when: 'the last rotation is open, and every target is current',
    then: 'close it',
    plan: 'close',
    applies: (facts) => facts.rotation?.kind === 'pending' && all(facts.targets, 'up-to-date'),
    because: ({ targets }) =>
      `${targets.length === 0 ? '' : 'every target has the new secret, but '}the last rotation was not closed`,
  },
  {
    number: 8,
    reason: 'delivery-incomplete',
    when: 'the last rotation is open',
    then: 'wait until another run has closed it, at most until 5 minutes after the rotation and inside `max-wait`; then rotate',
    plan: 'recover',
    applies: ({ rotation }) => rotation?.kind === 'pending',
    because: (facts) => `the last rotation did not reach ${names(notCurrent(facts))}`,
  },
  {
    number: 9,
    reason: 'grace-running',
    when: 'a grace is running, and every target is current',
    then: 'nothing, and say from when a rotation is possible',
    plan: 'nothing',
    applies: (facts) => facts.graceEndsAt !== undefined && all(facts.readable, 'up-to-date'),
    because: (facts) =>
      `the previous secret works until ${moment(facts.graceEndsAt, facts)}, and a rotation before that would cut off whoever still holds it`,
  },
  {
    number: 10,
    reason: 'grace-running',
    when: 'a grace is running, and some targets are current',
    then: 'error: the others can have it when it ends',
    plan: 'error',
    passedByForce: true,
    applies: (facts) => facts.graceEndsAt !== undefined && targetsThatAre(facts, 'up-to-date').length > 0,
    because: (facts) =>
      `${names(notCurrent(facts))} cannot have the secret yet, since the previous one works until ${moment(facts.graceEndsAt, facts)} and a rotation before that would cut off whoever still holds it`,
    remedy: (facts) =>
      `Run this again after ${moment(facts.graceEndsAt, facts)}, or end the grace now with operation: revoke and force: true. ${FORCE_REMEDY}`,
  },
  {
    number: 11,
    reason: 'rotated-elsewhere',
    when: 'a grace is running, and no target is current',
    then: 'error: rotated by someone else',
    plan: 'error',
    passedByForce: true,
    applies: ({ graceEndsAt }) => graceEndsAt !== undefined,
    because: (facts) =>
      `the client secret was rotated elsewhere, the previous one works until ${moment(facts.graceEndsAt, facts)}, and no target here has the new one`,
    remedy: () =>
      `List all targets of one token in one step, so that each rotation reaches all of them; or let whoever rotated it write it here too. ${FORCE_REMEDY}`,
  },
  {
    number: 12,
    reason: 'token-in-use',
    when: 'no target holds a client secret, and the token has been used',
    then: 'error: rotating cuts off whoever uses it',
    plan: 'error',
    passedByForce: true,
    applies: (facts) =>
      facts.targets.length > 0 && all(facts.targets, 'missing') && facts.token?.lastSeenAt !== undefined,
    because: (facts) =>
      `no target holds a client secret of ${label(facts)}, but it was last used ${describeMoment(facts.token?.lastSeenAt ?? 0, facts.now)}: rotating it would cut off whoever uses it once its grace is over`,
    remedy: () =>
      `Give the token another name, or add the places that use it to the targets. ${FORCE_REMEDY}`,
  },
  {
    number: 13,
    reason: 'secret-missing',
    when: 'a target lacks the client secret',
    then: 'rotate',
    plan: 'rotate',
    applies: (facts) => targetsThatAre(facts, 'missing').length > 0,
    because: (facts) =>
      `${names(targetsThatAre(facts, 'missing'))} ${targetsThatAre(facts, 'missing').length === 1 ? 'lacks' : 'lack'} the client secret`,
  },
  {
    number: 14,
    reason: 'secret-outdated',
    when: 'a target is not current',
    then: 'rotate',
    plan: 'rotate',
    applies: (facts) => targetsThatAre(facts, 'outdated').length > 0,
    because: (facts) =>
      `what ${names(targetsThatAre(facts, 'outdated'))} ${targetsThatAre(facts, 'outdated').length === 1 ? 'holds' : 'hold'} is not the secret of the last rotation`,
  },
  {
    number: 15,
    reason: 'secret-due',
    when: 'a stored client secret is older than `rotate-after`',
    then: 'rotate',
    plan: 'rotate',
    applies: (facts) => {
      const oldest = oldestStored(facts);
      const { rotateAfter } = facts.settings;
      return (
        rotateAfter !== 'never' && oldest !== undefined && facts.snapshot.githubNow - oldest >= rotateAfter
      );
    },
    because: (facts) =>
      `the stored client secret is ${describeSpan(Math.max(0, facts.snapshot.githubNow - (oldestStored(facts) ?? 0)))} old`,
  },
  {
    number: 16,
    reason: 'secret-fresh',
    when: 'otherwise',
    then: 'nothing',
    plan: 'nothing',
    applies: () => true,
    because: (facts) =>
      facts.targets.length === 0 ? 'no target was looked at' : `${everyTarget(facts)} has the current secret`,
  },
];

/** The rule that decides. */
export function ruleFor(facts: Facts): Rule {
  const force = facts.settings.force;
  const rule = RULES.find((candidate) => !(force && candidate.passedByForce) && candidate.applies(facts));
  if (rule === undefined) throw new Error('the last rule applies always');
  return rule;
}

/** How the token is named to people. */
export function label({ settings, token }: Pick<Facts, 'settings' | 'token'>): string {
  if (settings.tokenName !== undefined) return JSON.stringify(settings.tokenName);
  return token === undefined ? `with the id ${settings.tokenId ?? ''}` : token.id;
}

/** The oldest client secret that is stored in any target. */
export function oldestStored(facts: Facts): Instant | undefined {
  const stored = facts.readable.flatMap(({ state }) =>
    state.kind === 'readable' && state.clientSecret !== undefined ? [state.clientSecret.updatedAt] : [],
  );
  return stored.length === 0 ? undefined : Math.min(...stored);
}

/** Those that could not be read may hold anything. */
function everyTarget({ targets, readable }: Facts): string {
  return readable.length === targets.length ? 'every target' : 'every target that could be read';
}

export function names(targets: readonly Target[]): string {
  const shown = targets.slice(0, 3).map(describeTarget);
  const more = targets.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function all(targets: readonly TargetFacts[], stored: StoredState): boolean {
  return targets.every((target) => target.stored === stored);
}

function notCurrent(facts: Facts): readonly Target[] {
  return facts.targets.filter(({ stored }) => stored !== 'up-to-date').map(({ state }) => state.target);
}

function moment(instant: Instant | undefined, { now }: Facts): string {
  return instant === undefined ? '' : `${rfc3339(instant)} (${describeMoment(instant, now)})`;
}

function ambiguousIds({ snapshot }: Facts): string {
  return snapshot.lookup.kind === 'ambiguous' ? snapshot.lookup.tokens.map(({ id }) => id).join(', ') : '';
}
