// Preloaded into a process that is to wait on the sandbox's clock instead of its own:
// SANDBOX_CLOCK_URL is where to ask for the clock to move on (`POST /advance?ms=N`), SANDBOX_WALL_CLOCK,
// if given, is what the machine's own clock shows at the start, in milliseconds since the epoch.
import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const clock = process.env.SANDBOX_CLOCK_URL;
if (clock === undefined) throw new Error('SANDBOX_CLOCK_URL is not set');

// Only waits count: what the process computes takes no time, on its own clock as on the sandbox's, so that a run can
// be replayed.
let skipped = 0;
const start = performance.now();
performance.now = () => start + skipped;

// An agent of its own, so that proxy variables do not send the clock's requests anywhere else.
const agent = new http.Agent();

function advance(milliseconds) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      new URL(`/advance?ms=${milliseconds}`, clock),
      { method: 'POST', agent },
      (response) => {
        response.resume();
        response.once('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`the sandbox's clock answered ${response.statusCode}`));
        });
      },
    );
    request.once('error', reject);
    request.end();
  });
}

// What `fetch` or `node:http` has sent and not read to its end. The clock stands still until then: a reply that came
// after a jump would seem to have taken all of that time. A request that hangs ends on the machine's own clock.
const underWay = new Set();
let onEnd;

function ended({ request }) {
  underWay.delete(request);
  if (underWay.size === 0) onEnd?.();
}

// A proxy's CONNECT has no end that is told, and is part of the request that it is made for.
subscribe('undici:request:create', ({ request }) => {
  if (request.method !== 'CONNECT') underWay.add(request);
});
subscribe('undici:request:trailers', ended);
subscribe('undici:request:error', ended);
subscribe('http.client.request.start', ({ request }) => {
  if (request.agent === agent) return;
  underWay.add(request);
  request.once('close', () => ended({ request }));
});

/** Turns of the event loop after which whatever can go on without a wait has gone on, and has sent what it sends. */
const TURNS = 3;

async function settled() {
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (; underWay.size > 0; turn = 0) await new Promise((resolve) => (onEnd = resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// Sleeps that overlap end in the order of their ends, and the clock moves only as far as each needs.
const sleepers = new Set();
let waking = false;

async function wake() {
  waking = true;
  while (sleepers.size > 0) {
    await settled();
    const next = [...sleepers].sort((a, b) => a.until - b.until)[0];
    if (next === undefined) break;
    const ahead = next.until - skipped;
    try {
      await advance(ahead);
      skipped += ahead;
      if (sleepers.delete(next)) next.resolve();
    } catch (error) {
      if (sleepers.delete(next)) next.reject(error);
    }
  }
  waking = false;
}

function sleep(duration = 1, value = undefined, { signal } = {}) {
  return new Promise((resolve, reject) => {
    const sleeper = {
      until: skipped + duration,
      resolve: () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      },
      reject,
    };
    function abort() {
      sleepers.delete(sleeper);
      const error = new Error('The operation was aborted', { cause: signal.reason });
      reject(Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' }));
    }
    if (signal?.aborted) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    sleepers.add(sleeper);
    if (!waking) void wake();
  });
}

createRequire(import.meta.url)('node:timers/promises').setTimeout = sleep;
syncBuiltinESMExports();

const wall = process.env.SANDBOX_WALL_CLOCK;
if (wall !== undefined) {
  const wallStart = Number(wall) - performance.now();
  const now = () => Math.floor(wallStart + performance.now());
  globalThis.Date = new Proxy(Date, {
    construct: (target, parts, newTarget) =>
      Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget),
    apply: (target) => new target(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}
