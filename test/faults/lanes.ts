import type { Exchange } from '../../sandbox/exchange.ts';
import { recordingRunner, stepEnvironment, type Transcript } from '../../sandbox/in-process-run.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { Milliseconds } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';
import { run } from '../../src/main.ts';
import { standingOf, type Standing } from './standing.ts';

/** Which lane sent a request, in the request log. */
export const LANE = 'x-lane';
/** How many requests had been answered when this one was begun. */
const BEGUN = 'x-begun';

/** Whether a request had to wait while the one at `number` was answered. */
export function waitedFor({ requestHeaders }: Exchange, { number }: Exchange): boolean {
  return Number(requestHeaders[BEGUN]) < number;
}

/** How a run that shares its sandbox with another one ended. */
export interface Finish {
  readonly transcript: Transcript;
  /** How everything stood at that very moment. */
  readonly standing: Standing;
}

export interface LaneOptions {
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly targets: readonly Target[];
  /** How long a request is on its way, and its reply; nothing if not given. */
  readonly latency?: () => Milliseconds;
}

/**
 * A run beside another one, which gets as many requests through as it is allowed, and waits with the next. While it
 * waits its process stands still: no timeout strikes.
 */
export class Lane {
  readonly finish: Promise<Finish>;
  #allowed = 0;
  #underWay = 0;
  #ended = false;
  readonly #held: (() => void)[] = [];
  #stopped = Promise.withResolvers<undefined>();

  constructor(sandbox: Sandbox, { name, inputs, targets, latency }: LaneOptions) {
    const { runner, transcript } = recordingRunner();
    const { monotonic, wall, sleep } = sandbox.time;
    const never = new AbortController().signal;
    this.finish = run({
      env: stepEnvironment({ ...sandbox.inputs(), ...inputs }),
      runner,
      fetch: (input, init) => {
        const request = new Request(input, init);
        request.headers.set(LANE, name);
        request.headers.set(BEGUN, String(sandbox.faults.log.length));
        return this.#pass(async () => {
          if (latency === undefined) return sandbox.fetch(request);
          await sandbox.time.sleep(latency());
          const response = await sandbox.fetch(request);
          await sandbox.time.sleep(latency());
          return response;
        });
      },
      time: { monotonic, wall, sleep, timeout: () => never },
      randomBytes: sandbox.random,
      cancelled: never,
    }).then(() => {
      this.#ended = true;
      this.#look();
      return { transcript: transcript(), standing: standingOf(sandbox, targets) };
    });
  }

  /** Lets it get on by so many requests, and resolves when they are answered and it wants another, or has ended. */
  async advance(requests: number): Promise<void> {
    this.#allowed += requests;
    this.#stopped = Promise.withResolvers();
    while (this.#allowed > 0 && this.#held.length > 0) this.#release();
    this.#look();
    await this.#stopped.promise;
  }

  async #pass(send: () => Promise<Response>): Promise<Response> {
    const turn = Promise.withResolvers<undefined>();
    this.#held.push(() => {
      turn.resolve(undefined);
    });
    if (this.#allowed > 0) this.#release();
    else this.#look();
    await turn.promise;
    try {
      return await send();
    } finally {
      this.#underWay -= 1;
      // What follows from the answer is asked for within a few turns.
      setImmediate(() =>
        setImmediate(() => {
          this.#look();
        }),
      );
    }
  }

  #release(): void {
    this.#allowed -= 1;
    this.#underWay += 1;
    this.#held.shift()?.();
  }

  #look(): void {
    const waits = this.#allowed === 0 && this.#held.length > 0 && this.#underWay === 0;
    if (this.#ended || waits) this.#stopped.resolve(undefined);
  }
}
