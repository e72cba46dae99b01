import type { VirtualClock } from './clock.ts';
import type { Handler } from './exchange.ts';
import type { Faults } from './faults.ts';

/** What the sandbox itself is asked for: `POST /advance?ms=N` moves its clock, `GET /log` has every exchange. */
export function controlHandler(clock: VirtualClock, faults: Faults): Handler {
  return (request) => {
    const url = new URL(request.url);
    const asked = `${request.method} ${url.pathname}`;
    if (asked === 'GET /log') return Promise.resolve(Response.json(faults.log));
    if (asked !== 'POST /advance') return Promise.resolve(new Response('Not found\n', { status: 404 }));
    const text = url.searchParams.get('ms') ?? '';
    if (!/^\d+(\.\d+)?$/.test(text)) {
      return Promise.resolve(new Response('ms is to be a number of milliseconds\n', { status: 400 }));
    }
    clock.advance(Number(text));
    return Promise.resolve(Response.json({ now: clock.rfc3339() }));
  };
}
