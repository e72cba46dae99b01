import type { Files } from '../model/dependencies.ts';
import { OPERATIONS, traitsOf, type Operation, type TokenOperation } from '../model/operation.ts';
import type { Milliseconds } from '../model/time.ts';
import { refuseCollisions } from './collisions.ts';
import { readOneOf } from './complaints.ts';
import {
  complainOfMissing,
  readCloudflareCredentials,
  readGitHubCredentials,
  readScope,
} from './credentials.ts';
import { readRenewBefore, readWait } from './durations.ts';
import { readInputToken } from './input-token.ts';
import { Inputs, type Environment } from './inputs.ts';
import { loadManifest } from './manifest/load.ts';
import { readManifest } from './manifest/manifest.ts';
import { parseTree, type ManifestText, type Tree } from './manifest/tree.ts';
import { ownRepository } from './places.ts';
import type { Step, TokenRead } from './token-settings.ts';
import { readCloudflareApiUrl, readGitHubApiUrl } from './urls.ts';
import { refuseForAccount, refuseUnusable } from './uses.ts';
import { readVerify } from './verify.ts';

import type { Manifest, Settings, VerifySettings } from './settings.ts';

const SHORTEST_SECRET_LINE = 8;

/**
 * Reads the inputs as the runner hands them over (`INPUT_*`), the environment variables that they default to, and the
 * manifest. Calls no API.
 * @throws SettingsProblem once, with a line for each thing that is wrong
 */
export async function readSettings(env: Environment, files: Files): Promise<Settings | VerifySettings> {
  const inputs = new Inputs(env);
  const operation = operationGiven(inputs);
  const isUsed = operation === undefined || traitsOf(operation).manifest !== 'never';
  if (!isUsed || inputs.given('manifest') === undefined) return settingsOf(inputs, undefined);
  const text = await loadManifest(inputs, files);
  const tree = text && (await parseTree(text));
  return settingsOf(inputs, { text, tree });
}

/** The same without a manifest, for which nothing has to be awaited. */
export function readInputs(env: Environment): Settings | VerifySettings {
  return settingsOf(new Inputs(env), undefined);
}

/** What the post step needs of the settings; the rest is in its state. */
export type PostSettings = Pick<Settings, 'cloudflare' | 'requestTimeout' | 'maxWait'>;

/**
 * The inputs are evaluated anew after the job, so no others are read, and waits that are wrong by then are the usual
 * ones.
 * @throws SettingsProblem without credentials
 */
export function readPostSettings(env: Environment): PostSettings {
  const inputs = new Inputs(env);
  const credentials = readCloudflareCredentials(inputs);
  const apiUrl = readCloudflareApiUrl(inputs);
  if (credentials === undefined || inputs.complaints.any) throw inputs.complaints.problem();
  return { cloudflare: { credentials, apiUrl }, ...waitsOrDefaults(env) };
}

function waitsOrDefaults(env: Environment): Pick<Settings, 'requestTimeout' | 'maxWait'> {
  const inputs = new Inputs(env);
  const waits = readWaits(inputs);
  return inputs.complaints.any ? readWaits(new Inputs({})) : waits;
}

function readWaits(inputs: Inputs): Pick<Settings, 'requestTimeout' | 'maxWait'> {
  return {
    requestTimeout: readWait('request-timeout', inputs.valueOrDefault('request-timeout')),
    maxWait: readWait('max-wait', inputs.valueOrDefault('max-wait')),
  };
}

/** A manifest that was given; what could not be read of it is undefined, and noted. */
interface GivenManifest {
  readonly text: ManifestText | undefined;
  readonly tree: Tree | undefined;
}

function operationGiven(inputs: Inputs): Operation | undefined {
  const text = inputs.valueOrDefault('operation').text;
  return OPERATIONS.find((known) => known === text);
}

function settingsOf(inputs: Inputs, manifest: GivenManifest | undefined): Settings | VerifySettings {
  inputs.refuseUnknown();
  const operation = readOneOf(inputs.valueOrDefault('operation'), OPERATIONS);
  if (operation !== undefined) refuseUnusable(inputs, operation);
  const settings = operation === 'verify' ? readVerify(inputs) : readTokens(inputs, operation, manifest);
  if (settings === undefined || inputs.complaints.any) throw inputs.complaints.problem();
  return settings;
}

/** Undefined, and noted, if something that everything else depends on is missing. */
function readTokens(
  inputs: Inputs,
  operation: TokenOperation | undefined,
  given: GivenManifest | undefined,
): Settings | undefined {
  const cloudflare = readCloudflareCredentials(inputs);
  const scope = readScope(inputs);
  const cloudflareApiUrl = readCloudflareApiUrl(inputs);
  const credentials = readGitHubCredentials(inputs);
  const { apiUrl, isOther } = readGitHubApiUrl(inputs);
  const step: Step = {
    operation,
    scope,
    hasGitHubCredentials: credentials !== undefined,
    isOtherGitHub: isOther,
    repository: isOther ? undefined : ownRepository(inputs),
  };
  const { tokens, manifest, renewBefore } = tokensOf(inputs, step, given);
  if (credentials === undefined) complainOfNoGitHub(inputs, operation, tokens);
  const common = {
    ...readWaits(inputs),
    dryRun: inputs.boolean('dry-run'),
  };
  if (operation === undefined || cloudflare === undefined || scope === undefined) return undefined;
  return {
    operation,
    scope,
    cloudflare: { credentials: cloudflare, apiUrl: cloudflareApiUrl },
    github: { credentials, apiUrl },
    ...common,
    tokens: tokens.map(({ settings }) => settings),
    manifest,
    renewBefore,
    warnings: warningsOf(tokens),
  };
}

interface TokensRead {
  readonly tokens: readonly TokenRead[];
  readonly manifest: Manifest | undefined;
  readonly renewBefore: Milliseconds | undefined;
}

function tokensOf(inputs: Inputs, step: Step, given: GivenManifest | undefined): TokensRead {
  const none = { tokens: [], manifest: undefined, renewBefore: undefined };
  if (given !== undefined) {
    if (given.text === undefined || given.tree === undefined) return none;
    return { ...none, ...readManifest(given.text, given.tree, inputs, step) };
  }
  const isNamed = inputs.given('token-name') !== undefined || inputs.given('token-id') !== undefined;
  if (step.operation === 'check' && !isNamed) {
    refuseForAccount(inputs);
    const renewBefore = inputs.value('renew-before');
    return { ...none, renewBefore: renewBefore && readRenewBefore(renewBefore) };
  }
  const token = readInputToken(inputs, step);
  refuseCollisions([{ label: undefined, targets: token.targets }]);
  return { ...none, tokens: [token] };
}

function complainOfNoGitHub(
  inputs: Inputs,
  operation: TokenOperation | undefined,
  tokens: readonly TokenRead[],
): void {
  if (operation === undefined) return;
  const use = traitsOf(operation).targets;
  const isNamed = tokens.some(({ settings }) => settings.targetsNamed);
  if (use === 'never' || (use === 'with credentials' && !isNamed)) return;
  const who = use === 'always' ? `\`${operation}\`` : 'a named target';
  complainOfMissing(
    inputs,
    'github-token',
    `a token, which ${who} needs, or \`github-app-client-id\` with \`github-app-private-key\`; ` +
      "the workflow's own GITHUB_TOKEN cannot write secrets",
  );
}

/** Each warning once; of several tokens with the name of the token. */
function warningsOf(tokens: readonly TokenRead[]): readonly string[] {
  const warnings = tokens.flatMap(({ settings: { tokenName, tokenId }, warnings: own }) =>
    own.map((text) => (tokens.length > 1 ? `${tokenName ?? tokenId ?? ''}: ${text}` : text)),
  );
  return [...new Set(warnings)];
}

/** Every credential in the settings, as values that the runner must mask; of a private key, its lines. */
export function credentialsToMask(
  settings: VerifySettings | (Pick<Settings, 'cloudflare'> & Partial<Pick<Settings, 'github'>>),
): readonly string[] {
  if ('credentials' in settings) {
    const { clientId, clientSecret } = settings.credentials;
    return [clientSecret.reveal(), clientId];
  }
  const { cloudflare, github } = settings;
  const { credentials } = cloudflare;
  const values = [credentials.kind === 'api-token' ? credentials.token : credentials.key];
  if (github?.credentials?.kind === 'token') values.push(github.credentials.token);
  if (github?.credentials?.kind === 'app') values.push(...secretLines(github.credentials.privateKey));
  return values;
}

/** Without the first and last line, which say what it is, and without lines so short that they occur elsewhere. */
function secretLines(pem: string): readonly string[] {
  return pem.split('\n').filter((line) => line.length >= SHORTEST_SECRET_LINE && !line.startsWith('-----'));
}
