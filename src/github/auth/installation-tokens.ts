import type { ApiCredential } from '../../http/api-credential.ts';
import type { Gate } from '../../http/gate.ts';
import type { Pacing } from '../../http/pacing.ts';
import { fields } from '../../http/json.ts';
import { HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from '../../model/time.ts';
import type { Problem } from '../../model/problem.ts';
import type { Place, Target } from '../../model/target.ts';
import { RequestFailure } from '../request-failure.ts';
import { parseInstant } from '../shapes.ts';
import { appProblem, permissionLacking } from './app-problems.ts';
import { findInstallation, whyOutside, type Installation, type Installed } from './installation.ts';
import {
  grantedOf,
  lackingOf,
  leastPermissions,
  type Access,
  type Need,
  type Permissions,
} from './permissions.ts';

/** A token is not begun to be used in its last minutes, so that no request outlives it. */
const RENEW_BEFORE: Milliseconds = 5 * MINUTE;
const USUAL_LIFE: Milliseconds = HOUR;
/** GitHub names no more repositories in one token. */
const MOST_REPOSITORIES = 500;

export interface InstallationToken {
  readonly token: string;
  readonly expiresAt: Instant;
}

export interface InstallationTokensOptions extends Installed {
  /** Of that owner. */
  readonly targets: readonly Target[];
  readonly access: Access;
  readonly createsEnvironments: boolean;
  readonly gate: Gate;
  readonly pacing: Pacing;
  /** Keeps a token out of the log. */
  readonly mask: (token: string) => void;
}

/** The tokens of the App's installation at one owner, each for the least that the targets there need. */
export class InstallationTokens {
  /** Every token that GitHub ever gave, to be revoked in the end. */
  readonly issued: InstallationToken[] = [];
  readonly #options: InstallationTokensOptions;
  /** Repositories that the installation does not include, in lower case. */
  readonly #outside = new Map<string, Problem>();
  #found: Promise<Installation> | undefined;
  #current: InstallationToken | undefined;
  #renewal: Promise<InstallationToken> | undefined;
  #closed = false;

  constructor(options: InstallationTokensOptions) {
    this.#options = options;
  }

  credentialFor(place: Place, need: Need): ApiCredential {
    return {
      gate: this.#options.gate,
      pacing: this.#options.pacing,
      token: () => this.#tokenFor(place, need),
      refused: (token) => {
        if (this.#current?.token !== token) return 0;
        this.#current = undefined;
        // A token that is new may not have reached all of GitHub yet.
        return SECOND;
      },
    };
  }

  /** Waits for what is under way, so that no token is handed out after those in `issued` were revoked. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#found, this.#renewal]);
  }

  async #tokenFor(place: Place, need: Need): Promise<string> {
    const found = await this.#find();
    this.#demandGranted(place, need, found);
    const { token } = this.#usable() ?? (await this.#renewed(found));
    const outside = place.kind !== 'organization' && this.#outside.get(key(place.repository));
    if (outside) throw outside;
    return token;
  }

  /** Better said before than by a refusal, which does not name the permission. */
  #demandGranted(place: Place, need: Need, { permissions: granted }: Installation): void {
    if (granted === undefined) return;
    const { access } = this.#options;
    const [lacking] = lackingOf({ [need.permission]: access }, granted);
    if (lacking === undefined) return;
    const others = lackingOf(this.#least(), granted).filter((other) => other !== lacking);
    throw permissionLacking(place, need, lacking, others);
  }

  #least(): Permissions {
    const { targets, access, createsEnvironments } = this.#options;
    return leastPermissions(targets, access, createsEnvironments);
  }

  #usable(): InstallationToken | undefined {
    const { requests } = this.#options;
    const usable = this.#current !== undefined && this.#current.expiresAt - requests.now() > RENEW_BEFORE;
    return usable ? this.#current : undefined;
  }

  #find(): Promise<Installation> {
    return (this.#found ??= findInstallation(this.#options, this.#repositories()[0]).catch(
      (error: unknown) => {
        this.#found = undefined;
        throw appProblem(error, this.#options.owner);
      },
    ));
  }

  #renewed(found: Installation): Promise<InstallationToken> {
    if (this.#closed) return Promise.reject(new RequestFailure({ kind: 'unwanted' }, 'no'));
    return (this.#renewal ??= this.#renew(found)
      .catch((error: unknown) => {
        throw appProblem(error, this.#options.owner);
      })
      .finally(() => {
        this.#renewal = undefined;
      }));
  }

  /** GitHub refuses a token for several repositories if a single one of them is out of reach. */
  async #renew(found: Installation): Promise<InstallationToken> {
    try {
      return await this.#request(found);
    } catch (error) {
      const refused = error instanceof RequestFailure && error.status === 422;
      if (!refused || !(await this.#lookForOutside())) throw error;
      return this.#request(found);
    }
  }

  async #request({ id, permissions: granted }: Installation): Promise<InstallationToken> {
    const { requests, app: credential } = this.#options;
    const least = this.#least();
    // assumption: installation-unknown-keys
    const permissions = granted === undefined ? least : grantedOf(least, granted);
    const repositories = this.#repositories().filter((name) => !this.#outside.has(key(name)));
    const [outside] = this.#outside.values();
    if (repositories.length === 0 && outside !== undefined && !this.#reachesAll()) throw outside;
    const route = {
      path: '/app/installations/{installation_id}/access_tokens',
      parameters: { installation_id: String(id) },
    };
    const body = { permissions, ...(this.#reachesAll() ? {} : { repositories }) };
    const issued = await requests.send(
      'POST',
      route,
      { credential, parse: (reply) => this.#parse(reply) },
      body,
    );
    this.issued.push(issued);
    this.#current = issued;
    return issued;
  }

  #parse(body: unknown): InstallationToken | undefined {
    const { token, expires_at: expiresAt } = fields(body);
    if (typeof token !== 'string' || token === '') return undefined;
    this.#options.mask(token);
    return { token, expiresAt: parseInstant(expiresAt) ?? this.#options.requests.now() + USUAL_LIFE };
  }

  /** An organization's own secrets may be selected for any of its repositories. */
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
    const before = this.#outside.size;
    await Promise.all(
      this.#repositories().map(async (name) => {
        const problem = await whyOutside(this.#options, name);
        if (problem !== undefined) this.#outside.set(key(name), problem);
      }),
    );
    return this.#outside.size > before;
  }
}

function key(name: string): string {
  return name.toLowerCase();
}
