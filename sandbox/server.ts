import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.ts';
import { ConnectionReset, type Handler } from './exchange.ts';

/** A handler behind a port on loopback. */
export interface Listening {
  /** `http://127.0.0.1:PORT`, or https with a certificate */
  readonly origin: string;
  /** How many connections were ever opened. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Serves a handler on 127.0.0.1; port 0 takes a free one. Redirect and body bytes go through unchanged. */
export async function listen(handler: Handler, port = 0, certificate?: Certificate): Promise<Listening> {
  const scheme = certificate === undefined ? 'http' : 'https';
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer(handler, scheme, incoming, outgoing).catch(() => incoming.socket.destroy());
  };
  const server =
    certificate === undefined ? createServer(onRequest) : createTlsServer(certificate, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const { port: bound } = server.address() as AddressInfo;
  return {
    origin: `${scheme}://127.0.0.1:${bound}`,
    connections: () => connections,
    close: () => close(server),
  };
}

async function answer(
  handler: Handler,
  scheme: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const gone = new AbortController();
  outgoing.on('close', () => {
    gone.abort();
  });
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD' && chunks.length > 0;
  const request = new Request(`${scheme}://${incoming.headers.host ?? '127.0.0.1'}${incoming.url ?? '/'}`, {
    method: incoming.method ?? 'GET',
    headers: headersOf(incoming),
    signal: gone.signal,
    ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
  });
  let response: Response;
  try {
    response = await handler(request);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) console.error(error);
    incoming.socket.destroy();
    return;
  }
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.end(body);
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  }
  return headers;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
