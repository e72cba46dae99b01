import { describe, expect, it } from 'vitest';
import { minuteOf } from '../../src/model/calendar.ts';
import type { Facts } from '../../src/observe/facts.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Reason } from '../../src/plan/plan.ts';
import type { Rule } from '../../src/plan/rule.ts';
import { RULES, ruleFor } from '../../src/plan/rules.ts';
import {
  GRACE,
  TOKEN,
  UNMARKED,
  completedToken,
  factsIn,
  pendingToken,
  stored,
  type Situation,
} from './situation.ts';
import { TARGET_ROWS } from './target-rows.ts';
import { TOKEN_ROWS } from './token-rows.ts';
import {
  force,
  adopt,
  leave,
  id,
  twin,
  rotated,
  before,
  old,
  fresh,
  lacking,
  used,
  usedByHand,
  another,
  takenByVariable,
  type Row,
} from './rule-row.ts';

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

/** The rule that decides, and what a run finds when it does; beside each rule, situations that it leaves to others. */
const ROWS = [...TOKEN_ROWS, ...TARGET_ROWS];

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
    expect(because({ token, targets: [fresh] })).toContain(minuteOf(token.previousSecretExpiresAt ?? 0));
    expect(token.previousSecretExpiresAt).toBeGreaterThanOrEqual(rotated + GRACE);
  });

  it('names until when the old secret works if a rotation was not completed', () => {
    const token = pendingToken(rotated);
    expect(because({ token, targets: [fresh], inputs: leave })).toContain(
      minuteOf(token.previousSecretExpiresAt ?? 0),
    );
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
