import { HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from '../../model/time.ts';
import type { Target } from '../../model/target.ts';
import type { Problem } from '../../model/problem.ts';
import { appProblem, notIncluded, notInstalled, permissionLacking } from './app-problems.ts';
import type { Credential } from './credentials.ts';
import type { Gate } from '../gate.ts';
import {
  grantedOf,
  isPermissions,
  lackingFor,
  leastPermissions,
  type Access,
  type Permissions,
} from './permissions.ts';
import { RequestFailure } from '../request-failure.ts';
import type { Requests } from '../requests.ts';
import type { Route } from '../routes.ts';
import { fields, parseId, parseInstant } from '../shapes.ts';

/** A token is not begun to be used in its last minutes, so that no request outlives it. */
const RENEW_BEFORE: Milliseconds = 5 * MINUTE;
const USUAL_LIFE: Milliseconds = HOUR;
/** GitHub names no more repositories in one token. */
const MOST_REPOSITORIES = 500;

export interface InstallationToken {
  readonly token: string;
  readonly expiresAt: Instant;
}

export interface InstallationOptions {
  readonly owner: string;
  /** Of that owner. */
  readonly targets: readonly Target[];
  readonly access: Access;
  readonly createEnvironment: boolean;
  readonly requests: Requests;
  readonly app: Credential;
  readonly gate: Gate;
  /** Asks GitHub for a token. */
  readonly mint: (wanted: Wanted) => Promise<unknown>;
}

export interface Wanted {
  readonly installationId: number;
  readonly repositoryNames?: string[];
  readonly permissions?: Permissions;
}

interface Found {
  readonly id: number;
  readonly permissions: Permissions | undefined;
}

/** The installation of the App at one owner, and the tokens that it gave. */
export class Installation {
  /** Every token that was ever handed out, to be revoked in the end. */
  readonly minted: InstallationToken[] = [];
  readonly #options: InstallationOptions;
  /** Repositories that the installation does not include, in lower case. */
  readonly #outside = new Map<string, Problem>();
  #found: Promise<Found> | undefined;
  #current: InstallationToken | undefined;
  #renewal: Promise<InstallationToken> | undefined;
  #closed = false;

  constructor(options: InstallationOptions) {
    this.#options = options;
  }

  credentialFor(target: Target): Credential {
    return {
      gate: this.#options.gate,
      token: () => this.#tokenFor(target),
      refused: (token) => {
        if (this.#current?.token !== token) return 0;
        this.#current = undefined;
        // A token that is new may not have reached all of GitHub yet.
        return SECOND;
      },
    };
  }

  /** Waits for what is under way, so that no token is handed out after those in `minted` were revoked. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#found, this.#renewal]);
  }

  async #tokenFor(target: Target): Promise<string> {
    const { access } = this.#options;
    const found = await this.#find();
    const lacking = found.permissions && lackingFor(target, access, found.permissions);
    if (lacking !== undefined) throw permissionLacking(target, lacking);
    const { token } = this.#usable() ?? (await this.#renewed(found));
    const outside = target.place.kind !== 'organization' && this.#outside.get(key(target.place.repository));
    if (outside) throw outside;
    return token;
  }

  #usable(): InstallationToken | undefined {
    const { requests } = this.#options;
    const usable = this.#current !== undefined && this.#current.expiresAt - requests.now() > RENEW_BEFORE;
    return usable ? this.#current : undefined;
  }

  #find(): Promise<Found> {
    return (this.#found ??= this.#lookUp().catch((error: unknown) => {
      this.#found = undefined;
      throw appProblem(error, this.#options.owner);
    }));
  }

  /** By a repository, since that works for every owner; else as an organization, or as a person. */
  async #lookUp(): Promise<Found> {
    const { owner, requests, app: credential } = this.#options;
    const [repo] = this.#repositories();
    const routes = [
      ...(repo === undefined ? [] : [repositoryInstallation(owner, repo)]),
      { path: '/orgs/{org}/installation', parameters: { org: owner } },
      { path: '/users/{username}/installation', parameters: { username: owner } },
    ];
    for (const route of routes) {
      try {
        return await requests.send('GET', route, { credential, parse: parseInstallation });
      } catch (error) {
        if (absence(error) === undefined || isUnknownApp(error)) throw error;
      }
    }
    throw notInstalled(owner, '(404)');
  }

  #renewed(found: Found): Promise<InstallationToken> {
    if (this.#closed) return Promise.reject(new RequestFailure({ kind: 'unwanted' }, 'no'));
    return (this.#renewal ??= this.#renew(found)
      .catch((error: unknown) => {
        throw appProblem(error, this.#options.owner);
      })
      .finally(() => {
        this.#renewal = undefined;
      }));
  }

  /** GitHub refuses a token for several repositories where a single one of them is out of reach. */
  async #renew(found: Found): Promise<InstallationToken> {
    try {
      return await this.#mint(found);
    } catch (error) {
      const refused = error instanceof RequestFailure && error.status === 422;
      if (!refused || !(await this.#lookForOutside())) throw error;
      return this.#mint(found);
    }
  }

  async #mint({ id, permissions: granted }: Found): Promise<InstallationToken> {
    const { targets, access, createEnvironment, requests, mint } = this.#options;
    const least = leastPermissions(targets, access, createEnvironment);
    const permissions = least && granted ? grantedOf(least, granted) : least;
    const repositories = this.#repositories().filter((name) => !this.#outside.has(key(name)));
    const [outside] = this.#outside.values();
    if (repositories.length === 0 && outside !== undefined && !this.#reachesAll()) throw outside;
    const { token, expiresAt } = fields(
      await mint({
        installationId: id,
        ...(permissions && { permissions }),
        ...(this.#reachesAll() ? {} : { repositoryNames: repositories }),
      }),
    );
    if (typeof token !== 'string') throw new TypeError('an installation token that is no text');
    const minted = { token, expiresAt: parseInstant(expiresAt) ?? requests.now() + USUAL_LIFE };
    this.minted.push(minted);
    this.#current = minted;
    return minted;
  }

  /** What an organization's own secrets are selected for may be any of its repositories. */
  #reachesAll(): boolean {
    const { targets } = this.#options;
    return (
      targets.some(({ place }) => place.kind === 'organization') ||
      this.#repositories().length > MOST_REPOSITORIES
    );
  }

  #repositories(): readonly string[] {
    const names = new Map<string, string>();
    for (const { place } of this.#options.targets) {
      if (place.kind !== 'organization') names.set(key(place.repository), place.repository);
    }
    return [...names.values()];
  }

  async #lookForOutside(): Promise<boolean> {
    const { owner, requests, app: credential } = this.#options;
    const before = this.#outside.size;
    await Promise.all(
      this.#repositories().map(async (name) => {
        try {
          await requests.send('GET', repositoryInstallation(owner, name), { credential, parse: () => true });
        } catch (error) {
          const kind = absence(error);
          if (kind !== undefined)
            this.#outside.set(key(name), notIncluded(`${owner}/${name}`, kind === 'moved'));
        }
      }),
    );
    return this.#outside.size > before;
  }
}

function repositoryInstallation(owner: string, repo: string): Route {
  return { path: '/repos/{owner}/{repo}/installation', parameters: { owner, repo } };
}

function absence(error: unknown): 'moved' | 'not-found' | undefined {
  if (!(error instanceof RequestFailure)) return undefined;
  if (error.failure.kind === 'moved') return 'moved';
  return error.status === 404 ? 'not-found' : undefined;
}

function isUnknownApp(error: unknown): boolean {
  return (
    error instanceof RequestFailure &&
    error.failure.kind === 'refused' &&
    error.failure.said.includes('Integration not found')
  );
}

function parseInstallation(data: unknown): Found | undefined {
  const { permissions } = fields(data);
  const id = parseId(data);
  return id === undefined
    ? undefined
    : { id, permissions: isPermissions(permissions) ? permissions : undefined };
}

function key(name: string): string {
  return name.toLowerCase();
}
