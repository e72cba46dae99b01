import type { Dependencies } from '../dependencies.ts';
import type { Pacing, Slot } from '../http/pacing.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';

/** Writes that start at full speed: most runs have no more. */
const BURST = 30;
/** From then on; GitHub asks for a second between writes (docs.github.com/rest, best practices). */
const INTERVAL: Milliseconds = SECOND;
/** GitHub allows 100 requests at once, reads and writes together. */
const READS_AT_ONCE = 60;

/**
 * Keeps a run under GitHub's secondary limits: a burst of writes, then one a second; once a secondary limit
 * was met, one at a time. Waiting here is part of the work and uses up none of `max-wait`.
 */
export class WritePacing implements Pacing {
  readonly #deps: Pick<Dependencies, 'time' | 'runner' | 'cancelled'>;
  /** When the bucket is full again; each write moves it on by one interval. */
  #full: Milliseconds = -Infinity;
  #burst = BURST;
  #oneAtATime = false;
  #told = false;
  #lastWrite: Promise<unknown> = Promise.resolve();
  #reads = 0;
  readonly #waitingReads: (() => void)[] = [];

  constructor(deps: Pick<Dependencies, 'time' | 'runner' | 'cancelled'>) {
    this.#deps = deps;
  }

  /** From here on one write at a time, and one a second. */
  slowDown(): void {
    if (this.#oneAtATime) return;
    this.#oneAtATime = true;
    this.#burst = 1;
    // The limit's own wait has paid for the burst.
    this.#full = Math.min(this.#full, this.#deps.time.monotonic() + INTERVAL);
  }

  admit({ changes }: { readonly changes: boolean }): Promise<Slot> {
    return changes ? this.#write() : this.#read();
  }

  /** Resolves when a write may start; writes start in the order in which they asked. */
  async #write(): Promise<Slot> {
    const before = this.#lastWrite;
    const turn = Promise.withResolvers<undefined>();
    this.#lastWrite = turn.promise;
    await before;
    await this.#untilBucketHasOne();
    const release = (): void => {
      turn.resolve(undefined);
    };
    if (!this.#oneAtATime) release();
    return { release };
  }

  async #read(): Promise<Slot> {
    if (this.#reads >= READS_AT_ONCE) {
      // The slot is handed over as it stands, so that nobody comes in between.
      await new Promise<void>((resolve) => this.#waitingReads.push(resolve));
    } else {
      this.#reads += 1;
    }
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        const next = this.#waitingReads.shift();
        if (next === undefined) this.#reads -= 1;
        else next();
      },
    };
  }

  /** A bucket of `#burst` drops that gains one an interval, kept as the moment when it is full again. */
  async #untilBucketHasOne(): Promise<void> {
    const { time } = this.#deps;
    const now = time.monotonic();
    const start = Math.max(now, this.#full - (this.#burst - 1) * INTERVAL);
    this.#full = Math.max(this.#full, start) + INTERVAL;
    if (start > now) await this.#sleep(start - now);
  }

  async #sleep(duration: Milliseconds): Promise<void> {
    const { time, runner, cancelled } = this.#deps;
    if (cancelled.aborted) return;
    if (!this.#told) {
      this.#told = true;
      runner.info('Writing one secret a second from here on, to stay under the limits of GitHub.');
    }
    // What is left of a cancelled run is a handful of writes: they need not wait.
    await time.sleep(duration, cancelled).catch((error: unknown) => {
      if (error !== cancelled.reason) throw error;
    });
  }
}
