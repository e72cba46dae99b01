import { Refusal } from './reply.ts';
import { fullName, type Owner, type Repository } from './state.ts';

export const LEVELS = ['read', 'write', 'admin'] as const;
export type Level = (typeof LEVELS)[number];

export type TokenKind = 'classic' | 'fine-grained' | 'installation' | 'github_token';

export interface TokenOptions {
  readonly token: string;
  readonly kind: TokenKind;
  /** Of classic tokens, such as `repo` and `admin:org`. */
  readonly scopes?: readonly string[];
  /** Of all other kinds, such as `{ secrets: 'write' }`. */
  readonly permissions?: Readonly<Record<string, Level>>;
  /** `owner/name` of the repositories that the token reaches; all if not given. */
  readonly repositories?: 'all' | readonly string[];
  /** Owners whose repositories and organization secrets the token reaches; all if not given. */
  readonly owners?: 'all' | readonly string[];
  /** What the person behind a classic or fine-grained token may do there; `admin` if not given. */
  readonly role?: Level;
  /** Organizations that enforce SAML single sign-on and for which the token was not authorized. */
  readonly withoutSso?: readonly string[];
  /** Milliseconds since the epoch; never if not given. */
  readonly expiresAt?: number;
  /** The installation that the token belongs to. */
  readonly installationId?: number;
}

/** What a route needs of a token. */
export interface Need {
  readonly permission: string;
  readonly level: Level;
  readonly scope: string;
  /** What the person behind a token must be allowed to do at least. */
  readonly role: Level;
  readonly openToApps: boolean;
  /** Routes of secrets, which a workflow's own token never reaches. */
  readonly closedToGithubToken: boolean;
  /** What GitHub says to a person who may not. */
  readonly refusal: string;
}

/** A token as GitHub keeps it. What it may do can be changed while it is in use. */
export class Token {
  readonly text: string;
  readonly kind: TokenKind;
  /** Of the user or of the installation; GitHub names it when a limit is exceeded. */
  readonly id: number;
  readonly installationId: number | undefined;
  readonly expiresAt: number;
  readonly role: Level;
  readonly scopes: Set<string>;
  readonly permissions: Map<string, Level>;
  readonly #repositories: ReadonlySet<string> | 'all';
  readonly #owners: ReadonlySet<string> | 'all';
  readonly #withoutSso: ReadonlySet<string>;

  constructor(options: TokenOptions, id: number) {
    this.text = options.token;
    this.kind = options.kind;
    this.id = options.installationId ?? id;
    this.installationId = options.installationId;
    this.expiresAt = options.expiresAt ?? Infinity;
    this.role = options.role ?? 'admin';
    this.scopes = new Set(options.scopes);
    this.permissions = new Map(Object.entries(options.permissions ?? {}));
    this.#repositories = lowerCased(options.repositories);
    this.#owners = lowerCased(options.owners);
    this.#withoutSso = new Set(options.withoutSso?.map((login) => login.toLowerCase()));
  }

  /** Whether the token belongs to an App or a workflow rather than to a person. */
  get ofIntegration(): boolean {
    return this.kind === 'installation' || this.kind === 'github_token';
  }

  /** Whether it can tell that the repository exists. */
  sees(repository: Repository): boolean {
    if (this.kind === 'installation') return this.reaches(repository);
    if (!repository.private) return true;
    return this.reaches(repository) && (this.kind !== 'classic' || this.scopes.has('repo'));
  }

  /** Whether the repository is among those that it was made for. */
  reaches(repository: Repository): boolean {
    if (!this.reachesOwner(repository.owner)) return false;
    if (this.#repositories === 'all') return true;
    const names = [fullName(repository).toLowerCase(), ...repository.formerNames];
    return names.some((name) => this.#repositories === 'all' || this.#repositories.has(name));
  }

  reachesOwner(owner: Owner): boolean {
    return this.#owners === 'all' || this.#owners.has(owner.login.toLowerCase());
  }

  lacksSsoFor(owner: Owner): boolean {
    return !this.ofIntegration && this.#withoutSso.has(owner.login.toLowerCase());
  }

  /** Refuses what the token may not do, with the text that GitHub has for its kind. */
  demand(need: Need, reached: boolean): void {
    if (this.kind === 'classic') {
      const allowed = this.scopes.has(need.scope) && reached && atLeast(this.role, need.role);
      if (!allowed) throw new Refusal(403, need.refusal);
      return;
    }
    const closed =
      (this.kind === 'github_token' && need.closedToGithubToken) || (this.ofIntegration && !need.openToApps);
    const granted = atLeast(this.permissions.get(need.permission), need.level);
    if (reached && granted && !closed && (this.ofIntegration || atLeast(this.role, need.role))) return;
    const by = this.ofIntegration ? 'integration' : 'personal access token';
    throw new Refusal(403, `Resource not accessible by ${by}`);
  }

  /** The reply headers that tell what a token has and what the route needs. */
  headers(need: Need | undefined): Record<string, string> {
    return this.kind === 'classic'
      ? { 'x-oauth-scopes': [...this.scopes].join(', '), 'x-accepted-oauth-scopes': need?.scope ?? '' }
      : { 'x-accepted-github-permissions': `${need?.permission ?? 'metadata'}=${need?.level ?? 'read'}` };
  }
}

/** Whether a level that was given, if any was, includes the one needed. */
export function atLeast(given: Level | undefined, needed: Level): boolean {
  return given !== undefined && LEVELS.indexOf(given) >= LEVELS.indexOf(needed);
}

/** Refuses a token that its organization's single sign-on does not know. */
export function demandSso(token: Token, owner: Owner): void {
  if (!token.lacksSsoFor(owner)) return;
  throw new Refusal(
    403,
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    {
      headers: {
        'x-github-sso': `required; url=https://github.com/orgs/${owner.login}/sso?authorization_request=${owner.id}`,
      },
    },
  );
}

function lowerCased(names: 'all' | readonly string[] = 'all'): ReadonlySet<string> | 'all' {
  return names === 'all' ? 'all' : new Set(names.map((name) => name.toLowerCase()));
}
