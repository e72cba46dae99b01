import type { ProblemCode } from '../model/problem-codes.ts';
import { cleanEcho } from '../model/safe-text.ts';
import { Problem } from '../model/problem.ts';

/** One item of `errors` in Cloudflare's envelope. */
export interface ApiError {
  readonly code: number | undefined;
  /** Cleaned. */
  readonly message: string;
}

/** Whose permissions a request needs: each of the three may be missing on its own. */
export type Family = 'service-tokens' | 'policies' | 'groups';

/** As the dashboard calls the permissions. */
const PERMISSIONS: Readonly<Record<Family, string>> = {
  'service-tokens': 'Access: Service Tokens Write (in the dashboard: Edit; Read is enough for a check)',
  policies: 'Access: Apps and Policies Write (in the dashboard: Edit; Read is enough for a check)',
  groups: 'Access: Organizations, Identity Providers, and Groups Read',
};

const NOT_FOUND = 12135;
const IN_USE = 12139;
/** Cloudflare's code for a request that it understands and does not accept. */
export const INVALID_REQUEST = 12130;
const NO_ROUTE = [7000, 7003];
const NOT_ENABLED = 9999;
const AUTHENTICATION = [1000, 6003, 6111, 9103, 9106, 9109, 10000, 10001];

/** A refusal by Cloudflare: the request took no effect. */
export class CloudflareRefusal extends Problem {
  readonly status: number;
  readonly #errors: readonly ApiError[];

  constructor(
    code: ProblemCode,
    message: string,
    remedy: string,
    status: number,
    errors: readonly ApiError[],
  ) {
    super(code, message, remedy);
    this.status = status;
    this.#errors = errors;
  }

  /** What a path names does not exist: 404 in Cloudflare's envelope. A malformed ID (7003) is refused in another way. */
  get notFound(): boolean {
    // assumption: policy-not-found
    return this.status === 404 && this.#errors.length > 0 && !has(this.#errors, NO_ROUTE, 'could not route');
  }

  /** Whether one of the errors has this code. */
  has(code: number): boolean {
    return this.#errors.some((error) => error.code === code);
  }

  /** The token that was named does not exist, or not for these credentials. */
  get tokenNotFound(): boolean {
    // assumption: error-not-found
    return has(this.#errors, [NOT_FOUND], 'not_found') || (this.status === 404 && this.#errors.length === 0);
  }
}

/** Whether the credentials are refused, or lack a permission. */
export function isAuthentication(errors: readonly ApiError[]): boolean {
  return has(errors, AUTHENTICATION, 'authentication');
}

/** Says what Cloudflare's refusal means. `doing` as in `create the token`. */
export function refusal(
  { doing, family }: { readonly doing: string; readonly family: Family },
  status: number,
  errors: readonly ApiError[],
): CloudflareRefusal {
  const said = `Cloudflare refused to ${doing}: ${status}${quoted(errors)}.`;
  const of = (code: ProblemCode, remedy: string): CloudflareRefusal =>
    new CloudflareRefusal(code, said, remedy, status, errors);
  // assumption: delete-referenced-token
  if (has(errors, [IN_USE], 'service_token_in_use')) {
    return of(
      'token-referenced',
      'A policy, a group or the SCIM settings of an application still refer to the token. Find it in Cloudflare Zero Trust under Access controls, remove the token there, and run this again.',
    );
  }
  if (family === 'service-tokens' && has(errors, [NOT_FOUND], 'not_found')) {
    return of(
      'token-gone',
      'The token was deleted, belongs to another account, or is not visible to these credentials.',
    );
  }
  if (has(errors, [NOT_ENABLED], 'not_enabled')) {
    return of(
      'access-not-enabled',
      'Zero Trust is not enabled for this account: open Zero Trust in the Cloudflare dashboard once and choose a plan.',
    );
  }
  // assumption: error-malformed-id
  if (has(errors, NO_ROUTE, 'could not route')) {
    return of(
      'scope-malformed',
      'Check cloudflare-account-id or cloudflare-zone-id (and token-id): one of them is malformed or belongs elsewhere.',
    );
  }
  // assumption: error-authentication
  if (status === 401 || isAuthentication(errors)) {
    const means =
      'The credentials are wrong or expired, may not be used from this address, or lack a permission for this account or zone: they need';
    return family === 'service-tokens'
      ? of('cloudflare-credentials', `${means} ${PERMISSIONS[family]}.`)
      : of(
          'policies-permission-missing',
          `${means} ${PERMISSIONS[family]}. It is a separate permission beside Access: Service Tokens.`,
        );
  }
  if (family !== 'service-tokens') {
    return of(
      'cloudflare-refused',
      'Fix what Cloudflare names and run this again. This request changed nothing.',
    );
  }
  // assumption: token-limit, error-invalid-request
  if (/maximum number|limit/i.test(quoted(errors))) {
    return of(
      'token-limit',
      'The account has as many service tokens as it may have (50 by default). Delete one that is not used any more.',
    );
  }
  return of(
    'cloudflare-refused',
    'Fix what Cloudflare names, then run this again. This request changed nothing.',
  );
}

export function redirected(doing: string, location: string | null): Problem {
  const where = location === null ? 'elsewhere' : `to ${cleanEcho(hostOf(location), 100)}`;
  return new Problem(
    'cloudflare-redirect',
    `Cloudflare's API did not ${doing} but redirected ${where}; credentials are not sent on to another address.`,
    'Check cloudflare-api-url.',
  );
}

export function unreachable(doing: string, because: string): Problem {
  return new Problem(
    'cloudflare-unreachable',
    `Cloudflare never answered the request to ${doing}: ${because}.`,
    'Check cloudflare-api-url and what stands between the runner and it (a proxy, a firewall), and run this again.',
  );
}

export function waitBudgetSpent(doing: string, because: string, cancelled: boolean): Problem {
  if (cancelled) {
    return new Problem(
      'cancelled',
      `The run was cancelled while it waited to ${doing}: ${because}.`,
      'Run it again. The next run reads the current state and continues.',
    );
  }
  return new Problem(
    'cloudflare-unavailable',
    `Gave up trying to ${doing} because max-wait is over: ${because}.`,
    'Run this again later, or raise max-wait.',
  );
}

function quoted(errors: readonly ApiError[]): string {
  if (errors.length === 0) return '';
  const texts = errors
    .slice(0, 5)
    .map(({ code, message }) => `${code === undefined ? '' : `${code} `}${message}`);
  return ` (${texts.join('; ')})`;
}

/** The HTTP status that goes with a code varies, and so may the code: either the code or the words will do. */
function has(errors: readonly ApiError[], codes: readonly number[], words: string): boolean {
  return errors.some(
    ({ code, message }) =>
      (code !== undefined && codes.includes(code)) || message.toLowerCase().includes(words),
  );
}

function hostOf(location: string): string {
  return URL.canParse(location) ? new URL(location).host : 'a relative address';
}
