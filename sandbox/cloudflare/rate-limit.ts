import type { VirtualClock } from '../clock.ts';
import { ApiError } from './reply.ts';
import type { Switches } from './switches.ts';

interface Window {
  readonly endsAt: number;
  used: number;
}

/** Counts requests by credential; a window begins with the first request after the last one ended. */
export class RateLimit {
  readonly #windows = new Map<string, Window>();
  readonly #clock: VirtualClock;
  readonly #switches: Switches;

  constructor(clock: VirtualClock, switches: Switches) {
    this.#clock = clock;
    this.#switches = switches;
  }

  /** Counts one request and gives the headers of its reply; throws 429 once the window is used up. */
  count(caller: string): Record<string, string> {
    const { rateLimit, rateLimitSeconds } = this.#switches;
    const now = this.#clock.now();
    let window = this.#windows.get(caller);
    if (window === undefined || window.endsAt <= now) {
      window = { endsAt: now + rateLimitSeconds * 1_000, used: 0 };
      this.#windows.set(caller, window);
    }
    window.used += 1;
    const remaining = Math.max(0, rateLimit - window.used);
    const reset = Math.ceil((window.endsAt - now) / 1_000);
    const headers = {
      ratelimit: `"default";r=${remaining};t=${reset}`,
      'ratelimit-policy': `"default";q=${rateLimit};w=${rateLimitSeconds}`,
    };
    if (window.used <= rateLimit) return headers;
    throw new ApiError(
      429,
      [{ code: 971, message: 'Please wait and consider throttling your request speed' }],
      { ...headers, 'retry-after': String(reset) },
    );
  }
}
