import type { AdmissionLine } from '../model/admission.ts';
import type { TokenCredentials } from '../model/client-secret.ts';
import type { TokenDuration } from '../model/duration.ts';
import type { TokenOperation } from '../model/operation.ts';
import type { Scope } from '../model/service-token.ts';
import type { Target } from '../model/target.ts';
import type { Milliseconds } from '../model/time.ts';
import type { CloudflareCredentials, GitHubCredentials } from './credentials.ts';

export type { TokenDuration } from '../model/duration.ts';
export type { CloudflareCredentials, GitHubCredentials } from './credentials.ts';

/** What one run is asked to do: every input, checked and typed. */
export interface Settings {
  readonly operation: TokenOperation;
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

/** What `verify` is asked to do. */
export interface VerifySettings {
  readonly operation: 'verify';
  readonly verifyUrl: string;
  readonly verifyTimeout: Milliseconds;
  readonly requestTimeout: Milliseconds;
  readonly maxWait: Milliseconds;
  readonly dryRun: boolean;
  /** The token credentials to try. */
  readonly credentials: TokenCredentials;
  readonly warnings: readonly string[];
}

/** Where the tokens come from if they are many. */
export interface Manifest {
  /** From the workspace, with slashes; undefined if the input is the YAML itself. */
  readonly path: string | undefined;
  /** Every entry, selected or not: what `check` does not report as unlisted. */
  readonly entries: readonly {
    readonly tokenName: string | undefined;
    readonly tokenId: string | undefined;
  }[];
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
