import type { Part } from '../part.ts';

export const WAIT_BUDGET_AND_CLOCKS: Part = {
  name: 'wait budget and clocks',
  isNew: false,
  tests: ['test/parts', 'test/cloudflare', 'test/github'],
  mutations: [
    [
      'a wait that does not fit into `max-wait` begins',
      'src/http/wait-budget.ts',
      'if (duration > this.left()) throw',
      'if (duration < 0) throw',
    ],
    [
      'a cancelled run may wait as long as any other',
      'src/http/wait-budget.ts',
      'this.#leave(AFTER_CANCEL);',
      '',
    ],
    [
      'waits that overlap count more than once',
      'src/http/wait-budget.ts',
      'this.#left - (now - this.#since))',
      'this.#left - this.#waiting * (now - this.#since))',
    ],
    [
      'time that is not spent waiting uses up `max-wait`',
      'src/http/wait-budget.ts',
      'if (this.#waiting > 0) this.#left',
      'this.#left',
    ],
    ['the end of a run does not end its waits', 'src/http/wait-budget.ts', 'this.#over.abort();', ''],
    [
      'the first wait between attempts takes a minute',
      'src/http/wait-budget.ts',
      'SECOND * 2 ** (failures - 1)',
      'SECOND * 2 ** (failures + 6)',
    ],
    [
      'a wait between attempts grows without a bound',
      'src/http/wait-budget.ts',
      'Math.min(LONGEST_BACK_OFF, SECOND * 2 ** (failures - 1))',
      'SECOND * 2 ** (failures - 1)',
    ],
    [
      'a reply from a cache turns the clock of a service back',
      'src/http/service-clock.ts',
      'if (this.#known !== undefined && instant < this.now()) return;',
      '',
    ],
    [
      'the clock of the runner is believed instead of the service',
      'src/http/service-clock.ts',
      'if (this.#known === undefined) return this.#time.wall();',
      'return this.#time.wall();',
    ],
    [
      'the clock of a service stands still between replies',
      'src/http/service-clock.ts',
      ' + (this.#time.monotonic() - this.#known.seenAt)',
      '',
    ],
    [
      'a redirect is followed with the secret in the request',
      'src/http/bounded-fetch.ts',
      "redirect: 'manual'",
      "redirect: 'follow'",
    ],
    ['a request has no deadline', 'src/http/bounded-fetch.ts', 'armed(requestTimeout);', ''],
  ],
};
