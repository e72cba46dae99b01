import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionState } from '../../src/model/admission.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { completedMark, pendingMark, rotationMoment } from '../../src/observe/rotation-state.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { DELIVERY_UNDER_WAY } from '../../src/plan/rotation.ts';
import type { RotateStep } from '../../src/plan/steps.ts';
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

const plan = (situation: Situation, waited = true): Plan => planFor(factsIn(situation), waited);
const kinds = ({ steps }: Plan): string[] => steps.map(({ kind }) => kind);
const force = { force: 'true' };
const adopt = { adopt: 'true' };
const zone = { 'cloudflare-zone-id': 'b'.repeat(32) };
const rotated = NOW - HOUR;
const before = NOW - 10 * DAY;
const old = stored(NOW - 60 * DAY);
const fresh = stored(rotated + MINUTE);
const lacking = stored(undefined, { repository: 'new' });

const admission: Admission = {
  kind: 'own-policy',
  what: 'application "app"',
  line: { kind: 'application', value: 'app.example.com' },
  application: { id: 'a1', name: 'app' },
};
const notAdmitted: AdmissionState = {
  kind: 'missing',
  line: admission.line,
  what: 'application "app"',
  application: { id: 'a1', name: 'app' },
  warnings: [],
  admission,
};

function rotateStepOf(situation: Situation, waited = true): RotateStep {
  const step = plan(situation, waited).steps.find(({ kind }) => kind === 'rotate');
  if (step?.kind !== 'rotate') throw new Error(`no rotation, because ${plan(situation, waited).because}`);
  return step;
}

describe('the step that creates', () => {
  it('carries all that creating needs', () => {
    const targets = [lacking, environmentMissing()];
    expect(plan({ targets, admissions: [notAdmitted] }).steps).toEqual([
      {
        kind: 'create',
        name: 'ci',
        duration: { kind: 'span', milliseconds: 8760 * HOUR, text: '8760h' },
        targets,
        admissions: [admission],
        force: false,
        gracePeriod: GRACE,
        leavePending: false,
      },
    ]);
  });

  it('carries what inputs ask for', () => {
    const inputs = { duration: '90d', 'grace-period': '2h', 'leave-pending': 'true', ...force };
    expect(plan({ targets: [lacking], inputs }).steps).toMatchObject([
      { duration: { text: '2160h' }, gracePeriod: 2 * HOUR, leavePending: true, force: true },
    ]);
  });
});

describe('the step that rotates', () => {
  it("carries all that rotating the action's own token needs", () => {
    const token = completedToken(before);
    const upToDate = stored(before, { repository: 'api' });
    const targets = [upToDate, lacking, old];
    expect(rotateStepOf({ token, targets, admissions: [notAdmitted] })).toEqual({
      kind: 'rotate',
      token,
      way: 'update',
      rotatedAt: NOW,
      holdFrom: NOW,
      targets,
      upToDate: [upToDate.target],
      recovery: undefined,
      takeOver: undefined,
      force: false,
      gracePeriod: GRACE,
      leavePending: false,
      admissions: [],
    });
  });

  it('carries what inputs ask for', () => {
    const inputs = { ...force, 'grace-period': '0s', 'leave-pending': 'true' };
    expect(rotateStepOf({ token: TOKEN, targets: [old], inputs })).toMatchObject({
      force: true,
      gracePeriod: 0,
      leavePending: true,
    });
  });

  it.each<[string, Situation, RotateStep['way']]>([
    ['a mark of an update', { token: completedToken(before) }, 'update'],
    ['a mark of /rotate', { token: completedToken(before, GRACE, 'rotate') }, 'rotate'],
    ['a pending mark of /rotate', { token: pendingToken(before, 'rotate') }, 'rotate'],
    ['no mark', { token: UNMARKED, inputs: adopt }, 'untried'],
    ['no mark, in a zone', { token: UNMARKED, inputs: { ...adopt, ...zone } }, 'untried'],
    ["a person's rotation", { token: foreignToken(before), inputs: adopt }, 'untried'],
    [
      'replies that leave the end out',
      { token: { ...TOKEN, previousSecretExpiresAt: undefined }, inputs: force },
      'rotate',
    ],
    [
      'replies that leave the end out, in a zone',
      { token: { ...TOKEN, previousSecretExpiresAt: undefined }, inputs: { ...force, ...zone } },
      'update',
    ],
  ])('goes the way of %s', (_name, situation, way) => {
    expect(rotateStepOf(situation).way).toBe(way);
  });

  it('holds from so late that no stored secret passes for the new one', () => {
    const just = stored(NOW - MINUTE);
    const holdFrom = (situation: Situation): number => rotateStepOf(situation).holdFrom;
    expect(holdFrom({ token: TOKEN, targets: [just, old], inputs: force })).toBe(
      rotationMoment(NOW, [NOW - MINUTE]),
    );
    // A concurrent run may have delivered after the targets were read, right after the rotation that was read.
    const end = completedMark({
      rotatedAt: NOW - MINUTE,
      way: 'update',
      gracePeriod: GRACE,
      now: NOW,
      stands: pendingMark(NOW - MINUTE, 'update'),
    });
    const token = { ...TOKEN, previousSecretExpiresAt: end };
    expect(holdFrom({ token, inputs: force })).toBe(end - GRACE + 2 * MINUTE);
    const born = { ...UNMARKED, createdAt: NOW };
    expect(holdFrom({ token: born, targets: [lacking] })).toBe(NOW + 2 * MINUTE);
    // One that seems still to come was dated by another grace period.
    expect(holdFrom({ token, inputs: { ...force, 'grace-period': '1h' } })).toBe(NOW);
  });

  it('says who is taken over, and admits the token only after its delivery', () => {
    const lastSeenAt = NOW - DAY;
    const token = { ...UNMARKED, lastSeenAt };
    const planned = plan({ token, inputs: adopt, admissions: [notAdmitted] });
    expect(kinds(planned)).toEqual(['rotate']);
    expect(planned.steps).toMatchObject([{ takeOver: { lastSeenAt }, admissions: [admission] }]);
    const forced = plan({ token, inputs: force, admissions: [notAdmitted] });
    expect(forced.steps).toMatchObject([
      { kind: 'rotate', takeOver: { lastSeenAt }, admissions: [admission] },
    ]);
    expect(rotateStepOf({ token: UNMARKED, targets: [lacking] }).takeOver).toEqual({ lastSeenAt: undefined });
  });

  it('comes after the admission of an own token, which stops only a rotation that nobody waits for', () => {
    const due = plan({ token: TOKEN, targets: [old], admissions: [notAdmitted] });
    expect(due.steps).toMatchObject([
      { kind: 'admit', mustGoOn: false, admissions: [admission] },
      { kind: 'rotate' },
    ]);
    const forced = plan({ token: TOKEN, targets: [old], inputs: force, admissions: [notAdmitted] });
    expect(forced.steps).toMatchObject([{ kind: 'admit', mustGoOn: true }, { kind: 'rotate' }]);
    const recovery = plan({ token: pendingToken(rotated), targets: [old], admissions: [notAdmitted] });
    expect(recovery.steps).toMatchObject([{ kind: 'admit', mustGoOn: true }, { kind: 'rotate' }]);
  });
});

describe('a pending rotation that is not delivered', () => {
  const token = pendingToken(NOW - 2 * MINUTE);
  const at = (token.previousSecretExpiresAt ?? 0) - 30 * DAY;

  it('is waited for until five minutes after it', () => {
    const { steps, reason } = plan({ token, targets: [old] }, false);
    expect(reason).toBe('delivery-incomplete');
    expect(steps).toEqual([{ kind: 'wait', token, until: at + DELIVERY_UNDER_WAY }]);
    expect(DELIVERY_UNDER_WAY).toBe(5 * MINUTE);
  });

  it('is recovered once that time has passed, or was waited', () => {
    const until = at + DELIVERY_UNDER_WAY;
    expect(kinds(plan({ token, targets: [old], now: until - 1 }, false))).toEqual(['wait']);
    expect(kinds(plan({ token, targets: [old], now: until }, false))).toEqual(['rotate']);
    expect(kinds(plan({ token, targets: [old] }, true))).toEqual(['rotate']);
  });

  it('locks out the targets that store the secret of before, and no others', () => {
    const behind = stored(NOW - DAY, { repository: 'behind' });
    const reached = stored(NOW, { repository: 'reached' });
    const situation = { token, targets: [behind, reached, lacking, unreadable()] };
    expect(rotateStepOf(situation)).toMatchObject({
      recovery: { lockedOut: [behind.target], previousSecretEndedAt: undefined, previousSecretIsHeld: true },
      upToDate: [reached.target],
    });
    expect(rotateStepOf({ token, targets: [behind] }).recovery?.previousSecretIsHeld).toBe(false);
  });

  it('says since when the secret of before is refused if the hold is over', () => {
    const end = token.previousSecretExpiresAt ?? 0;
    const endedAt = (now: number): unknown =>
      rotateStepOf({ token, targets: [old], now }).recovery?.previousSecretEndedAt;
    expect([endedAt(end - 1), endedAt(end)]).toEqual([undefined, end]);
  });

  it('is recovered at once by force, and a completed one is not recovered but rotated', () => {
    expect(kinds(plan({ token, targets: [old], inputs: force }, false))).toEqual(['rotate']);
    expect(rotateStepOf({ token, targets: [old], inputs: force }, false).recovery).toBeDefined();
    expect(
      rotateStepOf({ token: completedToken(before), targets: [old], inputs: force }).recovery,
    ).toBeUndefined();
  });

  it("is recovered although a target stores another token's credentials", () => {
    const other = otherToken('2', completedToken(NOW - 20 * DAY));
    const targets = [storedWithVariable(NOW - 20 * DAY, other.clientId), stored(NOW - 20 * DAY)];
    expect(kinds(plan({ token, targets, others: [other] }))).toEqual(['rotate']);
  });
});

describe('the step that completes', () => {
  it.each(['update', 'rotate'] as const)('carries all that completing a rotation by %s needs', (way) => {
    const token = pendingToken(rotated, way);
    const rotatedAt = (token.previousSecretExpiresAt ?? 0) - 30 * DAY;
    const step = { kind: 'complete', token, way, rotatedAt, gracePeriod: GRACE, asked: false };
    expect(plan({ token, targets: [fresh] }).steps).toEqual([{ ...step, unverified: false }]);
    const inputs = { 'verify-url': 'https://app.example.com' };
    expect(plan({ token, targets: [fresh], inputs }).steps).toEqual([{ ...step, unverified: true }]);
  });

  it('comes after the admission of the token, whose failure does not stop it', () => {
    const planned = plan({ token: pendingToken(rotated), targets: [fresh], admissions: [notAdmitted] });
    expect(planned.steps).toMatchObject([{ kind: 'admit', mustGoOn: true }, { kind: 'complete' }]);
  });
});
