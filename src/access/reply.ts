import { createHash } from 'node:crypto';

/** What came back from a URL, as far as it is looked at. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body; empty where the status alone tells enough. */
  readonly body: string;
}

/** Tells one refusal from another where neither says who gave it. */
export interface Fingerprint {
  readonly status: number;
  readonly bodyHash: string;
}

/**
 * Why Access refused, as the `meta` of its login redirect tells: `policy` if it knows the credentials but
 * no Service Auth policy admits them, `credentials` if it does not know them.
 */
export type Meaning = 'credentials' | 'policy' | 'unknown';

/** What kept a request from Access: something before it, or an application that does not answer. */
export type Cause = 'blocked' | 'down';

/**
 * Who answered. `unmarked` is a 401 or 403 that bears no sign of Access, so that only a comparison with
 * other answers can tell; `undecided` never reached Access, or not the application behind it.
 */
export type Reading = (
  | { readonly kind: 'refused'; readonly meaning: Meaning }
  | { readonly kind: 'unmarked' }
  | { readonly kind: 'undecided'; readonly cause: Cause }
  | { readonly kind: 'passed' }
) & {
  /** Status and whereabouts alone, such as `302 to acme.cloudflareaccess.com`. */
  readonly brief: string;
  /** A sentence without its full stop. */
  readonly text: string;
  /** What Cloudflare's support asks for, such as ` (cf-ray 8f1e2d3c4b5a6978-FRA)`; may be empty. */
  readonly trace: string;
  readonly fingerprint: Fingerprint;
};

/** The status alone says that the application did not get to answer. */
const DOWN = new Set([429, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 528, 529, 530]);

/**
 * Tells whether Access, the edge before it or the application behind it has answered. Statuses alone say
 * nothing: each of them may come from all three.
 * @param at the URL that was asked
 * @param mayBeShown refuses values that echo a credential
 */
export function readReply(reply: Reply, at: URL, mayBeShown: (value: string) => boolean): Reading {
  const { status, headers } = reply;
  const target = isRedirect(status) ? redirectTarget(headers, at) : undefined;
  const trace = traceOf(headers, mayBeShown);
  const fingerprint = fingerprintOf(reply);
  if (isRedirect(status) || status === 401 || status === 403) {
    const login = target !== undefined && isAccessLogin(target);
    const mark = login ? '' : markOfAccess(headers);
    if (mark !== undefined) {
      const brief = login ? `${status}${whereTo(target, mayBeShown)}` : `${status} with ${mark}`;
      return { ...refusal(brief, target), brief, trace, fingerprint };
    }
  }
  const edge = edgeBlock(reply);
  if (edge !== undefined) {
    const text = `Cloudflare stopped the request before Access saw it: ${edge}`;
    return { kind: 'undecided', cause: 'blocked', brief: edge, text, trace, fingerprint };
  }
  const brief = `${status}${target === undefined ? '' : whereTo(target, mayBeShown)}`;
  if (DOWN.has(status)) {
    const text = status === 429 ? '429, too many requests' : `the application is down: ${status}`;
    return { kind: 'undecided', cause: 'down', brief, text, trace, fingerprint };
  }
  if (status === 401 || status === 403) {
    return { kind: 'unmarked', brief, text: `${status} without a sign of Access`, trace, fingerprint };
  }
  return { kind: 'passed', brief, text: `the application answered ${brief}`, trace, fingerprint };
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function redirectTarget(headers: Headers, at: URL): URL | undefined {
  const location = headers.get('location');
  return location === null ? undefined : (URL.parse(location, at.href) ?? undefined);
}

function isAccessLogin({ hostname, pathname }: URL): boolean {
  return hostname.endsWith('.cloudflareaccess.com') || pathname.includes('/cdn-cgi/access/');
}

/** The host alone: path and query of a login redirect carry tokens. */
function whereTo({ hostname }: URL, mayBeShown: (value: string) => boolean): string {
  const host = hostname.replace(/[^a-z0-9.:[\]-]/g, '').slice(0, 253);
  return host !== '' && mayBeShown(hostname) ? ` to ${host}` : '';
}

/** Applications with Managed OAuth answer with a `Bearer` challenge that names Access's own metadata path. */
function markOfAccess(headers: Headers): string | undefined {
  if (headers.has('cf-access-domain') || headers.has('cf-access-aud')) return 'cf-access headers';
  const challenge = headers.get('www-authenticate') ?? '';
  return /cloudflare-access/i.test(challenge) ? 'a Cloudflare-Access challenge' : undefined;
}

function refusal(
  brief: string,
  target: URL | undefined,
): { kind: 'refused'; meaning: Meaning; text: string } {
  switch (serviceTokenStatus(target?.searchParams.get('meta') ?? '')) {
    case true: {
      const why =
        'no Service Auth policy of the application admits the token (an Allow policy is not enough)';
      return {
        kind: 'refused',
        meaning: 'policy',
        text: `Access knows the credentials, but ${why}: ${brief}`,
      };
    }
    case false:
      return {
        kind: 'refused',
        meaning: 'credentials',
        text: `Access does not accept the credentials: ${brief}`,
      };
    case undefined:
      return { kind: 'refused', meaning: 'unknown', text: `Access refused: ${brief}` };
  }
}

/** Reads a claim of a JSON Web Token without verifying it, which is enough for a hint. */
function serviceTokenStatus(token: string): boolean | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    if (typeof claims !== 'object' || claims === null || !('service_token_status' in claims))
      return undefined;
    const status = claims.service_token_status;
    return typeof status === 'boolean' ? status : undefined;
  } catch {
    return undefined;
  }
}

/** A bot check or a firewall's refusal, as text, JSON (`Accept: application/json`) or page. */
function edgeBlock({ status, headers, body }: Reply): string | undefined {
  if (headers.has('cf-mitigated')) {
    const mitigation =
      headers.get('cf-mitigated') === 'challenge' ? ' with a bot check' : ' with cf-mitigated';
    return `${status}${mitigation}`;
  }
  if (status !== 403) return undefined;
  const code = /error code: (10\d\d)/i.exec(body)?.[1];
  if (code !== undefined) return `403 with error code ${code}`;
  if (/"cloudflare_error"\s*:\s*true/.test(body)) {
    const told = /"error_code"\s*:\s*(1\d\d\d)\b/.exec(body)?.[1];
    return told === undefined ? '403 with a Cloudflare error' : `403 with error code ${told}`;
  }
  return /Attention Required! \| Cloudflare|cf-error-details/.test(body)
    ? "403 with Cloudflare's block page"
    : undefined;
}

function traceOf(headers: Headers, mayBeShown: (value: string) => boolean): string {
  const parts = [
    { name: 'cf-ray', header: 'cf-ray' },
    { name: 'aud', header: 'cf-access-aud' },
  ].flatMap(({ name, header }) => {
    const value = headers.get(header) ?? '';
    const cleaned = value.replace(/[^A-Za-z0-9-]/g, '').slice(0, 80);
    return cleaned !== '' && mayBeShown(value) ? [`${name} ${cleaned}`] : [];
  });
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** Two refusals for the same cause differ in the ids and times that they print, which do not count. */
function fingerprintOf({ status, headers, body }: Reply): Fingerprint {
  const challenge = headers.get('www-authenticate') ?? '';
  const text = /\berror="?invalid_token\b/i.test(challenge)
    ? 'invalid_token'
    : body
        .replace(/\b(?=[A-Za-z]*\d)[A-Za-z0-9]{12,}\b/g, '#')
        .replace(/\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?/g, '#');
  return { status, bodyHash: createHash('sha256').update(text).digest('hex') };
}

export function isSameRefusal(one: Fingerprint, other: Fingerprint): boolean {
  return one.status === other.status && one.bodyHash === other.bodyHash;
}
