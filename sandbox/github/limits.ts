import type { VirtualClock } from '../clock.ts';
import { Refusal } from './reply.ts';
import { secondaryRefusal, type SecondaryRefusal } from './secondary-limits.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A limit on fast writes that is lower than GitHub documents, as GitHub sometimes has it. */
export interface SecondaryLimit extends SecondaryRefusal {
  /** Writes by one token within any 60 seconds; the next is refused, and writes stay refused for a minute. */
  readonly writesPerMinute: number;
}

/** The primary limit as `/rate_limit` shows it; `reset` in seconds since the epoch. */
export interface LimitStatus {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly reset: number;
}

interface Account {
  limit: number;
  used: number;
  resetsAt: number;
  readonly writes: number[];
  blockedUntil: number;
}

/** Counts requests per client: a token, or an installation with all its tokens. */
export class Limits {
  readonly #clock: VirtualClock;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Sets the hourly limit of a client, and how much of it is left, for the hour that starts now. */
  set(client: string, limit: number, remaining = limit, resetsIn = HOUR): void {
    const account = this.#account(client, limit);
    account.limit = limit;
    account.used = limit - remaining;
    account.resetsAt = this.#clock.now() + resetsIn;
  }

  /** Counts one request against the primary limit; refuses it once the hour's limit is used up. */
  countRequest(client: string, usualLimit: number, refusal: { status: 403 | 429; message: string }): void {
    const account = this.#account(client, usualLimit);
    if (account.used >= account.limit) throw new Refusal(refusal.status, refusal.message);
    account.used += 1;
  }

  /** Counts one write against the secondary limit. */
  countWrite(client: string, usualLimit: number, secondary: SecondaryLimit): void {
    const now = this.#clock.now();
    const account = this.#account(client, usualLimit);
    while (account.writes[0] !== undefined && account.writes[0] <= now - MINUTE) account.writes.shift();
    if (now >= account.blockedUntil && account.writes.length < secondary.writesPerMinute) {
      account.writes.push(now);
      return;
    }
    if (now >= account.blockedUntil) account.blockedUntil = now + MINUTE;
    throw secondaryRefusal(account.blockedUntil - now, secondary);
  }

  /** How the hour stands; undefined if there is no limit. */
  status(client: string, usualLimit: number): LimitStatus | undefined {
    const { limit, used, resetsAt } = this.#account(client, usualLimit);
    if (!Number.isFinite(limit)) return undefined;
    return { limit, used, remaining: Math.max(limit - used, 0), reset: Math.ceil(resetsAt / 1000) };
  }

  /** What every reply says of the primary limit; nothing if there is none. */
  headers(client: string, usualLimit: number): Record<string, string> {
    const status = this.status(client, usualLimit);
    if (status === undefined) return {};
    return {
      'x-ratelimit-limit': String(status.limit),
      'x-ratelimit-remaining': String(status.remaining),
      'x-ratelimit-used': String(status.used),
      'x-ratelimit-reset': String(status.reset),
      'x-ratelimit-resource': 'core',
    };
  }

  #account(client: string, limit: number): Account {
    const now = this.#clock.now();
    let account = this.#accounts.get(client);
    if (account === undefined) {
      account = { limit, used: 0, resetsAt: now + HOUR, writes: [], blockedUntil: 0 };
      this.#accounts.set(client, account);
    }
    if (now >= account.resetsAt) {
      account.used = 0;
      account.resetsAt = now + HOUR;
    }
    return account;
  }
}
