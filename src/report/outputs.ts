import { oneLine } from '../model/safe-text.ts';
import { previousSecretEnd, type ServiceToken } from '../model/service-token.ts';
import { rfc3339, type Instant } from '../model/time.ts';
import type { TargetResult } from '../apply/results.ts';
import type { TokenFinding } from '../plan/account-check.ts';
import { needsAttention } from './attention.ts';
import type { RunOutcome, TokenOutcome } from './outcome.ts';

/** Every output of the action, in the order of action.yml. */
export const OUTPUTS = [
  'status',
  'reason',
  'message',
  'changed',
  'token-id',
  'client-id',
  'client-secret',
  'expires-at',
  'previous-secret-expires-at',
  'rotate-due-at',
  'secret-version',
  'targets',
  'tokens',
] as const;
export type OutputName = (typeof OUTPUTS)[number];
export type Outputs = Readonly<Record<OutputName, string>>;

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/** The value of each output; those of a single token are empty if not all tokens of the run have the same. */
export function outputsOf(outcome: RunOutcome): Outputs {
  const { tokens } = outcome;
  const same = (value: (token: TokenOutcome) => string): string => {
    const values = new Set(tokens.map(value));
    const [first = ''] = values;
    return values.size === 1 ? first : '';
  };
  // Of many tokens, what is not the same for all is in `tokens` alone.
  const ofRun = !outcome.fleet || outcome.problems.length > 0 || tokens.length === 0;
  return {
    status: outcome.status,
    reason: outcome.reason,
    message: oneLine(ofRun ? outcome.message : same(({ message }) => message)),
    changed: ofRun ? String(outcome.changed) : same(({ changed }) => String(changed)),
    'token-id': same(({ token }) => token?.id ?? ''),
    'client-id': same(({ token }) => token?.clientId ?? ''),
    'client-secret': same(({ clientSecret }) => clientSecret?.reveal() ?? ''),
    'expires-at': same(({ token }) => moment(token?.expiresAt) ?? ''),
    'previous-secret-expires-at': same(({ token }) => moment(token && previousSecretEnd(token)) ?? ''),
    'rotate-due-at': same(({ rotateDueAt }) => moment(rotateDueAt) ?? ''),
    'secret-version': same(({ token }) => String(token?.version ?? '')),
    targets: JSON.stringify(
      tokens.flatMap(({ label, targets }) => targets.map((target) => targetJson(target, label))),
    ),
    tokens: JSON.stringify([
      ...tokens.map(tokenJson),
      ...(outcome.account?.findings ?? []).map((finding) => findingJson(finding)),
    ]),
  };
}

/** The outputs of a run that ended before there were settings. */
export function outputsOfBadInputs(reason: string, message: string): Outputs {
  const none = Object.fromEntries(OUTPUTS.map((name) => [name, ''])) as Record<OutputName, string>;
  return {
    ...none,
    status: 'failed',
    reason,
    message: oneLine(message),
    changed: 'false',
    targets: '[]',
    tokens: '[]',
  };
}

function tokenJson(outcome: TokenOutcome): Json {
  const { token } = outcome;
  return {
    name: oneLine(token?.name ?? outcome.label),
    id: token?.id ?? null,
    status: outcome.status,
    reason: outcome.reason,
    message: oneLine(outcome.message),
    changed: outcome.changed,
    ...factsJson(token),
    'previous-secret-expires-at': moment(outcome.token && previousSecretEnd(outcome.token)),
    'rotate-due-at': moment(outcome.rotateDueAt),
    'admitted-to': outcome.admissions
      .filter(({ status }) => status === 'admitted' || status === 'added')
      .map(({ line }) => `${line.kind}=${line.value}`),
    targets: outcome.targets.map((target) => targetJson(target, outcome.label)),
    problems: outcome.problems.map(({ code, text }) => ({ code, message: oneLine(text) })),
  };
}

/** A token that was only looked at, in the same form. */
function findingJson(finding: TokenFinding): Json {
  const { token, problems } = finding;
  const due = needsAttention(finding);
  return {
    name: oneLine(token.name),
    id: token.id,
    status: due ? 'due' : 'unchanged',
    reason: problems[0]?.code ?? 'account-checked',
    message: oneLine(problems.map(({ message }) => message).join(', ')),
    changed: false,
    ...factsJson(token),
    'previous-secret-expires-at': moment(previousSecretEnd(token)),
    'rotate-due-at': null,
    'admitted-to': [],
    targets: [],
    problems: problems.map(({ code, message }) => ({ code, message: oneLine(message) })),
  };
}

function factsJson(token: ServiceToken | undefined): JsonObject {
  return {
    'client-id': token?.clientId ?? null,
    'secret-version': token?.version ?? null,
    'expires-at': moment(token?.expiresAt),
    'last-seen-at': moment(token?.lastSeenAt),
    enabled: token?.enabled ?? null,
  };
}

function targetJson({ target, status, problem }: TargetResult, token: string): Json {
  const { place } = target;
  return {
    token: oneLine(token),
    repository: place.kind === 'organization' ? null : `${place.owner}/${place.repository}`,
    environment: place.kind === 'environment' ? place.environment : null,
    organization: place.kind === 'organization' ? place.organization : null,
    app: place.app,
    'client-id-name': target.clientIdName,
    'client-secret-name': target.clientSecretName,
    status,
    error: problem === undefined ? null : oneLine(problem.text),
  };
}

function moment(instant: Instant | undefined): string | null {
  return instant === undefined ? null : rfc3339(instant);
}
