import { traitsOf, type Operation } from '../model/operation.ts';
import type { Scope } from '../model/service-token.ts';
import { CLIENT_ID_KINDS } from '../model/target.ts';
import type { LocatedAdmission } from './admission.ts';
import { quote, readBoolean, readOneOf, type Spot, type Value } from './complaints.ts';
import {
  readGracePeriod,
  readRenewBefore,
  readRotateAfter,
  readTokenDuration,
  readWait,
  warningsOf,
} from './durations.ts';
import { INPUT_DEFAULTS, type DefaultedName } from './inputs.ts';
import { UNSEEN, readSecretName, refuseEqualNames, type RepositoryName, type SecretNames } from './names.ts';
import type { TokenSettings } from './settings.ts';
import type { LocatedTarget, TargetDefaults } from './target-keys.ts';
import { readVerifyUrl } from './urls.ts';

/** Cloudflare's longest name of a service token, in characters. */
const LONGEST_NAME = 350;
/** What the name of a leased token needs for the run, the attempt, the job and the random part. */
const LEASE_SUFFIX_ROOM = 120;
const LEASE_NAME = 'lease';
const LEASE_DURATION = '1h';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Every input that describes one token as one text. */
export type TokenInput =
  | Exclude<
      DefaultedName,
      'operation' | 'repository' | 'environment' | 'request-timeout' | 'max-wait' | 'dry-run'
    >
  | 'token-name'
  | 'token-id'
  | 'duration'
  | 'rotate-after'
  | 'renew-before'
  | 'secret-version'
  | 'verify-url';

/** Where one token is described: the inputs, or an entry of the manifest. */
export interface TokenSource {
  readonly value: (input: TokenInput) => Value | undefined;
  /** Where something that is not given would stand. */
  readonly spot: (input: TokenInput | 'targets' | 'admit-to') => Spot;
  readonly targets: (defaults: TargetDefaults) => readonly LocatedTarget[];
  readonly targetsNamed: boolean;
  readonly admissions: () => readonly LocatedAdmission[];
}

/** What the step as a whole says. */
export interface Step {
  /** Undefined if it is wrong itself; then only the values are looked at. */
  readonly operation: Operation | undefined;
  readonly scope: Scope | undefined;
  readonly hasGitHubCredentials: boolean;
  /** Whether `github-api-url` is another GitHub than the runner's. */
  readonly isOtherGitHub: boolean;
  /** The workflow's own repository; undefined if there is none at the GitHub that is called. */
  readonly repository: RepositoryName | undefined;
}

/** One token as it was read. */
export interface TokenRead {
  readonly settings: TokenSettings;
  /** Every target that was written, used or not. */
  readonly targets: readonly LocatedTarget[];
  readonly warnings: readonly string[];
}

export function readToken(source: TokenSource, step: Step): TokenRead {
  const { operation } = step;
  const boolean = (input: TokenInput & DefaultedName): boolean => readBoolean(valueOf(source, input));
  const names = readNames(source, operation);
  const spans = readSpans(source, operation);
  const secretNames = readSecretNames(source);
  const targets = source.targets({ names: secretNames, repository: step.repository });
  const endSessions = boolean('end-sessions');
  const settings: TokenSettings = {
    ...names,
    ...spans,
    targets: usesTargets(step) ? targets.map(({ target }) => target) : [],
    targetsNamed: source.targetsNamed,
    createEnvironment: boolean('create-environment'),
    force: boolean('force'),
    adopt: boolean('adopt'),
    admitTo: readAdmitTo(source, step, endSessions),
    endSessions,
    leavePending: boolean('leave-pending'),
    secretVersion: readSecretVersion(source),
    verifyUrl: optional(source, 'verify-url', readVerifyUrl),
    outputClientSecret: boolean('output-client-secret'),
  };
  if (endSessions) checkEndSessions(source, step, settings);
  return {
    settings,
    targets,
    warnings: operation === undefined ? [] : warningsOf(operation, spans),
  };
}

/** Whether the operation looks at targets with these API credentials. */
export function usesTargets({ operation, hasGitHubCredentials }: Step): boolean {
  if (operation === undefined) return true;
  const { targets } = traitsOf(operation);
  return targets === 'always' || (targets === 'with credentials' && hasGitHubCredentials);
}

function valueOf(source: TokenSource, input: TokenInput & DefaultedName): Value {
  return source.value(input) ?? { text: INPUT_DEFAULTS[input], spot: source.spot(input) };
}

function optional<T>(source: TokenSource, input: TokenInput, read: (value: Value) => T): T | undefined {
  const value = source.value(input);
  return value === undefined ? undefined : read(value);
}

function readNames(
  source: TokenSource,
  operation: Operation | undefined,
): Pick<TokenSettings, 'tokenName' | 'tokenId'> {
  const isLease = operation === 'lease';
  const name = source.value('token-name');
  const id = source.value('token-id');
  if (name !== undefined) checkName(name, isLease ? LONGEST_NAME - LEASE_SUFFIX_ROOM : LONGEST_NAME);
  if (id !== undefined && !UUID.test(id.text)) {
    id.spot.refuse(quote(id.text), 'a UUID, such as `f174e90a-fafe-4643-bbbc-4a0ed4fc8415`');
  }
  if (isLease) return { tokenName: name?.text ?? LEASE_NAME, tokenId: undefined };
  return { tokenName: name?.text, tokenId: id?.text.toLowerCase() };
}

function checkName({ text, spot }: Value, longest: number): void {
  const length = Array.from(text).length;
  if (length > longest) spot.refuse(`${length} characters (${quote(text)})`, `at most ${longest}`);
  if (UNSEEN.test(text)) spot.refuse(quote(text), 'a name without line breaks and control characters');
}

function readSpans(
  source: TokenSource,
  operation: Operation | undefined,
): Pick<TokenSettings, 'duration' | 'rotateAfter' | 'renewBefore' | 'gracePeriod' | 'verifyTimeout'> {
  const lease = { text: LEASE_DURATION, spot: source.spot('duration') };
  const duration = source.value('duration') ?? (operation === 'lease' ? lease : undefined);
  return {
    duration: duration && readTokenDuration(duration),
    rotateAfter: optional(source, 'rotate-after', readRotateAfter) ?? (operation === 'rotate' ? 0 : 'never'),
    renewBefore: optional(source, 'renew-before', readRenewBefore),
    gracePeriod: readGracePeriod(valueOf(source, 'grace-period')),
    verifyTimeout: readWait('verify-timeout', valueOf(source, 'verify-timeout')),
  };
}

function readSecretNames(source: TokenSource): SecretNames {
  const names: SecretNames = {
    clientIdName: readSecretName(valueOf(source, 'client-id-name')),
    clientSecretName: readSecretName(valueOf(source, 'client-secret-name')),
    clientIdKind: readOneOf(valueOf(source, 'client-id-kind'), CLIENT_ID_KINDS) ?? 'secret',
  };
  refuseEqualNames(source.spot('client-secret-name'), names);
  return names;
}

function readSecretVersion(source: TokenSource): number | undefined {
  return optional(source, 'secret-version', ({ text, spot }) => {
    const version = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
    if (version === undefined)
      spot.refuse(quote(text), 'the whole number that the output `secret-version` gave');
    return version;
  });
}

/** The lines that the operation uses: of `revoke` only those whose sessions end. */
function readAdmitTo(
  source: TokenSource,
  { operation, scope }: Step,
  endSessions: boolean,
): TokenSettings['admitTo'] {
  const lines = source.admissions();
  for (const { line, spot } of lines) {
    if (line.kind !== 'policy') continue;
    if (operation === 'lease') {
      spot.complain('`policy` does not go with `lease`; accepts `application`');
    } else if (scope?.kind === 'zone') {
      spot.complain('`policy` does not go with a zone, because reusable policies belong to accounts');
    }
  }
  const used = operation === undefined || traitsOf(operation).admission || endSessions;
  return used ? lines.map(({ line }) => line) : [];
}

function checkEndSessions(source: TokenSource, { operation }: Step, settings: TokenSettings): void {
  // Any other operation was refused already.
  if (operation !== 'rotate' && operation !== 'revoke') return;
  if (!settings.admitTo.some(({ kind }) => kind === 'application')) {
    source.spot('admit-to').complain('needs a line `application=…` for `end-sessions`');
  }
  if (operation === 'rotate' && !(settings.force && settings.gracePeriod === 0)) {
    const spot = source.spot('end-sessions');
    spot.complain('needs `force: true` and `grace-period: 0s` with `rotate`, or `operation: revoke`');
  }
}
