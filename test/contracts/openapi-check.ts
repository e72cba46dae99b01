import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import addFormats from 'ajv-formats';
import { OpenAPIBackend, type Document } from 'openapi-backend';
import type { Exchange } from '../../sandbox/exchange.ts';

/** What of an exchange is checked; the sandbox's request log has it all. */
export type CheckedExchange = Pick<
  Exchange,
  'method' | 'path' | 'requestHeaders' | 'requestBody' | 'status' | 'responseBody' | 'fault'
>;

export interface CheckOptions {
  /** Where the API is mounted, such as `/api/v3`. */
  readonly basePath?: string;
  /** Whether the request is checked too; where it was answered by a success if not given. */
  readonly request?: boolean;
}

const definition = JSON.parse(
  readFileSync(join(import.meta.dirname, 'github-openapi.json'), 'utf8'),
  (_name, value: unknown) => withoutBareNullable(value),
) as Document;

/** OpenAPI allows `nullable` beside `anyOf`; the validator knows it only beside `type`. */
function withoutBareNullable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value) return value;
  const rest = Object.entries(value).filter(([name]) => name !== 'nullable');
  return { anyOf: [Object.fromEntries(rest), { type: 'object', nullable: true, enum: [null] }] };
}

let backend: Promise<OpenAPIBackend> | undefined;

function initialized(): Promise<OpenAPIBackend> {
  backend ??= (async () => {
    const api = new OpenAPIBackend({
      definition,
      quick: true,
      ajvOpts: { strict: false, logger: false, validateSchema: false, meta: false },
      customizeAjv: (ajv) => {
        addFormats.default(ajv);
        return ajv;
      },
    });
    await api.init();
    return api;
  })();
  return backend;
}

/** Paths by ids, as redirects and `Link` headers have them, are documented by names only. */
function documentedPath(path: string, basePath: string): string {
  return path
    .slice(path.startsWith(`${basePath}/`) ? basePath.length : 0)
    .replace(/^\/repositories\/\d+/, '/repos/owner/repo')
    .replace(/^\/organizations\/\d+/, '/orgs/org');
}

/**
 * What is wrong with an exchange by GitHub's OpenAPI document; nothing where it is right. Refused requests
 * are not checked, and a status that is not documented, which GitHub's errors seldom are, only for the shape
 * that all errors have. A fault is no reply of GitHub's and passes,
 * and so does the refusal of a client without a name, the one error that is no JSON.
 */
export async function openapiCheck(exchange: CheckedExchange, options: CheckOptions = {}): Promise<string[]> {
  const { method, path, status } = exchange;
  if (exchange.fault !== undefined || status === undefined) return [];
  const api = await initialized();
  const [pathname = '', query = ''] = documentedPath(path, options.basePath ?? '').split('?');
  const label = `${method} ${path} → ${status}`;
  const headers = { ...exchange.requestHeaders };
  const request = {
    method,
    path: pathname,
    headers,
    query: Object.fromEntries(new URLSearchParams(query)),
    ...(exchange.requestBody === '' ? {} : { body: parsed(exchange.requestBody) }),
  };
  // GraphQL is no part of the description.
  if (pathname === '/graphql' || pathname === '/api/graphql') return [];
  const operation = api.matchOperation(request);
  if (operation === undefined) return status === 404 ? [] : [`${label}: no such operation`];
  const problems: string[] = [];
  const note = (where: string, errors: readonly { instancePath: string; message?: string }[]): void => {
    for (const error of errors)
      problems.push(`${label}: ${where}${error.instancePath} ${error.message ?? ''}`);
  };
  if (options.request ?? status < 300) {
    note('request', api.validator.validateRequest(request, operation).errors ?? []);
  }
  const body = exchange.responseBody === '' ? undefined : parsed(exchange.responseBody);
  if (status === 403 && exchange.requestHeaders['user-agent'] === undefined) return problems;
  const documented = Object.hasOwn(operation.responses ?? {}, String(status));
  if (documented) {
    if (status === 204) return body === undefined ? problems : [...problems, `${label}: 204 with a body`];
    note('response', api.validateResponse(body, operation, status).errors ?? []);
  } else if (status < 300) {
    problems.push(`${label}: this status is not documented`);
  } else if (!isError(body, status)) {
    problems.push(`${label}: not the shape of an error`);
  }
  return problems;
}

function isError(body: unknown, status: number): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { message, documentation_url: page, status: repeated } = body as Record<string, unknown>;
  const redirect = status === 301 || status === 307;
  return typeof message === 'string' && typeof page === 'string' && (redirect || repeated === String(status));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
