import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionState } from '../../src/model/admission.ts';
import { Problem } from '../../src/model/problem.ts';
import type { TargetState } from '../../src/model/target.ts';
import { DAY, HOLD, HOUR, MINUTE } from '../../src/model/time.ts';
import { leaseName, planLease } from '../../src/plan/lease.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Plan } from '../../src/plan/plan.ts';
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
  taskWith,
  unreadable,
  type Situation,
} from './situation.ts';

const plan = (situation: Situation): Plan => planFor(factsIn(situation), true);
const kinds = ({ steps }: Plan): string[] => steps.map(({ kind }) => kind);
const rotated = NOW - HOUR;
const old = stored(NOW - 60 * DAY);
const fresh = stored(rotated + MINUTE);
const twin = otherToken('1', { name: TOKEN.name });
const id = { 'token-id': TOKEN.id };
const zone = { 'cloudflare-zone-id': 'b'.repeat(32) };

const application = { id: 'a1', name: 'app' };
const line = { kind: 'application', value: 'app.example.com' } as const;
const admission: Admission = { kind: 'own-policy', line, application };
const admitted = (by: Admission | undefined): AdmissionState => ({
  kind: 'admitted',
  line,
  what: 'application "app"',
  application,
  warnings: [],
  admission: by,
});
const notAdmitted: AdmissionState = { ...admitted(undefined), kind: 'missing', admission };

/** Operations that need a token that exists. */
const NEEDING = ['renew', 'revoke', 'complete'] as const;

describe.each(NEEDING)('operation: %s', (operation) => {
  const inputs = { operation, 'rotate-after': '' };

  it.each<[string, Situation]>([
    ['token-missing', { inputs }],
    ['token-not-found', { inputs: { ...inputs, ...id } }],
    ['token-ambiguous', { inputs, token: TOKEN, namesakes: [twin] }],
    [
      'token-mismatch',
      { inputs: { ...inputs, ...id, 'token-name': 'deploy' }, token: TOKEN, mismatch: true },
    ],
  ])('is refused: %s', (reason, situation) => {
    expect(plan(situation)).toMatchObject({ reason, steps: [], problem: { code: reason } });
  });

  it('takes a token that is disabled', () => {
    const token = { ...pendingToken(rotated), enabled: false };
    expect(plan({ token, targets: [fresh], inputs }).problem?.code).not.toBe('token-disabled');
  });
});

describe('operation: renew', () => {
  const inputs = { operation: 'renew', 'rotate-after': '' };

  it('renews, whatever the targets store and whose the token is', () => {
    for (const token of [completedToken(rotated), UNMARKED]) {
      const { steps, reason } = plan({ token, targets: [old], inputs });
      expect(reason).toBe('renewal-asked');
      expect(steps).toEqual([
        {
          kind: 'renew',
          token,
          reason: 'renewal-asked',
          duration: { kind: 'span', milliseconds: 8760 * HOUR, text: '8760h' },
          requests: ['refresh', 'update'],
          expiredAt: undefined,
        },
      ]);
    }
  });
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
    [
      'nothing if it is over',
      { token: completedToken(NOW - 10 * DAY), targets: [old], inputs },
      [],
      'grace-over',
    ],
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

  it('leaves a mark whose way never costs a secret', () => {
    const wayOf = (token: Situation['token'], more = {}): unknown => {
      const [step] = plan({ token, targets: [fresh], inputs: { ...force, ...more } }).steps;
      return step?.kind === 'revoke' ? step.way : undefined;
    };
    expect(wayOf(completedToken(rotated))).toBe('update');
    expect(wayOf(pendingToken(rotated, 'rotate'))).toBe('rotate');
    expect(wayOf(person)).toBe('rotate');
    expect(wayOf(person, zone)).toBe('update');
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

describe('operation: delete', () => {
  const inputs = { operation: 'delete', 'rotate-after': '' };
  const targets = (...states: readonly TargetState[]): Pick<Situation, 'targets'> => ({ targets: states });

  it.each<[string, Situation, readonly string[], string]>([
    [
      'the token and its credentials',
      { token: TOKEN, ...targets(old), inputs },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    [
      'a disabled one as well',
      { token: { ...TOKEN, enabled: false }, inputs },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    ['not one of somebody else', { token: UNMARKED, ...targets(old), inputs }, [], 'token-unmanaged'],
    [
      'not one of somebody else that nobody ever used',
      { token: UNMARKED, ...targets(stored(undefined)), inputs },
      [],
      'token-unmanaged',
    ],
    [
      'one of somebody else, with adopt',
      { token: UNMARKED, ...targets(old), inputs: { ...inputs, adopt: 'true' } },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    [
      'one of somebody else, by force',
      { token: foreignToken(rotated), ...targets(old), inputs: { ...inputs, force: 'true' } },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    [
      'nothing if neither a token is there nor a target named',
      { ...targets(old), inputs },
      [],
      'token-missing',
    ],
    [
      'the credentials in targets that an input names',
      { ...targets(environmentMissing()), inputs: { ...inputs, environment: 'production' } },
      ['delete-secrets'],
      'token-missing',
    ],
    ['none of several', { token: TOKEN, namesakes: [twin], inputs }, [], 'token-ambiguous'],
    [
      'none whose name is another one',
      { token: TOKEN, mismatch: true, inputs: { ...inputs, ...id, 'token-name': 'deploy' } },
      [],
      'token-mismatch',
    ],
    [
      'nothing if a target cannot be read',
      { token: TOKEN, ...targets(old, unreadable()), inputs },
      [],
      'delete-asked',
    ],
    [
      'the rest if a target cannot be read, by force',
      { token: TOKEN, ...targets(old, unreadable()), inputs: { ...inputs, force: 'true' } },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
  ])('deletes %s', (_name, situation, steps, reason) => {
    const planned = plan(situation);
    expect(kinds(planned)).toEqual(steps);
    expect(planned.reason).toBe(reason);
  });

  it('does not mind an environment that is gone with its secrets', () => {
    const problem = new Problem('environment-not-found', 'No.', 'Look.');
    const gone = { ...unreadable(), problem } as const;
    expect(kinds(plan({ token: TOKEN, targets: [gone], inputs }))).toEqual([
      'delete-token',
      'delete-secrets',
    ]);
  });

  it('withdraws the token first, from what admits it by the action alone', () => {
    const admissions = [admitted(admission), admitted(undefined), notAdmitted];
    expect(plan({ token: TOKEN, targets: [old], inputs, admissions }).steps).toEqual([
      { kind: 'withdraw', token: TOKEN, admissions: [admission] },
      { kind: 'delete-token', token: TOKEN, admissions: [admission] },
      { kind: 'delete-secrets', clientId: TOKEN.clientId, targets: [old] },
    ]);
  });

  it('says what an unnamed target stores of a token that is gone', () => {
    expect(plan({ targets: [old], inputs }).because).toContain('what acme/web stores is deleted only if');
  });
});

describe('operation: complete', () => {
  const inputs = { operation: 'complete', 'rotate-after': '' };

  it.each(['update', 'rotate'] as const)('completes a rotation by %s, with all that it needs', (way) => {
    const token = pendingToken(rotated, way);
    const planned = plan({ token, targets: [fresh], inputs: { ...inputs, 'grace-period': '2h' } });
    expect(planned.reason).toBe('completion-asked');
    expect(planned.steps).toEqual([
      {
        kind: 'complete',
        token,
        way,
        rotatedAt: (token.previousSecretExpiresAt ?? 0) - HOLD,
        gracePeriod: 2 * HOUR,
        asked: true,
        unverified: false,
      },
    ]);
  });

  it.each<[string, Situation]>([
    ['an outdated target', { targets: [fresh, old] }],
    ['an empty target', { targets: [fresh, stored(undefined, { repository: 'new' })] }],
    ['a target that cannot be read', { targets: [fresh, unreadable()] }],
    ['an environment that is gone', { targets: [fresh, environmentMissing()] }],
  ])('is refused by %s', (_name, situation) => {
    const planned = plan({ token: pendingToken(rotated), inputs, ...situation });
    expect(planned).toMatchObject({
      reason: 'delivery-incomplete',
      steps: [],
      problem: { code: 'delivery-incomplete' },
    });
  });

  it.each<[string, NonNullable<Situation['token']>]>([
    ['a completed rotation', completedToken(rotated)],
    ['a rotation that was completed long ago', completedToken(NOW - 10 * DAY)],
    ['a token that nobody rotated', UNMARKED],
    ["a person's rotation", foreignToken(rotated)],
    ['a token whose end is never told', { ...TOKEN, previousSecretExpiresAt: undefined }],
  ])('leaves %s unchanged, whatever the targets store', (_name, token) => {
    expect(plan({ token, targets: [old], inputs })).toMatchObject({
      reason: 'nothing-pending',
      steps: [],
      problem: undefined,
    });
  });

  it('needs the secret version that is given', () => {
    const version = (given: string, token: NonNullable<Situation['token']>): Plan =>
      plan({ token, targets: [fresh], inputs: { ...inputs, 'secret-version': given } });
    expect(version('2', pendingToken(rotated)).reason).toBe('completion-asked');
    expect(version('3', pendingToken(rotated)).reason).toBe('secret-version-mismatch');
    expect(version('3', completedToken(rotated)).reason).toBe('secret-version-mismatch');
    expect(version('2', completedToken(rotated)).reason).toBe('nothing-pending');
    const hidden = version('2', { ...pendingToken(rotated), version: undefined });
    expect(hidden.problem?.message).toContain('version unknown, not 2');
  });
});

describe('operation: lease', () => {
  const job = { run: '17', attempt: '2', job: 'build', random: '00ff' };
  const { settings } = taskWith({ operation: 'lease', 'rotate-after': '' });
  const protectedUrl = {
    kind: 'protected',
    how: 'seen',
    fingerprint: { status: 302, bodyHash: '' },
  } as const;

  it('creates a token of its own name, and admits it', () => {
    const read = { control: undefined, admissions: [notAdmitted, admitted(undefined)] };
    expect(planLease('lease-17', settings, read)).toMatchObject({
      reason: 'lease-asked',
      steps: [
        {
          kind: 'lease',
          name: 'lease-17',
          duration: { kind: 'span', milliseconds: HOUR, text: '1h' },
          admissions: [admission],
        },
      ],
      warnings: [],
    });
  });

  it('is refused if verify-url lets everyone in, and warns if nothing is known of it', () => {
    const unprotected = { kind: 'unprotected', seen: 'status 200' } as const;
    expect(planLease('a', settings, { control: unprotected, admissions: [] })).toMatchObject({
      reason: 'verify-url-unprotected',
      steps: [],
    });
    const undecided = { kind: 'undecided', seen: 'status 502', cause: 'down' } as const;
    const planned = planLease('a', settings, { control: undecided, admissions: [] });
    expect(kinds(planned)).toEqual(['lease']);
    expect(planned.warnings).toHaveLength(1);
    expect(planLease('a', settings, { control: protectedUrl, admissions: [] }).warnings).toEqual([]);
  });

  it('names the token by run, attempt and job, in at most 350 characters', () => {
    expect(leaseName('lease', job)).toBe('lease-17-2-build-00ff');
    expect(leaseName('lease', { ...job, job: 'a b/c' })).toBe('lease-17-2-a-b-c-00ff');
    const long = leaseName('p'.repeat(400), { ...job, job: 'j'.repeat(400) });
    expect(long).toHaveLength(350);
    expect(long.endsWith(`-17-2-${'j'.repeat(100)}-00ff`)).toBe(true);
  });
});

it.each(['lease', 'verify'] as const)('operation: %s decides nothing about a token', (operation) => {
  const facts = { ...factsIn({ token: TOKEN }), operation };
  expect(() => planFor(facts, true)).toThrow(`${operation} reads no token`);
});
