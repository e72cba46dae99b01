import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import type { Facts } from '../../src/observe/facts.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Reason } from '../../src/plan/plan.ts';
import { RULES, ruleFor, type Rule } from '../../src/plan/rules.ts';
import {
  GRACE,
  NOW,
  TOKEN,
  UNMARKED,
  completedToken,
  environmentMissing,
  factsIn,
  foreignToken,
  otherToken,
  pendingToken,
  stored,
  storedWithVariable,
  unreadable,
  type Situation,
} from './situation.ts';

const force = { force: 'true' };
const adopt = { adopt: 'true' };
const leave = { 'leave-pending': 'true' };
const never = { 'rotate-after': 'never' };
const id = { 'token-id': TOKEN.id };

const twin = otherToken('1', { name: TOKEN.name });
const rotated = NOW - HOUR;
const before = NOW - 10 * DAY;
const old = stored(NOW - 60 * DAY);
const fresh = stored(rotated + MINUTE, { repository: 'api' });
const lacking = stored(undefined, { repository: 'new' });
const used = { ...TOKEN, lastSeenAt: NOW - DAY };
const usedByHand = { ...UNMARKED, lastSeenAt: NOW - DAY };
const another = otherToken('2', {
  previousSecretExpiresAt: completedToken(NOW - 20 * DAY).previousSecretExpiresAt,
  updatedAt: NOW - 20 * DAY,
});
/** Stored when `another` was rotated and completed. */
const takenByAge = stored(NOW - 20 * DAY + MINUTE, { repository: 'mixed' });
const takenByVariable = storedWithVariable(before + MINUTE, another.clientId, 'mixed');

/** The order of the rules. A reason that two rules share stands here twice. */
const ORDER: readonly Reason[] = [
  'token-ambiguous',
  'token-mismatch',
  'token-not-found',
  'token-vanished',
  'token-missing',
  'token-disabled',
  'forced',
  'completion-missing',
  'rotation-pending',
  'delivery-incomplete',
  'grace-running',
  'grace-running',
  'rotated-elsewhere',
  'token-in-use',
  'token-unmanaged',
  'token-adopted',
  'target-taken',
  'secret-missing',
  'secret-outdated',
  'secret-due',
  'secret-fresh',
];

interface Row {
  readonly reason: Reason;
  readonly plan: Rule['plan'];
  /** What a person calls the situation. */
  readonly name: string;
  readonly situation: Situation;
}

const row = (reason: Reason, plan: Rule['plan'], name: string, situation: Situation): Row => ({
  reason,
  plan,
  name,
  situation,
});

/** The rule that decides, and what a run finds when it does; beside each rule, situations that it leaves to others. */
const ROWS: readonly Row[] = [
  row('token-ambiguous', 'error', 'two tokens of one name', { token: TOKEN, namesakes: [twin] }),
  row('token-ambiguous', 'error', 'two tokens of one name, with force', {
    token: TOKEN,
    namesakes: [twin],
    inputs: force,
  }),
  row('secret-due', 'rotate', 'two tokens of one name, and an ID', {
    token: TOKEN,
    others: [twin],
    inputs: id,
  }),
  row('token-mismatch', 'error', 'an ID whose token has another name', {
    token: TOKEN,
    mismatch: true,
    inputs: { ...id, 'token-name': 'deploy' },
  }),
  row('token-mismatch', 'error', 'an ID whose token has another name, with force', {
    token: TOKEN,
    mismatch: true,
    inputs: { ...id, 'token-name': 'deploy', ...force },
  }),
  row('token-not-found', 'error', 'an ID that does not exist', { inputs: id }),
  row('token-not-found', 'error', 'an ID that does not exist, with force', { inputs: { ...id, ...force } }),
  row('token-vanished', 'error', 'no token, but credentials', { targets: [old] }),
  row('token-vanished', 'error', 'no token, but credentials in one of the targets', {
    targets: [lacking, old],
  }),
  row('token-vanished', 'error', 'no token, but credentials, with adopt', { targets: [old], inputs: adopt }),
  row('token-missing', 'create', 'no token, but credentials, with force', { targets: [old], inputs: force }),
  row('token-missing', 'create', 'no token and no credentials', { targets: [lacking] }),
  row('token-missing', 'create', 'no token, and a client ID alone', {
    targets: [stored(undefined, { clientId: true })],
  }),
  row('token-missing', 'create', 'no token, and targets that cannot be read', { targets: [unreadable()] }),
  row('token-missing', 'create', 'no token and no environment', { targets: [environmentMissing()] }),
  row('token-disabled', 'error', 'a disabled token', { token: { ...TOKEN, enabled: false } }),
  row('token-disabled', 'error', 'a disabled token, with force', {
    token: { ...TOKEN, enabled: false },
    inputs: force,
  }),
  row('token-disabled', 'error', 'a disabled token, pending', {
    token: { ...pendingToken(rotated), enabled: false },
    targets: [fresh],
  }),
  row('forced', 'rotate', 'a fresh secret, with force', { token: TOKEN, targets: [fresh], inputs: force }),
  row('forced', 'rotate', 'a grace period, with force', {
    token: completedToken(rotated),
    targets: [fresh, old],
    inputs: force,
  }),
  row('forced', 'rotate', 'a pending rotation, with force', {
    token: pendingToken(rotated),
    targets: [fresh],
    inputs: force,
  }),
  row('forced', 'rotate', 'a pending rotation for other stores, with force', {
    token: pendingToken(rotated),
    targets: [fresh],
    inputs: { ...leave, ...force },
  }),
  row('forced', 'rotate', 'a token that somebody else uses, with force', {
    token: usedByHand,
    targets: [lacking],
    inputs: force,
  }),
  row('forced', 'rotate', 'a target with the credentials of another token, with force', {
    token: completedToken(before),
    targets: [takenByVariable],
    others: [another],
    inputs: force,
  }),
  row('completion-missing', 'error', 'a pending rotation that is delivered, for other stores', {
    token: pendingToken(rotated),
    targets: [fresh],
    inputs: leave,
  }),
  row('completion-missing', 'error', 'a pending rotation by /rotate, for other stores, with adopt', {
    token: pendingToken(rotated, 'rotate'),
    targets: [fresh],
    inputs: { ...leave, ...adopt },
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, for other stores, one target outdated', {
    token: pendingToken(rotated),
    targets: [fresh, old],
    inputs: leave,
  }),
  row('grace-running', 'nothing', 'a completed rotation, for other stores', {
    token: completedToken(rotated),
    targets: [fresh],
    inputs: leave,
  }),
  row('rotation-pending', 'complete', 'a pending rotation that is delivered', {
    token: pendingToken(rotated),
    targets: [fresh],
  }),
  row('rotation-pending', 'complete', 'a pending rotation by /rotate that is delivered', {
    token: pendingToken(rotated, 'rotate'),
    targets: [fresh],
  }),
  row('rotation-pending', 'complete', 'a pending rotation whose hold is over', {
    token: pendingToken(NOW - 31 * DAY),
    targets: [stored(NOW - 31 * DAY + MINUTE)],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one target outdated', {
    token: pendingToken(rotated),
    targets: [fresh, old],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one target empty', {
    token: pendingToken(rotated),
    targets: [fresh, lacking],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one target unreadable', {
    token: pendingToken(rotated),
    targets: [fresh, unreadable()],
  }),
  row('delivery-incomplete', 'recover', 'a pending rotation, one environment gone', {
    token: pendingToken(rotated),
    targets: [fresh, environmentMissing()],
  }),
  row('delivery-incomplete', 'recover', "a pending rotation, one target with another token's credentials", {
    token: pendingToken(rotated),
    targets: [fresh, takenByVariable],
    others: [another],
  }),
  row('grace-running', 'nothing', 'a grace period', { token: completedToken(rotated), targets: [fresh] }),
  row('grace-running', 'nothing', 'a grace period, one target unreadable', {
    token: completedToken(rotated),
    targets: [fresh, unreadable()],
  }),
  row('grace-running', 'nothing', "a grace period after a person's rotation and writing", {
    token: foreignToken(rotated),
    targets: [fresh],
  }),
  row('grace-running', 'nothing', 'a grace period, and a secret that is due', {
    token: completedToken(rotated),
    targets: [fresh],
    inputs: { 'rotate-after': '0s' },
  }),
  row('grace-running', 'nothing', "a grace period after a person's rotation, with adopt", {
    token: foreignToken(rotated),
    targets: [fresh],
    inputs: adopt,
  }),
  row('grace-running', 'error', 'a grace period, one target outdated', {
    token: completedToken(rotated),
    targets: [fresh, old],
  }),
  row('grace-running', 'error', 'a grace period, one target empty', {
    token: completedToken(rotated),
    targets: [fresh, lacking],
  }),
  row('rotated-elsewhere', 'error', 'a grace period, all targets outdated', {
    token: completedToken(rotated),
    targets: [old],
  }),
  row('rotated-elsewhere', 'error', 'a grace period, all targets empty', {
    token: completedToken(rotated),
    targets: [lacking],
  }),
  row('rotated-elsewhere', 'error', 'a grace period, one target outdated, the other unreadable', {
    token: completedToken(rotated),
    targets: [old, unreadable()],
  }),
  row('rotated-elsewhere', 'error', "a grace period after a person's rotation, with adopt", {
    token: foreignToken(rotated),
    targets: [old],
    inputs: adopt,
  }),
  row('token-in-use', 'error', 'a used token, all targets empty', { token: used, targets: [lacking] }),
  row('token-in-use', 'error', 'a used token of somebody else, all targets empty', {
    token: usedByHand,
    targets: [lacking],
  }),
  row('token-in-use', 'error', 'a used token, targets empty or missing', {
    token: used,
    targets: [lacking, environmentMissing()],
  }),
  row('secret-missing', 'rotate', 'a used token, all targets empty, with adopt', {
    token: used,
    targets: [lacking],
    inputs: adopt,
  }),
  row('secret-missing', 'rotate', 'a used token, one target empty', {
    token: used,
    targets: [lacking, old],
  }),
  row('secret-missing', 'rotate', 'a used token, one target empty, one unreadable', {
    token: used,
    targets: [lacking, unreadable()],
  }),
  row('token-unmanaged', 'error', 'a used token of somebody else, one target empty, one unreadable', {
    token: usedByHand,
    targets: [lacking, unreadable()],
  }),
  row('token-unmanaged', 'error', "a secret of before a person's rotation", {
    token: foreignToken(before),
    targets: [old],
    inputs: never,
  }),
  row('token-unmanaged', 'error', 'the first secret of a token made by hand, due', {
    token: UNMARKED,
    targets: [old],
  }),
  row('token-unmanaged', 'error', 'a token made by hand, one target empty', {
    token: UNMARKED,
    targets: [old, lacking],
    inputs: never,
  }),
  row('secret-fresh', 'nothing', 'a token made by hand, up to date and never due', {
    token: usedByHand,
    targets: [old],
    inputs: never,
  }),
  row('secret-missing', 'rotate', 'a token made by hand that nobody uses and no target stores', {
    token: UNMARKED,
    targets: [lacking],
  }),
  row('target-taken', 'error', "a token made by hand, and a target with another token's credentials", {
    token: UNMARKED,
    targets: [storedWithVariable(before, another.clientId)],
    others: [another],
  }),
  row('token-adopted', 'rotate', 'a token made by hand, up to date, with adopt', {
    token: usedByHand,
    targets: [old],
    inputs: { ...never, ...adopt },
  }),
  row('token-adopted', 'rotate', 'a used token made by hand, all targets empty, with adopt', {
    token: usedByHand,
    targets: [lacking],
    inputs: adopt,
  }),
  row('token-adopted', 'rotate', "a person's rotation of long ago, with adopt", {
    token: foreignToken(before),
    targets: [old],
    inputs: adopt,
  }),
  row('secret-fresh', 'nothing', "the action's own token, with adopt", {
    token: completedToken(before),
    targets: [stored(before)],
    inputs: adopt,
  }),
  row('target-taken', 'error', 'a client ID variable of another token', {
    token: completedToken(before),
    targets: [takenByVariable],
    others: [another],
  }),
  row('target-taken', 'error', 'a client ID variable of another token, with adopt', {
    token: completedToken(before),
    targets: [takenByVariable],
    others: [another],
    inputs: adopt,
  }),
  row('target-taken', 'error', 'a client ID variable of another token, and no client secret', {
    token: completedToken(before),
    targets: [storedWithVariable(undefined, another.clientId)],
    others: [another],
  }),
  row('target-taken', 'error', 'a secret that was stored when one other token was rotated', {
    token: completedToken(before),
    targets: [takenByAge],
    others: [another],
  }),
  row('secret-outdated', 'rotate', 'a secret that was stored when two other tokens were rotated', {
    token: completedToken(before),
    targets: [takenByAge],
    others: [another, { ...another, id: 'third' }],
  }),
  row('secret-missing', 'rotate', 'credentials of another token that were deleted', {
    token: completedToken(before),
    targets: [stored(undefined, { repository: 'mixed' })],
    others: [another],
  }),
  row('secret-missing', 'rotate', 'a target was added', {
    token: completedToken(NOW - 60 * DAY),
    targets: [lacking, old],
  }),
  row('secret-missing', 'rotate', 'an environment that does not exist yet', {
    token: completedToken(before),
    targets: [environmentMissing(), stored(before)],
  }),
  row('secret-outdated', 'rotate', 'a secret of the rotation before', {
    token: completedToken(before),
    targets: [old],
    inputs: never,
  }),
  row('secret-outdated', 'rotate', 'a secret from elsewhere', {
    token: completedToken(before),
    targets: [stored(NOW - DAY)],
  }),
  row('secret-due', 'rotate', 'a secret older than rotate-after', { token: TOKEN, targets: [old] }),
  row('secret-due', 'rotate', 'a secret exactly as old as rotate-after', {
    token: completedToken(NOW - 30 * DAY),
    targets: [stored(NOW - 30 * DAY)],
  }),
  row('secret-due', 'rotate', 'a due secret, and a target that cannot be read', {
    token: TOKEN,
    targets: [old, unreadable()],
  }),
  row('secret-fresh', 'nothing', 'a secret almost as old as rotate-after', {
    token: completedToken(NOW - 30 * DAY),
    targets: [stored(NOW - 30 * DAY + 1)],
  }),
  row('secret-fresh', 'nothing', 'an old secret that is never due', {
    token: TOKEN,
    targets: [old],
    inputs: never,
  }),
];

const factsOf = ({ situation }: Row): Facts => factsIn(situation);
const position = (rule: Rule): number => RULES.indexOf(rule);

/** What a rule says that an input passes, and whether this step sets one that does. */
function isPassed({ passedBy }: Rule, { settings: { force: forced, adopt: adopted } }: Facts): boolean {
  if (passedBy === undefined) return false;
  return forced || (passedBy === 'adopt' && adopted);
}

describe('the rules', () => {
  it('stand in the order of the decision', () => {
    expect(RULES.map(({ reason }) => reason)).toEqual(ORDER);
  });

  it.each(ROWS)('decide $name: $reason', (each) => {
    const rule = ruleFor(factsOf(each));
    expect({ reason: rule.reason, plan: rule.plan }).toEqual({ reason: each.reason, plan: each.plan });
  });

  it('each decide some situation', () => {
    expect(new Set(ROWS.map((each) => ruleFor(factsOf(each))))).toEqual(new Set(RULES));
  });

  it('each leave some situation to the next ones, but for the last', () => {
    const facts = ROWS.map(factsOf);
    const always = RULES.filter((rule) => facts.every((each) => rule.applies(each)));
    expect(always).toEqual(RULES.slice(-1));
  });

  it.each(ROWS)('decide $name by the first that applies and is not passed', (each) => {
    const facts = factsOf(each);
    const above = RULES.slice(0, position(ruleFor(facts)));
    expect(above.filter((rule) => rule.applies(facts) && !isPassed(rule, facts))).toEqual([]);
  });

  it('are passed by force, and by adopt, as the table says', () => {
    const passedBy = (input: 'force' | 'adopt'): readonly Reason[] =>
      RULES.filter((rule) => rule.passedBy === input).map(({ reason }) => reason);
    expect(passedBy('force')).toEqual([
      'token-vanished',
      'completion-missing',
      'grace-running',
      'rotated-elsewhere',
      'target-taken',
    ]);
    expect(passedBy('adopt')).toEqual(['token-in-use', 'token-unmanaged']);
  });

  it('that an input passes are all errors, and the input does lead past them', () => {
    for (const rule of RULES.filter(({ passedBy }) => passedBy !== undefined)) {
      expect(rule.plan).toBe('error');
      const decided = ROWS.filter((each) => ruleFor(factsOf(each)) === rule);
      for (const { situation } of decided) {
        const inputs = { ...situation.inputs, [rule.passedBy ?? '']: 'true' };
        expect(ruleFor(factsIn({ ...situation, inputs }))).not.toBe(rule);
      }
    }
  });

  it('that no input passes stand whatever force and adopt say', () => {
    for (const rule of RULES.filter(({ plan, passedBy }) => plan === 'error' && passedBy === undefined)) {
      const decided = ROWS.filter((each) => ruleFor(factsOf(each)) === rule);
      for (const { situation } of decided) {
        const inputs = { ...situation.inputs, ...force, ...adopt };
        expect(ruleFor(factsIn({ ...situation, inputs }))).toBe(rule);
      }
    }
  });
});

describe('the plan of a rule', () => {
  const errors = ROWS.filter(({ plan }) => plan === 'error');
  const others = ROWS.filter(({ plan }) => plan !== 'error');
  const KINDS: Readonly<Record<Rule['plan'], readonly string[]>> = {
    error: [],
    create: ['create'],
    rotate: ['rotate'],
    recover: ['rotate'],
    complete: ['complete'],
    nothing: [],
  };

  it.each(errors)('has no step, and says why and what to do: $name', ({ situation, reason }) => {
    const { steps, problem, reason: planned } = planFor(factsIn(situation), false);
    expect(steps).toEqual([]);
    expect(planned).toBe(reason);
    expect(problem?.code).toBe(reason);
    expect(problem?.message).toMatch(/^\S.*[.]$/);
    expect(problem?.message).not.toMatch(/undefined|null|NaN/);
    expect(problem?.remedy).toMatch(/^[A-Z].*[.]$/);
  });

  it.each(others)('has the steps of $plan: $name', ({ situation, reason, plan }) => {
    const { steps, problem, reason: planned, because } = planFor(factsIn(situation), true);
    expect(problem).toBeUndefined();
    expect(planned).toBe(reason);
    expect(because).not.toMatch(/[.]$|undefined|null|NaN/);
    expect(steps.map(({ kind }) => kind)).toEqual(KINDS[plan]);
  });
});

describe('what the rules say', () => {
  const because = (situation: Situation): string => planFor(factsIn(situation), true).because;
  const iso = (instant = 0): string => new Date(instant).toISOString().replace('.000Z', 'Z');

  it('names the IDs of tokens that share a name', () => {
    expect(because({ token: TOKEN, namesakes: [twin] })).toContain(`${TOKEN.id}, ${twin.id}`);
  });

  it('names the ID and both names if they do not belong together', () => {
    const text = because({ token: TOKEN, mismatch: true, inputs: { ...id, 'token-name': 'deploy' } });
    expect(text).toBe(`the service token ${TOKEN.id} is named "ci", not "deploy"`);
  });

  it('names the targets that are meant, three at most', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((repository) => stored(undefined, { repository }));
    expect(because({ token: TOKEN, targets: [lacking, old] })).toBe('acme/new lacks the client secret');
    expect(because({ token: TOKEN, targets: many })).toBe(
      'acme/a; acme/b; acme/c; and 2 more lack the client secret',
    );
  });

  it('names the end of a grace period', () => {
    const token = completedToken(rotated);
    expect(because({ token, targets: [fresh] })).toContain(iso(token.previousSecretExpiresAt));
    expect(token.previousSecretExpiresAt).toBeGreaterThanOrEqual(rotated + GRACE);
  });

  it('names until when the old secret works if a rotation was not completed', () => {
    const token = pendingToken(rotated);
    expect(because({ token, targets: [fresh], inputs: leave })).toContain(iso(token.previousSecretExpiresAt));
  });

  it('says when a token was last used that somebody else may hold', () => {
    expect(because({ token: usedByHand, targets: [old] })).toContain('last used: 24 hours ago');
    expect(because({ token: UNMARKED, targets: [old] })).toContain('last used: never');
    expect(because({ token: used, targets: [lacking] })).toContain('last used 24 hours ago');
  });

  it('names target and token if a target stores the credentials of another', () => {
    const text = because({ token: completedToken(before), targets: [takenByVariable], others: [another] });
    expect(text).toBe('acme/mixed stores the credentials of the service token "other-2"');
  });

  it('claims nothing of targets if none was looked at', () => {
    const inputs = { operation: 'check', 'github-token': '' };
    for (const token of [pendingToken(rotated), completedToken(rotated), TOKEN]) {
      expect(because({ token, targets: [], inputs })).not.toContain('every target');
    }
  });
});
