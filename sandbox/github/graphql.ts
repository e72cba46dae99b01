import { parseQuery, type Selection } from './graphql-query.ts';
import { nodeId } from './rendering.ts';
import type { Reply } from './reply.ts';
import { parseBody } from './request-body.ts';
import type { Route, TokenCall } from './route.ts';
import { fullName, type Owner, type Repository, type State } from './state.ts';

/** An object of the graph: its type and its fields, of which objects are other such. */
interface GraphObject {
  readonly type: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null | GraphObject>>;
}

interface GraphError {
  readonly type?: string;
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * `POST /graphql` as far as GitHub's command line asks it about owners and repositories: `organization`, `user`,
 * `repositoryOwner` and `repository`. What is not found is null with an error, in a reply that is a success.
 */
export function graphqlRoute(state: State): Route {
  return {
    method: 'POST',
    path: '/graphql',
    docs: 'graphql',
    about: 'token',
    reads: true,
    answer: (call) => answer(call, state),
  };
}

function answer(call: TokenCall, state: State): Reply {
  const { query, variables } = parseBody(call.text) as { query?: unknown; variables?: unknown };
  const errors: GraphError[] = [];
  try {
    const given = (variables ?? {}) as Readonly<Record<string, unknown>>;
    const data: Record<string, unknown> = {};
    for (const selection of parseQuery(typeof query === 'string' ? query : '', given)) {
      if (selection.kind !== 'field') throw new SyntaxError('the sandbox knows no fragments of Query');
      const found = rootOf(selection, call, state);
      if ('error' in found) errors.push({ type: 'NOT_FOUND', path: [selection.as], message: found.error });
      data[selection.as] = 'object' in found ? shown(found.object, selection.selections) : null;
    }
    return { status: 200, body: { data, ...(errors.length > 0 ? { errors } : {}) } };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { status: 200, body: { errors: [{ path: ['query'], message: error.message }] } };
  }
}

type Found = { readonly object: GraphObject } | { readonly error: string } | { readonly none: true };

function rootOf(
  { name, arguments: given }: Selection & { kind: 'field' },
  call: TokenCall,
  state: State,
): Found {
  const text = (argument: string): string => {
    const value = given[argument];
    if (typeof value === 'string') return value;
    throw new SyntaxError(`Field '${name}' is missing required arguments: ${argument}`);
  };
  switch (name) {
    case 'organization':
    case 'user': {
      const owner = state.owners.get(text('login').toLowerCase());
      const type = name === 'user' ? 'User' : 'Organization';
      if (owner?.kind === type) return { object: ownerObject(owner) };
      const article = name === 'user' ? 'a' : 'an';
      return { error: `Could not resolve to ${article} ${type} with the login of '${text('login')}'.` };
    }
    case 'repositoryOwner': {
      const owner = state.owners.get(text('login').toLowerCase());
      return owner === undefined ? { none: true } : { object: ownerObject(owner) };
    }
    case 'repository': {
      const repository = state.repository(text('owner'), text('name'))?.repository;
      if (repository !== undefined && call.token.sees(repository)) {
        return { object: repositoryObject(repository) };
      }
      return {
        error: `Could not resolve to a Repository with the name '${text('owner')}/${text('name')}'.`,
      };
    }
    default:
      throw new SyntaxError(`Field '${name}' doesn't exist on type 'Query'`);
  }
}

function shown({ type, fields }: GraphObject, selections: readonly Selection[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const selection of selections) {
    if (selection.kind === 'on') {
      const fits = selection.type === type || (selection.type === 'RepositoryOwner' && type !== 'Repository');
      if (fits) Object.assign(result, shown({ type, fields }, selection.selections));
      continue;
    }
    const { as, name } = selection;
    if (name !== '__typename' && !Object.hasOwn(fields, name)) {
      throw new SyntaxError(`Field '${name}' doesn't exist on type '${type}'`);
    }
    const value = name === '__typename' ? type : fields[name];
    result[as] = typeof value === 'object' && value !== null ? shown(value, selection.selections) : value;
  }
  return result;
}

function ownerObject({ id, login, kind }: Owner): GraphObject {
  const url = `https://github.com/${login}`;
  return { type: kind, fields: { id: nodeId(kind, id), databaseId: id, login, name: null, url } };
}

function repositoryObject(repository: Repository): GraphObject {
  const name = fullName(repository);
  return {
    type: 'Repository',
    fields: {
      id: nodeId('Repository', repository.id),
      databaseId: repository.id,
      name: repository.name,
      nameWithOwner: name,
      isPrivate: repository.private,
      isArchived: repository.archived,
      visibility: repository.private ? 'PRIVATE' : 'PUBLIC',
      url: `https://github.com/${name}`,
      owner: ownerObject(repository.owner),
    },
  };
}
