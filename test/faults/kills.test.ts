import type { ChildProcess } from 'node:child_process';
import { expect, it } from 'vitest';
import { findLeaks } from '../../sandbox/leaks.ts';
import { runAction, type Step } from '../../sandbox/runner/run-action.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { serve } from '../../sandbox/serve.ts';
import { describeTarget } from '../../src/model/target.ts';
import { MINUTE } from '../../src/model/time.ts';
import type { Inputs } from '../harness/play.ts';
import { CREATE, open, ROTATE_ONE } from '../harness/scenarios.ts';
import { Story, undisturbed } from '../harness/story.ts';
import { failWith, label } from '../harness/tell.ts';
import { FULL } from '../harness/worlds.ts';

/** Starts the bundle as the runner does, and kills the process once request `number` has taken effect. */
async function killedAt(number: number, inputs: Inputs, sandbox: Sandbox): Promise<Step> {
  let child: ChildProcess | undefined;
  const look = sandbox.faults.onExchange;
  sandbox.faults.onExchange = async (exchange) => {
    await look?.(exchange);
    if (exchange.number === number) child?.kill('SIGKILL');
  };
  const served = await serve(sandbox);
  try {
    const onSpawn = (spawned: ChildProcess): void => {
      child = spawned;
    };
    return await runAction(served.step({ inputs, onSpawn }));
  } finally {
    await served.close();
  }
}

for (const scenario of [CREATE, ROTATE_ONE]) {
  const [{ exchanges, runs }] = await undisturbed(scenario, open(scenario));
  const { inputs } = runs[0];
  // Reads change nothing: of them the last is enough.
  const struck = exchanges.filter(
    ({ method }, index) => FULL || method !== 'GET' || exchanges[index + 1]?.method !== 'GET',
  );
  const rows = struck.map((exchange) => [scenario.name, exchange.number, label(exchange)] as const);
  it.each(rows)('%s: killed at request %i, %s, the next run converges', async (_name, number) => {
    const sandbox = open(scenario);
    const story = new Story(sandbox, scenario);
    story.watch.begin([inputs]);
    const step = await killedAt(number, inputs, sandbox);
    expect(step).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    story.found(...story.watch.outNow().map((target) => `${describeTarget(target)} does not log in`));
    expect(story.watch.lockOuts).toEqual([]);
    const shown = [{ name: 'log', text: step.rawStdout + step.rawStderr, raw: true }, ...step.files];
    expect(findLeaks({ secrets: sandbox.clientSecrets, haystacks: shown })).toEqual([]);
    await story.repair(10 * MINUTE);
    failWith(story.failure(`killed at request ${number}`));
  });
}
