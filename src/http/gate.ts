import type { Time } from '../model/dependencies.ts';
import type { Milliseconds } from '../model/time.ts';
import type { WaitBudget } from './wait-budget.ts';

interface Hold {
  readonly until: Milliseconds;
  readonly over: Promise<void>;
}

/**
 * Holds back every request of one credential while GitHub limits its rate, so that one of them learns of
 * the limit and not each of them.
 */
export class Gate {
  readonly #time: Time;
  readonly #waitBudget: WaitBudget;
  #hold: Hold | undefined;

  constructor(time: Time, waitBudget: WaitBudget) {
    this.#time = time;
    this.#waitBudget = waitBudget;
  }

  get open(): boolean {
    if (this.#hold !== undefined && this.#time.monotonic() >= this.#hold.until) this.#hold = undefined;
    return this.#hold === undefined;
  }

  /** Closes for that long, or leaves it closed where it is so for longer. */
  close(duration: Milliseconds, because: string): void {
    const until = this.#time.monotonic() + duration;
    if (!this.open && this.#hold !== undefined && this.#hold.until >= until) return;
    const hold: Hold = { until, over: this.#waitBudget.pause(duration, because) };
    this.#hold = hold;
    // A wait that ends early was cut short by the run's cancellation: what is left is tried without it.
    // One that does not fit into `max-wait` leaves the gate closed for everyone until its time is over.
    hold.over.then(
      () => {
        if (this.#hold === hold) this.#hold = undefined;
      },
      () => undefined,
    );
  }

  /**
   * Resolves once requests may be sent.
   * @throws WaitBudgetSpent where that takes longer than `max-wait` allows
   */
  async pass(): Promise<void> {
    while (!this.open) await this.#hold?.over;
  }
}
