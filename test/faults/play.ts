import type { Exchange, Handler } from '../../sandbox/exchange.ts';
import { inProcessFetch } from '../../sandbox/in-process-fetch.ts';
import { recordingRunner, stepEnvironment, type Transcript } from '../../sandbox/in-process-run.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { SandboxTime } from '../../sandbox/time.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import { run } from '../../src/run.ts';
import { Death } from './death.ts';
import type { Mishap } from './mishaps.ts';

/** A request of a run: the one that had this method and path before it came `skip` times. */
export interface Moment {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly skip: number;
  /** How many requests its service got before, in this run. */
  readonly before: number;
}

export interface Played {
  readonly inputs: Readonly<Record<string, string>>;
  /** Undefined where the process was killed. */
  readonly exitCode: 0 | 1 | undefined;
  readonly transcript: Transcript;
  readonly exchanges: readonly Exchange[];
  /** By the virtual clock. */
  readonly took: number;
}

export interface Play {
  readonly inputs: Readonly<Record<string, string>>;
  readonly mishap?: { readonly at: Moment; readonly mishap: Mishap };
  readonly cancelled?: AbortSignal;
}

/** The requests of a run as moments at which something may go wrong. */
export function momentsOf(
  exchanges: readonly Exchange[],
): readonly (Moment & { readonly exchange: Exchange })[] {
  return exchanges.map((exchange, index) => {
    const earlier = exchanges.slice(0, index).filter(({ service }) => service === exchange.service);
    const same = earlier.filter(({ method, path }) => method === exchange.method && path === exchange.path);
    const { service, method, path } = exchange;
    return { service, method, path, skip: same.length, before: earlier.length, exchange };
  });
}

/** One run as a process of its own: it can be killed, and what is dead waits for nothing and sends nothing. */
export async function play(sandbox: Sandbox, { inputs, mishap, cancelled }: Play): Promise<Played> {
  const time = new SandboxTime(sandbox.clock);
  const { fetch, onHang } = inProcessFetch(handlersOf(sandbox), time);
  sandbox.faults.onHang = onHang;
  const { runner, transcript } = recordingRunner();
  const already = sandbox.faults.log.length;
  const begun = sandbox.clock.now();
  const death = new Death(time, mishap);
  arm(sandbox, mishap);
  const running = run({
    env: stepEnvironment({ ...sandbox.inputs(), ...inputs }),
    runner,
    fetch: death.fetch(fetch),
    time: death.time,
    randomBytes: sandbox.random,
    cancelled: cancelled ?? new AbortController().signal,
  });
  const last = await Promise.race([
    running.then(() => undefined),
    death.came.then(() => copyOf(transcript())),
  ]);
  const played = {
    inputs,
    exitCode: last === undefined ? transcript().exitCode : undefined,
    transcript: last ?? transcript(),
    exchanges: sandbox.faults.log.slice(already),
    took: sandbox.clock.now() - begun,
  };
  await running;
  sandbox.faults.clear();
  return played;
}

function handlersOf({ handlers }: Sandbox): Record<string, Handler> {
  return {
    [ORIGINS.cloudflare]: handlers.cloudflare,
    [ORIGINS.github]: handlers.github,
    [ORIGINS.application]: handlers.application,
  };
}

function copyOf({ log, annotations, outputs, state, masks, ...rest }: Transcript): Transcript {
  return {
    ...rest,
    log: [...log],
    annotations: [...annotations],
    outputs: { ...outputs },
    state: { ...state },
    masks: [...masks],
  };
}

function arm({ faults }: Sandbox, planned: Play['mishap']): void {
  if (planned === undefined) return;
  const { name, effect, lasting } = planned.mishap;
  const { service, method, path, skip, before } = planned.at;
  if (effect.kind === 'kill') return;
  if (lasting) faults.add({ name, service, skip: before, times: Infinity, effect });
  else faults.add({ name, service, method, path: exactly(path), skip, effect });
}

function exactly(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
