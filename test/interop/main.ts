// `npm run test:interop [-- NAME…]`: other people's clients against the sandbox, each skipped if its tool is missing.
import { LiveClock } from '../../sandbox/clock.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { serve } from '../../sandbox/serve.ts';
import { CLIENTS, type Client } from './clients.ts';

type Result = 'passed' | 'failed' | 'skipped';

async function play({ name, missing, run }: Client): Promise<Result> {
  const why = await missing();
  if (why !== undefined) {
    console.log(`skipped  ${name}: its tool is missing (${why})`);
    return 'skipped';
  }
  // Others sign with the time of this machine, and wait in it.
  const sandbox = new Sandbox({ clock: new LiveClock() });
  const served = await serve(sandbox);
  try {
    console.log(`passed   ${name}: ${await run(sandbox, served)}`);
    return 'passed';
  } catch (error) {
    console.log(`failed   ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return 'failed';
  } finally {
    await served.close();
  }
}

const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = CLIENTS.filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word)),
);
const results: Result[] = [];
for (const client of chosen) results.push(await play(client));
const count = (result: Result): number => results.filter((one) => one === result).length;
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
if (count('failed') > 0 || chosen.length === 0) process.exitCode = 1;
