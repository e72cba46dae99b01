import type { TokenDuration } from './duration.ts';
import type { Milliseconds, Operation, Scope, Target } from './model.ts';
import { Problem } from './problem.ts';
import type { CloudflareCredentials, GitHubCredentials } from './settings/credentials.ts';

export type { TokenDuration } from './duration.ts';
export type { CloudflareCredentials, GitHubCredentials } from './settings/credentials.ts';

/** What one run is asked to do: every input, checked and typed. */
export interface Settings {
  readonly operation: Operation;
  /** For `lease` the start of the name. */
  readonly tokenName: string | undefined;
  readonly tokenId: string | undefined;
  readonly scope: Scope;
  readonly cloudflare: { readonly credentials: CloudflareCredentials; readonly apiUrl: string };
  readonly github: { readonly credentials: GitHubCredentials | undefined; readonly apiUrl: string };
  /** Empty where no target is to be looked at. */
  readonly targets: readonly Target[];
  /** True when an input names them, rather than the workflow's own repository being the default. */
  readonly targetsNamed: boolean;
  /** Undefined where it is not given: 8760h on creation, and left as it is on an existing token. */
  readonly duration: TokenDuration | undefined;
  readonly rotateAfter: Milliseconds | 'never';
  /** Undefined where it is not given: 30 days, or a third of the token's life if that is shorter. */
  readonly renewBefore: Milliseconds | undefined;
  readonly gracePeriod: Milliseconds;
  readonly force: boolean;
  readonly createEnvironment: boolean;
  readonly verifyUrl: string | undefined;
  readonly verifyTimeout: Milliseconds;
  readonly outputClientSecret: boolean;
  readonly requestTimeout: Milliseconds;
  readonly maxWait: Milliseconds;
  readonly dryRun: boolean;
  /** Settings that cannot do what they say, each as a sentence. */
  readonly warnings: readonly string[];
}

/**
 * Reads the inputs as the runner hands them over (`INPUT_*`), and the environment variables that they
 * default to. Calls nothing.
 * @throws Problem once, with a line for each thing that is wrong
 */
export function readSettings(_env: Readonly<Record<string, string | undefined>>): Settings {
  throw new Problem('settings', 'Not read yet.', '');
}

/** Every credential in the settings, as values that the runner is to mask. */
export function credentialsToMask(_settings: Pick<Settings, 'cloudflare' | 'github'>): readonly string[] {
  return [];
}
