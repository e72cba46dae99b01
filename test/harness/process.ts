import type { VirtualClock } from '../../sandbox/clock.ts';
import type { SandboxTime } from '../../sandbox/time.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import type { Time } from '../../src/model/dependencies.ts';
import type { Instant } from '../../src/model/time.ts';
import type { Befall, Moment } from './mishaps.ts';

/** What befalls the processes of a play themselves: the runner's signal, and death. */
export class Fate {
  /** Resolves when they die; where that is not planned, never. */
  readonly death: Promise<void>;
  /** When the signal came. */
  cancelledAt: Instant | undefined;
  /** What was sent from then on, as `PUT /path`. */
  readonly sentAfterwards: string[] = [];
  readonly #die: () => void;
  readonly #cancelled = new AbortController();
  readonly #clock: VirtualClock;
  readonly #time: SandboxTime;
  readonly #befalls: readonly { readonly mishap: Befall['mishap']; readonly isIt: (r: Request) => boolean }[];
  #isDead = false;

  constructor(clock: VirtualClock, time: SandboxTime, befalls: readonly Befall[]) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.death = promise;
    this.#clock = clock;
    this.#time = time;
    this.#befalls = befalls
      .filter(({ mishap: { effect } }) => effect.kind === 'kill' || effect.kind === 'cancel')
      .map(({ at, mishap }) => ({ mishap, isIt: recognizer(at) }));
    this.#die = () => {
      this.#isDead = true;
      // Its sleeps and timeouts must not move the clock that others go by.
      time.answering();
      resolve(undefined);
    };
  }

  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** The time of the processes: of a dead one every wait fails at once. */
  get time(): Time {
    const { monotonic, wall, timeout, sleep } = this.#time;
    return {
      monotonic,
      wall,
      timeout,
      sleep: (duration, signal) => this.#whileAlive(() => sleep(duration, signal)),
    };
  }

  /** Sends a request, and lets happen what is planned for it. */
  async send(request: Request, fetch: typeof globalThis.fetch): Promise<Response> {
    if (this.cancelledAt !== undefined)
      this.sentAfterwards.push(`${request.method} ${new URL(request.url).pathname}`);
    const struck = this.#befalls.filter(({ isIt }) => isIt(request)).map(({ mishap: { effect } }) => effect);
    const comes = (kind: 'kill' | 'cancel', when: 'before' | 'after'): boolean =>
      struck.some((effect) => effect.kind === kind && effect.when === when);
    return this.#whileAlive(async () => {
      if (comes('kill', 'before')) this.#die();
      if (this.#isDead) throw died();
      const exchange = fetch(request);
      if (comes('cancel', 'before')) this.#cancel();
      const response = await exchange;
      if (comes('cancel', 'after')) this.#cancel();
      if (comes('kill', 'after')) this.#die();
      return response;
    });
  }

  #cancel(): void {
    this.cancelledAt = this.#clock.now();
    this.#cancelled.abort();
  }

  /** Nothing of what is dead reaches anything outside, or stays behind in modules that the next run shares. */
  async #whileAlive<T>(task: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw died();
    return Promise.race([task(), this.death.then(() => Promise.reject(died()))]);
  }
}

function died(): Error {
  return new Error('the process was killed');
}

/** Tells the request of a moment from all others of its play, each of which it is to be shown once. */
function recognizer({ service, method, path, skip }: Moment): (request: Request) => boolean {
  let left = skip;
  return (request) => {
    const { origin, pathname, search } = new URL(request.url);
    if (service !== undefined && Reflect.get(ORIGINS, service) !== origin) return false;
    if (method !== undefined && request.method !== method) return false;
    if (path !== undefined && pathname + search !== path) return false;
    left -= 1;
    return left === -1;
  };
}

/**
 * The requests of one of several processes, which sends as many as it is allowed and waits with the next. While it
 * waits its process stands still.
 */
export class Lane {
  #allowed = 0;
  #underWay = 0;
  #ended = false;
  readonly #held: (() => void)[] = [];
  #stopped = Promise.withResolvers<undefined>();

  /** Lets it go on by so many requests; resolves when they are answered and it wants another, or has ended. */
  async advance(requests: number): Promise<void> {
    this.#allowed += requests;
    this.#stopped = Promise.withResolvers();
    while (this.#allowed > 0 && this.#held.length > 0) this.#release();
    this.#look();
    await this.#stopped.promise;
  }

  async pass(send: () => Promise<Response>): Promise<Response> {
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

  end(): void {
    this.#ended = true;
    this.#look();
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
