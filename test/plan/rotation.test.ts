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

describe('a missing client ID', () => {
  const lacks = stored(rotated + MINUTE, { repository: 'api', clientId: false });
  const token = completedToken(rotated);

  it('is written beside a secret that is up to date, without rotating', () => {
    const { reason, because, steps } = plan({ token, targets: [fresh, lacks] });
    expect(reason).toBe('client-id-missing');
    expect(because).toBe('acme/api lacks the client ID');
    expect(steps).toEqual([{ kind: 'write-client-id', token, targets: [lacks] }]);
  });

  it('is rewritten in a variable with any other value, and with no other', () => {
    const right = storedWithVariable(rotated + MINUTE, TOKEN.clientId);
    const wrong = storedWithVariable(rotated + MINUTE, 'nobody.access', 'api');
    const { reason, because, steps } = plan({ token, targets: [right, wrong] });
    expect(reason).toBe('client-id-outdated');
    expect(because).toBe('acme/api stores another client ID');
    expect(steps).toEqual([{ kind: 'write-client-id', token, targets: [wrong] }]);
  });

  it('is written after completing', () => {
    expect(kinds(plan({ token: pendingToken(rotated), targets: [fresh, lacks] }))).toEqual([
      'complete',
      'write-client-id',
    ]);
  });

  it('is left to the rotation if there is one, and to the error if a rule refuses', () => {
    expect(kinds(plan({ token: completedToken(NOW - 60 * DAY), targets: [lacks, old] }))).toEqual(['rotate']);
    expect(kinds(plan({ token, targets: [lacks, old] }))).toEqual([]);
  });

  it('is not written beside a secret that is outdated', () => {
    const outdated = stored(NOW - 60 * DAY, { clientId: false });
    const inputs = { 'rotate-after': 'never' };
    expect(kinds(plan({ token: completedToken(before), targets: [outdated], inputs }))).toEqual(['rotate']);
  });
});

describe('renewing beside the rules', () => {
  const expiring = { expiresAt: NOW + DAY };

  it.each<[string, Situation, string[], string]>([
    [
      'alone',
      { token: { ...completedToken(rotated), ...expiring }, targets: [fresh] },
      ['renew'],
      'expires-soon',
    ],
    [
      'of an expired token',
      { token: { ...completedToken(rotated), expiresAt: NOW }, targets: [fresh] },
      ['renew'],
      'expired',
    ],
    [
      'before rotating',
      { token: { ...TOKEN, ...expiring }, targets: [old] },
      ['renew', 'rotate'],
      'secret-due',
    ],
    [
      'before completing',
      { token: { ...pendingToken(rotated), ...expiring }, targets: [fresh] },
      ['renew', 'complete'],
      'rotation-pending',
    ],
    [
      'before recovering',
      { token: { ...pendingToken(rotated), ...expiring }, targets: [old] },
      ['renew', 'rotate'],
      'delivery-incomplete',
    ],
    [
      'before a client ID',
      { token: { ...completedToken(rotated), ...expiring }, targets: [stored(rotated, { clientId: false })] },
      ['renew', 'write-client-id'],
      'expires-soon',
    ],
    [
      'after the admission',
      { token: { ...completedToken(rotated), ...expiring }, targets: [fresh], admissions: [notAdmitted] },
      ['admit', 'renew'],
      'not-admitted',
    ],
    [
      'not if a rule refuses',
      { token: { ...completedToken(rotated), ...expiring }, targets: [old] },
      [],
      'rotated-elsewhere',
    ],
  ])('%s', (_name, situation, steps, reason) => {
    const planned = plan(situation);
    expect(kinds(planned)).toEqual(steps);
    expect(planned.reason).toBe(reason);
  });
});

describe('what is planned beside the rules', () => {
  it('restores an admission that is missing, and nothing else', () => {
    const planned = plan({ token: completedToken(rotated), targets: [fresh], admissions: [notAdmitted] });
    expect(planned.reason).toBe('not-admitted');
    expect(planned.steps).toEqual([
      { kind: 'admit', token: completedToken(rotated), admissions: [admission], mustGoOn: true },
    ]);
  });

  it('admits nothing if a rule refuses', () => {
    expect(plan({ token: completedToken(rotated), targets: [old], admissions: [notAdmitted] }).steps).toEqual(
      [],
    );
  });

  it('fails with the reason of the targets if none could be read', () => {
    for (const token of [TOKEN, completedToken(rotated), UNMARKED]) {
      const { reason, problem, steps } = plan({ token, targets: [unreadable(), unreadable('shut')] });
      expect({ reason, code: problem?.code, steps }).toEqual({
        reason: 'github-forbidden',
        code: 'github-forbidden',
        steps: [],
      });
    }
  });

  it('refuses leave-pending if replies leave out the end of the previous secret', () => {
    const token = { ...TOKEN, previousSecretExpiresAt: undefined };
    const inputs = { 'leave-pending': 'true' };
    expect(plan({ token, targets: [lacking], inputs })).toMatchObject({
      reason: 'completion-impossible',
      steps: [],
      problem: { code: 'completion-impossible' },
    });
    expect(plan({ token, targets: [lacking], inputs: { ...inputs, ...force } }).reason).toBe(
      'completion-impossible',
    );
    expect(kinds(plan({ token, targets: [lacking] }))).toEqual(['rotate']);
    expect(kinds(plan({ token: completedToken(before), targets: [lacking], inputs }))).toEqual(['rotate']);
  });

  it('warns of a client ID that is stored in the other kind as well', () => {
    const targets = [{ ...fresh, otherClientId: 'variable' as const }];
    expect(plan({ token: completedToken(rotated), targets }).warnings).toEqual([
      'acme/web: CF_ACCESS_CLIENT_ID is also stored as a variable, which this step does not update. Delete it once nothing reads it any more.',
    ]);
  });
});

describe('operation: check', () => {
  const inputs = { operation: 'check' };
  it('plans what rotate would do, and rotate-after is never by default', () => {
    expect(kinds(plan({ token: completedToken(before), targets: [old], inputs }))).toEqual(['rotate']);
    expect(kinds(plan({ token: TOKEN, targets: [old], inputs: { ...inputs, 'rotate-after': '' } }))).toEqual(
      [],
    );
  });

  it('reports what rotate would refuse, and what is not admitted', () => {
    expect(plan({ token: UNMARKED, targets: [old], inputs }).problem?.code).toBe('token-unmanaged');
    const planned = plan({
      token: completedToken(rotated),
      targets: [fresh],
      inputs,
      admissions: [notAdmitted],
    });
    expect(planned.reason).toBe('not-admitted');
  });

  it('says how Access protects verify-url', () => {
    const control = {
      kind: 'protected',
      how: '302 to the login page',
      fingerprint: { status: 302, bodyHash: '' },
    } as const;
    const said = (operation: string): readonly string[] =>
      plan({ token: completedToken(rotated), targets: [fresh], inputs: { operation }, control }).notices;
    expect(said('check')).toEqual(['Access protects verify-url: 302 to the login page.']);
    expect(said('rotate')).toEqual([]);
  });
});

describe('a verify-url', () => {
  it('that lets everyone in stops everything, before any rule', () => {
    const control = { kind: 'unprotected', seen: 'status 200' } as const;
    const planned = plan({ token: pendingToken(rotated), targets: [old], control });
    expect(planned).toMatchObject({ reason: 'verify-url-unprotected', steps: [] });
  });

  it('of which nothing is known only warns', () => {
    const control = { kind: 'undecided', seen: 'status 502', cause: 'down' } as const;
    const planned = plan({ token: TOKEN, targets: [old], control });
    expect(kinds(planned)).toEqual(['rotate']);
    expect(planned.warnings).toEqual(['Access could not be seen to protect verify-url: status 502.']);
  });
});
