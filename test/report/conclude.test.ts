import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/model/problem.ts';
import { DAY, HOUR, SECOND } from '../../src/model/time.ts';
import { ClientSecret } from '../../src/model/client-secret.ts';
import {
  concludeRun,
  concludeToken,
  type TokenConclusion,
  type TokenRecord,
} from '../../src/report/conclude.ts';
import type { Deed, Status, TokenOutcome } from '../../src/report/outcome.ts';
import type { TokenSettings } from '../../src/settings/settings.ts';
import { HOLD_END, NOW, TOKEN, delivered, failing, refusal, repository, tokenOf } from './fixtures.ts';

/** Ends at second 43: pending. */
const PENDING_END = Math.floor(HOLD_END / 60_000) * 60_000 + 43 * SECOND;
/** Ends at second 17: completed. */
const GRACE_MARK = Math.floor((NOW + 36 * HOUR) / 60_000) * 60_000 + 17 * SECOND;

const SETTINGS: TokenSettings = {
  tokenName: 'deploy-web',
  tokenId: undefined,
  targets: [],
  targetsNamed: true,
  createEnvironment: false,
  duration: undefined,
  rotateAfter: 30 * DAY,
  renewBefore: undefined,
  gracePeriod: 36 * HOUR,
  force: false,
  adopt: false,
  admitTo: [],
  endSessions: false,
  leavePending: false,
  secretVersion: undefined,
  verifyUrl: undefined,
  verifyTimeout: 120 * SECOND,
  outputClientSecret: false,
};

function record(overrides: Partial<TokenRecord> = {}): TokenRecord {
  return {
    changed: false,
    token: { ...TOKEN, previousSecretExpiresAt: undefined, version: 1 },
    clientSecret: undefined,
    previousSecretIsHeld: true,
    deeds: new Set(),
    problems: [],
    warnings: [],
    notices: [],
    targets: [],
    admissions: [],
    ...overrides,
  };
}

function concluded(journal: Partial<TokenRecord>, overrides: Partial<TokenConclusion> = {}): TokenOutcome {
  return concludeToken({
    operation: 'rotate',
    dryRun: false,
    settings: SETTINGS,
    journal: record(journal),
    plan: { reason: 'secret-fresh', because: 'every target has the current secret', steps: [] },
    now: NOW,
    githubNow: NOW,
    ...overrides,
  });
}

const RENEW = {
  kind: 'renew',
  token: TOKEN,
  reason: 'expires-soon',
  duration: { kind: 'forever' },
  requests: ['refresh'],
  expiredAt: undefined,
} as const;
const WOULD_RENEW = {
  reason: 'expires-soon',
  because: 'the token expires within renew-before',
  steps: [RENEW],
};

describe('the status of a token', () => {
  test.each<[Status, readonly Deed[]]>([
    ['unchanged', []],
    ['created', ['created', 'admitted', 'verified']],
    ['rotated', ['renewed', 'rotated']],
    ['renewed', ['renewed', 'repaired']],
    ['completed', ['completed']],
    ['admitted', ['admitted']],
    ['deleted', ['deleted']],
  ])('is %s after %j', (status, deeds) => {
    expect(concluded({ deeds: new Set(deeds) }).status).toBe(status);
  });

  test('is failed whatever was done, and the reason is the first error', () => {
    const problem = refusal('acme/api');
    expect(concluded({ deeds: new Set<Deed>(['rotated']), problems: [problem] })).toMatchObject({
      status: 'failed',
      reason: 'github-permission-missing',
      message: problem.message,
    });
  });

  test('is planned in a dry run and due in a check if there are steps', () => {
    expect(concluded({}, { dryRun: true, plan: WOULD_RENEW })).toMatchObject({
      status: 'planned',
      message: 'Would renew the token for "deploy-web", because the token expires within renew-before.',
    });
    expect(concluded({}, { operation: 'check', plan: WOULD_RENEW }).status).toBe('due');
    expect(concluded({}, { operation: 'check' }).status).toBe('unchanged');
  });
});

describe('the previous secret', () => {
  test('works until the end of the grace period', () => {
    const token = { ...TOKEN, previousSecretExpiresAt: GRACE_MARK };
    expect(concluded({ token }).previousSecretExpiresAt).toBe(GRACE_MARK);
  });

  test('never works longer than its token', () => {
    const token = { ...TOKEN, expiresAt: NOW + HOUR, previousSecretExpiresAt: PENDING_END };
    const target = failing(repository('web'), refusal('acme/web'), PENDING_END);
    const outcome = concluded({ token, targets: [target], deeds: new Set<Deed>(['rotated']) });
    expect(outcome.previousSecretExpiresAt).toBe(NOW + HOUR);
    expect(outcome.targets[0]?.worksUntil).toBe(NOW + HOUR);
  });

  test('is none once it has ended, or its token has', () => {
    const ended = { ...TOKEN, previousSecretExpiresAt: GRACE_MARK - 3 * DAY };
    expect(concluded({ token: ended }).previousSecretExpiresAt).toBeUndefined();
    const expired = { ...TOKEN, expiresAt: NOW - HOUR, previousSecretExpiresAt: GRACE_MARK };
    expect(concluded({ token: expired }).previousSecretExpiresAt).toBeUndefined();
  });

  test('is what a failed target of an earlier run can use while the rotation is pending', () => {
    const token = { ...TOKEN, previousSecretExpiresAt: PENDING_END };
    const problem = refusal('acme/web');
    const unknown = { target: repository('web'), status: 'failed', problem, storedAt: NOW - DAY } as const;
    expect(concluded({ token, targets: [unknown] }).targets[0]?.worksUntil).toBe(PENDING_END);
  });
});

describe('the next rotation', () => {
  const stored = { targets: [delivered(repository('web'), NOW - 10 * DAY)] };

  test('is due when the oldest stored secret is old enough, by Cloudflare’s clock', () => {
    expect(concluded(stored).rotateDueAt).toBe(NOW + 20 * DAY);
    expect(concluded(stored, { githubNow: NOW + 2 * SECOND }).rotateDueAt).toBe(NOW + 20 * DAY - 2 * SECOND);
  });

  test('is not due before the grace period is over, and not known while a rotation is pending', () => {
    const settings = { ...SETTINGS, rotateAfter: HOUR };
    const token = { ...TOKEN, previousSecretExpiresAt: GRACE_MARK };
    expect(concluded({ ...stored, token }, { settings }).rotateDueAt).toBe(GRACE_MARK);
    const pending = { ...TOKEN, previousSecretExpiresAt: PENDING_END };
    expect(concluded({ ...stored, token: pending }).rotateDueAt).toBeUndefined();
  });

  test('never comes with rotate-after: never', () => {
    const settings = { ...SETTINGS, rotateAfter: 'never' } as const;
    expect(concluded(stored, { settings }).rotateDueAt).toBeUndefined();
  });
});

test('the client secret is kept only if an output of it was asked for', () => {
  const clientSecret = new ClientSecret('x'.repeat(64));
  expect(concluded({ clientSecret }).clientSecret).toBeUndefined();
  const settings = { ...SETTINGS, outputClientSecret: true };
  expect(concluded({ clientSecret }, { settings }).clientSecret).toBe(clientSecret);
  expect(concluded({ clientSecret }, { operation: 'lease' }).clientSecret).toBe(clientSecret);
});

describe('a run', () => {
  const settings = {
    operation: 'rotate',
    dryRun: false,
    scope: { kind: 'account', id: 'a' },
    manifest: undefined,
    warnings: [],
  } as const;
  const manifest = { path: 'tokens.yml', entries: [] };
  const failed = tokenOf({ label: 'api', status: 'failed', reason: 'secret-lost', message: 'It is lost.' });
  const rotated = tokenOf({ label: 'web', status: 'rotated', reason: 'secret-due', changed: true });

  test('has the status that comes first among its tokens, with that token’s reason and error', () => {
    const run = concludeRun({
      settings: { ...settings, manifest },
      tokens: [rotated, failed],
      problems: [],
      now: NOW,
    });
    expect(run).toMatchObject({
      status: 'failed',
      reason: 'secret-lost',
      message: 'api: It is lost.',
      changed: true,
    });
  });

  test('of a manifest counts its tokens', () => {
    const run = concludeRun({
      settings: { ...settings, manifest },
      tokens: [rotated, tokenOf()],
      problems: [],
      now: NOW,
    });
    expect(run).toMatchObject({ fleet: true, message: '2 service tokens: 1 rotated, 1 unchanged.' });
  });

  test('fails with an error of its own', () => {
    const problem = new Problem('cloudflare-refused', 'Cloudflare refused.', '');
    const run = concludeRun({ settings, tokens: [], problems: [problem], now: NOW });
    expect(run).toMatchObject({
      status: 'failed',
      reason: 'cloudflare-refused',
      message: 'Cloudflare refused.',
    });
  });

  test('over an account is due if a token needs attention, which no leased one does', () => {
    const check = (code: 'leased' | 'expired') =>
      concludeRun({
        settings: { ...settings, operation: 'check' },
        tokens: [],
        account: { scope: 'all', findings: [{ token: TOKEN, problems: [{ code, message: 'has expired' }] }] },
        problems: [],
        now: NOW,
      });
    expect(check('leased')).toMatchObject({ status: 'unchanged', reason: 'account-checked' });
    expect(check('expired')).toMatchObject({
      status: 'due',
      message: '1 of 1 service token needs attention: "deploy-web" has expired.',
    });
  });
});
