import type { Exchange, Handler } from '../../sandbox/exchange.ts';
import { inProcessFetch } from '../../sandbox/in-process-fetch.ts';
import { recordingRunner, stepEnvironment, type Transcript } from '../../sandbox/in-process-run.ts';
import { SandboxTime } from '../../sandbox/time.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import { SECOND } from '../../src/model/time.ts';
import { run } from '../../src/main.ts';
import type { Mishap } from './actions.ts';
import { MISHAPS } from './mishaps.ts';
import type { Stage } from './stage.ts';

export interface Performed {
  /** Undefined where the process was killed. */
  readonly exitCode: 0 | 1 | undefined;
  readonly transcript: Transcript;
}

export interface Performance {
  /** One run for each. */
  readonly inputs: readonly Readonly<Record<string, string>>[];
  readonly mishap?: Mishap | undefined;
  readonly latencies?: readonly number[];
  readonly onExchange?: (exchange: Exchange) => void;
}

/** Runs the action, several at the same moment if asked; requests of all of them are counted together. */
export async function perform(stage: Stage, asked: Performance): Promise<readonly Performed[]> {
  const { sandbox } = stage;
  const time = new SandboxTime(sandbox.clock);
  const handlers: Record<string, Handler> = {};
  for (const service of ['cloudflare', 'github', 'application'] as const) {
    handlers[ORIGINS[service]] = sandbox.handlers[service];
  }
  const { fetch, onHang } = inProcessFetch(handlers, time);
  sandbox.faults.onHang = onHang;
  sandbox.faults.onExchange = asked.onExchange;
  const effect = asked.mishap && MISHAPS[asked.mishap.name];
  if (asked.mishap !== undefined && effect !== undefined && effect.kind !== 'kill') {
    sandbox.faults.add({ ...asked.mishap, effect });
  }
  const death = killing(slowly(fetch, asked.latencies ?? [], time), asked.mishap, time);
  const performed = await Promise.all(
    asked.inputs.map(async (inputs) => {
      const { runner, transcript } = recordingRunner();
      const running = run({
        env: stepEnvironment({ ...sandbox.inputs(), ...inputs }),
        runner,
        fetch: death.fetch,
        time,
        randomBytes: sandbox.random,
        cancelled: new AbortController().signal,
      });
      const ended = await Promise.race([running.then(() => 'ended' as const), death.killed]);
      return { exitCode: ended === 'ended' ? transcript().exitCode : undefined, transcript: transcript() };
    }),
  );
  sandbox.faults.clear();
  sandbox.faults.onExchange = undefined;
  return performed;
}

function slowly(
  fetch: typeof globalThis.fetch,
  latencies: readonly number[],
  time: SandboxTime,
): typeof globalThis.fetch {
  if (latencies.length === 0) return fetch;
  let next = 0;
  const wait = async (signal: AbortSignal | null | undefined): Promise<void> => {
    const latency = latencies[next % latencies.length] ?? 0;
    next += 1;
    if (latency > 0) await time.sleep(latency * SECOND, signal ?? undefined);
  };
  return async (input, init) => {
    await wait(init?.signal);
    const response = await fetch(input, init);
    await wait(init?.signal);
    return response;
  };
}

function killing(
  fetch: typeof globalThis.fetch,
  mishap: Mishap | undefined,
  time: SandboxTime,
): { readonly fetch: typeof globalThis.fetch; readonly killed: Promise<'killed'> } {
  const killed = Promise.withResolvers<'killed'>();
  const effect = mishap && MISHAPS[mishap.name];
  if (mishap === undefined || effect?.kind !== 'kill') return { fetch, killed: killed.promise };
  const never = new Promise<never>(() => undefined);
  let left = mishap.skip;
  const die = (): Promise<never> => {
    left = -Infinity;
    // Its sleeps and timeouts must not move the clock that others go by.
    time.answering();
    killed.resolve('killed');
    return never;
  };
  return {
    killed: killed.promise,
    fetch: async (input, init) => {
      left -= 1;
      const strikes = left === -1;
      if (left === -Infinity || (strikes && effect.when === 'before')) return die();
      const response = await fetch(input, init);
      return strikes || left === -Infinity ? die() : response;
    },
  };
}
