import type { Runner, Time } from '../model/dependencies.ts';
import { describeSpan } from '../model/duration.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';
import { AFTER_CANCEL, lastMoments } from './last-moments.ts';

const LONGEST_BACK_OFF: Milliseconds = 30 * SECOND;

/** Thrown instead of waiting if a wait would outlast what is left of `max-wait`. */
export class WaitBudgetSpent extends Error {
  readonly because: string;

  constructor(because: string) {
    super(because);
    this.name = 'WaitBudgetSpent';
    this.because = because;
  }
}

/**
 * The waiting of one run: how much is left of `max-wait`. Waits that overlap count once, because the input
 * bounds how much longer a run takes and not how many requests wait meanwhile. Once the run is cancelled,
 * waits end at once and only a few seconds are left.
 */
export class WaitBudget {
  readonly #time: Time;
  readonly #runner: Runner;
  readonly #over = new AbortController();
  readonly #cancelled: AbortSignal;
  readonly #told = new Set<string>();
  readonly #moments: { readonly left: () => Milliseconds };
  #left: Milliseconds;
  #waiting = 0;
  #since: Milliseconds = 0;

  constructor(options: { maxWait: Milliseconds; time: Time; runner: Runner; cancelled: AbortSignal }) {
    this.#left = options.maxWait;
    this.#time = options.time;
    this.#runner = options.runner;
    this.#cancelled = options.cancelled;
    this.#moments = lastMoments(options.time, options.cancelled);
    this.#cancelled.addEventListener('abort', () => {
      this.#leave(AFTER_CANCEL);
    });
  }

  /** What is left of `max-wait`. */
  left(): Milliseconds {
    this.#settle();
    return Math.max(0, Math.min(this.#left, this.#moments.left()));
  }

  /**
   * Waits, and says for how long and why.
   * @throws WaitBudgetSpent if the wait does not fit into what is left, without waiting at all
   */
  async pause(duration: Milliseconds, because: string): Promise<void> {
    if (duration > this.left()) throw new WaitBudgetSpent(because);
    this.#tell(`Waiting ${describeSpan(duration)}: ${because}`);
    this.#settle();
    this.#waiting += 1;
    const wake = this.#cancelled.aborted ? [this.#over.signal] : [this.#over.signal, this.#cancelled];
    try {
      await this.#time.sleep(duration, AbortSignal.any(wake));
    } catch (error) {
      if (!wake.some(({ aborted }) => aborted)) throw error;
    } finally {
      this.#settle();
      this.#waiting -= 1;
    }
  }

  get cancelled(): boolean {
    return this.#cancelled.aborted;
  }

  /** Ends all waits: what is still under way is not worth waiting for any more. */
  end(): void {
    this.#leave(0);
    this.#over.abort();
  }

  #leave(most: Milliseconds): void {
    this.#settle();
    this.#left = Math.min(this.#left, most);
  }

  #tell(line: string): void {
    if (this.#told.has(line)) return;
    this.#told.add(line);
    this.#runner.info(line);
  }

  #settle(): void {
    const now = this.#time.monotonic();
    if (this.#waiting > 0) this.#left = Math.max(0, this.#left - (now - this.#since));
    this.#since = now;
  }
}

/** How long to wait before the attempt after `failures` failed ones: 1, 2, 4 … at most 30 seconds. */
export function backOff(failures: number): Milliseconds {
  return Math.min(LONGEST_BACK_OFF, SECOND * 2 ** (failures - 1));
}
