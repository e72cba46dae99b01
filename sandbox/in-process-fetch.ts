import { ConnectionReset, type Handler } from './exchange.ts';
import type { SandboxTime } from './time.ts';

export interface InProcessFetch {
  readonly fetch: typeof globalThis.fetch;
  /** To be told of every request whose reply is held back. */
  readonly onHang: (request: Request) => void;
}

/**
 * A `fetch` that hands requests to handlers by their origin, without a network. It fails as the real one
 * does: `TypeError: fetch failed` with the system's code in its cause, or the reason of the aborted signal.
 * It follows no redirect, since nothing that is asked of the services may be repeated elsewhere.
 */
export function inProcessFetch(
  handlers: Readonly<Record<string, Handler>>,
  time: SandboxTime,
): InProcessFetch {
  const underWay = new Map<Request, { readonly hangs: () => void }>();

  async function exchange(request: Request): Promise<Response> {
    const handler = handlers[new URL(request.url).origin];
    if (handler === undefined) throw failed('getaddrinfo ENOTFOUND', 'ENOTFOUND');
    request.signal.throwIfAborted();
    const answering = time.answering();
    underWay.set(request, answering);
    try {
      return await Promise.race([handler(request), abortion(request.signal)]);
    } catch (error) {
      request.signal.throwIfAborted();
      throw error instanceof ConnectionReset ? failed('read ECONNRESET', 'ECONNRESET') : error;
    } finally {
      underWay.delete(request);
      answering.ended();
    }
  }

  return {
    fetch: async (input, init) => {
      const request = withUsualHeaders(new Request(input, init));
      const response = await exchange(request);
      const redirects = response.status >= 300 && response.status < 400 && response.headers.has('location');
      if (redirects && request.redirect !== 'manual') throw failed('unexpected redirect', 'UND_ERR_REDIRECT');
      return response;
    },
    onHang: (request) => underWay.get(request)?.hangs(),
  };
}

/** What Node's own fetch adds. */
function withUsualHeaders(request: Request): Request {
  for (const [name, value] of [
    ['accept', '*/*'],
    ['user-agent', 'node'],
  ] as const) {
    if (!request.headers.has(name)) request.headers.set(name, value);
  }
  return request;
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}

function failed(message: string, code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
}
