import type { VirtualClock } from '../clock.ts';
import type { App } from './apps.ts';
import type { Need, Token } from './credentials.ts';
import type { Reply } from './reply.ts';
import type { Owner, Repository } from './state.ts';

/** What an endpoint gets to see of a request that passed the general checks. */
export interface Call {
  /** Path parameters, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body as it came. */
  readonly text: string;
  /** Origin and base path: what URLs in replies start with. */
  readonly api: string;
  readonly clock: VirtualClock;
}

/** A request with a token, about something that the token may touch. */
export interface TokenCall extends Call {
  readonly token: Token;
}
export interface RepositoryCall extends TokenCall {
  readonly repository: Repository;
}
export interface OrganizationCall extends TokenCall {
  readonly organization: Owner;
}
/** A request signed by a GitHub App. */
export interface AppCall extends Call {
  readonly app: App;
}

interface Endpoint {
  readonly method: string;
  /** Path template, as GitHub's OpenAPI document has it. */
  readonly path: string;
  /** Page and section of docs.github.com/rest. */
  readonly docs: string;
  /** Whether GitHub Enterprise Server has it; yes if not given. */
  readonly onEnterpriseServer?: boolean;
  /** Whether it stores something: a secret, a variable, an environment. */
  readonly changesContent?: boolean;
  /** Whether it counts as a read although it is a POST. */
  readonly reads?: boolean;
  /** Whether it counts against no limit. */
  readonly free?: boolean;
}

/** An endpoint, by what must be proven before it answers. */
export type Route = Endpoint &
  (
    | {
        readonly about: 'repository';
        /** Without one, seeing the repository is enough. */
        readonly need?: Need;
        readonly answer: (call: RepositoryCall) => Reply;
      }
    | {
        readonly about: 'organization';
        readonly need?: Need;
        readonly answer: (call: OrganizationCall) => Reply;
      }
    | { readonly about: 'app'; readonly answer: (call: AppCall) => Reply }
    | { readonly about: 'token'; readonly answer: (call: TokenCall) => Reply }
  );

export interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The route that a method and an encoded path lead to; literal segments win over parameters. */
export function findRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  let found: Match | undefined;
  let literals = -1;
  for (const route of routes) {
    if (route.method !== method) continue;
    const parameters = match(route.path, path);
    if (parameters === undefined) continue;
    const score = route.path.split('/').filter((segment) => !segment.startsWith('{')).length;
    if (score <= literals) continue;
    found = { route, parameters };
    literals = score;
  }
  return found;
}

function match(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, segment] of wanted.entries()) {
    const value = given[i] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== value) return undefined;
      continue;
    }
    if (value === '') return undefined;
    try {
      parameters[segment.slice(1, -1)] = decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return parameters;
}

/** A path parameter that the route's template has. */
export function parameter(call: Call, name: string): string {
  const value = call.parameters[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}

/** How long the pages of a list are, and how long a client may have them. */
export interface PageSize {
  readonly usual: number;
  readonly most: number;
}

/** One page of a list, with GitHub's `Link` header; `path` is the list's own, below the API. */
export function page<Item>(
  call: Call,
  path: string,
  items: readonly Item[],
  { usual, most }: PageSize = { usual: 30, most: 100 },
): { readonly items: readonly Item[]; readonly headers: Record<string, string> } {
  const size = Math.min(wholeNumber(call.query.get('per_page'), usual), most);
  const number = wholeNumber(call.query.get('page'), 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = (target: number, relation: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(target));
    return `<${call.api}${path}?${query.toString()}>; rel="${relation}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first')] : []),
  ];
  return {
    items: items.slice((number - 1) * size, number * size),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}

function wholeNumber(text: string | null, otherwise: number): number {
  const number = Number(text ?? otherwise);
  return Number.isInteger(number) && number >= 1 ? number : otherwise;
}
