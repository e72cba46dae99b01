import { noReplyBehind } from '../http/bounded-fetch.ts';
import type { Instant } from '../model/time.ts';
import { WaitBudgetSpent, backOff, type WaitBudget } from '../http/wait-budget.ts';
import { Problem } from '../model/problem.ts';
import type { Credential } from './auth/credentials.ts';
import type { Pacing, Slot } from './pacing.ts';
import { judge, type Reply, type Verdict } from './replies.ts';
import { RequestFailure } from './request-failure.ts';
import { TargetProblem, type Applied } from './target-problem.ts';

/** How many replies may be lost while GitHub has not answered at all: the address is more likely wrong than down. */
const MOST_LOSSES_AT_FIRST = 6;
/** Once the run is cancelled: with their timeouts no more fit into what the runner leaves. */
const MOST_LATE_LOSSES = 2;
/** How often the token may be exchanged for one request. */
const MOST_RENEWALS = 2;

const SUCCESS: Readonly<Record<string, readonly number[]>> = {
  GET: [200],
  PUT: [201, 204],
  POST: [201],
  DELETE: [204],
};

/** How one request is to be sent, beside what Octokit knows of it. */
export interface Sending<T> {
  readonly credential: Credential;
  /** Reads what is needed of the reply; undefined where it is not there, which counts as a lost reply. */
  readonly parse: (data: unknown) => T | undefined;
  /** The statuses that mean that it was done; if not given, those of its method. */
  readonly success?: readonly number[];
  /** Asked before the request is sent again. */
  readonly stillWanted?: () => Promise<boolean>;
  /** How many replies may be lost before it is given up; if not given, `max-wait` bounds it. */
  readonly mostLosses?: number;
}

/** Octokit's own options of a request, as its hooks see them. */
export interface RequestOptions {
  readonly method: string;
  readonly headers: Record<string, string | number | undefined>;
  readonly [parameter: string]: unknown;
}

type Received = Reply | { readonly lost: string };

/**
 * Sends requests again where that is of use. All of them may be repeated without harm: they read, delete,
 * ask for one more token, or write the same value once more.
 */
export class Delivery {
  readonly #pacing: Pacing;
  readonly #waitBudget: WaitBudget;
  readonly #now: () => Instant;
  readonly #cancelled: AbortSignal;
  #answered = false;

  constructor(options: {
    readonly pacing: Pacing;
    readonly waitBudget: WaitBudget;
    readonly now: () => Instant;
    readonly cancelled: AbortSignal;
  }) {
    this.#pacing = options.pacing;
    this.#waitBudget = options.waitBudget;
    this.#now = options.now;
    this.#cancelled = options.cancelled;
  }

  /**
   * Sends until there is an answer. In place of the reply's data there is what `parse` made of it.
   * @throws RequestFailure, or the Problem for which there is no token
   */
  async deliver<T>(
    send: () => Promise<Reply>,
    options: RequestOptions,
    sending: Sending<T>,
  ): Promise<Reply & { data: T }> {
    let losses = 0;
    let lateLosses = 0;
    let limits = 0;
    let renewals = 0;
    const applied = (): Applied => (losses > 0 && options.method !== 'GET' ? 'unknown' : 'no');
    try {
      for (;;) {
        const { verdict, reply, data, token } = await this.#attempt(send, options, sending, limits);
        if (verdict.kind === 'done') {
          if (reply !== undefined && data !== undefined) return { ...reply, data };
          throw new TypeError('a reply that was accepted has no data');
        }
        if (verdict.kind === 'limited') {
          limits += 1;
        } else if (verdict.kind === 'lost') {
          losses += 1;
          if (this.#cancelled.aborted) lateLosses += 1;
          const { because } = verdict;
          const most = sending.mostLosses ?? (this.#answered ? Infinity : MOST_LOSSES_AT_FIRST);
          if (losses >= most || lateLosses >= MOST_LATE_LOSSES) {
            throw new RequestFailure({ kind: 'unanswered', because }, applied());
          }
          await this.#waitBudget.pause(
            backOff(losses),
            because.startsWith('GitHub') ? because : `GitHub: ${because}`,
          );
        } else {
          const renewable = verdict.kind === 'refused' && verdict.status === 401 && renewals < MOST_RENEWALS;
          const wait = renewable ? sending.credential.refused(token) : undefined;
          if (wait === undefined) throw new RequestFailure(verdict, applied());
          renewals += 1;
          if (wait > 0) await this.#waitBudget.pause(wait, 'GitHub refused a token that was valid');
        }
        if ((await sending.stillWanted?.()) === false) {
          throw new RequestFailure({ kind: 'unwanted' }, applied());
        }
      }
    } catch (error) {
      if (error instanceof WaitBudgetSpent) {
        throw new RequestFailure({ kind: 'wait-budget-spent', because: error.because }, applied());
      }
      throw error instanceof Problem ? TargetProblem.from(error, applied()) : error;
    }
  }

  async #attempt<T>(
    send: () => Promise<Reply>,
    options: RequestOptions,
    sending: Sending<T>,
    limits: number,
  ): Promise<{ verdict: Verdict; reply?: Reply; data?: T | undefined; token: string }> {
    const { credential } = sending;
    await credential.gate.pass();
    // Before the slot: getting a token takes requests too, which must not wait for this one.
    const token = await credential.token();
    options.headers['authorization'] = `Bearer ${token}`;
    const slot = await this.#admit(credential, options.method);
    try {
      const received = await receive(send);
      if ('lost' in received) return { verdict: { kind: 'lost', because: received.lost }, token };
      const verdict = judge(received, {
        success: sending.success ?? SUCCESS[options.method] ?? [],
        now: this.#now(),
        limits,
        submitted: [token, options['encrypted_value']].filter((value) => typeof value === 'string'),
      });
      this.#answered ||= verdict.kind !== 'done' || sending.parse(received.data) !== undefined;
      if (verdict.kind === 'limited') {
        // Before the slot is given back, so that whoever gets it finds the gate closed.
        if (verdict.secondary) this.#pacing.slowDown();
        credential.gate.close(verdict.wait, verdict.because);
      }
      if (verdict.kind !== 'done') return { verdict, token };
      const data = sending.parse(received.data);
      if (data !== undefined) return { verdict, reply: received, data, token };
      return { verdict: { kind: 'lost', because: 'GitHub sent a reply that cannot be read' }, token };
    } finally {
      slot.release();
    }
  }

  async #admit({ gate }: Credential, method: string): Promise<Slot> {
    for (;;) {
      const slot = await (method === 'GET' ? this.#pacing.read() : this.#pacing.write());
      if (gate.open) return slot;
      slot.release();
      await gate.pass();
    }
  }
}

/** Octokit throws errors that hold the request with its body: only the reply inside them is looked at. */
async function receive(send: () => Promise<Reply>): Promise<Received> {
  try {
    return await send();
  } catch (error) {
    const noReply = noReplyBehind(error);
    if (noReply !== undefined) return { lost: noReply.message };
    const reply = error instanceof Error && 'response' in error ? error.response : undefined;
    return isReply(reply) ? reply : { lost: 'GitHub sent a reply that cannot be read' };
  }
}

function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}
