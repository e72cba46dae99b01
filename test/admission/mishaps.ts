import { errorBody } from '../../sandbox/cloudflare/reply.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import type { Fault } from '../../sandbox/faults.ts';
import { befall, type Mishap } from '../harness/mishaps.ts';
import type { Killing } from './process.ts';

/** Replies that say nothing of what became of the request. */
export const LOST: readonly Mishap[] = [
  { name: 'reset before', effect: { kind: 'reset', when: 'before' } },
  { name: 'reset after', effect: { kind: 'reset', when: 'after' } },
  { name: '502 after', effect: { kind: 'reply', when: 'after', status: 502, body: '<html>' } },
  { name: 'hang after', effect: { kind: 'hang', when: 'after' } },
  {
    name: 'success: false after',
    effect: {
      kind: 'reply',
      when: 'after',
      status: 200,
      body: errorBody([{ code: 10001, message: 'Unable to authenticate request' }]),
    },
  },
];

export const KILLS: readonly Mishap[] = [
  { name: 'kill before', effect: { kind: 'kill', when: 'before' } },
  { name: 'kill after', effect: { kind: 'kill', when: 'after' } },
];

/** Each request of a rehearsal with a name, such as `3 POST /apps/…/policies`. */
export function named(exchanges: readonly Exchange[]): readonly (readonly [string, Exchange])[] {
  return exchanges.map((exchange) => {
    const path = exchange.path.replace(/^.*\/access/, '').replaceAll(/[0-9a-f]{8}-[0-9a-f-]+/g, '…');
    return [`${exchange.number} ${exchange.method} ${path}`, exchange] as const;
  });
}

/** The mishap as a fault of the services, at that request of a run like the rehearsal. */
export function faultOf({ name, effect }: Mishap, exchange: Exchange, run: readonly Exchange[]): Fault {
  if (effect.kind === 'kill' || effect.kind === 'cancel') throw new TypeError('no fault of a service');
  const { service, method, path = '', skip } = befall({ name, effect }, exchange, run).at;
  return {
    name,
    path: new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    skip,
    effect,
    ...(service === undefined ? {} : { service }),
    ...(method === undefined ? {} : { method }),
  };
}

/** The mishap as the death of the process, at that request of a run like the rehearsal. */
export function death(mishap: Mishap, exchange: Exchange, run: readonly Exchange[]): Killing {
  const { method, path, skip } = befall(mishap, exchange, run).at;
  return { effect: mishap.effect, method, path, skip };
}
