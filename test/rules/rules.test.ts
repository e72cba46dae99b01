import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { planFor } from '../../src/plan/plan.ts';
import { RULES, ruleFor } from '../../src/plan/rules.ts';
import {
  GRACE,
  NOW,
  TOKEN,
  closedToken,
  environmentMissing,
  factsIn,
  foreignToken,
  stored,
  openToken,
  unreadable,
  type Situation,
} from './situation.ts';

const other = { ...TOKEN, id: '1174e90a-fafe-4643-bbbc-4a0ed4fc8415' };
const force = { force: 'true' };
const never = { 'rotate-after': 'never' };
const id = { 'token-id': TOKEN.id };
const none: Situation = { token: undefined, targets: [stored(undefined)] };

const rotated = NOW - HOUR;
const old = stored(NOW - 60 * DAY);
const fresh = stored(rotated + MINUTE, { repository: 'api' });
const lacking = stored(undefined, { repository: 'new' });
const used = { ...TOKEN, lastSeenAt: NOW - DAY };

/** The rule that decides, what it finds there, what a person calls the situation. */
const ROWS: readonly (readonly [number, Situation, string])[] = [
  [1, { token: TOKEN, namesakes: [other] }, 'two tokens of one name'],
  [1, { token: TOKEN, namesakes: [other], inputs: force }, 'two tokens of one name, with force'],
  [2, { token: undefined, inputs: id }, 'an id that does not exist'],
  [2, { token: undefined, inputs: { ...id, ...force } }, 'an id that does not exist, with force'],
  [3, { token: undefined, targets: [old] }, 'no token, but a pair'],
  [3, { token: undefined, targets: [lacking, old] }, 'no token, but a pair in one of the targets'],
  [4, { token: undefined, targets: [old], inputs: force }, 'no token, but a pair, with force'],
  [4, none, 'no token and no pair'],
  [4, { ...none, targets: [unreadable()] }, 'no token, and targets that cannot be read'],
  [4, { ...none, targets: [environmentMissing()] }, 'no token and no environment'],
  [5, { token: { ...TOKEN, enabled: false } }, 'a disabled token'],
  [5, { token: { ...TOKEN, enabled: false }, inputs: force }, 'a disabled token, with force'],
  [6, { token: TOKEN, targets: [fresh], inputs: force }, 'a fresh secret, with force'],
  [6, { token: closedToken(rotated), targets: [fresh], inputs: force }, 'a grace, with force'],
  [6, { token: openToken(rotated), targets: [fresh], inputs: force }, 'an open rotation, with force'],
  [7, { token: openToken(rotated), targets: [fresh] }, 'an open rotation that is delivered'],
  [8, { token: openToken(rotated), targets: [fresh, old] }, 'an open rotation, one target behind'],
  [8, { token: openToken(rotated), targets: [fresh, lacking] }, 'an open rotation, one target empty'],
  [8, { token: openToken(rotated), targets: [fresh, unreadable()] }, 'an open rotation, one target unknown'],
  [9, { token: closedToken(rotated), targets: [fresh] }, 'a grace'],
  [9, { token: closedToken(rotated), targets: [fresh, unreadable()] }, 'a grace, one target unknown'],
  [9, { token: foreignToken(rotated), targets: [fresh] }, "a grace after a person's rotation and writing"],
  [9, { token: closedToken(rotated), targets: [fresh], inputs: { 'rotate-after': '0s' } }, 'a grace, due'],
  [10, { token: closedToken(rotated), targets: [fresh, old] }, 'a grace, one target behind'],
  [10, { token: closedToken(rotated), targets: [fresh, lacking] }, 'a grace, one target empty'],
  [11, { token: closedToken(rotated), targets: [old] }, 'a grace, all targets behind'],
  [11, { token: closedToken(rotated), targets: [lacking] }, 'a grace, all targets empty'],
  [11, { token: foreignToken(rotated), targets: [old] }, "a grace after a person's rotation"],
  [12, { token: used, targets: [lacking] }, 'a used token, all targets empty'],
  [12, { token: used, targets: [lacking, environmentMissing()] }, 'a used token, targets empty or missing'],
  [13, { token: TOKEN, targets: [lacking] }, 'a token that was never used, all targets empty'],
  [13, { token: used, targets: [lacking, old] }, 'a used token, one target empty'],
  [13, { token: used, targets: [lacking, unreadable()] }, 'a used token, one target empty, one unknown'],
  [13, { token: closedToken(NOW - 60 * DAY), targets: [lacking, old] }, 'a target was added'],
  [14, { token: closedToken(NOW - 10 * DAY), targets: [old] }, 'a secret of the rotation before'],
  [14, { token: closedToken(NOW - 10 * DAY), targets: [stored(NOW - DAY)] }, 'a secret from elsewhere'],
  [14, { token: foreignToken(NOW - 10 * DAY), targets: [old] }, "a secret of before a person's rotation"],
  [15, { token: closedToken(NOW - 60 * DAY), targets: [old] }, 'a secret older than rotate-after'],
  [15, { token: TOKEN, targets: [old] }, 'the first secret, older than rotate-after'],
  [15, { token: TOKEN, targets: [old, unreadable()] }, 'a due secret, and a target that cannot be read'],
  [16, { token: closedToken(NOW - 60 * DAY), targets: [old], inputs: never }, 'an old secret, never due'],
  [16, { token: closedToken(NOW - 10 * DAY), targets: [stored(NOW - 10 * DAY)] }, 'a secret not yet due'],
  [16, { token: TOKEN, targets: [unreadable()] }, 'nothing that can be read'],
];

describe('the rules', () => {
  it.each(ROWS)('rule %i decides %#: $2', (number, situation) => {
    expect(ruleFor(factsIn(situation)).number).toBe(number);
  });

  it('are numbered in their order, and each is met', () => {
    expect(RULES.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(new Set(ROWS.map(([number]) => number)).size).toBe(RULES.length);
  });

  it('the first that applies wins, whichever else would apply', () => {
    for (const [number, situation] of ROWS) {
      const facts = factsIn(situation);
      const passed = RULES.filter((rule) => rule.number < number && rule.applies(facts));
      expect(passed.every(({ passedByForce }) => passedByForce === true && facts.settings.force)).toBe(true);
    }
  });

  it('force passes 3, 10, 11 and 12, and no others', () => {
    expect(RULES.filter((rule) => rule.passedByForce).map(({ number }) => number)).toEqual([3, 10, 11, 12]);
  });

  it.each(ROWS.filter(([number]) => RULES[number - 1]?.plan === 'error'))(
    'rule %i plans nothing and says why and what to do: $2',
    (_number, situation) => {
      const { steps, problem, reason } = planFor(factsIn(situation), false);
      expect(steps).toEqual([]);
      expect(problem?.code).toBe(reason);
      expect(problem?.message).toMatch(/^\S.*[.]$/);
      expect(problem?.remedy).toMatch(/^[A-Z].*[.]$/);
    },
  );

  it.each(ROWS.filter(([number]) => RULES[number - 1]?.plan !== 'error'))(
    'rule %i plans what it says: $2',
    (number, situation) => {
      const { steps, problem, reason, because } = planFor(factsIn(situation), true);
      const kinds = { create: ['create'], rotate: ['rotate'], recover: ['rotate'], close: ['close'] };
      const rule = RULES[number - 1];
      const plan = rule?.plan ?? 'nothing';
      expect(problem).toBeUndefined();
      expect(reason).toBe(rule?.reason);
      expect(because).not.toMatch(/[.]$|undefined/);
      expect(steps.map(({ kind }) => kind)).toEqual(plan in kinds ? kinds[plan as keyof typeof kinds] : []);
    },
  );
});

describe('what the rules say', () => {
  const becauseOf = (situation: Situation): string => planFor(factsIn(situation), true).because;

  it('names the ids of tokens that share a name', () => {
    expect(becauseOf({ token: TOKEN, namesakes: [other] })).toContain(`${TOKEN.id}, ${other.id}`);
  });

  it('names the targets that are meant, three at most', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((repository) => stored(undefined, { repository }));
    expect(becauseOf({ token: TOKEN, targets: [lacking, old] })).toBe('acme/new lacks the client secret');
    expect(becauseOf({ token: TOKEN, targets: many })).toBe(
      'acme/a; acme/b; acme/c; and 2 more lack the client secret',
    );
  });

  it('names the end of a grace', () => {
    const end = closedToken(rotated).previousSecretExpiresAt ?? 0;
    const text = new Date(end).toISOString().replace('.000Z', 'Z');
    expect(becauseOf({ token: closedToken(rotated), targets: [fresh] })).toContain(text);
    expect(end).toBeGreaterThanOrEqual(rotated + GRACE);
  });

  it('claims nothing of targets where none was looked at', () => {
    const inputs = { operation: 'check', 'github-token': '' };
    for (const token of [openToken(rotated), closedToken(rotated), TOKEN]) {
      expect(becauseOf({ token, targets: [], inputs })).not.toContain('every target');
    }
  });
});
