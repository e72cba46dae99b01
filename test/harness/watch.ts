import type { Exchange } from '../../sandbox/exchange.ts';
import type { Sandbox, StoredPair } from '../../sandbox/sandbox.ts';
import { parseDuration } from '../../src/model/duration.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { HOUR, MINUTE, type Instant, type Milliseconds } from '../../src/model/time.ts';
import type { Inputs } from './play.ts';
import { isPending, standingOf, targetsOf, type Standing, type Watched } from './standing.ts';

/** Somebody who stopped to be let in, and what was going on. */
export interface LockOut {
  readonly who: string;
  /** Undefined for a holder that is no target. */
  readonly target: Target | undefined;
  /** Whether it is what the target stores, or what was taken from there before and is promised the grace period. */
  readonly what: 'stored' | 'taken';
  readonly from: Exchange;
  /** The exchange after which it was let in again. */
  until: Exchange | undefined;
  /** Whether it was let in when the run began. */
  readonly before: boolean;
  /**
   * Whether it began with a rotation while the last one was pending, or that `force` asked for, and cut off who had
   * not got the secret of the last one. Nothing else may lock anybody out.
   */
  readonly unavoidable: boolean;
}

/** Credentials that somebody took: they are to be let in until the grace period after `until` is over. */
interface Taken {
  readonly who: string;
  readonly target: Target | undefined;
  readonly pair: StoredPair;
  /** When they were replaced; undefined while they are current. */
  until: Instant | undefined;
  grace: Milliseconds;
  /** When Access stops to let them in, as far as is known now. */
  end: Instant;
}

/** By how much the deliveries of one rotation may be apart, and the seconds that carry its state round. */
const SLACK = 25 * MINUTE;

/** A way to ask whether credentials are let in somewhere, which leaves no trace. */
export type Door = (sandbox: Sandbox, pair: StoredPair) => boolean;

/** Access lets in every valid service token. */
const ANY_APPLICATION: Door = () => true;

/** The sandbox's protected application, whose policies name the tokens that they admit. */
export const PROTECTED_APPLICATION: Door = ({ cloudflare, application }, { clientId }) => {
  const { access, admits } = application.settings;
  if (access === 'unprotected' || admits === 'any-valid') return true;
  return cloudflare.list().some((token) => token.clientId === clientId && admits.includes(token.id));
};

/** Logs in after every single request with what each target stores, and with what was taken from there before. */
export class Watch {
  logins = 0;
  /** Those since the last `begin`. */
  lockOuts: LockOut[] = [];
  /** What left more than one token of a name, at any moment. */
  twins: Exchange | undefined;
  readonly #sandbox: Sandbox;
  readonly #watched: readonly Watched[];
  readonly #door: Door;
  /** Whether no end of a previous secret shows the state of the rotation. */
  readonly #blind: boolean;
  /** The grace period of runs whose inputs name none. */
  readonly #usualGrace: string;
  #last: Standing;
  #before: Standing;
  #in: ReadonlySet<Target> = new Set();
  #atBegin: ReadonlySet<Target> = new Set();
  #taken: Taken[] = [];
  #grace: Milliseconds = 0;
  #forced = false;
  #revokes = false;

  constructor(
    sandbox: Sandbox,
    watched: readonly Watched[],
    {
      door = ANY_APPLICATION,
      blind = false,
      grace = '36h',
    }: { readonly door?: Door; readonly blind?: boolean; readonly grace?: string } = {},
  ) {
    this.#sandbox = sandbox;
    this.#watched = watched;
    this.#door = door;
    this.#blind = blind;
    this.#usualGrace = grace;
    this.#last = standingOf(sandbox, watched);
    this.#before = this.#last;
  }

  /** To be called before runs with these inputs: what people and time did before them is no run's doing. */
  begin(inputs: readonly Inputs[]): void {
    const graces = inputs.map(({ 'grace-period': grace = this.#usualGrace }) => parseDuration(grace) ?? 0);
    this.#grace = Math.min(...graces);
    this.#forced = inputs.some(({ force }) => force === 'true');
    this.#revokes = inputs.some(({ operation = '' }) => ['revoke', 'delete'].includes(operation));
    this.lockOuts = [];
    this.twins = undefined;
    this.#last = standingOf(this.#sandbox, this.#watched);
    this.#before = this.#last;
    this.#in = this.#letIn();
    this.#atBegin = this.#in;
    this.#take();
    for (const one of this.#taken) one.end = this.#endOf(one.pair);
    this.#sandbox.faults.onExchange = (exchange) => {
      this.#look(exchange);
    };
  }

  /** The targets that were let in when the last run ended and are not now, after time has passed. */
  outNow(): readonly Target[] {
    const now = this.#letIn();
    return [...this.#in].filter((target) => !now.has(target));
  }

  #look(exchange: Exchange): void {
    const before = this.#last;
    const now = standingOf(this.#sandbox, this.#watched);
    this.#last = now;
    if (twinsOf(now) > twinsOf(this.#before)) this.twins ??= exchange;
    const pending = before.tokens.filter(
      (token) => (this.#blind || this.#forced || isPending(token)) && isRotated(token, now),
    );
    const letIn = this.#letIn();
    for (const lockOut of this.lockOuts)
      if (lockOut.target !== undefined && letIn.has(lockOut.target)) lockOut.until ??= exchange;
    for (const target of this.#in) {
      if (letIn.has(target)) continue;
      const unavoidable = pending.length > 0 && before.held.get(target) === 'previous';
      const who = describeTarget(target);
      const at = { from: exchange, until: undefined, before: this.#atBegin.has(target) };
      this.lockOuts.push({ who, target, what: 'stored', unavoidable, ...at });
    }
    this.#in = letIn;
    this.#lookAtTaken(exchange, pending.length > 0);
    this.#take();
  }

  #lookAtTaken(exchange: Exchange, unavoidable: boolean): void {
    const now = this.#sandbox.clock.now();
    for (const one of this.#taken) {
      const before = one.end;
      one.end = this.#endOf(one.pair);
      if (before <= now || one.end >= before || this.#revokes) continue;
      const { who, target, until = now } = one;
      const grace = one.until === undefined ? this.#grace : Math.min(one.grace, this.#grace);
      const promised = Math.min(before, until + grace - SLACK);
      if (one.end >= promised || promised <= now) continue;
      const at = { from: exchange, until: undefined, before: true };
      this.lockOuts.push({ who, target, what: 'taken', unavoidable, ...at });
    }
  }

  /** What is stored now can be taken, and what was stored until now was. */
  #take(): void {
    const now = this.#sandbox.clock.now();
    const stored = targetsOf(this.#watched).map((target) => ({
      who: describeTarget(target),
      target,
      pair: this.#sandbox.storedPair(target),
    }));
    const outside = this.#watched.flatMap(({ holders = [] }) =>
      holders.map(({ name, pair }) => ({ who: name, target: undefined, pair: pair(this.#sandbox) })),
    );
    for (const { who, target, pair } of [...stored, ...outside]) {
      const last = this.#taken.findLast((one) => one.who === who && one.until === undefined);
      const isCurrent = target !== undefined || this.#endOf(pair) === Infinity;
      if (last !== undefined) {
        const same = last.pair.clientId === pair.clientId && last.pair.clientSecret === pair.clientSecret;
        if (same && isCurrent) continue;
        last.until = now;
        last.grace = this.#grace;
      }
      if (pair.clientId === undefined || pair.clientSecret === undefined || !isCurrent) continue;
      this.#taken.push({ who, target, pair, until: undefined, grace: 0, end: this.#endOf(pair) });
    }
    this.#taken = this.#taken.filter(
      ({ until, end }) => until === undefined || (end > now && until > now - 31 * 24 * HOUR),
    );
  }

  #letIn(): ReadonlySet<Target> {
    return new Set(
      this.#watched.flatMap(({ name, targets }) =>
        targets.filter((target) => {
          this.logins += 1;
          const pair = this.#sandbox.storedPair(target);
          const judged = this.#sandbox.cloudflare.authenticate(pair.clientId ?? '', pair.clientSecret ?? '');
          return judged.ok && judged.token.name === name && this.#door(this.#sandbox, pair);
        }),
      ),
    );
  }

  #endOf({ clientId = '', clientSecret = '' }: StoredPair): Instant {
    const judged = this.#sandbox.cloudflare.authenticate(clientId, clientSecret);
    if (!judged.ok) return -Infinity;
    return judged.used === 'current' ? Infinity : (judged.token.previousSecretExpiresAt ?? -Infinity);
  }
}

function isRotated({ id, version }: Standing['tokens'][number], now: Standing): boolean {
  return now.tokens.some((token) => token.id === id && token.version === version + 1);
}

function twinsOf({ tokens }: Standing): number {
  return tokens.length - new Set(tokens.map(({ name }) => name)).size;
}
