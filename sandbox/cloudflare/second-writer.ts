import type { Handler } from '../exchange.ts';

/** Something that another hand does around a request of the client. */
export interface Intrusion {
  readonly method?: string;
  /** Matched against path and query. */
  readonly path?: RegExp;
  /** How many matching requests pass before; 0 if not given. */
  readonly skip?: number;
  /** How many requests it happens around; 1 if not given. */
  readonly times?: number;
  /** Before the service does what it was asked, or after that and before the client has the reply. */
  readonly when: 'before' | 'after';
  readonly act: () => void | Promise<void>;
}

interface Waiting {
  readonly intrusion: Intrusion;
  skip: number;
  times: number;
}

/** Lets somebody else write between two requests of a client, without a word about it in either reply. */
export class SecondWriter {
  readonly #waiting: Waiting[] = [];

  add(intrusion: Intrusion): void {
    this.#waiting.push({ intrusion, skip: intrusion.skip ?? 0, times: intrusion.times ?? 1 });
  }

  /** Intrusions that have not happened as often as they should: a test that ends with any proved nothing. */
  unused(): readonly Intrusion[] {
    return this.#waiting
      .filter(({ times }) => times > 0 && Number.isFinite(times))
      .map(({ intrusion }) => intrusion);
  }

  wrap(handler: Handler): Handler {
    return async (request) => {
      const { pathname, search } = new URL(request.url);
      const due = this.#due(request.method, pathname + search);
      for (const { when, act } of due) if (when === 'before') await act();
      const response = await handler(request);
      for (const { when, act } of due) if (when === 'after') await act();
      return response;
    };
  }

  #due(method: string, path: string): readonly Intrusion[] {
    const matching = this.#waiting.filter(
      ({ intrusion, times }) =>
        times > 0 && (intrusion.method ?? method) === method && (intrusion.path?.test(path) ?? true),
    );
    const due = matching.filter(({ skip }) => skip === 0);
    for (const waiting of matching) {
      if (waiting.skip > 0) waiting.skip -= 1;
      else waiting.times -= 1;
    }
    return due.map(({ intrusion }) => intrusion);
  }
}
