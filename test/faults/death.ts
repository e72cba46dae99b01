import type { SandboxTime } from '../../sandbox/time.ts';
import type { Time } from '../../src/dependencies.ts';
import { recognizer } from './moments.ts';
import type { Play } from './play.ts';

/**
 * The end of a process. Of what is left of it in memory every request and every wait fails at once, without
 * reaching anything outside, so that it ends and leaves nothing behind in modules that the next run shares.
 */
export class Death {
  /** Resolves when the process dies; where none is planned, never. */
  readonly came: Promise<void>;
  /** The time of the process. */
  readonly time: Time;
  readonly #die: () => void;
  readonly #planned: Play['mishap'];
  readonly #isIt: (request: Request) => boolean;
  #isDead = false;

  constructor(time: SandboxTime, planned: Play['mishap']) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.came = promise;
    this.#planned = planned?.mishap.effect.kind === 'kill' ? planned : undefined;
    this.#isIt = this.#planned === undefined ? () => false : recognizer(this.#planned.at);
    this.#die = () => {
      this.#isDead = true;
      // Its sleeps and timeouts must not move the clock that others go by.
      time.answering();
      resolve(undefined);
    };
    const sleep: Time['sleep'] = (duration, signal) => this.#whileAlive(() => time.sleep(duration, signal));
    this.time = { monotonic: time.monotonic, wall: time.wall, timeout: time.timeout, sleep };
  }

  fetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return (input, init) =>
      this.#whileAlive(async () => {
        const strikes = this.#isIt(new Request(input, init));
        if (!strikes || this.#planned?.mishap.effect.when === 'after') {
          const response = await fetch(input, init);
          if (!strikes) return response;
        }
        this.#die();
        throw died();
      });
  }

  async #whileAlive<T>(task: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw died();
    if (this.#planned === undefined) return task();
    return Promise.race([
      task(),
      this.came.then(() => {
        throw died();
      }),
    ]);
  }
}

function died(): Error {
  return new Error('the process was killed');
}
