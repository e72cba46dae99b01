import { completedMark, pendingMark } from '../../src/observe/rotation-state.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import type { Target } from '../../src/model/target.ts';
import type { Outcome } from '../../src/report/outcome.ts';
import type { TargetResult } from '../../src/apply/results.ts';
import type { SummarySettings } from '../../src/report/summary/summary.ts';

export interface Sample {
  readonly name: string;
  readonly outcome: Outcome;
  readonly settings: SummarySettings;
}

export const NOW = Date.UTC(2026, 10, 22, 6, 0, 12);
export const GRACE = 36 * HOUR;

export const SETTINGS: SummarySettings = {
  operation: 'rotate',
  tokenName: 'deploy-web',
  tokenId: undefined,
  scope: { kind: 'account', id: '699d98642c564d2e855e9661899b7252' },
  duration: undefined,
  dryRun: false,
  verifyUrl: undefined,
};

export const TOKEN: ServiceToken = {
  id: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
  name: 'deploy-web',
  clientId: '88bf3b6d86161464f6509f7219099e57.access',
  duration: '8760h',
  createdAt: NOW - 200 * DAY,
  updatedAt: NOW,
  expiresAt: NOW + 165 * DAY,
  lastSeenAt: NOW - 3 * HOUR,
  enabled: true,
  version: 4,
  previousSecretExpiresAt: undefined,
};

const NAMES = {
  clientIdName: 'CF_ACCESS_CLIENT_ID',
  clientIdKind: 'secret',
  clientSecretName: 'CF_ACCESS_CLIENT_SECRET',
} as const;

export function repository(name: string, app: 'actions' | 'dependabot' = 'actions'): Target {
  return { place: { kind: 'repository', owner: 'acme', repository: name, app }, ...NAMES };
}

export function environment(name: string, environmentName: string): Target {
  const place = { owner: 'acme', repository: name, environment: environmentName, app: 'actions' } as const;
  return { place: { kind: 'environment', ...place }, ...NAMES };
}

export const ORGANIZATION: Target = {
  place: {
    kind: 'organization',
    organization: 'acme',
    app: 'actions',
    visibility: 'private',
    repositories: undefined,
  },
  ...NAMES,
};

export function delivered(target: Target, at: number = NOW + 4_000): TargetResult {
  return { target, status: 'delivered', storedAt: at };
}

export function outcomeOf(overrides: Partial<Outcome>): Outcome {
  return {
    status: 'unchanged',
    reason: 'secret-fresh',
    message: 'Nothing was done, since every target has the current secret.',
    changed: false,
    steps: [],
    token: TOKEN,
    rotation: undefined,
    targets: [],
    problems: [],
    warnings: [],
    notices: [],
    rotateDueAt: undefined,
    clientSecret: undefined,
    tokens: undefined,
    now: NOW + 6_000,
    gracePeriod: GRACE,
    ...overrides,
  };
}

export const CLOSED = {
  kind: 'completed',
  at: NOW,
  previousSecretExpiresAt: completedMark(NOW, GRACE, NOW, pendingMark(NOW)),
} as const;
export const OPEN = { kind: 'pending', at: NOW, previousSecretExpiresAt: pendingMark(NOW) } as const;
export const ROTATE = { kind: 'rotate', recovering: false } as const;

export function sample(
  name: string,
  overrides: Partial<Outcome>,
  settings: Partial<SummarySettings> = {},
): Sample {
  return { name, outcome: outcomeOf(overrides), settings: { ...SETTINGS, ...settings } };
}
