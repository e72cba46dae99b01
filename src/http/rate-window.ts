import type { Milliseconds } from '../model/time.ts';

interface Entry {
  readonly weight: number;
  /** When it does not count any more; undefined while it is under way. */
  expires: Milliseconds | undefined;
}

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
  readonly #entries: Entry[] = [];
  #sum = 0;

  constructor(most: number, span: Milliseconds) {
    this.#most = most;
    this.#span = span;
  }

  /** How long until that much more fits; Infinity if a request that is under way has to end first. */
  wait(weight: number, now: Milliseconds): Milliseconds {
    this.#expire(now);
    let excess = this.#sum + weight - this.#most;
    if (excess <= 0) return 0;
    const ended = this.#entries
      .flatMap((entry) => (entry.expires === undefined ? [] : [{ ...entry, expires: entry.expires }]))
      .sort((a, b) => a.expires - b.expires);
    for (const { weight: freed, expires } of ended) {
      excess -= freed;
      if (excess <= 0) return expires - now;
    }
    return Infinity;
  }

  count(weight: number): Counted {
    const entry: Entry = { weight, expires: undefined };
    this.#entries.push(entry);
    this.#sum += weight;
    return {
      end: (now) => {
        entry.expires = now + this.#span;
      },
    };
  }

  #expire(now: Milliseconds): void {
    const kept = this.#entries.filter(({ expires }) => expires === undefined || expires > now);
    if (kept.length === this.#entries.length) return;
    this.#entries.splice(0, this.#entries.length, ...kept);
    this.#sum = kept.reduce((sum, { weight }) => sum + weight, 0);
  }
}
