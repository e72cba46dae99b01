import type { VirtualClock } from '../clock.ts';
import { Refusal } from './reply.ts';
import type { Counted } from './traffic.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What GitHub documents for REST requests of one client. */
export const DOCUMENTED_LIMITS = {
  pointsPerMinute: 900,
  concurrentRequests: 100,
  /** Of requests that generate content. */
  contentPerMinute: 80,
  contentPerHour: 500,
} as const;

/** How GitHub refuses a request beyond a secondary limit; it has two texts. */
export interface SecondaryRefusal {
  readonly status?: 403 | 429;
  /** Whether the refusal says how long to wait; yes if not given. */
  readonly retryAfter?: boolean;
  readonly text?: 'exceeded' | 'blocked';
}

const TEXTS = {
  exceeded:
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.',
  blocked:
    'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.',
};

/** @param wait milliseconds until the client may go on */
export function secondaryRefusal(wait: number, how: SecondaryRefusal): Refusal {
  return new Refusal(how.status ?? 403, TEXTS[how.text ?? 'exceeded'], {
    headers: how.retryAfter === false ? {} : { 'retry-after': String(Math.ceil(wait / 1000)) },
  });
}

interface Account {
  /** Accepted requests of the last hour, oldest first. */
  readonly accepted: Counted[];
  blockedUntil: number;
  contentBlockedUntil: number;
}

/** Enforces the documented limits, client by client. */
export class SecondaryLimits {
  readonly #clock: VirtualClock;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /**
   * Counts a request, or refuses it. A client over its points is refused everything for a minute; one that
   * changed too much is refused further changes until there is room again, a minute at least.
   * @throws Refusal with the status given
   */
  count(request: Counted, concurrent: number, contentCounts: boolean, status: 403 | 429): void {
    const now = this.#clock.now();
    const account = this.#account(request.client);
    const { accepted } = account;
    while (accepted[0] !== undefined && accepted[0].at <= now - HOUR) accepted.shift();
    const minute = accepted.filter(({ at }) => at > now - MINUTE);
    const points = minute.reduce((sum, one) => sum + one.points, 0);
    if (now >= account.blockedUntil && points + request.points > DOCUMENTED_LIMITS.pointsPerMinute) {
      account.blockedUntil = now + MINUTE;
    }
    if (now < account.blockedUntil) throw secondaryRefusal(account.blockedUntil - now, { status });
    if (concurrent > DOCUMENTED_LIMITS.concurrentRequests) throw secondaryRefusal(MINUTE, { status });
    if (contentCounts && request.changesContent) {
      const changes = accepted.filter(({ changesContent }) => changesContent);
      const inMinute = changes.filter(({ at }) => at > now - MINUTE).length;
      const [first] = changes;
      if (now >= account.contentBlockedUntil) {
        if (changes.length >= DOCUMENTED_LIMITS.contentPerHour && first !== undefined) {
          account.contentBlockedUntil = Math.max(now + MINUTE, first.at + HOUR);
        } else if (inMinute >= DOCUMENTED_LIMITS.contentPerMinute) {
          account.contentBlockedUntil = now + MINUTE;
        }
      }
      if (now < account.contentBlockedUntil) {
        throw secondaryRefusal(account.contentBlockedUntil - now, { status, text: 'blocked' });
      }
    }
    accepted.push(request);
  }

  #account(client: string): Account {
    const account = this.#accounts.get(client) ?? { accepted: [], blockedUntil: 0, contentBlockedUntil: 0 };
    this.#accounts.set(client, account);
    return account;
  }
}
