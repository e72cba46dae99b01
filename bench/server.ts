// The sandbox in a process of its own, so that what it computes is not counted as the action's. Forked by
// `services.ts`, whose orders it carries out one by one; ends when the channel between the two is closed.
import { setTimeout } from 'node:timers/promises';
import { controlHandler } from '../sandbox/control.ts';
import type { Handler } from '../sandbox/exchange.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { listen } from '../sandbox/server.ts';
import { ACCOUNT } from '../sandbox/world.ts';
import type { Order, Started, Tally } from './services.ts';

const REPOSITORIES = 100;

const sandbox = new Sandbox({ cloudflareSwitches: { tokenLimit: 1000 } });
const { clock, cloudflare, github, handlers, faults } = sandbox;
for (let number = 1; number <= REPOSITORIES; number += 1) {
  github.addRepository({ owner: 'acme', name: `service-${number}` });
}

let delay = 0;
let firstRequestAt: bigint | undefined;
let clockAtBegin = clock.now();
let connectionsAtBegin = 0;

/** A reply leaves `delay` after its request came, however many are under way. */
function late(handler: Handler): Handler {
  return async (request) => {
    firstRequestAt ??= process.hrtime.bigint();
    const [response] = await Promise.all([handler(request), delay > 0 ? setTimeout(delay) : undefined]);
    return response;
  };
}

const onCloudflare = await listen(late(handlers.cloudflare));
const onGitHub = await listen(late(handlers.github));
const control = await listen(controlHandler(sandbox));

function connections(): number {
  return onCloudflare.connections() + onGitHub.connections();
}

function begin(order: Extract<Order, { kind: 'begin' }>): void {
  ({ delay } = order);
  const scope = { kind: 'account', id: ACCOUNT } as const;
  for (let number = cloudflare.list().length; number < (order.tokens ?? 0); number += 1) {
    cloudflare.createToken({ scope, name: `other-${number}` });
  }
  clock.advance(order.later);
  faults.log.length = 0;
  firstRequestAt = undefined;
  clockAtBegin = clock.now();
  connectionsAtBegin = connections();
}

function tally(): Tally {
  return {
    requests: faults.log.map(({ service, method, path }) => ({ service, method, path })),
    firstRequestAt: firstRequestAt === undefined ? undefined : String(firstRequestAt),
    connections: connections() - connectionsAtBegin,
    waited: clock.now() - clockAtBegin,
  };
}

process.on('message', (order: Order) => {
  if (order.kind === 'begin') begin(order);
  process.send?.(order.kind === 'end' ? tally() : {});
});
process.on('disconnect', () => process.exit(0));

const started: Started = {
  origins: { cloudflare: onCloudflare.origin, github: onGitHub.origin, control: control.origin },
  inputs: sandbox.inputs(),
};
process.send?.(started);
