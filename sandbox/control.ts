import type { Handler } from './exchange.ts';
import { WEB, type Sandbox } from './sandbox.ts';

/**
 * What the sandbox itself is asked for: `POST /advance?ms=N` moves its clock, `GET /log` has every
 * exchange, and `GET /stored-pair` has the opened secrets of acme/web, which no GitHub would tell.
 */
export function controlHandler({ clock, faults, storedPair }: ControlledSandbox): Handler {
  const answer = (request: Request): Response => {
    const url = new URL(request.url);
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /log':
        return Response.json(faults.log);
      case 'GET /stored-pair':
        return Response.json(storedPair(WEB));
      case 'POST /advance': {
        const text = url.searchParams.get('ms') ?? '';
        if (!/^\d+(\.\d+)?$/.test(text)) {
          return new Response('ms is to be a number of milliseconds\n', { status: 400 });
        }
        clock.advance(Number(text));
        return Response.json({ now: clock.rfc3339() });
      }
      default:
        return new Response('Not found\n', { status: 404 });
    }
  };
  return (request) => Promise.resolve(answer(request));
}

export type ControlledSandbox = Pick<Sandbox, 'clock' | 'faults' | 'storedPair'>;
