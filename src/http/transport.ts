import type { ClientRequest, IncomingMessage } from 'node:http';
import { bodyOf } from './body-stream.ts';
import { Connections, type Begin } from './connections.ts';

/** Statuses whose replies a `Response` lets have no body. */
const WITHOUT_BODY: readonly (number | undefined)[] = [204, 205, 304];

export interface Transport {
  /**
   * Sends one request by HTTP/1.1, once, as `fetch` does: resolves when the head of the reply is there. Follows no
   * redirect whatever `init` says, and takes a URL and a text or bytes only.
   * @throws the reason of the aborted signal, at any stage; otherwise an error with the `code` of the system
   */
  readonly fetch: typeof globalThis.fetch;
  /** Closes all connections, so that none keeps the process alive. */
  readonly close: () => void;
}

interface Message {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * HTTP by Node's own client. Its `fetch` leaves so much behind for each request that a large fleet would hold twice
 * the memory (docs/performance.md).
 */
export function transport(): Transport {
  const connections = new Connections();
  return {
    fetch: async (input, init = {}) => {
      const message = messageOf(input, init);
      const begin = await connections.for(message.url.protocol);
      return exchange(begin, message);
    },
    close: () => {
      connections.close();
    },
  };
}

function messageOf(input: Parameters<typeof globalThis.fetch>[0], init: RequestInit): Message {
  if (input instanceof Request) throw new TypeError('a Request is not supported');
  const url = new URL(input);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('not a URL of HTTP');
  if (url.username !== '' || url.password !== '') throw new TypeError('a URL with credentials');
  const body = bytesOf(init.body ?? undefined);
  const headers = {
    accept: '*/*',
    // Compression saves nothing with replies this short.
    'accept-encoding': 'identity',
    ...Object.fromEntries(init.headers instanceof Headers ? init.headers : new Headers(init.headers)),
    // Node adds no length to the body of a DELETE.
    ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
  };
  return { url, method: init.method ?? 'GET', headers, body, signal: init.signal ?? undefined };
}

function bytesOf(body: RequestInit['body']): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  throw new TypeError('a body that is neither a text nor bytes');
}

function exchange(begin: Begin, message: Message): Promise<Response> {
  const { url, method, headers, body, signal } = message;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = begin(url, { method, headers });
    let answered = false;
    const fail = (error: unknown): void => {
      // Whatever is aborted has this as its reason, not as its cause.
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal?.aborted === true ? signal.reason : error);
    };
    const abort = (): void => {
      fail(undefined);
      request.destroy();
    };
    signal?.addEventListener('abort', abort, { once: true });
    request.once('close', () => {
      signal?.removeEventListener('abort', abort);
      // After an upgrade, for example, there is neither a reply nor an error.
      if (!answered) fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    });
    request.on('error', fail);
    request.once('response', (reply) => {
      answered = true;
      try {
        resolve(responseOf(request, reply, signal));
      } catch (error) {
        fail(error);
        request.destroy();
      }
    });
    request.once('socket', (socket) => {
      if (!request.reusedSocket || !socket.destroyed) return;
      // The agent may hand out a connection that closed in this very turn. Nothing was sent on it.
      resolve(exchange(begin, message));
    });
    request.end(body);
  });
}

function responseOf(
  request: ClientRequest,
  reply: IncomingMessage,
  signal: AbortSignal | undefined,
): Response {
  const status = reply.statusCode ?? 0;
  const empty = request.method === 'HEAD' || WITHOUT_BODY.includes(status);
  const response = new Response(empty ? null : bodyOf(reply, signal), { status });
  const { rawHeaders } = reply;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    response.headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
  // Otherwise the connection would wait for somebody who reads.
  if (empty) reply.resume();
  return response;
}
