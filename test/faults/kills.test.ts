import type { ChildProcess } from 'node:child_process';
import { afterAll, expect, it } from 'vitest';
import { findLeaks } from '../../sandbox/leaks.ts';
import { runAction, type Step } from '../../sandbox/runner/run-action.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { serve } from '../../sandbox/serve.ts';
import { MINUTE } from '../../src/model/time.ts';
import { unconverged, violationsOf } from './judge.ts';
import { play } from './play.ts';
import { CREATE, open, ROTATE_ONE, type Scenario } from './scenarios.ts';
import { standingOf } from './standing.ts';
import { label, tellExchange } from './transcript.ts';
import { Watch } from './watch.ts';

const counts = { kills: 0, logins: 0 };

/** Starts the bundle as the runner does, and kills the process once request `number` has taken effect. */
async function killedAt(number: number, scenario: Scenario, sandbox: Sandbox): Promise<Step> {
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
    return await runAction(served.step({ inputs: scenario.inputs, onSpawn }));
  } finally {
    await served.close();
  }
}

for (const scenario of [CREATE, ROTATE_ONE]) {
  const { exchanges } = await play(open(scenario), scenario);
  const rows = exchanges.map((exchange) => [scenario.name, exchange.number, label(exchange)] as const);
  it.each(rows)('%s: killed at request %i, %s, the next run converges', async (_name, number) => {
    const sandbox = open(scenario);
    const { targets, inputs } = scenario;
    const first = new Watch(sandbox, targets);
    const step = await killedAt(number, scenario, sandbox);
    expect(step).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect(first.violations()).toEqual([]);
    const shown = [{ name: 'log', text: step.rawStdout + step.rawStderr, raw: true }, ...step.files];
    expect(findLeaks({ secrets: sandbox.clientSecrets, haystacks: shown })).toEqual([]);
    sandbox.clock.advance(10 * MINUTE);
    const before = standingOf(sandbox, targets);
    const watch = new Watch(sandbox, targets);
    const played = await play(sandbox, { inputs });
    const judged = {
      sandbox,
      targets,
      before,
      played,
      after: standingOf(sandbox, targets),
      watch,
      mishap: undefined,
    };
    const requests = sandbox.faults.log.map((exchange) => tellExchange(exchange, 0)).join('\n');
    expect([...violationsOf(judged), ...unconverged(judged)], requests).toEqual([]);
    sandbox.clock.advance(10 * MINUTE);
    const third = await play(sandbox, { inputs: { ...inputs, 'rotate-after': '30d' } });
    expect(third.transcript.outputs['status']).toBe('unchanged');
    counts.kills += 1;
    counts.logins += first.logins + watch.logins;
  });
}

afterAll(() => {
  console.log(`The bundle was killed ${counts.kills} times; ${counts.logins} logins checked.`);
});
