import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawServer {
  readonly origin: string;
  /** Every request, with its head and body. */
  readonly requests: string[];
  /** The connections in the order in which they were opened. */
  readonly sockets: Socket[];
}

/**
 * A server that answers byte by byte as a test says, until the test ends.
 * @param answer is called once the whole request is there; `number` counts all requests from 1
 */
export async function rawServer(answer: (socket: Socket, number: number) => void): Promise<RawServer> {
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (!isWhole(text)) return;
      requests.push(text);
      text = '';
      answer(socket, requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, sockets };
}

function isWhole(request: string): boolean {
  const end = request.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = Number(/^content-length: (\d+)/im.exec(request.slice(0, end))?.[1] ?? 0);
  return request.length >= end + 4 + length;
}

/** A reply with this status, these lines of a head, and a body whose length it announces unless a line does. */
export function reply(status: string, lines: readonly string[] = [], body = ''): string {
  const announced = lines.some((line) => /^(content-length|transfer-encoding):/i.test(line));
  const length = announced ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
  return `HTTP/1.1 ${status}\r\n${[...lines, ...length].map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

/** Resolves once the other side has closed this connection, or reset it. */
export function closed(socket: Socket | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (socket === undefined || socket.destroyed) resolve();
    else {
      socket.once('close', () => {
        resolve();
      });
    }
  });
}
