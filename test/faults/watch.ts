import type { Exchange } from '../../sandbox/exchange.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { isMarked, standingOf, type Standing } from './standing.ts';

/** A target whose pair stopped to log in, and what was going on. */
export interface LockOut {
  readonly target: Target;
  readonly from: Exchange;
  /** The exchange after which the pair was let in again. */
  until: Exchange | undefined;
  /**
   * Whether it began with a rotation while the last one was open, for a target that had not got the secret of
   * that one: the single case that cannot be avoided.
   */
  readonly unavoidable: boolean;
}

/** Asks after every single request whether each target's stored pair logs in. */
export class Watch {
  logins = 0;
  readonly lockOuts: LockOut[] = [];
  /** More than one token of the name, at any moment. */
  twins: Exchange | undefined;
  readonly #sandbox: Sandbox;
  readonly #targets: readonly Target[];
  readonly #guarded: ReadonlySet<Target>;
  readonly #runs: 'one run' | 'two runs';
  #last: Standing;

  /** Guards those targets whose pair logs in now. */
  constructor(sandbox: Sandbox, targets: readonly Target[], runs: 'one run' | 'two runs' = 'one run') {
    this.#runs = runs;
    this.#sandbox = sandbox;
    this.#targets = targets;
    this.#last = standingOf(sandbox, targets);
    this.#guarded = new Set(targets.filter((target) => this.#letsIn(this.#last, target)));
    sandbox.faults.onExchange = (exchange) => {
      this.#look(exchange);
    };
  }

  /** After time has passed without any request. */
  outNow(): readonly string[] {
    const now = standingOf(this.#sandbox, this.#targets);
    return [...this.#guarded]
      .filter((target) => !this.#letsIn(now, target))
      .map((target) => `${describeTarget(target)} does not log in`);
  }

  violations(): readonly string[] {
    const found = [...this.outNow()];
    if (this.twins !== undefined && this.#runs === 'one run') {
      found.push(`two tokens of one name after request ${this.twins.number}`);
    }
    for (const { target, from, until, unavoidable } of this.lockOuts) {
      const name = describeTarget(target);
      if (!unavoidable) found.push(`${name} was locked out at request ${from.number}`);
      else if (until === undefined) found.push(`${name} was not let in again`);
    }
    return found;
  }

  #look(exchange: Exchange): void {
    const before = this.#last;
    const now = standingOf(this.#sandbox, this.#targets);
    this.#last = now;
    if (now.tokens.length > 1) this.twins ??= exchange;
    for (const target of this.#guarded) {
      const open = this.lockOuts.find((lockOut) => lockOut.target === target && lockOut.until === undefined);
      const letIn = this.#letsIn(now, target);
      if (letIn && open !== undefined) open.until = exchange;
      if (letIn || open !== undefined) continue;
      const [tokenBefore] = before.tokens;
      const unavoidable =
        tokenBefore !== undefined &&
        now.tokens[0]?.version === tokenBefore.version + 1 &&
        isMarked(tokenBefore.previousSecretExpiresAt, 43) &&
        before.held.get(target) === 'previous';
      this.lockOuts.push({ target, from: exchange, until: undefined, unavoidable });
    }
  }

  #letsIn({ held }: Standing, target: Target): boolean {
    this.logins += 1;
    const pair = held.get(target);
    return pair === 'current' || pair === 'previous';
  }
}
