const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One request as GitHub's documented limits count it. */
export interface Counted {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whose limits it counts against: a token, or an installation with all its tokens. */
  readonly client: string;
  readonly method: string;
  /** 1 for a read, 5 for a write. */
  readonly points: number;
  /** Whether it creates or changes a secret, a variable or an environment. */
  readonly changesContent: boolean;
}

/** What clients asked of GitHub and when, refused requests included. */
export class Traffic {
  readonly requests: Counted[] = [];
  readonly #inFlight = new Map<string, number>();
  #peakConcurrency = 0;

  /** Counts a request of a client as in flight; the second part of the answer ends it. */
  begin(client: string): { readonly concurrent: number; readonly end: () => void } {
    const concurrent = (this.#inFlight.get(client) ?? 0) + 1;
    this.#inFlight.set(client, concurrent);
    this.#peakConcurrency = Math.max(this.#peakConcurrency, concurrent);
    return {
      concurrent,
      end: () => this.#inFlight.set(client, (this.#inFlight.get(client) ?? 1) - 1),
    };
  }

  /** The most points that one client used within any 60 seconds. */
  get peakPointsPerMinute(): number {
    return this.#peak(MINUTE, ({ points }) => points);
  }

  /** The most changes to content that one client made within any 60 seconds. */
  get peakChangesPerMinute(): number {
    return this.#peak(MINUTE, ({ changesContent }) => Number(changesContent));
  }

  /** The most changes to content that one client made within any hour. */
  get peakChangesPerHour(): number {
    return this.#peak(HOUR, ({ changesContent }) => Number(changesContent));
  }

  /** The most requests of one client that GitHub was answering at once. */
  get peakConcurrency(): number {
    return this.#peakConcurrency;
  }

  #peak(span: number, weight: (request: Counted) => number): number {
    const windows = new Map<string, { readonly requests: Counted[]; sum: number }>();
    let peak = 0;
    for (const request of this.requests) {
      const window = windows.get(request.client) ?? { requests: [], sum: 0 };
      windows.set(request.client, window);
      window.requests.push(request);
      window.sum += weight(request);
      for (let [first] = window.requests; first && first.at <= request.at - span; [first] = window.requests) {
        window.sum -= weight(first);
        window.requests.shift();
      }
      peak = Math.max(peak, window.sum);
    }
    return peak;
  }
}
