import type { Exchange, Handler } from '../../sandbox/exchange.ts';
import { inProcessFetch } from '../../sandbox/in-process-fetch.ts';
import { recordingRunner, stepEnvironment, type Transcript } from '../../sandbox/in-process-run.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { SandboxTime } from '../../sandbox/time.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import { run } from '../../src/main.ts';
import type { Instant, Milliseconds } from '../../src/model/time.ts';
import { Cancellation } from './cancellation.ts';
import { Death } from './death.ts';
import type { Mishap } from './mishaps.ts';
import type { Moment } from './moments.ts';

export interface Played {
  readonly inputs: Readonly<Record<string, string>>;
  /** Undefined where the process was killed. */
  readonly exitCode: 0 | 1 | undefined;
  readonly transcript: Transcript;
  readonly exchanges: readonly Exchange[];
  /** By the virtual clock. */
  readonly took: number;
  /** When the signal came, if it did. */
  readonly cancelledAt: Instant | undefined;
  /** What was sent from then on, as `PUT /path`. */
  readonly sentAfterwards: readonly string[];
}

export interface Play {
  readonly inputs: Readonly<Record<string, string>>;
  readonly mishap?: { readonly at: Moment; readonly mishap: Mishap };
  /** What a service makes of its own replies; undefined leaves one as it is. */
  readonly rewrite?: (request: Request, body: string) => string | undefined;
  /** By how much the machine's own clock is wrong. */
  readonly wallError?: Milliseconds;
  /** The runner's signal comes when this request is sent, or when it is answered. */
  readonly cancel?: { readonly at: Moment; readonly when: 'sent' | 'answered' };
}

/** One run as a process of its own: it can be killed, and what is dead waits for nothing and sends nothing. */
export async function play(
  sandbox: Sandbox,
  { inputs, mishap, cancel, rewrite, wallError }: Play,
): Promise<Played> {
  const time = new SandboxTime(sandbox.clock, wallError);
  const { fetch, onHang } = inProcessFetch(handlersOf(sandbox, rewrite), time);
  sandbox.faults.onHang = onHang;
  const { runner, transcript } = recordingRunner();
  const already = sandbox.faults.log.length;
  const begun = sandbox.clock.now();
  const death = new Death(time, mishap);
  const cancellation = new Cancellation(sandbox.clock, cancel);
  arm(sandbox, mishap);
  const running = run({
    env: stepEnvironment({ ...sandbox.inputs(), ...inputs }),
    runner,
    fetch: cancellation.fetch(death.fetch(fetch)),
    time: death.time,
    randomBytes: sandbox.random,
    cancelled: cancellation.signal,
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
    cancelledAt: cancellation.came,
    sentAfterwards: cancellation.sentAfterwards,
  };
  await running;
  sandbox.faults.clear();
  return played;
}

function handlersOf({ handlers }: Sandbox, rewrite: Play['rewrite']): Record<string, Handler> {
  const rewriting = (handler: Handler): Handler => {
    if (rewrite === undefined) return handler;
    return async (request) => {
      const asked = request.clone();
      const response = await handler(request);
      const body = rewrite(asked, await response.clone().text());
      return body === undefined ? response : new Response(body, response);
    };
  };
  return {
    [ORIGINS.cloudflare]: rewriting(handlers.cloudflare),
    [ORIGINS.github]: rewriting(handlers.github),
    [ORIGINS.application]: rewriting(handlers.application),
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
