import { getEventListeners } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { selfSignedCertificate } from '../../sandbox/certificate.ts';
import { listen } from '../../sandbox/server.ts';
import { transport, type Transport } from '../../src/http/transport.ts';
import { closed, rawServer, reply } from './raw-server.ts';

function opened(): Transport['fetch'] {
  const { fetch, close } = transport();
  onTestFinished(close);
  return fetch;
}

/** The code of the error, or its class; `whole` if there is none. */
async function outcome(exchange: Promise<Response>): Promise<string> {
  try {
    await (await exchange).arrayBuffer();
    return 'whole';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** Until what was written to a loopback connection has been read on the other side. */
const later = (): Promise<void> => setTimeout(20);

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('a request', () => {
  it('carries its method, path, headers and the length of its body, and asks for no compression', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(reply('204 No Content')));
    const headers = { 'X-Name': 'caf\u00e9', 'user-agent': 'me' };
    await fetch(`${server.origin}/path?query#fragment`, { method: 'DELETE', headers, body: 'h\u00e4' });
    await fetch(server.origin, { method: 'PUT', body: new Uint8Array([1, 2]) });
    await fetch(server.origin, { method: 'POST', body: null });
    const [first = '', second = '', third = ''] = server.requests.map((text) => text.toLowerCase());
    expect(first.split('\r\n')[0]).toBe('delete /path?query http/1.1');
    for (const line of [
      'x-name: caf\u00e9',
      'accept-encoding: identity',
      'content-length: 3',
      'user-agent: me',
    ]) {
      expect(first).toContain(`\r\n${line}\r\n`);
    }
    expect(first).not.toContain('transfer-encoding');
    expect(second).toMatch(/content-length: 2\r\n.*\x01\x02$/s);
    expect(third).toContain('content-length: 0\r\n');
  });

  it('cannot smuggle a line into the head, and takes no URL with credentials', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(reply('200 OK')));
    await expect(fetch(server.origin, { headers: { 'x-name': 'a\r\nx-other: b' } })).rejects.toThrow(
      TypeError,
    );
    await expect(fetch(server.origin, { method: 'GET / HTTP/1.1\r\nx: y' })).rejects.toThrow(TypeError);
    await expect(fetch(server.origin.replace('//', '//user:word@'))).rejects.toThrow(TypeError);
    await expect(fetch('file:///etc/hosts')).rejects.toThrow(TypeError);
    expect(server.requests).toEqual([]);
  });
});

describe('a whole reply', () => {
  it('has its status, its body and all headers, repeated and latin1 ones too', async () => {
    const fetch = opened();
    const lines = ['Set-Cookie: a=1', 'Set-Cookie: b=2', 'X-Name: caf\u00e9', 'Link: one', 'link: two'];
    const server = await rawServer((socket) => socket.write(reply('418 Teapot', lines, 'body'), 'latin1'));
    const response = await fetch(server.origin);
    expect([response.status, await response.text()]).toEqual([418, 'body']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([response.headers.get('x-name'), response.headers.get('link')]).toEqual(['caf\u00e9', 'one, two']);
  });

  it('may come in chunks, byte by byte, or end with the connection', async () => {
    const fetch = opened();
    const server = await rawServer((socket, number) => {
      if (number === 1) {
        const bytes = reply('200 OK', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
        for (const byte of bytes) socket.write(byte);
      } else socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    });
    expect(await (await fetch(server.origin)).text()).toBe('abcde');
    expect(await (await fetch(server.origin)).text()).toBe('until the end');
  });

  it('comes after informational ones, which are passed over', async () => {
    const fetch = opened();
    const early = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    const server = await rawServer((socket) => socket.write(early + reply('200 OK', [], 'final')));
    const response = await fetch(server.origin);
    expect([response.status, response.headers.has('link'), await response.text()]).toEqual([
      200,
      false,
      'final',
    ]);
  });

  it.each([
    ['HEAD', '200 OK', ['Content-Length: 10']],
    ['GET', '204 No Content', []],
    ['GET', '205 Reset Content', []],
    ['GET', '304 Not Modified', ['Content-Length: 10']],
  ])('has no body after %s with %s, and its connection is used again', async (method, status, lines) => {
    const fetch = opened();
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
      if (status.startsWith('205')) socket.end();
    });
    const response = await fetch(server.origin, { method });
    expect([response.status, response.body, await response.text()]).toEqual([
      Number(status.slice(0, 3)),
      null,
      '',
    ]);
    await setImmediate();
    await fetch(server.origin, { method });
    expect(server.sockets).toHaveLength(status.startsWith('205') ? 2 : 1);
  });

  it('is a redirect that nobody follows', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(reply('307 Temporary', ['Location: /other'])));
    const response = await fetch(server.origin, { method: 'PUT', body: 'secret' });
    expect([response.status, response.headers.get('location')]).toEqual([307, '/other']);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is decoded if it comes as %s though nobody asked for that', async (coding, compress) => {
    const fetch = opened();
    const body = latin1(compress('{"some":"json"}'));
    const lines = [`Content-Encoding: ${coding}`];
    const server = await rawServer((socket, number) =>
      socket.write(reply('200 OK', lines, number === 1 ? body : body.slice(0, -3)), 'latin1'),
    );
    expect(await (await fetch(server.origin)).json()).toEqual({ some: 'json' });
    expect(await outcome(fetch(server.origin))).toMatch(/BUF_ERROR|ERR__ERROR|UNEXPECTED|Z_/);
  });

  it('is an error in an encoding that nobody knows', async () => {
    const fetch = opened();
    const server = await rawServer((socket) =>
      socket.write(reply('200 OK', ['Content-Encoding: zip'], 'abc')),
    );
    expect(await outcome(fetch(server.origin))).toBe('UNKNOWN_ENCODING');
  });
});

describe('a reply that is not whole', () => {
  it.each([
    ['the connection ends before it', ''],
    ['its head breaks off', 'HTTP/1.1 200 OK\r\nContent-'],
    ['its body is shorter than announced', reply('200 OK', ['Content-Length: 10'], 'abc')],
    ['its body ends without the last chunk', reply('200 OK', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n')],
    ['its body breaks off inside a chunk', reply('200 OK', ['Transfer-Encoding: chunked'], '9\r\nabc')],
    ['only an informational one came', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['another protocol is offered', reply('101 Switching Protocols', ['Upgrade: x', 'Connection: upgrade'])],
  ])('is an error: %s', async (_name, bytes) => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.end(bytes));
    expect(await outcome(fetch(server.origin, { method: 'PUT', body: 'x' }))).toMatch(
      /^(ECONNRESET|HPE_\w+)$/,
    );
    expect(server.requests).toHaveLength(1);
  });

  it('is an error when the connection is reset, before or in the middle of it', async () => {
    const fetch = opened();
    const server = await rawServer((socket, number) => {
      if (number === 1) socket.resetAndDestroy();
      else socket.write(reply('200 OK', ['Content-Length: 10'], 'abc'), () => socket.resetAndDestroy());
    });
    expect(await outcome(fetch(server.origin))).toBe('ECONNRESET');
    expect(await outcome(fetch(server.origin))).toBe('ECONNRESET');
  });

  it('is an error even if it broke off before anybody read it', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.end(reply('200 OK', ['Content-Length: 10'], 'abc')));
    const response = await fetch(server.origin);
    await later();
    expect(await outcome(Promise.resolve(response))).toBe('ECONNRESET');
  });

  it.each([
    ['no HTTP', 'SSH-2.0-x\r\n\r\n'],
    ['two lengths', reply('200 OK', ['Content-Length: 1', 'Content-Length: 2'], 'ab')],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`],
  ])('is an error when it is %s', async (_name, bytes) => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(bytes));
    expect(await outcome(fetch(server.origin))).toMatch(/^HPE_[A-Z_]+$/);
  });

  it('has the code of the system where there is no connection at all', async () => {
    const fetch = opened();
    expect(await outcome(fetch('http://127.0.0.1:1/'))).toBe('ECONNREFUSED');
    expect(await outcome(fetch('http://name.invalid/'))).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });

  it('has the code of TLS when nobody vouches for the certificate', async () => {
    const fetch = opened();
    const handler = (): Promise<Response> => Promise.reject(new Error('a request came'));
    const server = await listen(handler, 0, selfSignedCertificate(['localhost']));
    onTestFinished(server.close);
    expect(await outcome(fetch(server.origin))).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});

describe('an aborted signal', () => {
  const REASON = 'the reason';

  it('ends a request before anything is sent', async () => {
    const fetch = opened();
    const server = await rawServer(() => undefined);
    expect(await outcome(fetch(server.origin, { signal: AbortSignal.abort(REASON) }))).toBe(REASON);
    const controller = new AbortController();
    const exchange = fetch(server.origin, { signal: controller.signal });
    controller.abort(REASON);
    expect(await outcome(exchange)).toBe(REASON);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['before the reply', ''],
    ['in the head', 'HTTP/1.1 200 OK\r\n'],
    ['in the body', reply('200 OK', ['Content-Length: 10'], 'abc')],
  ])('ends it %s, and its connection', async (_name, bytes) => {
    const fetch = opened();
    const asked = Promise.withResolvers<undefined>();
    const server = await rawServer((socket) => {
      socket.write(bytes);
      asked.resolve(undefined);
    });
    const controller = new AbortController();
    const exchange = outcome(fetch(server.origin, { signal: controller.signal }));
    await asked.promise;
    const [socket] = server.sockets;
    await later();
    controller.abort(REASON);
    expect(await exchange).toBe(REASON);
    await closed(socket);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('ends the reading of a reply that is there already', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(reply('200 OK', [], 'whole')));
    const controller = new AbortController();
    const response = await fetch(server.origin, { signal: controller.signal });
    await later();
    controller.abort(REASON);
    expect(await outcome(Promise.resolve(response))).toBe(REASON);
  });

  it('keeps no listener once the reply was read, and then leaves the connection alone', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(reply('200 OK', [], 'whole')));
    const controller = new AbortController();
    await (await fetch(server.origin, { signal: controller.signal })).text();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const next = fetch(server.origin);
    controller.abort(REASON);
    expect(await outcome(next)).toBe('whole');
    expect(server.sockets).toHaveLength(1);
  });
});
