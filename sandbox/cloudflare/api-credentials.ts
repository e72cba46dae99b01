import { createHash } from 'node:crypto';
import type { Scope } from '../../src/model/service-token.ts';
import { ApiError, invalidHeader } from './reply.ts';

/** What an API token may do with service tokens. */
export type Permission = 'write' | 'read' | 'none';

/** What an API token may do in another family of permissions of Access. */
export type FamilyPermission = Permission | 'revoke';

/** An API token as a person makes it on the dashboard. */
export interface ApiToken {
  readonly token: string;
  readonly permission: Permission;
  /** Apps and Policies; as `permission` if not given. */
  readonly appsAndPolicies?: FamilyPermission;
  /** Organizations, Identity Providers, and Groups; as `permission` if not given. */
  readonly organizations?: FamilyPermission;
  /** Whose it is: by its prefix `cfat_` an account's, a person's otherwise, if not given. */
  readonly owner?: 'user' | 'account';
  /** Ids of the accounts it covers, their zones included; every account and zone if neither is given. */
  readonly accounts?: readonly string[];
  readonly zones?: readonly string[];
  /** Ids of the service tokens that it can see, where its permission is narrowed to some. */
  readonly visibleTokenIds?: readonly string[];
  /** Ids of the applications that it can see, if its permission is narrowed to some. */
  readonly visibleApplicationIds?: readonly string[];
}

/** The older way to authenticate; it may do everything. */
export interface ApiKey {
  readonly email: string;
  readonly key: string;
}

/** Who makes a request. */
export interface Caller {
  /** 32 hex digits, as the endpoints that verify a token give them; rate limits count by it. */
  readonly id: string;
  readonly permission: Permission;
  readonly appsAndPolicies: FamilyPermission;
  readonly organizations: FamilyPermission;
  readonly owner: 'user' | 'account';
  readonly covers: (scope: Scope, account: string | undefined) => boolean;
  /** Undefined where it can see all. */
  readonly visible: Set<string> | undefined;
  /** Undefined if it can see all. */
  readonly visibleApplications: Set<string> | undefined;
}

/** The API tokens and API keys that were given out. */
export class ApiCredentials {
  readonly #tokens = new Map<string, Caller>();
  readonly #keys = new Map<string, Caller>();

  addToken({ token, permission, owner, accounts, zones, visibleTokenIds, ...rest }: ApiToken): void {
    const { appsAndPolicies = permission, organizations = permission, visibleApplicationIds } = rest;
    const coversAll = accounts === undefined && zones === undefined;
    this.#tokens.set(token, {
      id: fingerprint(token),
      permission,
      appsAndPolicies,
      organizations,
      owner: owner ?? (token.startsWith('cfat_') ? 'account' : 'user'),
      covers: (scope, account) =>
        coversAll ||
        (scope.kind === 'zone' && (zones ?? []).includes(scope.id)) ||
        (account !== undefined && (accounts ?? []).includes(account)),
      visible: visibleTokenIds === undefined ? undefined : new Set(visibleTokenIds),
      visibleApplications: visibleApplicationIds === undefined ? undefined : new Set(visibleApplicationIds),
    });
  }

  removeToken(token: string): void {
    this.#tokens.delete(token);
  }

  addKey({ email, key }: ApiKey): void {
    this.#keys.set(`${email.toLowerCase()} ${key}`, {
      id: fingerprint(key),
      permission: 'write',
      appsAndPolicies: 'write',
      organizations: 'write',
      owner: 'user',
      covers: () => true,
      visible: undefined,
      visibleApplications: undefined,
    });
  }

  /** The caller, or undefined where the credential is well-formed but unknown. */
  identify(headers: Headers): Caller | undefined {
    const email = headers.get('x-auth-email');
    const key = headers.get('x-auth-key');
    const authorization = headers.get('authorization');
    if (authorization === null && (email !== null || key !== null)) {
      if (!/^[^\s@]+@[^\s@]+$/.test(email ?? '')) throw invalidHeader(6102, 'X-Auth-Email');
      if (!/^[\w-]+$/.test(key ?? '')) throw invalidHeader(6103, 'X-Auth-Key');
      return this.#keys.get(`${(email ?? '').toLowerCase()} ${key ?? ''}`);
    }
    const bearer = /^Bearer ([\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (bearer === undefined) throw invalidHeader(6111, 'Authorization');
    return this.#tokens.get(bearer);
  }
}

function fingerprint(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32);
}

/** Code 10000: the credential is unknown, or lacks the permission. */
export function authenticationError(status: 401 | 403): ApiError {
  return new ApiError(status, [{ code: 10000, message: 'Authentication error' }]);
}

/** Code 9109: the credential is good, but not for this account or zone. */
export function notCovered(): ApiError {
  return new ApiError(403, [{ code: 9109, message: 'Unauthorized to access requested resource' }]);
}
