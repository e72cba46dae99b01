import type { Milliseconds } from '../model/time.ts';

/** A request that was counted. */
export interface Counted {
  /** Its reply came, so the service counted it at that moment at the latest. */
  readonly end: (now: Milliseconds) => void;
}

/**
 * Keeps what is sent under a limit of a service in every span of that length, whatever its clock and the network do:
 * a request counts from before it is sent until that span after its reply.
 */
export class RateWindow {
  readonly #span: Milliseconds;
  readonly #most: number;
  /** Of those that ended, in the order in which they do not count any more. */
  readonly #ended: { readonly weight: number; readonly expires: Milliseconds }[] = [];
  #sum = 0;

  constructor(most: number, span: Milliseconds) {
    this.#most = most;
    this.#span = span;
  }

  /** How long until that much more fits; Infinity if a request that is under way has to end first. */
  wait(weight: number, now: Milliseconds): Milliseconds {
    for (let [first] = this.#ended; first !== undefined && first.expires <= now; [first] = this.#ended) {
      this.#sum -= first.weight;
      this.#ended.shift();
    }
    let excess = this.#sum + weight - this.#most;
    if (excess <= 0) return 0;
    for (const { weight: freed, expires } of this.#ended) {
      excess -= freed;
      if (excess <= 0) return expires - now;
    }
    return Infinity;
  }

  count(weight: number): Counted {
    this.#sum += weight;
    return {
      end: (now) => {
        this.#ended.push({ weight, expires: now + this.#span });
      },
    };
  }
}
