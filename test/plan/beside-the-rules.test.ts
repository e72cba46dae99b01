import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionState } from '../../src/model/admission.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Plan } from '../../src/plan/plan.ts';
import {
  NOW,
  TOKEN,
  UNMARKED,
  completedToken,
  factsIn,
  pendingToken,
  stored,
  storedWithVariable,
  unreadable,
  type Situation,
} from './situation.ts';

const plan = (situation: Situation, waited = true): Plan => planFor(factsIn(situation), waited);
const kinds = ({ steps }: Plan): string[] => steps.map(({ kind }) => kind);
const force = { force: 'true' };
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
  it('says of no secret that it works longer than its token', () => {
    const expiresAt = NOW + 5 * HOUR;
    const renewed = { 'renew-before': '0s' };
    for (const [targets, inputs] of [
      [[fresh], {}],
      [[fresh, lacking], {}],
      [[old], {}],
    ] as const) {
      const token = { ...completedToken(rotated), expiresAt };
      const { because, reason } = plan({ token, targets: [...targets], inputs: { ...renewed, ...inputs } });
      expect([reason, because]).toEqual([
        expect.stringMatching(/^(grace-running|rotated-elsewhere)$/),
        expect.stringContaining('(in 5 hours)'),
      ]);
    }
    const token = { ...pendingToken(rotated), expiresAt };
    const { because } = plan({ token, targets: [fresh], inputs: { ...renewed, 'leave-pending': 'true' } });
    expect(because).toMatch(/^an earlier run left .* \(in 5 hours\)$/);
  });

  it('restores an admission that is missing, and nothing else', () => {
    const planned = plan({ token: completedToken(rotated), targets: [fresh], admissions: [notAdmitted] });
    expect(planned.reason).toBe('not-admitted');
    expect(planned.steps).toEqual([
      { kind: 'admit', token: completedToken(rotated), admissions: [admission], mustGoOn: true },
    ]);
    expect(planned.warnings).toEqual([
      'The token was not admitted by application "app", which admit-to restores. If somebody withdrew it on purpose to stop the token, disable the token instead.',
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
