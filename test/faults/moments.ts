import type { Exchange } from '../../sandbox/exchange.ts';

/** A request of a run: the one that had this method and path before it came `skip` times. */
export interface Moment {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly skip: number;
  /** How many requests its service got before, in this run. */
  readonly before: number;
}

/** The requests of a run as moments at which something may go wrong. */
export function momentsOf(
  exchanges: readonly Exchange[],
): readonly (Moment & { readonly exchange: Exchange })[] {
  return exchanges.map((exchange, index) => {
    const earlier = exchanges.slice(0, index).filter(({ service }) => service === exchange.service);
    const same = earlier.filter(({ method, path }) => method === exchange.method && path === exchange.path);
    const { service, method, path } = exchange;
    return { service, method, path, skip: same.length, before: earlier.length, exchange };
  });
}

/** Tells the request of a moment from all others of its run, each of which it is to be shown once. */
export function recognizer(at: Moment): (request: Request) => boolean {
  let { skip } = at;
  return ({ method, url }) => {
    const { pathname, search } = new URL(url);
    if (method !== at.method || pathname + search !== at.path) return false;
    skip -= 1;
    return skip === -1;
  };
}
