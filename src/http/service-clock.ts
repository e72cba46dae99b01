import type { Time } from '../model/dependencies.ts';
import type { Instant, Milliseconds } from '../model/time.ts';

/**
 * The clock of one service, as its `Date` headers tell it (RFC 9110, 6.6.1), carried on between replies by
 * time that passes steadily. The runner's own clock may be wrong by years and is asked only while the
 * service has not answered yet.
 */
export class ServiceClock {
  readonly #time: Time;
  #known: { readonly instant: Instant; readonly seenAt: Milliseconds } | undefined;

  constructor(time: Time) {
    this.#time = time;
  }

  observe(dateHeader: string | null): void {
    const instant = dateHeader === null ? NaN : Date.parse(dateHeader);
    if (Number.isNaN(instant)) return;
    // An answer out of a cache or from a server that lags must not turn the clock back.
    if (this.#known !== undefined && instant < this.now()) return;
    this.#known = { instant, seenAt: this.#time.monotonic() };
  }

  now(): Instant {
    if (this.#known === undefined) return this.#time.wall();
    return this.#known.instant + (this.#time.monotonic() - this.#known.seenAt);
  }
}
