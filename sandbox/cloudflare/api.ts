import type { Scope } from '../../src/model/service-token.ts';
import { authenticationError, notCovered, type Caller } from './api-credentials.ts';
import type { TokenFields, TokenRecord } from './records.ts';
import { ApiError, invalidRequest, noRoute, unknownToken, type Success } from './reply.ts';
import { represent, type Reply } from './representation.ts';
import { isIdentifier, type Scopes } from './scopes.ts';
import type { Switches } from './switches.ts';
import { parseTokenBody } from './token-body.ts';
import { pageOf } from './token-list.ts';
import type { TokenStore } from './token-store.ts';

const VERIFY = /^\/client\/v4\/(?:user|accounts\/([^/]+))\/tokens\/verify$/;
const TOKENS =
  /^\/client\/v4\/(accounts|zones)\/([^/]*)\/access\/service_tokens(?:\/([^/]+)(?:\/(refresh|rotate))?)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Route {
  readonly operation: Reply;
  readonly scope: Scope;
  /** Empty where the operation is not about one token. */
  readonly id: string;
}

/** What the API answers to each request, apart from the transport. */
export class ServiceTokenApi {
  readonly #tokens: TokenStore;
  readonly #scopes: Scopes;
  readonly #switches: Switches;

  constructor(tokens: TokenStore, scopes: Scopes, switches: Switches) {
    this.#tokens = tokens;
    this.#scopes = scopes;
    this.#switches = switches;
  }

  /** `caller` is undefined where the credential is unknown. */
  answer(method: string, url: URL, body: string, caller: Caller | undefined): Success {
    const verification = method === 'GET' ? VERIFY.exec(url.pathname) : null;
    if (verification !== null) return this.#verify(verification[1], caller);
    const { operation, scope, id } = routeOf(method, url.pathname);
    this.#authorize(caller, scope, operation);
    switch (operation) {
      case 'list':
        return this.#list(scope, url.searchParams, caller);
      case 'create':
        return this.#create(scope, body, caller);
      case 'update': {
        this.#visible(id, scope, caller);
        const { token, rotated } = this.#tokens.update(id, parseTokenBody(body));
        return this.#reply(token, operation, rotated && !this.#switches.updateReplyWithoutSecret);
      }
      case 'rotate': {
        this.#visible(id, scope, caller);
        const { previousSecretExpiresAt } = parseTokenBody(body);
        return this.#reply(this.#tokens.rotate(id, previousSecretExpiresAt), operation, true);
      }
      case 'get':
        return this.#reply(this.#visible(id, scope, caller), operation);
      case 'refresh':
        this.#visible(id, scope, caller);
        return this.#reply(this.#tokens.refresh(id), operation);
      case 'delete':
        this.#visible(id, scope, caller);
        return this.#reply(this.#tokens.delete(id), operation);
    }
  }

  /** Tokens of users and of accounts are verified by an endpoint each, which refuse those of the other. */
  #verify(account: string | undefined, caller: Caller | undefined): Success {
    const fits =
      account === undefined
        ? caller?.owner === 'user' || this.#switches.userVerifyTakesAccountTokens
        : caller?.owner === 'account' && caller.covers({ kind: 'account', id: account }, account);
    if (caller === undefined || !fits) {
      throw new ApiError(401, [{ code: 1000, message: 'Invalid API Token' }]);
    }
    return {
      status: 200,
      result: { id: caller.id, status: 'active' },
      messages: [{ code: 10000, message: 'This API Token is valid and active', type: null }],
    };
  }

  #authorize(caller: Caller | undefined, scope: Scope, operation: Reply): asserts caller is Caller {
    const { authErrorStatus } = this.#switches;
    if (caller === undefined) throw authenticationError(authErrorStatus);
    if (!this.#scopes.has(scope) || !caller.covers(scope, this.#scopes.accountOf(scope))) throw notCovered();
    const reads = operation === 'list' || operation === 'get';
    const allowed = caller.permission === 'write' || (reads && caller.permission === 'read');
    if (!allowed) throw authenticationError(authErrorStatus);
    if (!this.#scopes.hasZeroTrust(scope)) {
      throw new ApiError(403, [{ code: 9999, message: 'access.api.error.not_enabled' }]);
    }
  }

  #list(scope: Scope, query: URLSearchParams, { visible }: Caller): Success {
    const tokens = this.#tokens.of(scope).filter(({ id }) => visible?.has(id) ?? true);
    const page = pageOf(tokens, query, this.#switches);
    return {
      status: 200,
      result: page.tokens.map((token) => represent(token, 'list', false, this.#switches)),
      result_info: page.info,
    };
  }

  #create(scope: Scope, body: string, { visible }: Caller): Success {
    const fields = this.#creationFields(body);
    const count = this.#tokens.all().filter((token) => this.#scopes.sharesLimit(scope, token)).length;
    if (fields.name !== undefined && count >= this.#switches.tokenLimit) {
      throw invalidRequest('maximum number of service tokens has been reached');
    }
    const token = this.#tokens.create(scope, fields);
    visible?.add(token.id);
    return { ...this.#reply(token, 'create', true), status: this.#switches.createStatus };
  }

  #creationFields(body: string): TokenFields {
    const fields = parseTokenBody(body);
    if (fields.version !== 0 || this.#switches.versionZero === 'kept') return fields;
    return { ...fields, version: 1 };
  }

  #visible(id: string, scope: Scope, { visible }: Caller): TokenRecord {
    const token = this.#tokens.get(id);
    const inScope = token.scope.kind === scope.kind && token.scope.id === scope.id;
    if (!inScope || visible?.has(id) === false) throw unknownToken();
    return token;
  }

  #reply(token: TokenRecord, reply: Reply, withSecret = false): Success {
    return { status: 200, result: represent(token, reply, withSecret, this.#switches) };
  }
}

/** Refresh and rotate exist for accounts only. */
function routeOf(method: string, path: string): Route {
  const [, collection, scopeId = '', id = '', action] = TOKENS.exec(path) ?? [];
  if (!isIdentifier(scopeId) || (id !== '' && !UUID.test(id))) throw noRoute(path);
  const scope: Scope = { kind: collection === 'accounts' ? 'account' : 'zone', id: scopeId };
  const operation = operationOf(method, id !== '', action);
  const onAccountsOnly = operation === 'refresh' || operation === 'rotate';
  if (operation === undefined || (onAccountsOnly && scope.kind === 'zone')) throw noRoute(path);
  return { operation, scope, id };
}

function operationOf(method: string, hasId: boolean, action: string | undefined): Reply | undefined {
  if (action !== undefined) return method === 'POST' ? (action as 'refresh' | 'rotate') : undefined;
  const operations: Readonly<Record<string, Reply>> = hasId
    ? { GET: 'get', PUT: 'update', DELETE: 'delete' }
    : { GET: 'list', POST: 'create' };
  return operations[method];
}
