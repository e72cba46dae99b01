import type { createAppAuth } from '@octokit/auth-app';
import type { Dependencies } from '../../dependencies.ts';
import type { Target } from '../../model/target.ts';
import type { WaitBudget } from '../../http/wait-budget.ts';
import type { GitHubCredentials, Settings } from '../../settings/settings.ts';
import { appCredential, webToken } from './app-key.ts';
import type { Credential, Credentials } from './credentials.ts';
import type { Sending } from '../delivery.ts';
import { Gate } from '../gate.ts';
import { Installation, type InstallationToken, type Wanted } from './installation.ts';
import type { Access } from './permissions.ts';
import type { Requests } from '../requests.ts';
import { ownerOf } from '../routes.ts';
import { fields } from '../shapes.ts';
import { TargetProblem } from '../target-problem.ts';

export interface AppOptions {
  readonly deps: Dependencies;
  readonly waitBudget: WaitBudget;
  readonly settings: Pick<Settings, 'targets' | 'createEnvironment'>;
  readonly credentials: Extract<GitHubCredentials, { kind: 'app' }>;
  readonly access: Access;
  readonly requests: Requests;
}

type AppAuth = ReturnType<typeof createAppAuth>;

/** A GitHub App as credentials: an installation token for each owner among the targets. */
export class AppCredentials implements Credentials {
  readonly kind = 'app';
  readonly #options: AppOptions;
  readonly #app: Credential;
  readonly #installations = new Map<string, Installation>();
  #auth: Promise<AppAuth> | undefined;

  constructor(options: AppOptions) {
    const { deps, waitBudget, requests } = options;
    this.#options = options;
    this.#app = appCredential({
      gate: new Gate(deps.time, waitBudget),
      token: async () => (await (await this.#opened())({ type: 'app' })).token,
      now: () => requests.now(),
      monotonic: deps.time.monotonic,
    });
  }

  of(target: Target): Credential {
    const owner = ownerOf(target).toLowerCase();
    let installation = this.#installations.get(owner);
    if (installation === undefined) {
      installation = this.#installation(ownerOf(target));
      this.#installations.set(owner, installation);
    }
    return installation.credentialFor(target);
  }

  async close(): Promise<void> {
    const installations = [...this.#installations.values()];
    await Promise.all(installations.map((installation) => installation.close()));
    const minted = installations.flatMap((installation) => installation.minted);
    await Promise.all(minted.map((token) => this.#revoke(token)));
  }

  #installation(owner: string): Installation {
    const { deps, waitBudget, settings, access, requests } = this.#options;
    return new Installation({
      owner,
      targets: settings.targets.filter((other) => ownerOf(other).toLowerCase() === owner.toLowerCase()),
      access,
      createEnvironment: settings.createEnvironment,
      requests,
      app: this.#app,
      gate: new Gate(deps.time, waitBudget),
      mint: async (wanted) => this.#mint(wanted),
    });
  }

  async #mint(wanted: Wanted): Promise<unknown> {
    const auth = await this.#opened();
    // Its own cache goes by the machine's clock, which may be wrong.
    return auth({ type: 'installation', ...wanted, refresh: true });
  }

  #opened(): Promise<AppAuth> {
    return (this.#auth ??= this.#open());
  }

  async #open(): Promise<AppAuth> {
    const { credentials, requests, deps } = this.#options;
    const [authApp, octokit] = await Promise.all([
      import(/* webpackMode: "eager" */ '@octokit/auth-app'),
      requests.octokit(),
    ]);
    const parse = (data: unknown): unknown => {
      const { token } = fields(data);
      if (typeof token !== 'string' || token === '') return undefined;
      deps.runner.setSecret(token);
      return data;
    };
    const sending: Sending<unknown> = { credential: this.#app, parse };
    return authApp.createAppAuth({
      appId: credentials.clientId,
      createJwt: () => Promise.resolve({ jwt: this.#webToken(), expiresAt: '' }),
      request: octokit.request.defaults({ request: { sending } }),
      log: octokit.log,
    });
  }

  #webToken(): string {
    const { credentials, requests } = this.#options;
    try {
      return webToken(credentials.clientId, credentials.privateKey, requests.now());
    } catch {
      // What was thrown may tell of the key.
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
    const gate = new Gate(deps.time, waitBudget);
    const credential = { gate, token: () => Promise.resolve(token), refused: () => undefined };
    const route = { path: '/installation/token', parameters: {} };
    try {
      await requests.send('DELETE', route, { credential, parse: () => true, mostLosses: 2 });
    } catch {
      deps.runner.debug('A token of the GitHub App could not be revoked; it expires within the hour.');
    }
  }
}
