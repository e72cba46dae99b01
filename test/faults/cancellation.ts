import type { VirtualClock } from '../../sandbox/clock.ts';
import type { Instant } from '../../src/model/time.ts';
import { recognizer } from './moments.ts';
import type { Play } from './play.ts';

/** The signal that the runner sends when a run is cancelled. */
export class Cancellation {
  /** When it came. */
  came: Instant | undefined;
  /** What was sent from then on, as `PUT /path`. */
  readonly sentAfterwards: string[] = [];
  readonly #controller = new AbortController();
  readonly #clock: VirtualClock;
  readonly #planned: Play['cancel'];
  readonly #isIt: (request: Request) => boolean;

  constructor(clock: VirtualClock, planned: Play['cancel']) {
    this.#clock = clock;
    this.#planned = planned;
    this.#isIt = planned === undefined ? () => false : recognizer(planned.at);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  fetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return async (input, init) => {
      const request = new Request(input, init);
      if (this.came !== undefined)
        this.sentAfterwards.push(`${request.method} ${new URL(request.url).pathname}`);
      const strikes = this.#isIt(request);
      const exchange = fetch(input, init);
      if (strikes && this.#planned?.when === 'sent') this.#come();
      const response = await exchange;
      if (strikes && this.#planned?.when === 'answered') this.#come();
      return response;
    };
  }

  #come(): void {
    this.came = this.#clock.now();
    this.#controller.abort();
  }
}
