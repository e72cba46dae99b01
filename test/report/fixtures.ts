import { Problem } from '../../src/model/problem.ts';
import type { ProblemCode } from '../../src/model/problem-codes.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import type { Target } from '../../src/model/target.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import type { TargetResult } from '../../src/apply/results.ts';
import type { RunOutcome, TokenOutcome } from '../../src/report/outcome.ts';

/** Shapes of outcomes that tests vary; what real runs give is tested in `real-runs.test.ts`. */
export const NOW = Date.UTC(2026, 10, 24, 6, 3, 12);
export const GRACE_END = NOW + 36 * HOUR;
export const HOLD_END = NOW + 30 * DAY;

export const TOKEN: ServiceToken = {
  id: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
  name: 'deploy-web',
  clientId: '88bf3b6d86161464f6509f7219099e57.access',
  duration: '8760h',
  createdAt: NOW - 200 * DAY,
  updatedAt: NOW,
  expiresAt: NOW + 365 * DAY,
  lastSeenAt: NOW - 3 * HOUR,
  enabled: true,
  version: 4,
  previousSecretExpiresAt: GRACE_END,
};

const NAMES = {
  clientIdName: 'CF_ACCESS_CLIENT_ID',
  clientSecretName: 'CF_ACCESS_CLIENT_SECRET',
  clientIdKind: 'secret',
} as const;

export function repository(name: string, app: 'actions' | 'dependabot' = 'actions'): Target {
  return { place: { kind: 'repository', owner: 'acme', repository: name, app }, ...NAMES };
}

export function environment(name: string, environmentName: string): Target {
  const place = { owner: 'acme', repository: name, environment: environmentName, app: 'actions' } as const;
  return { place: { kind: 'environment', ...place }, ...NAMES };
}

export function delivered(target: Target, storedAt: number = NOW - 2_000): TargetResult {
  return { target, status: 'delivered', storedAt };
}

export function refusal(name: string, code: ProblemCode = 'github-permission-missing'): Problem {
  return new Problem(
    code,
    `${name}: GitHub refused to write its secrets (403).`,
    'Grant the App `Environments: write`, then run this again.',
  );
}

export function failing(target: Target, problem: Problem, worksUntil: number = HOLD_END): TargetResult {
  return { target, status: 'failed', storedAt: NOW - 30 * DAY, problem, worksUntil };
}

export function tokenOf(overrides: Partial<TokenOutcome> = {}): TokenOutcome {
  return {
    label: 'deploy-web',
    status: 'unchanged',
    reason: 'secret-fresh',
    message: 'Nothing to do for "deploy-web": every target has the current secret.',
    changed: false,
    because: 'every target has the current secret',
    deeds: [],
    steps: [],
    token: TOKEN,
    rotation: undefined,
    previousSecretExpiresAt: undefined,
    previousSecretIsHeld: true,
    targets: [],
    admissions: [],
    problems: [],
    warnings: [],
    notices: [],
    rotateDueAt: undefined,
    clientSecret: undefined,
    gracePeriod: 36 * HOUR,
    now: NOW,
    githubNow: NOW,
    ...overrides,
  };
}

/** A run for one token. */
export function runOf(token: Partial<TokenOutcome> = {}, run: Partial<RunOutcome> = {}): RunOutcome {
  const only = tokenOf(token);
  return {
    operation: 'rotate',
    dryRun: false,
    status: only.status,
    reason: only.reason,
    message: only.message,
    changed: only.changed,
    tokens: [only],
    fleet: false,
    account: undefined,
    problems: [],
    warnings: [],
    notices: [],
    now: NOW,
    scope: { kind: 'account', id: '699d98642c564d2e855e9661899b7252' },
    ...run,
  };
}

export const ROTATED: Partial<TokenOutcome> = {
  status: 'rotated',
  reason: 'secret-due',
  because: 'the stored client secret is 30 days old',
  changed: true,
  deeds: ['rotated'],
  previousSecretExpiresAt: GRACE_END,
  rotateDueAt: NOW + 30 * DAY,
  targets: [
    delivered(repository('web')),
    delivered(repository('web', 'dependabot')),
    delivered(environment('api', 'production')),
  ],
};

/** Rotated, but one of three targets refused. */
export function partlyFailed(): Partial<TokenOutcome> {
  const target = environment('api', 'production');
  const problem = refusal('acme/api, environment production');
  return {
    ...ROTATED,
    status: 'failed',
    reason: problem.code,
    message: problem.message,
    problems: [problem],
    previousSecretExpiresAt: HOLD_END,
    rotation: { kind: 'pending', way: 'update', at: NOW, previousSecretExpiresAt: HOLD_END },
    rotateDueAt: undefined,
    targets: [
      delivered(repository('web')),
      delivered(repository('web', 'dependabot')),
      failing(target, problem),
    ],
  };
}
