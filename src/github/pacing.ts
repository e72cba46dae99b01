import type { Dependencies } from '../model/dependencies.ts';
import type { Pacing, Slot, Weight } from '../http/pacing.ts';
import { RateWindow, type Counted } from '../http/rate-window.ts';
import { describeSpan } from '../model/duration.ts';
import { HOUR, MINUTE, SECOND, type Milliseconds } from '../model/time.ts';

/**
 * What GitHub documents (docs.github.com/rest, "Rate limits for the REST API"). Whether secrets and variables are
 * content is not documented: assumed that they are.
 */
const POINTS_A_MINUTE = 900;
const POINTS: Readonly<Record<Weight, number>> = { read: 1, delete: 5, write: 5 };
// assumption: writes-are-content
const CONTENT_A_MINUTE = 80;
const CONTENT_AN_HOUR = 500;
/** GitHub allows 100 at once. A write may have to read a key first, so reads have room of their own. */
const AT_ONCE = { reads: 50, changes: 40 } as const;
/** Between writes, once GitHub asked to slow down. */
const INTERVAL: Milliseconds = SECOND;

/**
 * Keeps the requests of one credential under GitHub's secondary limits, as fast as these allow; once a secondary limit
 * was met, one write at a time, and one a second. Waiting here is part of the work and uses up none of `max-wait`.
 */
export class GitHubPacing implements Pacing {
  readonly #deps: Pick<Dependencies, 'time' | 'runner' | 'cancelled'>;
  readonly #points = new RateWindow(POINTS_A_MINUTE, MINUTE);
  readonly #contentOfMinute = new RateWindow(CONTENT_A_MINUTE, MINUTE);
  readonly #contentOfHour = new RateWindow(CONTENT_AN_HOUR, HOUR);
  /** What is waited for, in the order in which it was asked for; reads do not wait for writes. */
  readonly #turns = { reads: Promise.resolve(), changes: Promise.resolve() };
  readonly #underWay = { reads: 0, changes: 0 };
  #isSlow = false;
  #nextChange: Milliseconds = -Infinity;
  #ended = Promise.withResolvers<undefined>();
  #told = false;

  constructor(deps: Pick<Dependencies, 'time' | 'runner' | 'cancelled'>) {
    this.#deps = deps;
  }

  /** From here on one write at a time, and one a second. */
  slowDown(): void {
    this.#isSlow = true;
  }

  /** Requests start in the order in which they asked, reads apart from all others. */
  async admit(weight: Weight): Promise<Slot> {
    const queue = queueOf(weight);
    const before = this.#turns[queue];
    const turn = Promise.withResolvers<undefined>();
    this.#turns[queue] = before.then(() => turn.promise);
    await before;
    try {
      for (;;) {
        const wait = this.#wait(weight);
        if (wait <= 0) return this.#start(weight);
        await this.#sleep(wait);
      }
    } finally {
      turn.resolve(undefined);
    }
  }

  /** How long until the request may start; Infinity if another one has to end first. */
  #wait(weight: Weight): Milliseconds {
    const { time, cancelled } = this.#deps;
    const queue = queueOf(weight);
    const isSlow = this.#isSlow && queue === 'changes';
    if (this.#underWay[queue] >= (isSlow ? 1 : AT_ONCE[queue])) return Infinity;
    // What is left of a cancelled run is a handful of requests: they need not wait.
    if (cancelled.aborted) return 0;
    const now = time.monotonic();
    const waits = [this.#points.wait(POINTS[weight], now)];
    if (weight === 'write') {
      waits.push(this.#contentOfMinute.wait(1, now), this.#contentOfHour.wait(1, now));
    }
    if (isSlow) waits.push(this.#nextChange - now);
    // In whole milliseconds, as timers take them.
    return Math.ceil(Math.max(...waits));
  }

  #start(weight: Weight): Slot {
    const { time } = this.#deps;
    const queue = queueOf(weight);
    const counted: Counted[] = [this.#points.count(POINTS[weight])];
    if (weight === 'write') counted.push(this.#contentOfMinute.count(1), this.#contentOfHour.count(1));
    this.#underWay[queue] += 1;
    if (queue === 'changes') this.#nextChange = time.monotonic() + INTERVAL;
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#underWay[queue] -= 1;
        const now = time.monotonic();
        counted.forEach((one) => {
          one.end(now);
        });
        this.#ended.resolve(undefined);
        this.#ended = Promise.withResolvers();
      },
    };
  }

  /** Until that time is over, or the run is cancelled; if another request has to end first, until one does. */
  async #sleep(duration: Milliseconds): Promise<void> {
    const { time, cancelled } = this.#deps;
    if (duration === Infinity) return this.#ended.promise;
    this.#tell(duration);
    // A request that ends meanwhile makes no room any earlier: it counts on for longer than those that are waited for.
    await time.sleep(duration, cancelled).catch((error: unknown) => {
      if (!cancelled.aborted) throw error;
    });
  }

  #tell(duration: Milliseconds): void {
    if (this.#told || duration < SECOND) return;
    this.#told = true;
    this.#deps.runner.info(
      `Going on in ${describeSpan(duration)}, and in portions from here on, to stay under the limits of GitHub.`,
    );
  }
}

function queueOf(weight: Weight): 'reads' | 'changes' {
  return weight === 'read' ? 'reads' : 'changes';
}
