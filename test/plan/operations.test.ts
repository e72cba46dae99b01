import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionState } from '../../src/model/admission.ts';
import { DAY, HOLD, HOUR, MINUTE } from '../../src/model/time.ts';
import { leaseName, planLease } from '../../src/plan/lease.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Plan } from '../../src/plan/plan.ts';
import {
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
    expect(hidden.problem?.message).toMatch(/^Cloudflare does not say .* compared with 2/);
    expect(version('1', pendingToken(rotated)).problem?.message).toContain('somebody rotated it since');
    expect(version('3', pendingToken(rotated)).problem?.message).toContain('it never had that one');
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
    const read = { control: undefined, admissions: [notAdmitted, admitted(undefined)], leftovers: [] };
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
    expect(planLease('a', settings, { control: unprotected, admissions: [], leftovers: [] })).toMatchObject({
      reason: 'verify-url-unprotected',
      steps: [],
    });
    const undecided = { kind: 'undecided', seen: 'status 502', cause: 'down' } as const;
    const planned = planLease('a', settings, { control: undecided, admissions: [], leftovers: [] });
    expect(kinds(planned)).toEqual(['lease']);
    expect(planned.warnings).toHaveLength(1);
    expect(
      planLease('a', settings, { control: protectedUrl, admissions: [], leftovers: [] }).warnings,
    ).toEqual([]);
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
