import type { App, Visibility } from '../../src/model/target.ts';
import type { VirtualClock } from '../clock.ts';
import type { SecretPlace } from './places.ts';
import { createScopeKey, type Random, type ScopeKey } from './sealing.ts';

export interface Owner {
  readonly id: number;
  readonly login: string;
  readonly kind: 'User' | 'Organization';
}

export interface Environment {
  readonly id: number;
  readonly name: string;
  readonly createdAt: number;
  updatedAt: number;
  protection: Protection;
}

/** The protection of an environment, as its PUT takes it; empty where it has none. */
export interface Protection {
  readonly wait_timer?: number;
  readonly prevent_self_review?: boolean;
  /** Yes if not given. */
  readonly can_admins_bypass?: boolean;
  readonly reviewers?: readonly { readonly type: 'User' | 'Team'; readonly id: number }[] | null;
  readonly deployment_branch_policy?: {
    readonly protected_branches: boolean;
    readonly custom_branch_policies: boolean;
  } | null;
}

export interface Repository {
  readonly id: number;
  owner: Owner;
  name: string;
  readonly private: boolean;
  archived: boolean;
  readonly createdAt: number;
  /** `owner/name` in lower case, under which it is still found after it was moved. */
  readonly formerNames: Set<string>;
  readonly environments: Map<string, Environment>;
}

export interface RepositoryOptions {
  readonly owner: string;
  readonly name: string;
  /** Yes if not given. */
  readonly private?: boolean;
  readonly archived?: boolean;
  /** Of an owner that is not known yet; an organization if not given. */
  readonly ownerKind?: 'User' | 'Organization';
}

export interface Secret {
  readonly name: string;
  /** The opened plaintext; empty if GitHub accepted a value that it could not open. */
  readonly value: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Of organization secrets and variables only, as are the repository ids. */
  readonly visibility?: Visibility;
  readonly repositoryIds?: readonly number[];
}

/** A variable: like a secret, but its value can be read. */
export type Variable = Secret;

/** The secrets of one place and one app, with a key pair of their own, and the variables beside them. */
export class SecretScope {
  /** By name in upper case, as are the variables. */
  readonly secrets = new Map<string, Secret>();
  readonly variables = new Map<string, Variable>();
  readonly #random: Random;
  #current: ScopeKey | undefined;
  /** Rotated out, but still accepted. */
  #old: readonly ScopeKey[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** The key that a GET gives out. */
  get key(): ScopeKey {
    this.#current ??= createScopeKey(this.#random);
    return this.#current;
  }

  get acceptedKeys(): readonly ScopeKey[] {
    return [this.key, ...this.#old];
  }

  rotateKey(keepOld: boolean): void {
    this.#old = keepOld ? this.acceptedKeys : [];
    this.#current = createScopeKey(this.#random);
  }
}

/** Owners, repositories, environments and their secrets. */
export class State {
  readonly owners = new Map<string, Owner>();
  readonly repositories: Repository[] = [];
  readonly clock: VirtualClock;
  readonly #random: Random;
  readonly #scopes = new Map<string, SecretScope>();
  #lastId = 700_000_000;

  constructor(clock: VirtualClock, random: Random) {
    this.clock = clock;
    this.#random = random;
  }

  nextId(): number {
    this.#lastId += 17;
    return this.#lastId;
  }

  /** The owner of that name, added if it is new. */
  owner(login: string, kind: Owner['kind']): Owner {
    const known = this.owners.get(login.toLowerCase());
    if (known !== undefined) return known;
    const owner: Owner = { id: this.nextId(), login, kind };
    this.owners.set(login.toLowerCase(), owner);
    return owner;
  }

  organization(login: string): Owner | undefined {
    const owner = this.owners.get(login.toLowerCase());
    return owner?.kind === 'Organization' ? owner : undefined;
  }

  organizationById(id: number): Owner | undefined {
    return [...this.owners.values()].find((owner) => owner.id === id && owner.kind === 'Organization');
  }

  /** By its present name; one that was moved is found by its former name only if no other has it now. */
  repository(owner: string, name: string): { repository: Repository; moved: boolean } | undefined {
    const wanted = `${owner}/${name}`.toLowerCase();
    const present = this.repositories.find((repository) => fullName(repository).toLowerCase() === wanted);
    if (present !== undefined) return { repository: present, moved: false };
    const former = this.repositories.find(({ formerNames }) => formerNames.has(wanted));
    return former && { repository: former, moved: true };
  }

  repositoryById(id: number): Repository | undefined {
    return this.repositories.find((repository) => repository.id === id);
  }

  repositoryScope({ id }: Repository, app: App): SecretScope {
    return this.#scope(`repository ${id} ${app}`);
  }

  environmentScope({ id }: Environment): SecretScope {
    return this.#scope(`environment ${id}`);
  }

  organizationScope({ id }: Owner, app: App): SecretScope {
    return this.#scope(`organization ${id} ${app}`);
  }

  /** The scope of a place that must exist. */
  scopeOf(place: SecretPlace): SecretScope {
    if (place.kind === 'organization') {
      const organization = this.organization(place.organization);
      if (organization === undefined) throw new Error(`there is no organization ${place.organization}`);
      return this.organizationScope(organization, place.app);
    }
    const found = this.repository(place.owner, place.repository);
    if (found === undefined) throw new Error(`there is no repository ${place.owner}/${place.repository}`);
    if (place.kind === 'repository') return this.repositoryScope(found.repository, place.app);
    const environment = found.repository.environments.get(place.environment.toLowerCase());
    if (environment === undefined) throw new Error(`there is no environment ${place.environment}`);
    return this.environmentScope(environment);
  }

  #scope(key: string): SecretScope {
    const known = this.#scopes.get(key) ?? new SecretScope(this.#random);
    this.#scopes.set(key, known);
    return known;
  }
}

export function fullName({ owner, name }: Repository): string {
  return `${owner.login}/${name}`;
}
