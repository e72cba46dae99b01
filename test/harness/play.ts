import type { Exchange, Handler } from '../../sandbox/exchange.ts';
import { inProcessFetch } from '../../sandbox/in-process-fetch.ts';
import { filesOf, recordingRunner, stepEnvironment, type Transcript } from '../../sandbox/in-process-run.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { SandboxTime } from '../../sandbox/time.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import type { Time } from '../../src/model/dependencies.ts';
import { run } from '../../src/main.ts';
import type { Instant, Milliseconds } from '../../src/model/time.ts';
import type { Befall } from './mishaps.ts';
import { Fate, Lane } from './process.ts';
import { standingOf, type Standing, type Watched } from './standing.ts';

export type Inputs = Readonly<Record<string, string>>;

/** A run that is asked for, and the tokens with the targets that it is to work on. */
export interface Asked {
  readonly inputs: Inputs;
  readonly tokens: readonly Watched[];
}

export interface How {
  readonly befalls?: readonly Befall[];
  /** How long a request is on its way, and its reply. */
  readonly latency?: (() => Milliseconds) | undefined;
  /** Which of several runs goes on when; they stand still while they wait for their turn, without any timeout. */
  readonly schedule?: (lanes: readonly Lane[]) => Promise<void>;
  /** What a service makes of its own replies; undefined leaves one as it is. */
  readonly rewrite?: (request: Request, body: string) => string | undefined;
  /** By how much the machine's own clock is wrong. */
  readonly wallError?: Milliseconds;
}

export interface Run extends Asked {
  /** Undefined where the process was killed. */
  readonly exitCode: 0 | 1 | undefined;
  readonly transcript: Transcript;
  /** How everything stood when it ended. */
  readonly ended: Standing;
  /** Those that it sent itself. */
  readonly exchanges: readonly Exchange[];
}

export interface Played {
  readonly runs: readonly [Run, ...Run[]];
  readonly befalls: readonly Befall[];
  /** All of them, as they were answered. */
  readonly exchanges: readonly Exchange[];
  /** By the virtual clock. */
  readonly took: Milliseconds;
  /** When the runner's signal came, if it did. */
  readonly cancelledAt: Instant | undefined;
  /** What was sent from then on, as `PUT /path`. */
  readonly sentAfterwards: readonly string[];
}

/** Which run of a play sent a request. */
const LANE = 'x-lane';
/** How many requests had been answered when this one was begun. */
const BEGUN = 'x-begun';

/** The number of the run that sent a request. */
export function laneOf({ requestHeaders }: Exchange): string {
  return requestHeaders[LANE] ?? '';
}

/** Whether a request had to wait while the other one was answered. */
export function waitedFor({ requestHeaders }: Exchange, { number }: Exchange): boolean {
  return Number(requestHeaders[BEGUN]) < number;
}

/** Plays a run, or several at the same moment, each as a process of its own on the virtual clock. */
export async function play(
  sandbox: Sandbox,
  asked: readonly [Asked, ...Asked[]],
  how: How = {},
): Promise<Played> {
  const { befalls = [], schedule } = how;
  const time = new SandboxTime(sandbox.clock, how.wallError);
  const { fetch, onHang } = inProcessFetch(handlersOf(sandbox, how.rewrite), time);
  sandbox.faults.onHang = onHang;
  const already = sandbox.faults.log.length;
  const begun = sandbox.clock.now();
  const fate = new Fate(sandbox.clock, time, befalls);
  for (const planned of befalls) arm(sandbox, planned);
  const send = slowly((request) => fate.send(request, fetch), how.latency, fate.time);
  const lanes = asked.map(() => (schedule === undefined ? undefined : new Lane()));
  const ends: Promise<unknown>[] = [];
  const running = asked.map(async ({ inputs, tokens }, index) => {
    const { runner, transcript } = recordingRunner();
    const lane = lanes[index];
    const never = new AbortController().signal;
    const ending = run({
      env: stepEnvironment({ ...sandbox.inputs(), ...inputs }),
      runner,
      fetch: (input, init) => {
        const request = new Request(input, init);
        request.headers.set(LANE, String(index));
        request.headers.set(BEGUN, String(sandbox.faults.log.length));
        return lane === undefined ? send(request) : lane.pass(() => send(request));
      },
      time: lane === undefined ? fate.time : { ...fate.time, timeout: () => never },
      files: filesOf({}),
      randomBytes: sandbox.random,
      cancelled: fate.signal,
    }).then(() => {
      lane?.end();
    });
    ends.push(ending);
    const died = await Promise.race([
      ending.then(() => undefined),
      fate.death.then(() => copyOf(transcript())),
    ]);
    const last = died ?? transcript();
    const exitCode = died === undefined ? last.exitCode : undefined;
    return { inputs, tokens, exitCode, transcript: last, ended: standingOf(sandbox, tokens) };
  });
  await schedule?.(lanes.filter((lane) => lane !== undefined));
  const runs = await Promise.all(running);
  const took = sandbox.clock.now() - begun;
  const exchanges = sandbox.faults.log.slice(already);
  await Promise.all(ends);
  sandbox.faults.clear();
  const [first, ...others] = runs.map((one, index) => ({
    ...one,
    exchanges: exchanges.filter((exchange) => laneOf(exchange) === String(index)),
  }));
  if (first === undefined) throw new RangeError('no run was asked for');
  const { cancelledAt, sentAfterwards } = fate;
  return { runs: [first, ...others], befalls, exchanges, took, cancelledAt, sentAfterwards };
}

function slowly(
  send: (request: Request) => Promise<Response>,
  latency: How['latency'],
  time: Time,
): typeof send {
  if (latency === undefined) return send;
  const wait = async ({ signal }: Request): Promise<void> => {
    const span = latency();
    if (span > 0) await time.sleep(span, signal);
  };
  return async (request) => {
    await wait(request);
    const response = await send(request);
    await wait(request);
    return response;
  };
}

function handlersOf({ handlers }: Sandbox, rewrite: How['rewrite']): Record<string, Handler> {
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

function arm({ faults }: Sandbox, { at: { path, ...at }, mishap }: Befall): void {
  const { name, effect, lasting = false } = mishap;
  if (effect.kind === 'kill' || effect.kind === 'cancel') return;
  const times = lasting ? Infinity : 1;
  faults.add({ ...at, ...(path !== undefined && { path: exactly(path) }), name, effect, times });
}

function exactly(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
