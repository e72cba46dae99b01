import { createServer, request as requestOf, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** One thing that the proxy was asked for. */
export interface Proxied {
  /** `CONNECT`, or the method of a request with a whole URL. */
  readonly method: string;
  /** `host:port` */
  readonly target: string;
  /** Refused where the proxy is not told where the target is. */
  readonly passed: boolean;
}

export interface Proxy {
  /** `http://127.0.0.1:PORT`, fit for HTTPS_PROXY and HTTP_PROXY */
  readonly url: string;
  readonly log: readonly Proxied[];
  readonly close: () => Promise<void>;
}

/**
 * An HTTP proxy on loopback (RFC 9110, 9.3.6): tunnels CONNECT, forwards requests with a whole URL. It
 * knows where to find the targets of `routes` (`host:port` → origin on loopback) and refuses all others.
 */
export async function startProxy(routes: Readonly<Record<string, string>>): Promise<Proxy> {
  const log: Proxied[] = [];
  const tunnels = new Set<Duplex>();
  const find = (method: string, target: string): URL | undefined => {
    const origin = routes[target];
    log.push({ method, target, passed: origin !== undefined });
    return origin === undefined ? undefined : new URL(origin);
  };
  const keep = (socket: Duplex): void => {
    tunnels.add(socket);
    socket.once('close', () => tunnels.delete(socket));
  };
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing, find);
  });
  server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    const origin = find('CONNECT', incoming.url ?? '');
    keep(client);
    if (origin === undefined) client.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n');
    else keep(tunnel(client, head, origin));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    close: () => {
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function tunnel(client: Duplex, head: Buffer, { hostname, port }: URL): Socket {
  const upstream = connect(Number(port), hostname, () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
  client.on('close', () => upstream.destroy());
  return upstream;
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  find: (method: string, target: string) => URL | undefined,
): void {
  const asked = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
  const target = asked === undefined ? '' : `${asked.hostname}:${asked.port === '' ? '80' : asked.port}`;
  const origin = find(incoming.method ?? '', target);
  if (asked === undefined || origin === undefined) {
    outgoing.writeHead(502).end();
    return;
  }
  const onward = requestOf(
    new URL(asked.pathname + asked.search, origin),
    { method: incoming.method ?? 'GET', headers: incoming.headers, setHost: false },
    (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(outgoing);
    },
  );
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
