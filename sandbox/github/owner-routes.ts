import { wholeUser } from './rendering.ts';
import { notFound, Refusal } from './reply.ts';
import type { Limits } from './limits.ts';
import { parameter, type Route } from './route.ts';
import type { State } from './state.ts';
import type { Switches } from './switches.ts';
import { clientOf, hourlyLimit } from './tokens.ts';

/** Endpoints that other clients use: who an owner is, and how many requests are left in this hour. */
export function ownerRoutes(state: State, limits: Limits, switches: Switches): Route[] {
  return [
    {
      method: 'GET',
      path: '/users/{username}',
      docs: 'users/users#get-a-user',
      about: 'token',
      answer: (call) => {
        const owner = state.owners.get(parameter(call, 'username').toLowerCase());
        if (owner === undefined) throw notFound();
        return { status: 200, body: wholeUser(call, owner) };
      },
    },
    {
      method: 'GET',
      path: '/rate_limit',
      docs: 'rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user',
      about: 'token',
      free: true,
      answer: ({ token, clock }) => {
        const core = limits.status(clientOf(token), hourlyLimit(switches, token));
        if (core === undefined) throw new Refusal(404, 'Rate limiting is not enabled.');
        const untouched = (limit: number, seconds: number): object => {
          const reset = Math.ceil(clock.now() / 1000) + seconds;
          return { limit, used: 0, remaining: limit, reset };
        };
        const resources = { core, search: untouched(30, 60), graphql: untouched(5_000, 3_600) };
        return { status: 200, body: { resources, rate: core } };
      },
    },
  ];
}
