import type { Answer } from './origin.ts';
import { html, json, NOTHING, type Content } from './pages.ts';
import type { DefiniteMode } from './mode.ts';
import type { ApplicationSettings } from './settings.ts';

/** What a refusal is made from. */
export interface Refused {
  readonly request: Request;
  readonly team: string;
  /** The application's audience tag. */
  readonly audience: string;
  /** Whether the request presents credentials of a service token, complete or not. */
  readonly presented: boolean;
  /** Whether they are good, and no policy admits the token. */
  readonly known: boolean;
  /** The JSON Web Token that tells the login page about this request. */
  readonly meta: () => string;
  /** The value of a new `CF_AppSession` cookie. */
  readonly session: () => string;
}

/** How Access answers a request that it does not let in. */
export function refusal(refused: Refused, access: DefiniteMode, settings: ApplicationSettings): Answer {
  switch (access) {
    case 'service-auth-only':
      return forbidden(refused, 403);
    case '401-flag':
      return forbidden(refused, 401);
    case 'mixed':
      return login(refused);
    case 'strict':
      return refused.presented ? strict(refused, settings) : forbidden(refused, 403);
    case 'strict-mixed':
      return refused.presented ? strict(refused, settings) : login(refused);
    case 'managed-oauth':
      return invalidToken(refused);
  }
}

function strict(refused: Refused, { strictStatus, strictWithoutHeaders }: ApplicationSettings): Answer {
  const byCause = refused.known ? 403 : 401;
  const answer = forbidden(refused, strictStatus === 'by-cause' ? byCause : strictStatus);
  return strictWithoutHeaders ? { ...answer, headers: {} } : answer;
}

function forbidden(refused: Refused, status: 401 | 403): Answer {
  const { request, audience } = refused;
  const headers = {
    'cf-access-aud': audience,
    'cf-access-domain': new URL(request.url).host,
    ...(status === 401 ? { 'www-authenticate': challenge(request) } : {}),
  };
  return { status, headers, content: byAccept(request, status) };
}

function byAccept(request: Request, status: 401 | 403): Content {
  if (!(request.headers.get('accept') ?? '').includes('application/json')) {
    return html(status === 403 ? 'Forbidden' : 'Unauthorized');
  }
  return json({ message: 'Forbidden. You do not have permission to view this.', status_code: status });
}

/** The login page, or 401 to a script's request, which could not show one. */
function login({ request, team, audience, meta, session }: Refused): Answer {
  const url = new URL(request.url);
  const headers = { 'www-authenticate': challenge(request) };
  if (request.headers.get('x-requested-with') === 'XMLHttpRequest') {
    return { status: 401, headers, content: html('Unauthorized') };
  }
  const location = new URL(`https://${team}.cloudflareaccess.com/cdn-cgi/access/login/${url.host}`);
  location.searchParams.set('kid', audience);
  location.searchParams.set('meta', meta());
  location.searchParams.set('redirect_url', url.pathname + url.search);
  const cookie = `CF_AppSession=${session()}; Path=/; Secure; HttpOnly`;
  return {
    status: 302,
    headers: { ...headers, location: location.href, 'set-cookie': cookie },
    content: NOTHING,
  };
}

function invalidToken({ request, audience }: Refused): Answer {
  const bearer = `Bearer error="invalid_token", error_description="Missing or invalid access token", resource_metadata="${metadataUrl(request)}"`;
  return {
    status: 401,
    headers: {
      'www-authenticate': `${bearer}, ${challenge(request)}`,
      'cf-access-aud': audience,
      'cf-access-domain': new URL(request.url).host,
    },
    content: json({ error: 'invalid_token', error_description: 'Missing or invalid access token' }),
  };
}

function challenge(request: Request): string {
  return `Cloudflare-Access resource_metadata="${metadataUrl(request)}"`;
}

/** Where the application says how to get in (RFC 9728). */
function metadataUrl(request: Request): string {
  return `${new URL(request.url).origin}/.well-known/cloudflare-access-protected-resource/`;
}
