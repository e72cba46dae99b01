import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DAY, type Milliseconds } from '../src/model/time.ts';

/** What `server.ts` tells once it listens. */
export interface Started {
  readonly origins: Readonly<Record<'cloudflare' | 'github' | 'control', string>>;
  /** A `with` that rotates the token `ci` for acme/web. */
  readonly inputs: Readonly<Record<string, string>>;
}

export type Order =
  | {
      readonly kind: 'begin';
      /** By which every reply is late. */
      readonly delay: Milliseconds;
      /** By how much the sandbox's clock is moved on before. */
      readonly later: Milliseconds;
      /** How many tokens the account is to have at least. */
      readonly tokens?: number;
    }
  | { readonly kind: 'end' };

/** What the services saw between `begin` and `end`. */
export interface Tally {
  readonly requests: readonly { readonly service: string; readonly method: string; readonly path: string }[];
  /** When the first request was there, in nanoseconds as `process.hrtime` counts them, in decimal digits. */
  readonly firstRequestAt: string | undefined;
  /** How many connections were opened. */
  readonly connections: number;
  /** By how much the clock was moved on by processes that wait on it instead of their own. */
  readonly waited: Milliseconds;
}

/** A grace is over by then, so that the token may be rotated again. */
const NEXT_ROTATION: Milliseconds = 2 * DAY;

/** The sandbox's services in another process. */
export class Services {
  readonly started: Started;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, started: Started) {
    this.#child = child;
    this.started = started;
  }

  static async start(): Promise<Services> {
    const child = fork(join(import.meta.dirname, 'server.ts'));
    const [started] = (await once(child, 'message')) as [Started];
    return new Services(child, started);
  }

  /** Forgets what was seen before. */
  async begin(options: Partial<Omit<Extract<Order, { kind: 'begin' }>, 'kind'>> = {}): Promise<void> {
    await this.#send({ kind: 'begin', delay: 0, later: NEXT_ROTATION, ...options });
  }

  async end(): Promise<Tally> {
    return (await this.#send({ kind: 'end' })) as Tally;
  }

  stop(): void {
    this.#child.disconnect();
  }

  async #send(order: Order): Promise<unknown> {
    const answered = once(this.#child, 'message');
    this.#child.send(order);
    const [answer] = (await answered) as [unknown];
    return answer;
  }
}
