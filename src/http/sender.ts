import { Problem } from '../model/problem.ts';
import type { Milliseconds } from '../model/time.ts';
import type { ApiCredential } from './api-credential.ts';
import { NoReply } from './bounded-fetch.ts';
import { isRecord } from './json.ts';
import type { Slot, Weight } from './pacing.ts';
import type { Reply } from './reply.ts';
import { WaitBudgetSpent, backOff, type WaitBudget } from './wait-budget.ts';

/** How many replies may be lost while the service never answered: the address is more likely wrong than down. */
const MOST_LOSSES_AT_FIRST = 6;
/** How often the token may be exchanged for one request. */
const MOST_RENEWALS = 2;

/** What a reply means for the request that it answers; `R` is how the service refuses. */
export type Verdict<R> =
  | { readonly kind: 'done' }
  /** Nobody knows whether the request took effect. */
  | { readonly kind: 'lost'; readonly because: string }
  /** Not executed; may be sent again after that long. */
  | {
      readonly kind: 'limited';
      readonly wait: Milliseconds;
      /** Whether requests came too fast, rather than too many in an hour. */
      readonly tooFast: boolean;
      readonly because: string;
    }
  /** Not executed, and sending it again changes nothing. */
  | { readonly kind: 'refused'; readonly refusal: R };

/** Why a request was given up without a refusal. */
export type GivenUp =
  /** No usable reply, as often as it was tried. */
  | { readonly kind: 'unanswered'; readonly because: string }
  /** The wait before the next attempt does not fit into `max-wait`. */
  | { readonly kind: 'wait-budget-spent'; readonly because: string }
  /** Sending it again was not wanted any more. */
  | { readonly kind: 'unwanted' }
  /** Something else stood in the way: there is no token to send it with, for example. */
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Whether a request may have taken effect: `no` is proven by a refusal, `unknown` is a lost reply. */
export type Applied = 'no' | 'unknown';

export type Sent<T, R> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: R | GivenUp; readonly applied: Applied };

/** A request, and how it is to be sent. */
export interface Sending<T, R> {
  readonly credential: ApiCredential;
  readonly weight: Weight;
  /** Sends it once. @throws NoReply, or the Problem for which it cannot be sent */
  readonly exchange: (token: string) => Promise<Reply>;
  /** `limits`: how often this request was limited before. */
  readonly classify: (
    reply: Reply,
    context: { readonly limits: number; readonly token: string },
  ) => Verdict<R>;
  /** Reads what is needed of the reply; undefined if it is not there, which counts as a lost reply. */
  readonly parse: (body: unknown) => T | undefined;
  /** How many replies may be lost before it is given up; if not given, `max-wait` bounds it. */
  readonly mostLosses?: number;
  /** Asked before the request is sent again. */
  readonly stillWanted?: () => Promise<boolean>;
}

interface Attempt<T, R> {
  readonly verdict: Verdict<R>;
  readonly value?: T | undefined;
  readonly status?: number;
  readonly token: string;
}

/** Sends the requests of one run to one service, and sends them again if that is of use. */
export class Sender {
  readonly #service: string;
  readonly #waitBudget: WaitBudget;
  #answered = false;

  /** @param options.service its name, as people see it */
  constructor(options: { readonly service: string; readonly waitBudget: WaitBudget }) {
    this.#service = options.service;
    this.#waitBudget = options.waitBudget;
  }

  /** Sends until there is an answer. Throws nothing that the service or the wait budget is the reason of. */
  async send<T, R>(sending: Sending<T, R>): Promise<Sent<T, R>> {
    let losses = 0;
    let limits = 0;
    let renewals = 0;
    const failed = (failure: R | GivenUp): Sent<T, R> => {
      return { kind: 'failed', failure, applied: losses > 0 && sending.weight !== 'read' ? 'unknown' : 'no' };
    };
    try {
      for (;;) {
        const { verdict, value, status, token } = await this.#attempt(sending, limits);
        switch (verdict.kind) {
          case 'done':
            if (value === undefined) throw new TypeError('a reply that was accepted has no value');
            return { kind: 'done', value };
          case 'limited':
            limits += 1;
            break;
          case 'lost': {
            losses += 1;
            const givenUp = await this.backOff(losses, verdict.because, sending.mostLosses);
            if (givenUp !== undefined) return failed(givenUp);
            break;
          }
          case 'refused': {
            const renewable = status === 401 && renewals < MOST_RENEWALS;
            const wait = renewable ? sending.credential.refused(token) : undefined;
            if (wait === undefined) return failed(verdict.refusal);
            renewals += 1;
            if (wait > 0)
              await this.#waitBudget.pause(wait, `${this.#service} refused a token that was valid`);
          }
        }
        if ((await sending.stillWanted?.()) === false) return failed({ kind: 'unwanted' });
      }
    } catch (error) {
      if (error instanceof WaitBudgetSpent) {
        return failed({ kind: 'wait-budget-spent', because: error.because });
      }
      if (error instanceof Problem) return failed({ kind: 'problem', problem: error });
      throw error;
    }
  }

  /** Waits before the attempt after so many lost replies. @returns why there is no further one */
  async backOff(losses: number, because: string, most?: number): Promise<GivenUp | undefined> {
    if (losses >= (most ?? (this.#answered ? Infinity : MOST_LOSSES_AT_FIRST))) {
      return { kind: 'unanswered', because };
    }
    try {
      await this.#waitBudget.pause(backOff(losses), because);
      return undefined;
    } catch (error) {
      if (error instanceof WaitBudgetSpent) return { kind: 'wait-budget-spent', because };
      throw error;
    }
  }

  async #attempt<T, R>(sending: Sending<T, R>, limits: number): Promise<Attempt<T, R>> {
    const { credential } = sending;
    await credential.gate.pass();
    const slot = await this.#admit(sending);
    let token = '';
    try {
      // Only now: the wait for the slot may be longer than a token lives.
      token = await credential.token();
      const reply = await sending.exchange(token);
      const verdict = sending.classify(reply, { limits, token });
      if (verdict.kind === 'limited') {
        // Before the slot is given back, so that whoever gets it finds the gate closed.
        if (verdict.tooFast) credential.pacing.slowDown();
        credential.gate.close(verdict.wait, verdict.because);
      }
      const value = verdict.kind === 'done' ? sending.parse(reply.body) : undefined;
      this.#answered ||= reply.status >= 400 || isRecord(reply.body) || value !== undefined;
      if (verdict.kind === 'done' && value === undefined) {
        return { verdict: this.#lost(`${this.#service} sent a reply that cannot be read`), token };
      }
      return { verdict, value, status: reply.status, token };
    } catch (error) {
      if (error instanceof NoReply)
        return { verdict: this.#lost(`${this.#service}: ${error.message}`), token };
      throw error;
    } finally {
      slot.release();
    }
  }

  #lost(because: string): { readonly kind: 'lost'; readonly because: string } {
    return { kind: 'lost', because };
  }

  async #admit({ credential: { gate, pacing }, weight }: Sending<unknown, unknown>): Promise<Slot> {
    for (;;) {
      const slot = await pacing.admit(weight);
      if (gate.open) return slot;
      slot.release();
      await gate.pass();
    }
  }
}
