/** One item of `errors` as Cloudflare's v4 API gives it. */
export interface ApiErrorItem {
  readonly code: number;
  readonly message: string;
  readonly error_chain?: readonly { readonly code: number; readonly message: string }[];
}

/** A refusal by the API; its message is Cloudflare's own. */
export class ApiError extends Error {
  readonly status: number;
  readonly items: readonly ApiErrorItem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, items: readonly ApiErrorItem[], headers: Record<string, string> = {}) {
    super(items.map(({ code, message }) => `${code} ${message}`).join('; '));
    this.name = 'ApiError';
    this.status = status;
    this.items = items;
    this.headers = headers;
  }
}

/** The v4 envelope of a success. */
export interface Success {
  readonly status: number;
  readonly result: unknown;
  readonly result_info?: unknown;
  readonly messages?: readonly unknown[];
  /** The reply has no body, not even an envelope. */
  readonly withoutBody?: true;
}

/** The body of a refusal, fit for a fault's `body` too. */
export function errorBody(items: readonly ApiErrorItem[]): string {
  return JSON.stringify({ success: false, errors: items, messages: [], result: null });
}

export function successBody({ result, result_info, messages = [] }: Success): string {
  return JSON.stringify({ success: true, errors: [], messages, result, result_info });
}

/** Code 12130 with what is wrong; Cloudflare's details differ by resource. */
export function invalidRequest(detail: string): ApiError {
  return new ApiError(400, [{ code: 12130, message: `access.api.error.invalid_request: ${detail}` }]);
}

/** Code 12135: there is no such service token, or it is not visible. */
export function unknownToken(): ApiError {
  return new ApiError(404, [{ code: 12135, message: 'access.api.error.not_found' }]);
}

/** Codes 7003 and 7000: a path that leads nowhere, or an identifier that is none. */
export function noRoute(path: string): ApiError {
  return new ApiError(404, [
    {
      code: 7003,
      message: `Could not route to ${path}, perhaps your object identifier is invalid?`,
    },
    { code: 7000, message: 'No route for that URI' },
  ]);
}

/** Code 6003 with the header that is malformed. */
export function invalidHeader(code: 6102 | 6103 | 6111, header: string): ApiError {
  return new ApiError(400, [
    {
      code: 6003,
      message: 'Invalid request headers',
      error_chain: [{ code, message: `Invalid format for ${header} header` }],
    },
  ]);
}
