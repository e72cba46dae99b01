import { describe, expect, it, onTestFinished } from 'vitest';
import { runAction, type Step } from '../../sandbox/runner/run-action.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { serve } from '../../sandbox/serve.ts';
import { listen } from '../../sandbox/server.ts';
import { actionFolder } from './action-folder.ts';

const HOUR = 3_600_000;

/** Runs a script that waits on the sandbox's clock, and tells by how much that moved. */
async function run(script: string, setUp = new Sandbox()): Promise<{ step: Step; passed: number }> {
  const served = await serve(setUp);
  onTestFinished(served.close);
  const before = setUp.clock.now();
  const step = await runAction(served.step({ action: await actionFolder(script) }));
  expect(step.rawStderr).toBe('');
  return { step, passed: setUp.clock.now() - before };
}

const SLEEP = `import { setTimeout as sleep } from 'node:timers/promises';`;

describe('a process with virtual time', () => {
  it('waits an hour at once, on the sandbox’s clock and on its own steady one', async () => {
    const { step, passed } = await run(`${SLEEP}
      const before = performance.now();
      console.log(await sleep(${HOUR}, 'value'));
      console.log(performance.now() - before >= ${HOUR});`);
    expect(step.rawStdout).toBe('value\ntrue\n');
    expect(passed).toBe(HOUR);
  });

  it('does so in code that was bundled as CommonJS', async () => {
    const { passed } = await run(`
      import { createRequire } from 'node:module';
      await createRequire(import.meta.url)('timers/promises').setTimeout(${HOUR});`);
    expect(passed).toBe(HOUR);
  });

  it('lets waits overlap, and ends them in order', async () => {
    const { step, passed } = await run(`${SLEEP}
      const waits = [3, 1, 2].map((hours) => sleep(hours * ${HOUR}).then(() => console.log(hours)));
      await Promise.all(waits);`);
    expect(step.rawStdout).toBe('1\n2\n3\n');
    expect(passed).toBe(3 * HOUR);
  });

  it.each([
    ['fetch', `fetch(url).then((reply) => reply.text())`],
    [
      'node:http',
      `new Promise((done) => http.get(url, (reply) => reply.setEncoding('utf8').on('data', done)))`,
    ],
  ])('stands still while a request by %s is under way, however long its reply takes', async (_name, get) => {
    const released = Promise.withResolvers<undefined>();
    const { origin, close } = await listen(async (request) => {
      if (request.url.endsWith('/held')) await released.promise;
      if (request.url.endsWith('/release')) released.resolve(undefined);
      return new Response('reply');
    });
    onTestFinished(close);
    // The clock that jumped would have done so by the end of three round trips beside the request.
    const { step, passed } = await run(`${SLEEP}
      import http from 'node:http';
      import net from 'node:net';
      const beside = (path) => new Promise((resolve) => {
        const head = 'GET ' + path + ' HTTP/1.1\\r\\nhost: beside\\r\\n\\r\\n';
        net.connect(${new URL(origin).port}, '127.0.0.1').once('data', resolve).write(head);
      });
      const url = '${origin}/held';
      const before = performance.now();
      const hour = sleep(${HOUR});
      const held = ${get};
      for (const path of ['/one', '/two', '/release']) await beside(path);
      console.log(await held, performance.now() - before);
      await hour;
      process.exit();`);
    expect(step.rawStdout).toBe('reply 0\n');
    expect(passed).toBe(HOUR);
  });

  it('goes on after a request that failed', async () => {
    const { step, passed } = await run(`${SLEEP}
      await fetch('http://127.0.0.1:1').catch(({ message }) => console.log(message));
      await fetch('http://127.0.0.1:1', { signal: AbortSignal.abort() }).catch(({ name }) => console.log(name));
      await sleep(${HOUR});`);
    expect(step.rawStdout).toBe('fetch failed\nAbortError\n');
    expect(passed).toBe(HOUR);
  });

  it('ends a wait when its signal is aborted, before or during the wait', async () => {
    const { step } = await run(`${SLEEP}
      const say = ({ name, code, cause }) => console.log(name, code, cause);
      await sleep(${HOUR}, undefined, { signal: AbortSignal.abort('early') }).catch(say);
      const controller = new AbortController();
      const waiting = sleep(${HOUR}, undefined, { signal: controller.signal }).catch(say);
      controller.abort('late');
      await waiting;`);
    expect(step.rawStdout).toBe('AbortError ABORT_ERR early\nAbortError ABORT_ERR late\n');
  });

  it('has the wall clock that the sandbox says, right or wrong', async () => {
    const year = 365 * 24 * HOUR;
    const sandbox = new Sandbox({ start: Date.UTC(2026, 5, 1), wallError: -year });
    const { step } = await run(
      `${SLEEP}
      await sleep(${HOUR});
      console.log(new Date().toISOString().slice(0, 15), new Date(0).getTime(), new Date() instanceof Date);
      console.log(Date.now() - new Date().getTime() <= 0, typeof Date());`,
      sandbox,
    );
    expect(step.rawStdout).toBe('2025-06-01T01:0 0 true\ntrue string\n');
  });
});
