import type { Dependencies } from '../../model/dependencies.ts';
import { constantCredential, type ApiCredential } from '../../http/api-credential.ts';
import { Gate } from '../../http/gate.ts';
import type { WaitBudget } from '../../http/wait-budget.ts';
import type { Place, Target } from '../../model/target.ts';
import type { GitHubCredentials } from '../../settings/settings.ts';
import { GitHubPacing } from '../pacing.ts';
import type { Requests } from '../requests.ts';
import { ownerOf } from '../routes.ts';
import { TargetProblem } from '../target-problem.ts';
import type { ApiCredentials } from './place-credentials.ts';
import { appCredential, webToken } from './app-key.ts';
import { InstallationTokens, type InstallationToken } from './installation-tokens.ts';
import type { Access, Need } from './permissions.ts';

export interface AppOptions {
  readonly deps: Dependencies;
  readonly waitBudget: WaitBudget;
  readonly targets: readonly Target[];
  readonly createsEnvironments: boolean;
  readonly credentials: Extract<GitHubCredentials, { kind: 'app' }>;
  readonly access: Access;
  readonly requests: Requests;
}

/** A GitHub App as API credentials: one installation token at a time for each owner among the targets. */
export class AppCredentials implements ApiCredentials {
  readonly kind = 'app';
  readonly #options: AppOptions;
  readonly #app: ApiCredential;
  readonly #owners = new Map<string, InstallationTokens>();

  constructor(options: AppOptions) {
    const { deps, waitBudget, requests } = options;
    this.#options = options;
    this.#app = appCredential({
      gate: new Gate(deps.time, waitBudget),
      sign: () => this.#webToken(),
      now: () => requests.now(),
      monotonic: deps.time.monotonic,
    });
  }

  of(place: Place, need: Need): ApiCredential {
    const owner = ownerOf(place).toLowerCase();
    let tokens = this.#owners.get(owner);
    if (tokens === undefined) {
      tokens = this.#tokensFor(ownerOf(place));
      this.#owners.set(owner, tokens);
    }
    return tokens.credentialFor(place, need);
  }

  async close(): Promise<void> {
    const owners = [...this.#owners.values()];
    await Promise.all(owners.map((tokens) => tokens.close()));
    await Promise.all(owners.flatMap(({ issued }) => issued).map((token) => this.#revoke(token)));
  }

  #tokensFor(owner: string): InstallationTokens {
    const { deps, waitBudget, targets, access, createsEnvironments, requests } = this.#options;
    return new InstallationTokens({
      owner,
      targets: targets.filter(({ place }) => ownerOf(place).toLowerCase() === owner.toLowerCase()),
      access,
      createsEnvironments,
      requests,
      app: this.#app,
      gate: new Gate(deps.time, waitBudget),
      pacing: new GitHubPacing(deps),
      mask: deps.runner.setSecret,
    });
  }

  #webToken(): string {
    const { credentials, requests } = this.#options;
    try {
      return webToken(credentials.clientId, credentials.privateKey, requests.now());
    } catch {
      // The error that was thrown may hold parts of the key.
      throw new TargetProblem(
        'app-key-unusable',
        'The private key of the GitHub App cannot be used to sign.',
        'Give github-app-private-key as GitHub gave it out, or generate another one.',
      );
    }
  }

  /** A token that stays is not worth a failure: it ends within the hour. */
  async #revoke({ token, expiresAt }: InstallationToken): Promise<void> {
    const { deps, waitBudget, requests } = this.#options;
    if (expiresAt <= requests.now()) return;
    const credential = constantCredential(() => Promise.resolve(token), new Gate(deps.time, waitBudget));
    const route = { path: '/installation/token', parameters: {} };
    try {
      await requests.send('DELETE', route, { credential, parse: () => true, mostLosses: 2 });
    } catch {
      deps.runner.debug('A token of the GitHub App could not be revoked; it expires within the hour.');
    }
  }
}
