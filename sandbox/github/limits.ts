import type { VirtualClock } from '../clock.ts';
import { Refusal } from './reply.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** GitHub's limit on fast writes, as far as it can be told from outside. */
export interface SecondaryLimit {
  /** Writes by one token within any 60 seconds; the next is refused, and writes stay refused for a minute. */
  readonly writesPerMinute: number;
  readonly status?: 403 | 429;
  /** Whether the refusal says how long to wait; yes if not given. */
  readonly retryAfter?: boolean;
  /** GitHub has two texts for it. */
  readonly text?: 'exceeded' | 'blocked';
}

const SECONDARY_TEXTS = {
  exceeded:
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.',
  blocked:
    'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.',
};

interface Account {
  limit: number;
  used: number;
  resetsAt: number;
  readonly writes: number[];
  blockedUntil: number;
}

/** Counts requests per token. */
export class Limits {
  readonly #clock: VirtualClock;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Sets the hourly limit of a token, and how much of it is left, for the hour that starts now. */
  set(token: string, limit: number, remaining = limit, resetsIn = HOUR): void {
    const account = this.#account(token, limit);
    account.limit = limit;
    account.used = limit - remaining;
    account.resetsAt = this.#clock.now() + resetsIn;
  }

  /** Counts one request against the primary limit; refuses it once the hour's limit is used up. */
  countRequest(token: string, usualLimit: number, refusal: { status: 403 | 429; message: string }): void {
    const account = this.#account(token, usualLimit);
    if (account.used >= account.limit) throw new Refusal(refusal.status, refusal.message);
    account.used += 1;
  }

  /** Counts one write against the secondary limit. */
  countWrite(token: string, usualLimit: number, secondary: SecondaryLimit): void {
    const now = this.#clock.now();
    const account = this.#account(token, usualLimit);
    while (account.writes[0] !== undefined && account.writes[0] <= now - MINUTE) account.writes.shift();
    if (now >= account.blockedUntil && account.writes.length < secondary.writesPerMinute) {
      account.writes.push(now);
      return;
    }
    if (now >= account.blockedUntil) account.blockedUntil = now + MINUTE;
    const wait = Math.ceil((account.blockedUntil - now) / 1000);
    throw new Refusal(secondary.status ?? 403, SECONDARY_TEXTS[secondary.text ?? 'exceeded'], {
      headers: secondary.retryAfter === false ? {} : { 'retry-after': String(wait) },
    });
  }

  /** What every reply tells of the primary limit; nothing where there is none. */
  headers(token: string, usualLimit: number): Record<string, string> {
    const { limit, used, resetsAt } = this.#account(token, usualLimit);
    if (!Number.isFinite(limit)) return {};
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(limit - used, 0)),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(Math.ceil(resetsAt / 1000)),
      'x-ratelimit-resource': 'core',
    };
  }

  #account(token: string, limit: number): Account {
    const now = this.#clock.now();
    let account = this.#accounts.get(token);
    if (account === undefined) {
      account = { limit, used: 0, resetsAt: now + HOUR, writes: [], blockedUntil: 0 };
      this.#accounts.set(token, account);
    }
    if (now >= account.resetsAt) {
      account.used = 0;
      account.resetsAt = now + HOUR;
    }
    return account;
  }
}
