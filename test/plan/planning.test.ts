import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { describeTarget } from '../../src/model/target.ts';
import { planFor, type Plan, type Step } from '../../src/plan/plan.ts';
import {
  NOW,
  TOKEN,
  completedToken,
  environmentMissing,
  factsIn,
  foreignToken,
  stored,
  pendingToken,
  unreadable,
  type Situation,
} from './situation.ts';

const plan = (situation: Situation, waited = true): Plan => planFor(factsIn(situation), waited);
const kinds = ({ steps }: Plan): string[] => steps.map(({ kind }) => kind);
const rotated = NOW - HOUR;
const old = stored(NOW - 60 * DAY);
const fresh = stored(rotated + MINUTE);

describe('a missing client ID', () => {
  const lacks = stored(rotated + MINUTE, { repository: 'api', clientId: false });

  it('is written beside a current secret, without rotating', () => {
    const { reason, because, steps } = plan({ token: completedToken(rotated), targets: [fresh, lacks] });
    expect(reason).toBe('client-id-missing');
    expect(because).toBe('acme/api lacks the client ID');
    expect(
      steps.map((step) => (step.kind === 'write-client-id' ? step.targets.map(describeTarget) : [])),
    ).toEqual([['acme/api']]);
  });

  it('is written after closing', () => {
    expect(kinds(plan({ token: pendingToken(rotated), targets: [fresh, lacks] }))).toEqual([
      'close',
      'write-client-id',
    ]);
  });

  it('is left to the rotation where there is one, and to the error where a rule refuses', () => {
    expect(kinds(plan({ token: completedToken(NOW - 60 * DAY), targets: [lacks, old] }))).toEqual(['rotate']);
    expect(kinds(plan({ token: completedToken(rotated), targets: [lacks, old] }))).toEqual([]);
  });

  it('is not written beside a secret that is not current', () => {
    const stale = stored(NOW - 60 * DAY, { clientId: false });
    const inputs = { 'rotate-after': 'never' };
    expect(kinds(plan({ token: foreignToken(NOW - 10 * DAY), targets: [stale], inputs }))).toEqual([
      'rotate',
    ]);
  });
});

describe('renewing beside the rules', () => {
  const expiring = { expiresAt: NOW + DAY };

  it.each<[string, Situation, string[], string]>([
    [
      'with nothing else',
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
      'before closing',
      { token: { ...pendingToken(rotated), ...expiring }, targets: [fresh] },
      ['renew', 'close'],
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
      {
        token: { ...TOKEN, ...expiring, createdAt: rotated },
        targets: [stored(rotated, { clientId: false })],
      },
      ['renew', 'write-client-id'],
      'expires-soon',
    ],
    [
      'not where a rule refuses',
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

describe('an open rotation that is not delivered', () => {
  const token = pendingToken(NOW - 2 * MINUTE);
  const rotateStep = (planned: Plan): Step | undefined => planned.steps.find(({ kind }) => kind === 'rotate');

  it('is waited for until five minutes after it', () => {
    const { steps, reason } = plan({ token, targets: [old] }, false);
    expect(reason).toBe('delivery-incomplete');
    const [wait] = steps;
    expect(steps).toHaveLength(1);
    const until = wait?.kind === 'wait' ? wait.until : 0;
    expect(until).toBeGreaterThanOrEqual(NOW + 3 * MINUTE);
    expect(until).toBeLessThan(NOW + 4 * MINUTE);
  });

  it('is recovered once that time has passed, or was waited', () => {
    expect(rotateStep(plan({ token, targets: [old] }, true))).toEqual({ kind: 'rotate', recovering: true });
    const late = { token: pendingToken(NOW - HOUR), targets: [old] };
    expect(rotateStep(plan(late, false))).toEqual({ kind: 'rotate', recovering: true });
  });

  it('is recovered at once by force, and a closed one is not recovered but rotated', () => {
    const inputs = { force: 'true' };
    expect(rotateStep(plan({ token, targets: [old], inputs }, false))).toEqual({
      kind: 'rotate',
      recovering: true,
    });
    const closed = { token: completedToken(NOW - 10 * DAY), targets: [old], inputs };
    expect(rotateStep(plan(closed, false))).toEqual({ kind: 'rotate', recovering: false });
  });
});

describe('operation: check', () => {
  it('plans what rotate would do, rotate-after being never', () => {
    const inputs = { operation: 'check' };
    expect(kinds(plan({ token: completedToken(NOW - 10 * DAY), targets: [old], inputs }))).toEqual([
      'rotate',
    ]);
    const never = { operation: 'check', 'rotate-after': 'never' };
    expect(kinds(plan({ token: TOKEN, targets: [old], inputs: never }))).toEqual([]);
  });
});

describe('operation: renew', () => {
  const inputs = { operation: 'renew', 'rotate-after': '' };

  it('renews, whatever the targets hold', () => {
    const { steps, reason } = plan({ token: completedToken(rotated), targets: [old], inputs });
    expect(reason).toBe('renewal-asked');
    expect(steps).toMatchObject([{ kind: 'renew', duration: { text: '8760h' } }]);
  });

  it.each<[string, Situation]>([
    ['token-missing', { inputs }],
    ['token-not-found', { inputs: { ...inputs, 'token-id': TOKEN.id } }],
    ['token-ambiguous', { inputs, token: TOKEN, namesakes: [{ ...TOKEN, id: 'another' }] }],
  ])('is refused: %s', (reason, situation) => {
    expect(plan(situation)).toMatchObject({ reason, steps: [], problem: { code: reason } });
  });
});

describe('operation: revoke', () => {
  const inputs = { operation: 'revoke', 'rotate-after': '' };
  const force = { ...inputs, force: 'true' };

  it.each<[string, Situation, string[], string]>([
    [
      'a running grace',
      { token: completedToken(rotated), targets: [fresh], inputs },
      ['revoke'],
      'revoke-asked',
    ],
    [
      'an open one that is delivered',
      { token: pendingToken(rotated), targets: [fresh], inputs },
      ['revoke'],
      'revoke-asked',
    ],
    ["a person's", { token: foreignToken(rotated), targets: [fresh], inputs }, ['revoke'], 'revoke-asked'],
    [
      'not one that is over',
      { token: completedToken(NOW - 10 * DAY), targets: [old], inputs },
      [],
      'grace-over',
    ],
    ['not where there was none', { token: TOKEN, targets: [old], inputs }, [], 'grace-over'],
    [
      'not an open one that is not delivered',
      { token: pendingToken(rotated), targets: [old], inputs },
      [],
      'delivery-incomplete',
    ],
    [
      'an open one that is not delivered, by force',
      { token: pendingToken(rotated), targets: [old], inputs: force },
      ['revoke'],
      'revoke-asked',
    ],
    [
      'not where a target is stale',
      { token: completedToken(rotated), targets: [fresh, old], inputs },
      [],
      'secret-outdated',
    ],
    [
      'where a target is stale, by force',
      { token: completedToken(rotated), targets: [old], inputs: force },
      ['revoke'],
      'revoke-asked',
    ],
    [
      'not where a target is unknown',
      { token: completedToken(rotated), targets: [fresh, unreadable()], inputs },
      [],
      'secret-outdated',
    ],
    ['not of a token that is missing', { inputs }, [], 'token-missing'],
  ])('ends %s', (_name, situation, steps, reason) => {
    const planned = plan(situation);
    expect(kinds(planned)).toEqual(steps);
    expect(planned.reason).toBe(reason);
  });
});

describe('operation: delete', () => {
  const inputs = { operation: 'delete', 'rotate-after': '' };

  it.each<[string, Situation, string[], string]>([
    [
      'the token and its secrets',
      { token: TOKEN, targets: [old], inputs },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    [
      'a disabled one as well',
      { token: { ...TOKEN, enabled: false }, inputs },
      ['delete-token', 'delete-secrets'],
      'delete-asked',
    ],
    ['nothing where no token and no target is named', { targets: [old], inputs }, [], 'token-missing'],
    [
      'the secrets of targets that an input names',
      { targets: [environmentMissing()], inputs: { ...inputs, environment: 'production' } },
      ['delete-secrets'],
      'token-missing',
    ],
    [
      'none of several',
      { token: TOKEN, namesakes: [{ ...TOKEN, id: 'another' }], inputs },
      [],
      'token-ambiguous',
    ],
  ])('deletes %s', (_name, situation, steps, reason) => {
    const planned = plan(situation);
    expect(kinds(planned)).toEqual(steps);
    expect(planned.reason).toBe(reason);
  });
});
