import type { Control } from '../../src/access/login-check.ts';
import type { Way } from '../../src/cloudflare/rotation.ts';
import type { AdmissionState } from '../../src/model/admission.ts';
import { stepEnvironment } from '../../sandbox/in-process-run.ts';
import { completedMark, endedMark, pendingMark } from '../../src/observe/rotation-state.ts';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import type { ReadableTarget, TargetState } from '../../src/model/target.ts';
import { Problem } from '../../src/model/problem.ts';
import { readInputs } from '../../src/settings/read-settings.ts';
import { factsOf, type Facts, type Task } from '../../src/observe/facts.ts';
import type { TokenLookup } from '../../src/observe/snapshot.ts';

/** When everything is read, unless a situation says otherwise. */
export const NOW: Instant = Date.UTC(2026, 5, 15, 12, 0, 0);
export const GRACE = 36 * HOUR;

export const TOKEN: ServiceToken = {
  id: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
  name: 'ci',
  clientId: '88bf3b6d86161464f6509f7219099e57.access',
  duration: '8760h',
  createdAt: NOW - 60 * DAY,
  updatedAt: NOW - 60 * DAY,
  expiresAt: NOW + 300 * DAY,
  lastSeenAt: undefined,
  enabled: true,
  version: 2,
  previousSecretExpiresAt: endedMark(undefined, NOW - 60 * DAY, 'update'),
};

/** A token that somebody created by hand: it has no mark. */
export const UNMARKED: ServiceToken = { ...TOKEN, version: 1, previousSecretExpiresAt: undefined };

/** A rotation that no run has completed. */
export function pendingToken(rotatedAt: Instant, way: Way = 'update'): ServiceToken {
  return { ...TOKEN, version: 2, updatedAt: rotatedAt, previousSecretExpiresAt: pendingMark(rotatedAt, way) };
}

/** A rotation that was delivered and completed within a minute. */
export function completedToken(rotatedAt: Instant, gracePeriod = GRACE, way: Way = 'update'): ServiceToken {
  const now = rotatedAt + MINUTE;
  const end = completedMark({ rotatedAt, way, gracePeriod, now, stands: pendingMark(rotatedAt, way) });
  return { ...TOKEN, version: 2, updatedAt: now, previousSecretExpiresAt: end };
}

/** Another token of the account, told apart by one digit. */
export function otherToken(digit: string, fields: Partial<ServiceToken> = {}): ServiceToken {
  return {
    ...TOKEN,
    id: `${digit}174e90a-fafe-4643-bbbc-4a0ed4fc8415`,
    name: `other-${digit}`,
    clientId: `${digit.repeat(32)}.access`,
    ...fields,
  };
}

/** Rotated by a person, with an end of the previous secret that has no mark. */
export function foreignToken(rotatedAt: Instant, grace = GRACE): ServiceToken {
  return { ...TOKEN, version: 2, updatedAt: rotatedAt, previousSecretExpiresAt: rotatedAt + grace + 5_000 };
}

const place = (repository: string) =>
  ({ kind: 'repository', owner: 'acme', repository, app: 'actions' }) as const;
const names = {
  clientIdName: 'CF_ACCESS_CLIENT_ID',
  clientSecretName: 'CF_ACCESS_CLIENT_SECRET',
  clientIdKind: 'secret',
} as const;

/** A target whose client secret was stored at that moment, or that stores none; beside it the client ID. */
export function stored(
  storedAt: Instant | undefined,
  { repository = 'web', clientId = storedAt !== undefined } = {},
): ReadableTarget {
  return {
    kind: 'readable',
    target: { place: place(repository), ...names },
    clientId: clientId ? { updatedAt: storedAt ?? NOW - DAY } : undefined,
    clientSecret: storedAt === undefined ? undefined : { updatedAt: storedAt },
  };
}

/** The same with the client ID in a variable of that value. */
export function storedWithVariable(
  storedAt: Instant | undefined,
  value: string,
  repository = 'web',
): ReadableTarget {
  const state = stored(storedAt, { repository });
  const target = { ...state.target, clientIdKind: 'variable' } as const;
  return { ...state, target, clientId: { updatedAt: storedAt ?? NOW - DAY, value } };
}

export function unreadable(repository = 'closed'): TargetState {
  const target = { place: place(repository), ...names };
  return { kind: 'unreadable', target, problem: new Problem('github-forbidden', 'No.', 'Allow it.') };
}

export function environmentMissing(): TargetState {
  const environment = { ...place('web'), kind: 'environment', environment: 'production' } as const;
  return { kind: 'environment-missing', target: { place: environment, ...names } };
}

/** What a run finds. */
export interface Situation {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Undefined where there is none. */
  readonly token?: ServiceToken | undefined;
  /** Others of the same name. */
  readonly namesakes?: readonly ServiceToken[];
  readonly targets?: readonly TargetState[];
  /** The other tokens of the account. */
  readonly others?: readonly ServiceToken[];
  /** The token with the ID that is given has another name. */
  readonly mismatch?: boolean;
  readonly admissions?: readonly AdmissionState[];
  readonly control?: Control;
  readonly now?: Instant;
}

/** What a step with these inputs asks for. */
export function taskWith(inputs: Readonly<Record<string, string>> = {}): Task {
  const account = 'cloudflare-zone-id' in inputs ? {} : { 'cloudflare-account-id': 'a'.repeat(32) };
  const name = 'token-id' in inputs ? {} : { 'token-name': 'ci' };
  const common = { 'cloudflare-api-token': 'cfat_1', 'github-token': 'github_pat_1', 'rotate-after': '30d' };
  const read = readInputs(stepEnvironment({ ...common, ...account, ...name, ...inputs }));
  if (read.operation === 'verify') throw new Error('verify reads no token');
  const { operation, scope, tokens } = read;
  const [settings] = tokens;
  if (settings === undefined) throw new Error('a situation is about one token');
  return { operation, scope, settings };
}

export function factsIn({
  inputs,
  token,
  namesakes = [],
  targets,
  others = [],
  mismatch = false,
  admissions = [],
  control,
  now = NOW,
}: Situation): Facts {
  const snapshot = {
    lookup: lookupOf(token, namesakes, mismatch),
    others,
    targets: targets ?? [stored(NOW - 60 * DAY)],
    admissions,
    control,
    readAt: now,
    githubNow: now,
  };
  return factsOf(taskWith(inputs), snapshot);
}

function lookupOf(
  token: ServiceToken | undefined,
  namesakes: readonly ServiceToken[],
  mismatch: boolean,
): TokenLookup {
  if (token === undefined) return { kind: 'none' };
  if (mismatch) return { kind: 'mismatch', token };
  return namesakes.length > 0
    ? { kind: 'ambiguous', tokens: [token, ...namesakes] }
    : { kind: 'found', token };
}
