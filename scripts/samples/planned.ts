import { DAY, HOUR } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import type { TokenFinding } from '../../src/plan/account-check.ts';
import { GRACE, NOW, ROTATE, TOKEN, environment, repository, sample, type Sample } from './parts.ts';

function finding(name: string, problems: readonly string[], token: Partial<ServiceToken>): TokenFinding {
  return {
    token: { ...TOKEN, id: `${name.length}174e90a-fafe-4643-bbbc-4a0ed4fc8415`, name, ...token },
    problems,
  };
}

export const DRY_RUN: Sample = sample(
  'dry-run',
  {
    status: 'planned',
    reason: 'secret-due',
    message: 'Would rotate the client secret, since the stored one is 30 days old.',
    steps: [
      {
        kind: 'renew',
        reason: 'expires-soon',
        duration: { kind: 'span', milliseconds: 365 * DAY, text: '8760h' },
      },
      ROTATE,
    ],
    token: { ...TOKEN, expiresAt: NOW + 12 * DAY },
    rotation: { kind: 'completed', at: NOW - 30 * DAY, previousSecretExpiresAt: NOW - 30 * DAY + GRACE },
    targets: [
      { target: repository('web'), status: 'skipped', storedAt: NOW - 30 * DAY },
      { target: environment('api', 'production'), status: 'skipped', storedAt: NOW - 30 * DAY },
    ],
    rotateDueAt: NOW - 2 * HOUR,
  },
  { dryRun: true },
);

export const CHECK_DUE: Sample = sample(
  'check-due',
  {
    status: 'due',
    reason: 'secret-outdated',
    message: 'A rotation is due, since what acme/api holds is not the secret of the last rotation.',
    steps: [ROTATE],
    rotation: { kind: 'completed', at: NOW - 9 * DAY, previousSecretExpiresAt: NOW - 9 * DAY + GRACE },
    targets: [
      { target: repository('web'), status: 'skipped', storedAt: NOW - 9 * DAY },
      { target: repository('api'), status: 'skipped', storedAt: NOW - 40 * DAY },
    ],
    warnings: ['The verify URL lets everyone in, so that it proves nothing.'],
  },
  { operation: 'check' },
);

export const ACCOUNT: Sample = sample(
  'account-check',
  {
    status: 'due',
    reason: 'account-checked',
    message: 'Checked 9 service tokens, of which 4 are to be acted on.',
    token: undefined,
    tokens: [
      finding('deploy-web', [], {}),
      finding('deploy-api', ['expires in 12 days'], { expiresAt: NOW + 12 * DAY }),
      finding('grafana | "ops" @acme/sre', ['expired 3 days ago'], { expiresAt: NOW - 3 * DAY }),
      finding('terraform', ['is disabled'], { enabled: false, expiresAt: NOW + 90 * DAY }),
      finding('title of a token that has a very long name, longer than any chart has room for', [], {
        expiresAt: NOW + 300 * DAY,
      }),
      finding('backup', ['shares its name with another token'], { expiresAt: NOW + 200 * DAY }),
      finding('forever-one', [], { duration: 'forever', expiresAt: NOW + 3650 * DAY, lastSeenAt: undefined }),
      finding('ten-years', [], { expiresAt: NOW + 3650 * DAY }),
      finding('unknown', [], { expiresAt: undefined }),
    ],
  },
  { operation: 'check', tokenName: undefined },
);

export const CHECK_EXPIRED: Sample = sample(
  'check-expired',
  {
    status: 'due',
    reason: 'expired',
    message: 'A renewal is due, since the token has expired.',
    steps: [{ kind: 'renew', reason: 'expired', duration: { kind: 'forever' } }],
    token: { ...TOKEN, expiresAt: NOW - 50 * HOUR },
    rotation: { kind: 'completed', at: NOW - 9 * DAY, previousSecretExpiresAt: NOW - 9 * DAY + GRACE },
    targets: [{ target: repository('web'), status: 'unchanged', storedAt: NOW - 9 * DAY }],
    rotateDueAt: NOW + 21 * DAY,
  },
  { operation: 'check' },
);
