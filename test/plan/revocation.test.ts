import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionState } from '../../src/model/admission.ts';
import { DAY, HOLD, HOUR, MINUTE } from '../../src/model/time.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Plan } from '../../src/plan/plan.ts';
import {
  GRACE,
  NOW,
  TOKEN,
  UNMARKED,
  completedToken,
  factsIn,
  foreignToken,
  pendingToken,
  stored,
  unreadable,
  type Situation,
} from './situation.ts';

const plan = (situation: Situation): Plan => planFor(factsIn(situation), true);
const kinds = ({ steps }: Plan): string[] => steps.map(({ kind }) => kind);
const rotated = NOW - HOUR;
const old = stored(NOW - 60 * DAY);
const fresh = stored(rotated + MINUTE);
const zone = { 'cloudflare-zone-id': 'b'.repeat(32) };

const application = { id: 'a1', name: 'app' };
const line = { kind: 'application', value: 'app.example.com' } as const;
const admission: Admission = { kind: 'own-policy', what: 'application "app"', line, application };
const admitted = (by: Admission | undefined): AdmissionState => ({
  kind: 'admitted',
  line,
  what: 'application "app"',
  application,
  warnings: [],
  admission: by,
});

describe('operation: revoke', () => {
  const inputs = { operation: 'revoke', 'rotate-after': '' };
  const force = { ...inputs, force: 'true' };
  const adopt = { ...inputs, adopt: 'true' };
  const person = foreignToken(rotated);

  it.each<[string, Situation, readonly string[], string]>([
    [
      'a running grace period',
      { token: completedToken(rotated), targets: [fresh], inputs },
      ['revoke'],
      'revoke-asked',
    ],
    [
      'not a pending rotation, although it is delivered',
      { token: pendingToken(rotated), targets: [fresh], inputs },
      [],
      'rotation-pending',
    ],
    [
      'a pending rotation that is delivered, by force',
      { token: pendingToken(rotated), targets: [fresh], inputs: force },
      ['revoke'],
      'revoke-asked',
    ],
    [
      'not a pending rotation that is not delivered',
      { token: pendingToken(rotated), targets: [old], inputs },
      [],
      'delivery-incomplete',
    ],
    [
      'a pending rotation that is not delivered, by force',
      { token: pendingToken(rotated), targets: [old], inputs: force },
      ['revoke'],
      'revoke-asked',
    ],
    [
      'not a hold that is over',
      { token: pendingToken(NOW - HOLD - HOUR), targets: [fresh], inputs: force },
      [],
      'grace-over',
    ],
    ["not a person's", { token: person, targets: [fresh], inputs }, [], 'token-unmanaged'],
    [
      "a person's, with adopt",
      { token: person, targets: [fresh], inputs: adopt },
      ['revoke'],
      'revoke-asked',
    ],
    ["a person's, by force", { token: person, targets: [fresh], inputs: force }, ['revoke'], 'revoke-asked'],
    [
      "not a person's with adopt if a target is outdated",
      { token: person, targets: [old], inputs: adopt },
      [],
      'secret-outdated',
    ],
    ['nothing if it is over', { token: TOKEN, targets: [old], inputs }, [], 'grace-over'],
    ['nothing if there never was one', { token: UNMARKED, targets: [old], inputs }, [], 'grace-over'],
    [
      'not if a target is outdated',
      { token: completedToken(rotated), targets: [fresh, old], inputs },
      [],
      'secret-outdated',
    ],
    [
      'if a target is outdated, by force',
      { token: completedToken(rotated), targets: [old], inputs: force },
      ['revoke'],
      'revoke-asked',
    ],
    [
      'not if a target cannot be read',
      { token: completedToken(rotated), targets: [fresh, unreadable()], inputs },
      [],
      'secret-outdated',
    ],
    [
      'without any target',
      { token: completedToken(rotated), targets: [], inputs: { ...inputs, 'github-token': '' } },
      ['revoke'],
      'revoke-asked',
    ],
  ])('ends %s', (_name, situation, steps, reason) => {
    const planned = plan(situation);
    expect(kinds(planned)).toEqual(steps);
    expect(planned.reason).toBe(reason);
    if (reason !== 'revoke-asked' && reason !== 'grace-over') expect(planned.problem?.code).toBe(reason);
  });

  it('carries when the rotation was and who is locked out', () => {
    const later = stored(rotated + 3 * MINUTE, { repository: 'api' });
    const token = completedToken(rotated, GRACE, 'rotate');
    expect(plan({ token, targets: [later, fresh, old], inputs: force }).steps).toEqual([
      { kind: 'revoke', token, way: 'rotate', rotatedAt: rotated + MINUTE, lockedOut: [old.target] },
    ]);
    expect(plan({ token, targets: [old], inputs: force }).steps).toMatchObject([{ rotatedAt: undefined }]);
  });

  it("leaves a mark of the rotation's own way, and none where somebody else rotated", () => {
    const wayOf = (token: Situation['token'], more = {}): unknown => {
      const [step] = plan({ token, targets: [fresh], inputs: { ...force, ...more } }).steps;
      return step?.kind === 'revoke' ? step.way : undefined;
    };
    expect(wayOf(completedToken(rotated))).toBe('update');
    expect(wayOf(pendingToken(rotated, 'rotate'))).toBe('rotate');
    expect(wayOf(person)).toBeUndefined();
    expect(wayOf(person, zone)).toBeUndefined();
  });

  it('ends the sessions last, also if no previous secret works any more', () => {
    const sessions = { ...force, 'admit-to': 'application=app.example.com', 'end-sessions': 'true' };
    const situation = { targets: [fresh], inputs: sessions, admissions: [admitted(admission)] };
    const end = { kind: 'end-sessions', applications: [application] };
    const running = plan({ ...situation, token: completedToken(rotated) });
    expect(kinds(running)).toEqual(['revoke', 'end-sessions']);
    expect(running.steps.at(-1)).toEqual(end);
    const over = plan({ ...situation, token: completedToken(NOW - 10 * DAY) });
    expect(over).toMatchObject({ reason: 'grace-over', steps: [end] });
  });
});
