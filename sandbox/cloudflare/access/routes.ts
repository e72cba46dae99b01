import type { Scope } from '../../../src/model/service-token.ts';
import { noRoute } from '../reply.ts';
import { isIdentifier } from '../scopes.ts';
import { methodNotAllowed } from './refusals.ts';

/** Everything that can be asked of the API about Access, apart from service tokens. */
export type Operation =
  | `${'list' | 'create' | 'get' | 'update' | 'delete'}-${'application' | 'owned' | 'reusable' | 'group'}`
  | 'make-reusable'
  | 'change-settings'
  | 'revoke-tokens'
  | 'get-organization'
  | 'update-organization'
  | 'revoke-user';

/** What a request asks, before anybody looks at who asks. */
export interface Route {
  readonly operation: Operation;
  readonly scope: Scope;
  /** The id of the application, or of whatever the path names first. */
  readonly id: string;
  /** The id of the policy in the application. */
  readonly policy: string;
}

interface Pattern {
  /** Segments; `*` stands for an id. */
  readonly path: string;
  readonly accountsOnly?: true;
  readonly methods: Readonly<Record<string, Operation>>;
}

const PATTERNS: readonly Pattern[] = [
  { path: 'apps', methods: { GET: 'list-application', POST: 'create-application' } },
  {
    path: 'apps/*',
    methods: { GET: 'get-application', PUT: 'update-application', DELETE: 'delete-application' },
  },
  { path: 'apps/*/settings', methods: { PUT: 'change-settings', PATCH: 'change-settings' } },
  { path: 'apps/*/revoke_tokens', methods: { POST: 'revoke-tokens' } },
  { path: 'apps/*/policies', methods: { GET: 'list-owned', POST: 'create-owned' } },
  { path: 'apps/*/policies/*', methods: { GET: 'get-owned', PUT: 'update-owned', DELETE: 'delete-owned' } },
  { path: 'apps/*/policies/*/make_reusable', accountsOnly: true, methods: { PUT: 'make-reusable' } },
  { path: 'policies', accountsOnly: true, methods: { GET: 'list-reusable', POST: 'create-reusable' } },
  {
    path: 'policies/*',
    accountsOnly: true,
    methods: { GET: 'get-reusable', PUT: 'update-reusable', DELETE: 'delete-reusable' },
  },
  { path: 'groups', methods: { GET: 'list-group', POST: 'create-group' } },
  { path: 'groups/*', methods: { GET: 'get-group', PUT: 'update-group', DELETE: 'delete-group' } },
  { path: 'organizations', methods: { GET: 'get-organization', PUT: 'update-organization' } },
  { path: 'organizations/revoke_user', methods: { POST: 'revoke-user' } },
];

const ACCESS =
  /^\/client\/v4\/(accounts|zones)\/([^/]*)\/access\/(apps|policies|groups|organizations)(\/.*)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The route; undefined if the path is about something else. Throws 404 for a path that leads nowhere. */
export function routeOf(method: string, path: string): Route | undefined {
  const [, collection, scopeId = '', root = '', rest = ''] = ACCESS.exec(path) ?? [];
  if (collection === undefined) return undefined;
  if (!isIdentifier(scopeId)) throw noRoute(path);
  const scope: Scope = { kind: collection === 'accounts' ? 'account' : 'zone', id: scopeId };
  const segments = (root + rest.replace(/\/$/, '')).split('/');
  for (const pattern of PATTERNS) {
    const ids = match(pattern.path.split('/'), segments);
    if (ids === undefined || (pattern.accountsOnly && scope.kind === 'zone')) continue;
    if (!ids.every((id) => UUID.test(id))) throw noRoute(path);
    const operation = pattern.methods[method];
    if (operation !== undefined) return { operation, scope, id: ids[0] ?? '', policy: ids[1] ?? '' };
    throw method === 'PATCH' ? methodNotAllowed(method) : noRoute(path);
  }
  throw noRoute(path);
}

function match(pattern: readonly string[], segments: readonly string[]): readonly string[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const ids: string[] = [];
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected === '*') ids.push(segment);
    else if (expected !== segment) return undefined;
  }
  return ids;
}
