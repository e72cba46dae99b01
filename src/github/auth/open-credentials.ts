import type { Dependencies } from '../../dependencies.ts';
import type { WaitBudget } from '../../http/wait-budget.ts';
import { Problem } from '../../model/problem.ts';
import type { Settings } from '../../settings/settings.ts';
import { AppCredentials } from './app.ts';
import { tokenCredentials, type Credentials } from './credentials.ts';
import { Gate } from '../gate.ts';
import type { Requests } from '../requests.ts';

export interface CredentialsOptions {
  readonly deps: Dependencies;
  readonly waitBudget: WaitBudget;
  readonly settings: Pick<Settings, 'github' | 'targets' | 'createEnvironment'>;
  readonly access?: 'read' | 'write';
  readonly requests: Requests;
}

/** The credentials that the settings name; where they name none, every request fails for it. */
export function openCredentials(options: CredentialsOptions): Credentials {
  const { deps, waitBudget, settings, access = 'write' } = options;
  const { credentials } = settings.github;
  const gate = new Gate(deps.time, waitBudget);
  switch (credentials?.kind) {
    case 'token':
      return tokenCredentials(() => Promise.resolve(credentials.token), gate);
    case 'app':
      return new AppCredentials({ ...options, credentials, access });
    case undefined:
      return tokenCredentials(() => Promise.reject(missing()), gate);
  }
}

function missing(): Problem {
  return new Problem(
    'github-credentials-missing',
    'There are no credentials for GitHub.',
    'Give github-token, or github-app-client-id and github-app-private-key.',
  );
}
