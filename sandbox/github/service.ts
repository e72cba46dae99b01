import type { VirtualClock } from '../clock.ts';
import type { Handler } from '../exchange.ts';
import { appRoutes } from './app-routes.ts';
import { Contents, type Change } from './by-hand.ts';
import { createApp, type App, type AppOptions, type Installation } from './apps.ts';
import type { Level, TokenOptions } from './credentials.ts';
import { dispatch, type Parts } from './dispatch.ts';
import { graphqlRoute } from './graphql.ts';
import { Limits } from './limits.ts';
import { ownerRoutes } from './owner-routes.ts';
import type { SecretPlace } from './places.ts';
import type { Reply } from './reply.ts';
import { newEnvironment, repositoryRoutes, type EnvironmentPut } from './repository-routes.ts';
import type { Random } from './sealing.ts';
import { SecondaryLimits } from './secondary-limits.ts';
import { secretRoutes } from './secret-routes.ts';
import type { Sharing } from './sharing.ts';
import {
  fullName,
  State,
  type Protection,
  type Repository,
  type RepositoryOptions,
  type Secret,
  type Variable,
} from './state.ts';
import { usualSwitches, type Switches } from './switches.ts';
import { clientOf, Tokens, type MintedToken } from './tokens.ts';
import { Traffic } from './traffic.ts';
import { variableRoutes } from './variable-routes.ts';

export interface GitHubOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly switches?: Partial<Switches>;
  /** Where the API is mounted, such as `/api/v3`; at the root if not given. */
  readonly basePath?: string;
}

/** GitHub's REST API as far as secrets and variables need it, with what people do on its pages as methods. */
export class GitHubService {
  readonly switches: Switches;
  readonly clock: VirtualClock;
  readonly environmentPuts: EnvironmentPut[] = [];
  /** Every request by what it counts, to hold against the limits that GitHub documents. */
  readonly traffic = new Traffic();
  readonly #state: State;
  readonly #contents: Contents;
  readonly #tokens: Tokens;
  readonly #limits: Limits;
  readonly #apps: App[] = [];
  readonly #parts: Parts;
  readonly #basePath: string;
  #requests = 0;

  constructor({ clock, random, switches, basePath = '' }: GitHubOptions) {
    this.clock = clock;
    this.switches = { ...usualSwitches(), ...switches };
    this.#basePath = basePath.replace(/\/+$/, '');
    this.#state = new State(clock, random);
    this.#contents = new Contents(this.#state, this.switches);
    this.#tokens = new Tokens(this.#state, random);
    this.#limits = new Limits(clock);
    const common = { state: this.#state, switches: this.switches };
    const routes = [
      ...secretRoutes({ ...common, onChange: this.#contents.noteSecret }),
      ...variableRoutes({ ...common, onChange: this.#contents.noteVariable }),
      ...repositoryRoutes(this.#state, this.switches, (repository, environment, existed) => {
        this.environmentPuts.push({ at: clock.now(), repository, environment, existed });
      }),
      ...appRoutes(this.#state, this.#tokens, this.switches),
      ...ownerRoutes(this.#state, this.#limits, this.switches),
      graphqlRoute(this.#state),
    ];
    this.#parts = {
      clock,
      routes,
      state: this.#state,
      tokens: this.#tokens,
      apps: this.#apps,
      limits: this.#limits,
      secondary: new SecondaryLimits(clock),
      traffic: this.traffic,
      switches: this.switches,
    };
  }

  /** Answers one request. */
  readonly handle: Handler = async (request) => {
    const url = new URL(request.url);
    const { concurrent, end } = this.traffic.begin(request.headers.get('authorization') ?? '');
    const text = await request.text().finally(end);
    this.#requests += 1;
    const requestId = `C0DE:${this.#requests.toString(16).toUpperCase().padStart(4, '0')}`;
    const { reply, headers } = dispatch(this.#parts, {
      method: request.method,
      path: this.#pathOf(url),
      query: url.searchParams,
      headers: request.headers,
      text,
      api: `${url.origin}${this.#basePath}`,
      requestId,
      concurrent,
    });
    return this.#respond(reply, { ...headers, 'x-github-request-id': requestId });
  };

  addOrganization(login: string): void {
    this.#state.owner(login, 'Organization');
  }

  /** Adds a repository; gives its id. */
  addRepository(options: RepositoryOptions): number {
    const repository: Repository = {
      id: this.#state.nextId(),
      owner: this.#state.owner(options.owner, options.ownerKind ?? 'Organization'),
      name: options.name,
      private: options.private ?? true,
      archived: options.archived ?? false,
      createdAt: this.clock.now(),
      formerNames: new Set(),
      environments: new Map(),
    };
    this.#state.repositories.push(repository);
    return repository.id;
  }

  archiveRepository(owner: string, name: string): void {
    this.#repository(owner, name).archived = true;
  }

  /** Renames or transfers a repository; requests to the old name are redirected. */
  moveRepository(from: { owner: string; name: string }, to: { owner: string; name: string }): void {
    const repository = this.#repository(from.owner, from.name);
    repository.formerNames.add(fullName(repository).toLowerCase());
    repository.owner = this.#state.owner(to.owner, repository.owner.kind);
    repository.name = to.name;
  }

  addEnvironment(owner: string, repository: string, name: string, protection?: Protection): void {
    const { environments } = this.#repository(owner, repository);
    environments.set(name.toLowerCase(), newEnvironment(this.#state, name, protection));
  }

  /** Removes an environment and its secrets. */
  removeEnvironment(owner: string, repository: string, name: string): void {
    this.#repository(owner, repository).environments.delete(name.toLowerCase());
  }

  /** The protection of an environment; undefined where there is no such environment. */
  environmentProtection(owner: string, repository: string, name: string): Protection | undefined {
    return this.#repository(owner, repository).environments.get(name.toLowerCase())?.protection;
  }

  addToken(options: TokenOptions): void {
    this.#tokens.add(options);
  }

  /** Gives a token a permission, or with `scope` a classic token a scope. */
  grant(token: string, permission: string, level: Level | 'scope'): void {
    const { scopes, permissions } = this.#token(token);
    if (level === 'scope') scopes.add(permission);
    else permissions.set(permission, level);
  }

  /** Takes a permission, or a scope, from a token. */
  revokePermission(token: string, permission: string): void {
    const { scopes, permissions } = this.#token(token);
    scopes.delete(permission);
    permissions.delete(permission);
  }

  revokeToken(token: string): void {
    this.#tokens.revoke(token);
  }

  /** Sets the hourly limit of a token, or of its installation, and how much of it is left for the hour that starts now. */
  setRateLimit(token: string, limit: number, remaining?: number, resetsInMilliseconds?: number): void {
    const known = this.#tokens.find(token);
    const client = known === undefined ? token : clientOf(known);
    this.#limits.set(client, limit, remaining, resetsInMilliseconds);
  }

  /** Registers a GitHub App; its private key is given where the key pair was made here. */
  addApp(options: AppOptions): {
    readonly appId: number;
    readonly clientId: string;
    readonly privateKeyPem: string | undefined;
    /** Installation ids, in the order of the options. */
    readonly installationIds: readonly number[];
  } {
    const { app, privateKeyPem } = createApp(this.#state, options);
    this.#apps.push(app);
    const installationIds = app.installations.map(({ id }) => id);
    return { appId: app.id, clientId: app.clientId, privateKeyPem, installationIds };
  }

  /** Changes what an installation may do from here on; tokens that it has are not affected. */
  changeInstallation(
    installationId: number,
    changes: Partial<Pick<Installation, 'repositories' | 'permissions' | 'suspended'>>,
  ): void {
    const installation = this.#apps
      .flatMap(({ installations }) => installations)
      .find(({ id }) => id === installationId);
    if (installation === undefined) throw new Error(`there is no installation ${installationId}`);
    Object.assign(installation, changes);
  }

  /** Installation tokens that would still be accepted. */
  liveInstallationTokens(): readonly MintedToken[] {
    return this.#tokens.live();
  }

  /** Every installation token that was ever handed out. */
  mintedInstallationTokens(): readonly MintedToken[] {
    return this.#tokens.minted;
  }

  /** Every change to any secret, oldest first. */
  get changes(): readonly Change[] {
    return this.#contents.secretChanges;
  }

  /** Every change to any variable, oldest first. */
  get variableChanges(): readonly Change[] {
    return this.#contents.variableChanges;
  }

  /** What is stored, with its opened value. */
  secret(place: SecretPlace, name: string): Secret | undefined {
    return this.#contents.secret(place, name);
  }

  variable(place: SecretPlace, name: string): Variable | undefined {
    return this.#contents.variable(place, name);
  }

  /** The `vars` of a job: of its environment, else of its repository, else of the organization that shares them. */
  vars(owner: string, repository: string, environment?: string): Readonly<Record<string, string>> {
    return this.#contents.vars(owner, repository, environment);
  }

  /** Names of all secrets at a place, sorted. */
  secretNames(place: SecretPlace): readonly string[] {
    return [...this.#state.scopeOf(place).secrets.keys()].sort();
  }

  /** Names of all variables at a place in upper case, sorted. */
  variableNames(place: SecretPlace): readonly string[] {
    return [...this.#state.scopeOf(place).variables.keys()].sort();
  }

  /** Sets a secret as a person does by hand; if `sharing` is not given, it is kept, or `private`. */
  setSecret(place: SecretPlace, name: string, value: string, sharing?: Sharing): void {
    this.#contents.setSecret(place, name, value, sharing);
  }

  /** Removes a secret as a person does by hand. */
  removeSecret(place: SecretPlace, name: string): void {
    this.#contents.removeSecret(place, name);
  }

  /** Sets a variable as a person does by hand; if `sharing` is not given, it is kept, or `private`. */
  setVariable(place: SecretPlace, name: string, value: string, sharing?: Sharing): void {
    this.#contents.setVariable(place, name, value, sharing);
  }

  /** Removes a variable as a person does by hand. */
  removeVariable(place: SecretPlace, name: string): void {
    this.#contents.removeVariable(place, name);
  }

  /** Gives a place a new key pair; values sealed to the old one are refused unless it is kept. */
  rotateKey(place: SecretPlace, options: { readonly keepOld?: boolean } = {}): void {
    this.#state.scopeOf(place).rotateKey(options.keepOld ?? false);
  }

  /** The path below where the API is mounted; an Enterprise Server has GraphQL beside its REST API. */
  #pathOf({ pathname }: URL): string {
    if (pathname === `${this.#basePath.replace(/\/v3$/, '')}/graphql`) return '/graphql';
    return pathname.startsWith(`${this.#basePath}/`) ? pathname.slice(this.#basePath.length) : '';
  }

  #repository(owner: string, name: string): Repository {
    const found = this.#state.repository(owner, name);
    if (found === undefined) throw new Error(`there is no repository ${owner}/${name}`);
    return found.repository;
  }

  #token(text: string): { readonly scopes: Set<string>; readonly permissions: Map<string, Level> } {
    const token = this.#tokens.find(text);
    if (token === undefined) throw new Error('there is no such token');
    return token;
  }

  #respond({ status, body, headers: own }: Reply, more: Readonly<Record<string, string>>): Response {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const headers = {
      date: this.clock.httpDate(),
      server: 'github.com',
      'x-github-media-type': 'github.v3; format=json',
      ...(this.switches.enterpriseServer ? { 'x-github-enterprise-version': '3.19.0' } : {}),
      ...(text === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...more,
      ...own,
    };
    return new Response(text ?? null, { status, headers });
  }
}
