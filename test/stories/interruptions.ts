import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import type { Exchange } from '../../sandbox/exchange.ts';
import type { StepOptions } from '../../sandbox/runner/run-action.ts';
import type { Stage } from './story.ts';

export type Moment = (exchange: Exchange) => boolean;

export const readsTheToken: Moment = ({ service, method }) => service === 'cloudflare' && method === 'GET';
export const provesATarget: Moment = ({ service, method }) => service === 'github' && method === 'DELETE';
export const creates: Moment = ({ service, method }) => service === 'cloudflare' && method === 'POST';
export const rotates: Moment = ({ service, method }) => service === 'cloudflare' && method === 'PUT';
export const delivers: Moment = ({ service, method }) => service === 'github' && method === 'PUT';
export const presentsThePair: Moment = ({ requestHeaders }) => 'cf-access-client-secret' in requestHeaders;

const NOTICED = 'The signal is there.';

/** A module, loaded before the action, that prints a line as soon as the process has got a SIGINT. */
const NOTICE = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs'; process.on('SIGINT', () => writeSync(1, '${NOTICED}\\n'));`,
)}`;

/** Options of a run that a person cancels: it has the signal before the reply to the first such request. */
export function cancelledAt({ sandbox }: Stage, moment: Moment): Partial<StepOptions> {
  const cancel = new AbortController();
  return {
    cancel: { signal: cancel.signal },
    nodeOptions: ['--import', NOTICE],
    onSpawn: (child) => {
      sandbox.faults.onExchange = async (exchange) => {
        if (!moment(exchange)) return;
        sandbox.faults.onExchange = undefined;
        cancel.abort();
        await noticed(child);
      };
    },
  };
}

/** Options of a run that ends without notice, before the reply to the first such request. */
export function killedAt({ sandbox }: Stage, moment: Moment): Partial<StepOptions> {
  return {
    onSpawn: (child) => {
      sandbox.faults.onExchange = (exchange) => {
        if (!moment(exchange)) return;
        sandbox.faults.onExchange = undefined;
        child.kill('SIGKILL');
      };
    },
  };
}

async function noticed({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error('the process has no stdout to read');
  for (let seen = ''; !seen.includes(NOTICED);) {
    const [chunk] = (await once(stdout, 'data')) as [string];
    seen += chunk;
  }
}
