import type { Dependencies } from '../../model/dependencies.ts';
import { constantCredential } from '../../http/api-credential.ts';
import { Gate } from '../../http/gate.ts';
import type { Pacing } from '../../http/pacing.ts';
import type { WaitBudget } from '../../http/wait-budget.ts';
import { Problem } from '../../model/problem.ts';
import type { Target } from '../../model/target.ts';
import type { GitHubCredentials } from '../../settings/settings.ts';
import { GitHubPacing } from '../pacing.ts';
import type { Requests } from '../requests.ts';
import { AppCredentials } from './app.ts';
import type { ApiCredentials } from './place-credentials.ts';
import type { Access } from './permissions.ts';

export interface ApiCredentialsOptions {
  readonly deps: Dependencies;
  readonly waitBudget: WaitBudget;
  readonly credentials: GitHubCredentials | undefined;
  /** All targets of the run. */
  readonly targets: readonly Target[];
  /** Whether the environment of one of them may be created. */
  readonly createsEnvironments: boolean;
  /** What the tokens of a GitHub App may do; `write` if not given. */
  readonly access?: Access;
  readonly requests: Requests;
}

/** The credentials that the settings name; if they name none, every request fails for that reason. */
export function openApiCredentials(options: ApiCredentialsOptions): ApiCredentials {
  const { deps, waitBudget, credentials, access = 'write' } = options;
  const gate = new Gate(deps.time, waitBudget);
  const pacing = new GitHubPacing(deps);
  switch (credentials?.kind) {
    case 'token':
      return oneToken(() => Promise.resolve(credentials.token), gate, pacing);
    case 'app':
      return new AppCredentials({ ...options, credentials, access });
    case undefined:
      return oneToken(() => Promise.reject(missing()), gate, pacing);
  }
}

function oneToken(token: () => Promise<string>, gate: Gate, pacing: Pacing): ApiCredentials {
  const credential = constantCredential(token, gate, pacing);
  return { kind: 'token', of: () => credential, close: () => Promise.resolve() };
}

function missing(): Problem {
  return new Problem(
    'github-credentials-missing',
    'There are no credentials for GitHub.',
    'Give github-token, or github-app-client-id and github-app-private-key.',
  );
}
