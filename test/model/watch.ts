import type { Exchange } from '../../sandbox/exchange.ts';
import type { StoredPair } from '../../sandbox/sandbox.ts';
import { parseDuration } from '../../src/model/duration.ts';
import { MINUTE, type Instant, type Milliseconds } from '../../src/model/time.ts';
import type { Place } from './actions.ts';
import { ALL_PLACES, targetOf, type Stage } from './stage.ts';

/** A pair that a place holds, or held: who took it from there may go on with it for a grace. */
interface Held {
  readonly place: Place;
  readonly pair: StoredPair;
  /** Undefined while it is there. */
  until: Instant | undefined;
  grace: Milliseconds;
}

export interface LockOut {
  readonly place: Place;
  readonly request: number;
  /** Whether it is what the place holds, or what it held before. */
  readonly what: 'stored' | 'held before';
}

/** Deliveries of one rotation may be that far apart, and marks round. */
const SLACK = 25 * MINUTE;

/** Looks after every request whether it took the access from anyone who had it. */
export class Watch {
  readonly #stage: Stage;
  readonly #held: Held[] = [];
  #ends = new Map<Held, Instant>();
  #grace: Milliseconds = 0;
  #lockOuts: LockOut[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** To be called before a run: what people and time did meanwhile is no run's doing. */
  begin(grace: string): void {
    this.#grace = parseDuration(grace) ?? 0;
    this.#lockOuts = [];
    this.#see();
    this.#ends = new Map(this.#held.map((held) => [held, this.#endOf(held.pair)]));
  }

  /** Who lost the access since then. */
  get lockOuts(): readonly LockOut[] {
    return this.#lockOuts;
  }

  readonly look = ({ number, method, service }: Exchange): void => {
    if (method === 'GET') return;
    const now = this.#stage.sandbox.clock.now();
    if (service === 'cloudflare') {
      for (const held of this.#held) {
        const before = this.#ends.get(held) ?? -Infinity;
        const after = this.#endOf(held.pair);
        this.#ends.set(held, after);
        if (before <= now || after >= before) continue;
        const stored = held.until === undefined;
        const grace = Math.min(held.grace, this.#grace);
        const promised = held.until === undefined ? now + 1 : Math.min(before, held.until + grace - SLACK);
        if (after >= promised || promised <= now) continue;
        this.#lockOuts.push({ place: held.place, request: number, what: stored ? 'stored' : 'held before' });
      }
    }
    this.#see();
  };

  #see(): void {
    const now = this.#stage.sandbox.clock.now();
    for (const place of ALL_PLACES) {
      const pair = this.#stage.sandbox.storedPair(targetOf(place));
      const last = this.#held.findLast((held) => held.place === place && held.until === undefined);
      const same = last?.pair.clientId === pair.clientId && last?.pair.clientSecret === pair.clientSecret;
      if (same) continue;
      if (last !== undefined) {
        last.until = now;
        last.grace = this.#grace;
      }
      if (pair.clientId === undefined || pair.clientSecret === undefined) continue;
      const held: Held = { place, pair, until: undefined, grace: 0 };
      this.#held.push(held);
      this.#ends.set(held, this.#endOf(pair));
    }
  }

  /** When the pair stops being accepted, as it stands. */
  #endOf({ clientId, clientSecret }: StoredPair): Instant {
    const token = this.#stage.sandbox.cloudflare.list().find((candidate) => candidate.clientId === clientId);
    if (token === undefined || clientSecret === undefined) return -Infinity;
    if (token.secret === clientSecret) return Infinity;
    return token.previousSecret === clientSecret ? (token.previousSecretExpiresAt ?? -Infinity) : -Infinity;
  }
}
