import type { TokenDuration } from '../model/duration.ts';
import { OPERATIONS, type Operation } from '../model/operation.ts';
import type { Milliseconds } from '../model/time.ts';
import type { Scope } from '../model/service-token.ts';
import type { Target } from '../model/target.ts';
import {
  readCloudflareCredentials,
  readScope,
  type CloudflareCredentials,
  type GitHubCredentials,
} from './credentials.ts';
import { readDelivery } from './delivery.ts';
import { Inputs, type Environment } from './inputs.ts';
import { readSpans, warningsOf } from './spans.ts';
import { readToken, type TokenNames } from './token.ts';
import { readCloudflareApiUrl, readVerifyUrl } from './urls.ts';
import { readBoolean, readOneOf } from './values.ts';

export type { TokenDuration } from '../model/duration.ts';
export type { CloudflareCredentials, GitHubCredentials } from './credentials.ts';

const SHORTEST_SECRET_LINE = 8;

/** What one run is asked to do: every input, checked and typed. */
export interface Settings {
  readonly operation: Operation;
  readonly scope: Scope;
  readonly cloudflare: { readonly credentials: CloudflareCredentials; readonly apiUrl: string };
  readonly github: { readonly credentials: GitHubCredentials | undefined; readonly apiUrl: string };
  readonly requestTimeout: Milliseconds;
  readonly maxWait: Milliseconds;
  readonly dryRun: boolean;
  /** The tokens to work on; none for a check of the whole account. */
  readonly tokens: readonly TokenSettings[];
  /** How near its expiry a check of the whole account reports a token; undefined if not given. */
  readonly renewBefore: Milliseconds | undefined;
  /** Undefined without a manifest. */
  readonly manifest: Manifest | undefined;
  /** Settings that cannot do what they say, each as a sentence. */
  readonly warnings: readonly string[];
}

/** Where the tokens come from if they are many. */
export interface Manifest {
  /** As the input names it; undefined if the input is the YAML itself. */
  readonly path: string | undefined;
  /** Every entry, selected or not: what `check` does not report as unlisted. */
  readonly entries: readonly { readonly tokenName: string | undefined; readonly tokenId: string | undefined }[];
}

/** What is wanted of one service token. */
export interface TokenSettings {
  /** For `lease` the start of the name. */
  readonly tokenName: string | undefined;
  readonly tokenId: string | undefined;
  /** Empty if no target is looked at. */
  readonly targets: readonly Target[];
  /** True if an input names them, false if the workflow's own repository is the default. */
  readonly targetsNamed: boolean;
  readonly createEnvironment: boolean;
  /** Undefined if not given: 8760h on creation, and left as it is on an existing token. */
  readonly duration: TokenDuration | undefined;
  readonly rotateAfter: Milliseconds | 'never';
  /** Undefined if not given: 30 days, or a third of the token's life if that is shorter. */
  readonly renewBefore: Milliseconds | undefined;
  readonly gracePeriod: Milliseconds;
  readonly force: boolean;
  /** Take over a token that the action did not rotate last. */
  readonly adopt: boolean;
  readonly admitTo: readonly AdmissionLine[];
  readonly endSessions: boolean;
  /** Leave a rotation pending: `complete` ends it once other stores have the secret. */
  readonly leavePending: boolean;
  /** Of `complete`: the secret version that the rotation reported. */
  readonly secretVersion: number | undefined;
  readonly verifyUrl: string | undefined;
  readonly verifyTimeout: Milliseconds;
  readonly outputClientSecret: boolean;
}

/** One line of `admit-to`. */
export interface AdmissionLine {
  readonly kind: 'application' | 'policy';
  /** A domain (with path), a name or an ID; of a policy a name or an ID. */
  readonly value: string;
}

/**
 * Reads the inputs as the runner hands them over (`INPUT_*`), and the environment variables that they
 * default to. Calls nothing.
 * @throws Problem once, with a line for each thing that is wrong
 */
export function readSettings(env: Environment): Settings {
  const inputs = new Inputs(env);
  inputs.refuseUnknown();
  const operation = readOneOf(inputs, 'operation', OPERATIONS);
  const token = readToken(inputs, operation);
  const credentials = readCloudflareCredentials(inputs);
  const scope = readScope(inputs);
  const cloudflareApiUrl = readCloudflareApiUrl(inputs);
  const spans = readSpans(inputs, operation);
  const delivery = readDelivery(inputs, operation, token);
  const switches = {
    force: readBoolean(inputs, 'force'),
    createEnvironment: readBoolean(inputs, 'create-environment'),
    outputClientSecret: readBoolean(inputs, 'output-client-secret'),
    adopt: false,
    endSessions: false,
    leavePending: false,
  };
  const dryRun = readBoolean(inputs, 'dry-run');
  const verifyUrl = readVerifyUrl(inputs);
  if (inputs.hasProblems || operation === undefined || credentials === undefined || scope === undefined) {
    throw inputs.problem();
  }
  const { requestTimeout, maxWait, ...tokenSpans } = spans;
  const { github, targets, targetsNamed } = delivery;
  return {
    operation,
    scope,
    cloudflare: { credentials, apiUrl: cloudflareApiUrl },
    github,
    requestTimeout,
    maxWait,
    dryRun,
    tokens: isWholeAccount(operation, token)
      ? []
      : [
          {
            ...token,
            ...switches,
            ...tokenSpans,
            targets,
            targetsNamed,
            verifyUrl,
            admitTo: [],
            secretVersion: undefined,
          },
        ],
    renewBefore: spans.renewBefore,
    manifest: undefined,
    warnings: warningsOf(operation, spans),
  };
}

function isWholeAccount(operation: Operation, { tokenName, tokenId }: TokenNames): boolean {
  return operation === 'check' && tokenName === undefined && tokenId === undefined;
}

/** Every credential in the settings, as values that the runner is to mask; of a private key, its lines. */
export function credentialsToMask({
  cloudflare,
  github,
}: Pick<Settings, 'cloudflare' | 'github'>): readonly string[] {
  const { credentials } = cloudflare;
  const values = [credentials.kind === 'api-token' ? credentials.token : credentials.key];
  if (github.credentials?.kind === 'token') values.push(github.credentials.token);
  if (github.credentials?.kind === 'app') values.push(...secretLines(github.credentials.privateKey));
  return values;
}

/** Without the first and last line, which say what it is, and without lines so short that they occur elsewhere. */
function secretLines(pem: string): readonly string[] {
  return pem.split('\n').filter((line) => line.length >= SHORTEST_SECRET_LINE && !line.startsWith('-----'));
}
