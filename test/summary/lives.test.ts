import { expect, test } from 'vitest';
import { NOW as STARTED, TOKEN, delivered, outcomeOf, repository } from '../../scripts/samples/parts.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import type { Outcome } from '../../src/report/outcome.ts';
import { livesOf, type LifeSettings } from '../../src/report/summary/lives.ts';

const { now: NOW } = outcomeOf({});
const RUN: LifeSettings = { operation: 'rotate', dryRun: false, duration: undefined };
const DRY: LifeSettings = { ...RUN, dryRun: true };
const ROTATED = STARTED;
const LATER = ROTATED + 30 * DAY;

/** What each life says and how far it is away, without the moment of the run itself. */
function told(overrides: Partial<Outcome>, settings = RUN): readonly string[] {
  return livesOf(outcomeOf(overrides), settings)
    .filter(({ says }) => !/^This (?:run|check)$/.test(says))
    .map(({ says, at, style }) => {
      const hours = at === undefined ? '' : ` ${Math.round((at - NOW) / HOUR)}h`;
      return `${says}${hours}${style === 'alarm' ? ' !' : ''}`;
    });
}

function tokenWith(overrides: Partial<ServiceToken>): ServiceToken {
  return { ...TOKEN, ...overrides };
}

const EXPIRES = 'Token expires 3960h';

test.each<[string, Partial<Outcome>, readonly string[]]>([
  ['a new token', { rotation: { kind: 'never', at: NOW } }, ['Current secret since 0h', EXPIRES]],
  [
    'a rotation that is closed',
    { rotation: { kind: 'completed', at: NOW, previousSecretExpiresAt: NOW + 36 * HOUR } },
    ['Previous secret works until 36h', 'Current secret since 0h', EXPIRES],
  ],
  [
    'one whose grace is over',
    { rotation: { kind: 'completed', at: NOW - 60 * HOUR, previousSecretExpiresAt: NOW - 24 * HOUR } },
    ['Previous secret ended -24h', 'Current secret since -60h', EXPIRES],
  ],
  [
    'one that is open',
    { rotation: { kind: 'pending', at: NOW, previousSecretExpiresAt: LATER } },
    ['Previous secret held until 720h !', 'Current secret since 0h', EXPIRES],
  ],
  [
    'one by someone else',
    { rotation: { kind: 'foreign', previousSecretExpiresAt: NOW + 8 * HOUR } },
    ['Previous secret works until 8h', 'Current secret, rotated elsewhere', EXPIRES],
  ],
  [
    'one of which the end is not told',
    { rotation: { kind: 'unknown', at: NOW - 6 * HOUR } },
    ['Previous secret works until about 30h', 'Current secret since -6h', EXPIRES],
  ],
  [
    'a grace that was another: the stores know better when the secret came',
    {
      rotation: { kind: 'completed', at: NOW - 60 * HOUR, previousSecretExpiresAt: NOW },
      targets: [delivered(repository('web'), NOW - 22 * HOUR), delivered(repository('api'), NOW - 21 * HOUR)],
    },
    ['Previous secret ended 0h', 'Current secret since -22h', EXPIRES],
  ],
  [
    'a token that has expired',
    { token: tokenWith({ expiresAt: NOW - 3 * HOUR }) },
    ['Current secret since -4800h', 'Token expired -3h !'],
  ],
  [
    'a token without an end, of which Cloudflare tells one',
    { token: tokenWith({ duration: 'forever' }), rotation: { kind: 'never', at: NOW } },
    ['Current secret since 0h', 'Token never expires'],
  ],
  [
    'a token whose expiry is not told',
    { token: tokenWith({ expiresAt: undefined }), rotation: { kind: 'never', at: NOW } },
    ['Current secret since 0h', 'Token has an expiry that is not told'],
  ],
  ['no token', { token: undefined }, []],
  [
    'a rotation that is due later',
    { rotation: { kind: 'never', at: NOW }, rotateDueAt: NOW + 5 * HOUR },
    ['Current secret since 0h', EXPIRES, 'Next rotation due 5h'],
  ],
  [
    'a rotation whose time has come',
    { rotation: { kind: 'never', at: NOW }, rotateDueAt: NOW - 5 * HOUR },
    ['Current secret since 0h', EXPIRES, 'Next rotation due with the next run'],
  ],
])('%s', (_, overrides, expected) => {
  expect(told(overrides)).toEqual(expected);
});

const ROTATE = { kind: 'rotate', recovering: false } as const;
const CLOSED = { kind: 'completed', at: NOW - 9 * DAY, previousSecretExpiresAt: NOW - 7 * DAY } as const;
const OPEN = { kind: 'pending', at: NOW - HOUR, previousSecretExpiresAt: LATER } as const;

test.each<[string, Partial<Outcome>, readonly string[]]>([
  [
    'a rotation',
    { steps: [ROTATE], rotation: CLOSED },
    ['Previous secret would work until 36h', 'New secret would be current from now', EXPIRES],
  ],
  [
    'a rotation without a grace',
    { steps: [ROTATE], rotation: CLOSED, gracePeriod: 0 },
    ['Previous secret would end with the rotation', 'New secret would be current from now', EXPIRES],
  ],
  [
    'a creation',
    { steps: [{ kind: 'create' }], token: undefined },
    ['New secret would be current from now', 'Token would expire 8760h'],
  ],
  [
    'a renewal',
    {
      steps: [
        {
          kind: 'renew',
          reason: 'expires-soon',
          duration: { kind: 'span', milliseconds: 90 * DAY, text: '2160h' },
        },
      ],
      rotation: CLOSED,
    },
    ['Previous secret ended -168h', 'Current secret since -216h', 'Token would expire 2160h'],
  ],
  [
    'a renewal without an end',
    { steps: [{ kind: 'renew', reason: 'duration-changed', duration: { kind: 'forever' } }] },
    ['Current secret since -4800h', 'Token would never expire'],
  ],
  [
    'a closing',
    { steps: [{ kind: 'close' }], rotation: OPEN },
    ['Previous secret would work until 35h', 'Current secret since -1h', EXPIRES],
  ],
  [
    'a revocation',
    { steps: [{ kind: 'revoke' }], rotation: OPEN },
    ['Previous secret would end now', 'Current secret since -1h', EXPIRES],
  ],
  [
    'a deletion',
    { steps: [{ kind: 'delete-token' }, { kind: 'delete-secrets' }], rotation: CLOSED },
    ['Previous secret ended -168h', 'Token would be deleted now !'],
  ],
])('planned: %s', (_, overrides, expected) => {
  expect(told(overrides, DRY)).toEqual(expected);
  expect(told(overrides, { ...RUN, operation: 'check' })).toEqual(expected);
});

test('a rotation whose time has come is told only where it matters', () => {
  const overdue = { rotateDueAt: NOW - HOUR };
  expect(told(overdue, { ...RUN, operation: 'check' })).toContain('Next rotation due with the next run');
  expect(told(overdue, { ...RUN, operation: 'renew' }).join()).not.toContain('due');
  expect(told({ ...overdue, steps: [ROTATE] }, DRY).join()).not.toContain('due');
});

test('steps that were taken are no plan', () => {
  expect(told({ steps: [ROTATE], rotation: OPEN }).join()).not.toContain('would');
});
