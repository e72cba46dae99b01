import type { VirtualClock } from '../clock.ts';
import { authenticateApp, type App } from './apps.ts';
import { demandSso, type Token } from './credentials.ts';
import type { Limits } from './limits.ts';
import type { SecondaryLimits } from './secondary-limits.ts';
import { moved } from './redirect.ts';
import { notFound, Refusal, type Reply } from './reply.ts';
import { findRoute, parameter, type Call, type Match, type Route } from './route.ts';
import { fullName, type State } from './state.ts';
import type { Switches } from './switches.ts';
import { clientOf, hourlyLimit, type Tokens } from './tokens.ts';
import type { Traffic } from './traffic.ts';

const API_VERSIONS = ['2022-11-28', '2026-03-10'];

export interface Parts {
  readonly clock: VirtualClock;
  readonly state: State;
  readonly tokens: Tokens;
  readonly apps: readonly App[];
  readonly limits: Limits;
  readonly secondary: SecondaryLimits;
  readonly traffic: Traffic;
  readonly switches: Switches;
  readonly routes: readonly Route[];
}

/** A request as dispatching needs it: the path without the base path. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly text: string;
  readonly api: string;
  readonly requestId: string;
  /** How many requests with the same credential are being answered, this one included. */
  readonly concurrent: number;
}

/** The reply, with the headers that the way to it called for, and the documentation page that errors name. */
export interface Outcome {
  readonly reply: Reply;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers one request, in the order in which GitHub checks: the client, its credentials, its limits,
 * whether it may see what it asks about, whether it may do what it asks, and only then the request itself.
 */
export function dispatch(parts: Parts, incoming: Incoming): Outcome {
  const headers: Record<string, string> = {};
  let docs = '';
  try {
    if (!incoming.headers.get('user-agent')) return { reply: noUserAgent(), headers };
    const path = withoutIds(parts.state, incoming.path);
    const match = findRoute(parts.routes, incoming.method, path);
    const credential = authenticate(parts, incoming, match);
    const version = incoming.headers.get('x-github-api-version') ?? '2022-11-28';
    if (!API_VERSIONS.includes(version)) {
      throw new Refusal(400, `${version} is not a supported version of the REST API.`);
    }
    headers['x-github-api-version-selected'] = version;
    countAgainstLimits(parts, incoming, match, credential, headers);
    if (match === undefined) throw notFound();
    if (parts.switches.enterpriseServer && match.route.onEnterpriseServer === false) throw notFound();
    docs = match.route.docs;
    return { reply: answer(parts, incoming, match, credential, headers), headers };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reply: rendered(error, docs), headers };
  }
}

type Credential = { readonly app: App } | { readonly token: Token };

function authenticate(
  { tokens, apps, clock }: Parts,
  { headers }: Incoming,
  match: Match | undefined,
): Credential {
  const [, credential] = /^(?:token|bearer) +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  if (match?.route.about === 'app') return { app: authenticateApp(apps, credential ?? '', clock) };
  if (credential === undefined) throw new Refusal(401, 'Requires authentication');
  const token = tokens.find(credential);
  if (token === undefined) throw new Refusal(401, 'Bad credentials');
  return { token };
}

function countAgainstLimits(
  { limits, secondary, traffic, switches, clock }: Parts,
  { method, requestId, concurrent }: Incoming,
  match: Match | undefined,
  credential: Credential,
  headers: Record<string, string>,
): void {
  const ofApp = 'app' in credential;
  const client = ofApp ? `app ${credential.app.id}` : clientOf(credential.token);
  const limit = hourlyLimit(switches, ofApp ? undefined : credential.token);
  const counted = {
    at: clock.now(),
    client,
    method,
    points: method === 'GET' || match?.route.reads === true ? 1 : 5,
    changesContent: method !== 'GET' && match?.route.changesContent === true,
  };
  traffic.requests.push(counted);
  if (match?.route.free === true) return;
  const who = ofApp
    ? `installation ID ${credential.app.id}`
    : `${credential.token.ofIntegration ? 'installation' : 'user'} ID ${credential.token.id}`;
  try {
    limits.countRequest(client, limit, {
      status: switches.primaryLimitStatus,
      message: `API rate limit exceeded for ${who}. If you reach out to GitHub Support for help, please include the request ID ${requestId} and timestamp ${clock.rfc3339()}.`,
    });
    if (switches.documentedLimits && !switches.enterpriseServer) {
      secondary.count(counted, concurrent, switches.changesCountAsContent, switches.secondaryLimitStatus);
    }
    if (counted.points > 1 && switches.secondaryLimit !== undefined) {
      limits.countWrite(client, limit, switches.secondaryLimit);
    }
  } finally {
    Object.assign(headers, limits.headers(client, limit));
  }
}

function answer(
  { state, clock }: Parts,
  incoming: Incoming,
  { route, parameters }: Match,
  credential: Credential,
  headers: Record<string, string>,
): Reply {
  const call: Call = { parameters, query: incoming.query, text: incoming.text, api: incoming.api, clock };
  if ('app' in credential) {
    if (route.about !== 'app') throw notFound();
    return route.answer({ ...call, app: credential.app });
  }
  const { token } = credential;
  switch (route.about) {
    case 'app':
      throw notFound();
    case 'token':
      return route.answer({ ...call, token });
    case 'organization': {
      Object.assign(headers, token.headers(route.need));
      const organization = state.organization(parameter(call, 'org'));
      if (organization === undefined) throw notFound();
      demandSso(token, organization);
      if (route.need !== undefined) token.demand(route.need, token.reachesOwner(organization));
      return route.answer({ ...call, token, organization });
    }
    case 'repository': {
      Object.assign(headers, token.headers(route.need));
      const found = state.repository(parameter(call, 'owner'), parameter(call, 'repo'));
      if (found === undefined || !token.sees(found.repository)) throw notFound();
      const { repository } = found;
      if (found.moved) {
        const rest = incoming.path.split('/').slice(4);
        const status = incoming.method === 'GET' ? 301 : 307;
        return moved(call, repository, status, rest.map((segment) => `/${segment}`).join(''));
      }
      demandSso(token, repository.owner);
      if (route.need !== undefined) token.demand(route.need, token.reaches(repository));
      if (repository.archived && incoming.method !== 'GET') {
        throw new Refusal(403, 'Repository was archived so is read-only.');
      }
      return route.answer({ ...call, token, repository });
    }
  }
}

/** The path by names where GitHub's redirects and `Link` headers go by ids. */
function withoutIds(state: State, path: string): string {
  const [, kind, id, rest = ''] = /^\/(repositories|organizations)\/(\d+)(\/.*)?$/.exec(path) ?? [];
  if (kind === 'repositories') {
    const repository = state.repositoryById(Number(id));
    return repository === undefined ? path : `/repos/${fullName(repository)}${rest}`;
  }
  if (kind === 'organizations') {
    const organization = state.organizationById(Number(id));
    return organization === undefined ? path : `/orgs/${organization.login}${rest}`;
  }
  return path;
}

function rendered({ status, message, details, headers }: Refusal, docs: string): Reply {
  const page = docs === '' ? '' : `/${docs}`;
  return {
    status,
    headers,
    body: {
      message,
      ...details,
      documentation_url: `https://docs.github.com/rest${page}`,
      status: String(status),
    },
  };
}

/** The one error that is no JSON. */
function noUserAgent(): Reply {
  return {
    status: 403,
    headers: { 'content-type': 'text/html' },
    body: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).\n',
  };
}
