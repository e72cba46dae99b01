import { runInProcess } from '../sandbox/in-process-run.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { DAY, SECOND, type Milliseconds } from '../src/model/time.ts';
import { repositories } from './operations.ts';
import { inSeconds, table } from './table.ts';

interface Run {
  readonly does: 'rotate' | 'create' | 'nothing to do';
  readonly targets: number;
}

const RUNS: readonly Run[] = [
  ...[40, 60, 100, 200, 250, 300].map((targets): Run => ({ does: 'rotate', targets })),
  ...[26, 100].map((targets): Run => ({ does: 'create', targets })),
  ...[100, 500].map((targets): Run => ({ does: 'nothing to do', targets })),
];

/** How long GitHub's documented limits make runs wait, by the sandbox's clock, if secrets count as content. */
export async function pace(): Promise<string> {
  const rows: string[][] = [];
  for (const run of RUNS) {
    const { waited, requests, refused } = await measure(run);
    rows.push([`${run.does}, ${run.targets} targets`, inSeconds(waited), String(requests), String(refused)]);
  }
  return table(['run', 'waited', 'requests to GitHub', 'refused'], rows);
}

async function measure({ does, targets }: Run): Promise<{
  readonly waited: Milliseconds;
  readonly requests: number;
  readonly refused: number;
}> {
  const sandbox = new Sandbox({ githubSwitches: { changesCountAsContent: true } });
  for (let number = 1; number <= targets; number += 1) {
    sandbox.github.addRepository({ owner: 'acme', name: `service-${number}` });
  }
  const inputs = repositories(targets);
  if (does !== 'create') {
    await runInProcess(sandbox, { inputs });
    sandbox.clock.advance(2 * DAY);
  }
  const start = sandbox.time.monotonic();
  const before = sandbox.faults.log.length;
  const idle: Readonly<Record<string, string>> = does === 'nothing to do' ? { 'rotate-after': '30d' } : {};
  const { outputs } = await runInProcess(sandbox, { inputs: { ...inputs, ...idle } });
  if (outputs['status'] === 'failed') throw new Error(outputs['message']);
  const sent = sandbox.faults.log.slice(before).filter(({ service }) => service === 'github');
  return {
    waited: Math.round((sandbox.time.monotonic() - start) / SECOND) * SECOND,
    requests: sent.length,
    refused: sent.filter(({ status }) => status === 403 || status === 429).length,
  };
}
