import type { VirtualClock } from './clock.ts';
import { ConnectionReset, type Exchange, type Handler } from './exchange.ts';

/** What goes wrong. `when` says whether the service does what it was asked before it goes wrong. */
export type Effect =
  | {
      readonly kind: 'reply';
      readonly when: 'before' | 'after';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'hang'; readonly when: 'before' | 'after' };

export interface Fault {
  /** Shown in the request log. */
  readonly name: string;
  readonly service?: string;
  readonly method?: string;
  /** Matched against path and query. */
  readonly path?: RegExp;
  /** How many matching requests pass before the fault strikes; 0 if not given. */
  readonly skip?: number;
  /** How many requests it strikes; 1 if not given. */
  readonly times?: number;
  readonly effect: Effect;
}

interface Armed {
  readonly fault: Fault;
  skip: number;
  times: number;
}

/** Puts faults and the request log around services that know of neither. */
export class Faults {
  readonly log: Exchange[] = [];
  /** Called after every exchange, before its reply is sent. */
  onExchange: ((exchange: Exchange) => void | Promise<void>) | undefined;
  /** Called when a reply to a request begins to be held back. */
  onHang: ((request: Request) => void) | undefined;
  readonly #clock: VirtualClock;
  #armed: Armed[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  add(fault: Fault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** Faults that have not struck as often as they were to: a test that ends with any proved nothing. */
  unused(): readonly Fault[] {
    return this.#armed.filter(({ times }) => times > 0 && Number.isFinite(times)).map(({ fault }) => fault);
  }

  /** `clock` is the service's own. */
  wrap(service: string, handler: Handler, clock: VirtualClock = this.#clock): Handler {
    return async (request) => {
      const url = new URL(request.url);
      const requestBody = await request.clone().text();
      const fault = this.#strike(service, request.method, url.pathname + url.search);
      const record = async (response: Response | undefined): Promise<void> => {
        const responseBody = (await response?.clone().text()) ?? '';
        const exchange: Exchange = {
          number: this.log.length + 1,
          at: this.#clock.now(),
          service,
          method: request.method,
          path: url.pathname + url.search,
          requestHeaders: Object.fromEntries(request.headers),
          requestBody,
          status: response?.status,
          responseBody,
          fault: fault?.name,
        };
        this.log.push(exchange);
        await this.onExchange?.(exchange);
      };
      const response = await this.#answer(handler, request, clock, fault?.effect);
      await record(response === 'reset' || response === 'hang' ? undefined : response);
      if (response === 'reset') throw new ConnectionReset();
      if (response === 'hang') {
        this.onHang?.(request);
        return aborted(request.signal);
      }
      return response;
    };
  }

  #strike(service: string, method: string, path: string): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      const matches =
        armed.times > 0 &&
        (fault.service ?? service) === service &&
        (fault.method ?? method) === method &&
        (fault.path?.test(path) ?? true);
      if (!matches) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.times -= 1;
      return fault;
    }
    return undefined;
  }

  async #answer(
    handler: Handler,
    request: Request,
    clock: VirtualClock,
    effect: Effect | undefined,
  ): Promise<Response | 'reset' | 'hang'> {
    if (effect === undefined) return handler(request);
    if (effect.when === 'after') await handler(request);
    if (effect.kind !== 'reply') return effect.kind;
    const headers = { date: clock.httpDate(), ...effect.headers };
    return new Response(effect.body ?? null, { status: effect.status, headers });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => {
      reject(new ConnectionReset());
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
