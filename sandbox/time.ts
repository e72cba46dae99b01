import type { Time } from '../src/model/dependencies.ts';
import type { Milliseconds } from '../src/model/time.ts';
import type { VirtualClock } from './clock.ts';

interface Timer {
  readonly at: Milliseconds;
  readonly fire: () => void;
}

/**
 * Time for code that runs in this process against the sandbox. It stands still while anything is being
 * answered, and jumps to the next timer once all that is left to do is to wait: for the end of a sleep, or
 * for a timeout of a request that hangs.
 */
export class SandboxTime implements Time {
  readonly #clock: VirtualClock;
  readonly #start: number;
  readonly #wallError: Milliseconds;
  readonly #timers = new Set<Timer>();
  #sleeping = 0;
  #answering = 0;
  #hanging = 0;
  #jumping = false;

  /** `wallError` is by how much the machine's own clock is wrong. */
  constructor(clock: VirtualClock, wallError: Milliseconds = 0) {
    this.#clock = clock;
    this.#start = clock.now();
    this.#wallError = wallError;
  }

  readonly monotonic = (): Milliseconds => this.#clock.now() - this.#start;

  readonly wall = (): number => this.#clock.now() + this.#wallError;

  readonly timeout = (duration: Milliseconds): AbortSignal => {
    this.#fireDue();
    const controller = new AbortController();
    this.#arm(duration, () => {
      controller.abort(new DOMException('The operation timed out', 'TimeoutError'));
    });
    return controller.signal;
  };

  readonly sleep = async (duration: Milliseconds, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.#sleeping += 1;
    let timer: Timer | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = this.#arm(duration, resolve);
        signal?.addEventListener(
          'abort',
          () => {
            reject(signal.reason as Error);
          },
          { once: true },
        );
        this.#consider();
      });
    } finally {
      if (timer !== undefined) this.#timers.delete(timer);
      this.#sleeping -= 1;
      this.#consider();
    }
  };

  /** Tells that a request is being answered; call what it returns when it hangs and when it has ended. */
  answering(): { readonly hangs: () => void; readonly ended: () => void } {
    let hanging = false;
    this.#answering += 1;
    return {
      hangs: () => {
        hanging = true;
        this.#answering -= 1;
        this.#hanging += 1;
        this.#consider();
      },
      ended: () => {
        if (hanging) this.#hanging -= 1;
        else this.#answering -= 1;
        this.#consider();
      },
    };
  }

  #arm(duration: Milliseconds, fire: () => void): Timer {
    const timer = { at: this.#clock.now() + duration, fire };
    this.#timers.add(timer);
    return timer;
  }

  /** Timers that other hands have moved the clock past. */
  #fireDue(): void {
    for (const timer of this.#timers) if (timer.at < this.#clock.now()) this.#fire(timer);
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    timer.fire();
  }

  #consider(): void {
    if (this.#jumping || !this.#onlyWaits()) return;
    this.#jumping = true;
    void this.#jump().finally(() => {
      this.#jumping = false;
    });
  }

  #onlyWaits(): boolean {
    return this.#answering === 0 && this.#sleeping + this.#hanging > 0;
  }

  async #jump(): Promise<void> {
    for (;;) {
      await settled();
      if (!this.#onlyWaits()) return;
      let next: Timer | undefined;
      for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
      if (next === undefined) return;
      this.#clock.advance(Math.max(0, next.at - this.#clock.now()));
      this.#fire(next);
    }
  }
}

/** Lets whatever can go on without a wait go on first. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
