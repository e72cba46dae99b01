import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boundedFetch } from '../../src/http/bounded-fetch.ts';
import { ServiceClock } from '../../src/http/service-clock.ts';
import { transport } from '../../src/http/transport.ts';
import { closed, rawServer, reply } from './raw-server.ts';

const time = {
  monotonic: () => performance.now(),
  wall: () => 0,
  sleep: (): Promise<void> => Promise.resolve(),
  timeout: (duration: number) => AbortSignal.timeout(duration),
};

/** Sends as a run does: whole replies only. */
function opened(): typeof globalThis.fetch {
  const { fetch, close } = transport();
  onTestFinished(close);
  const { signal } = new AbortController();
  return boundedFetch({
    fetch,
    time,
    clock: new ServiceClock(time),
    requestTimeout: 10_000,
    cancelled: signal,
  });
}

const OK = reply('200 OK', [], 'ok');

/** The agent of the next request. */
function agentOfNext(): Promise<Agent> {
  const seen = Promise.withResolvers<Agent>();
  const note = (message: unknown): void => {
    seen.resolve((message as { request: ClientRequest & { agent: Agent } }).request.agent);
    unsubscribe('http.client.request.start', note);
  };
  subscribe('http.client.request.start', note);
  return seen.promise;
}

describe('a connection', () => {
  it('is used again for the next request, and one of its own for each that is under way', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(OK));
    for (let i = 0; i < 3; i += 1) await fetch(server.origin);
    expect(server.sockets).toHaveLength(1);
    await Promise.all([fetch(server.origin), fetch(server.origin)]);
    expect(server.sockets).toHaveLength(2);
  });

  it.each([
    ['closes it', ['Connection: close']],
    ['will close it within two seconds', ['Keep-Alive: timeout=2']],
  ])('is not used again if the server says that it %s', async (_name, lines) => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(reply('200 OK', lines)));
    await fetch(server.origin);
    await fetch(server.origin);
    expect(server.sockets).toHaveLength(2);
  });

  it.each([
    ['four seconds at most', [], 4000],
    ['up to two seconds before the end that the server announces', ['Keep-Alive: timeout=5'], 3000],
  ])('stays open while idle for %s', async (_name, lines, expected) => {
    const fetch = opened();
    const agent = agentOfNext();
    const server = await rawServer((socket) => socket.write(reply('200 OK', lines)));
    await fetch(server.origin);
    const idle = Object.values((await agent).freeSockets).flatMap((sockets) => sockets ?? []);
    expect(idle.map(({ timeout }) => timeout)).toEqual([expected]);
  });

  it('that the server closed while it was idle is replaced by a new one', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(OK));
    await fetch(server.origin);
    server.sockets[0]?.end();
    await setTimeout(20);
    expect(await (await fetch(server.origin, { method: 'PUT', body: 'x' })).text()).toBe('ok');
    expect(server.requests).toHaveLength(2);
  });

  it('that closed in this very turn is not written to: the request takes another, and is sent once', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => {
      void setTimeout(5).then(() => socket.write(OK));
    });
    const agent = agentOfNext();
    await Promise.all([fetch(server.origin), fetch(server.origin)]);
    await setImmediate();
    const [idle = []] = Object.values((await agent).freeSockets);
    expect(idle).toHaveLength(2);
    // The agent hands out the last one, and looks only at the first one.
    idle.at(-1)?.destroy();
    expect(await (await fetch(server.origin, { method: 'PUT', body: 'x' })).text()).toBe('ok');
    expect(server.requests).toHaveLength(3);
  });

  it('that closes on a request is an error, even of a connection that was idle: it is not sent again', async () => {
    const fetch = opened();
    const server = await rawServer((socket, number) => {
      if (number === 1) socket.write(OK);
      else socket.destroy();
    });
    await fetch(server.origin);
    await expect(fetch(server.origin, { method: 'PUT', body: 'x' })).rejects.toThrow('(ECONNRESET)');
    expect(server.requests).toHaveLength(2);
    expect(server.sockets).toHaveLength(1);
  });

  it('on which more came than the reply is not trusted with another request', async () => {
    const fetch = opened();
    const server = await rawServer((socket) => socket.write(OK + reply('200 OK', [], 'forged')));
    expect(await (await fetch(server.origin)).text()).toBe('ok');
    expect(await (await fetch(server.origin)).text()).toBe('ok');
  });
});

describe('a body that is too long', () => {
  it.each([
    ['announces its length', ['Content-Length: 99999999999']],
    ['never ends', []],
    ['unpacks to gigabytes', ['Content-Encoding: gzip']],
  ])('is given up, and its connection is closed, if it %s', async (_name, lines) => {
    const fetch = opened();
    let sent = 0;
    const block =
      lines[0]?.endsWith('gzip') === true ? gzipSync(Buffer.alloc(2 ** 26)) : Buffer.alloc(2 ** 16);
    const pour = (socket: Socket): void => {
      while (!socket.destroyed && socket.write(block)) sent += block.length;
    };
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
      socket.on('drain', () => {
        pour(socket);
      });
      pour(socket);
    });
    await expect(fetch(server.origin)).rejects.toThrow('a reply of more than 8 MiB');
    const [socket] = server.sockets;
    await closed(socket);
    expect(sent).toBeLessThan(2 ** 25);
  });

  it('is not read further than somebody reads, and ends when it is cancelled', async () => {
    const { fetch, close } = transport();
    onTestFinished(close);
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nbeginning');
    });
    const response = await fetch(server.origin);
    await response.body?.cancel();
    const [socket] = server.sockets;
    await closed(socket);
  });
});

describe('a process', () => {
  const run = async (script: string): Promise<string> => {
    const file = join(import.meta.dirname, '../../src/http/transport.ts');
    const code = `import { transport } from ${JSON.stringify(file)}; const { fetch, close } = transport(); ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { env: {} });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
    await once(child, 'close');
    return output;
  };

  it('ends by itself while connections are idle', async () => {
    const server = await rawServer((socket) => socket.write(OK));
    const output = await run(`
      console.log(await (await fetch('${server.origin}')).text());
      const before = performance.now();
      process.on('exit', () => console.log(performance.now() - before < 3000));`);
    expect(output).toBe('ok\ntrue\n');
  });

  /** Asks behind a proxy, and says how that failed. */
  const behind = async (answer: (socket: Socket) => void): Promise<string> => {
    const proxy = await rawServer(answer);
    return run(`
      const { setGlobalProxyFromEnv } = await import('node:http');
      setGlobalProxyFromEnv({ https_proxy: '${proxy.origin}' });
      const failed = ({ name, code }) => console.log(typeof code === 'string' ? code : name);
      await fetch('https://example.com/', { signal: AbortSignal.timeout(500) }).catch(failed);
      close();`);
  };

  it.each([
    ['never answers', () => undefined],
    ['never carries anything', (socket: Socket) => socket.write('HTTP/1.1 200 Established\r\n\r\n')],
  ])('ends once it closes them, even if a proxy %s', async (_name, answer) => {
    expect(await behind(answer)).toBe('TimeoutError\n');
  });

  it.each([
    ['refuses', (socket: Socket) => socket.write('HTTP/1.1 407 Who are you\r\n\r\n'), 'ERR_PROXY_TUNNEL'],
    ['hangs up', (socket: Socket) => socket.end(), 'ERR_PROXY_TUNNEL'],
    ['resets', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ])('is told by a code that a proxy %s', async (_name, answer, code) => {
    expect(await behind(answer)).toBe(`${code}\n`);
  });
});
