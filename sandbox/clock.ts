/** The one clock of a sandbox, in milliseconds since the Unix epoch. It stands still until it is advanced. */
export class VirtualClock {
  #now: number;

  constructor(start: number = Date.UTC(2026, 0, 5, 6, 0, 0)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError(`a clock cannot go back by ${milliseconds} ms`);
    this.#now += milliseconds;
  }

  /** Advances to a moment that is still to come. */
  advanceTo(instant: number): void {
    this.advance(instant - this.now());
  }

  /** The moment as a `Date` header gives it: whole seconds (RFC 9110, 5.6.7). */
  httpDate(): string {
    return new Date(this.now()).toUTCString();
  }

  /** The moment as both APIs give it in bodies: RFC 3339, UTC, whole seconds. */
  rfc3339(instant: number = this.now()): string {
    return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
  }
}

/** Another clock that is always as far ahead, or behind if that is negative. */
export class ShiftedClock extends VirtualClock {
  readonly #other: VirtualClock;
  readonly #ahead: number;

  /** `ahead` is in milliseconds. */
  constructor(other: VirtualClock, ahead: number) {
    super();
    this.#other = other;
    this.#ahead = ahead;
  }

  override now(): number {
    return this.#other.now() + this.#ahead;
  }

  override advance(milliseconds: number): void {
    this.#other.advance(milliseconds);
  }
}

/** A clock that goes by itself, as the machine's does; `advance` still moves it ahead. */
export class LiveClock extends VirtualClock {
  readonly #machine: () => number;

  /** `machine` gives the milliseconds since the epoch. */
  constructor(machine: () => number = Date.now) {
    super(0);
    this.#machine = machine;
  }

  override now(): number {
    return this.#machine() + super.now();
  }
}
