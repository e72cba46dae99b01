import { MINUTE } from '../src/model/time.ts';
import { Action, PEAK_MEMORY, type Measured, type RunOptions } from './action.ts';
import { demandSuccess, runNode } from './child.ts';
import { repositories } from './operations.ts';
import type { Services } from './services.ts';
import { median } from './statistics.ts';
import { inMegabytes, inMilliseconds, inSeconds, table } from './table.ts';

const ROUNDS = 5;
/** Of each target: the client secret and the client ID. */
const WRITES_PER_TARGET = 2;
/** GitHub's limits allow that many a minute. */
const WRITES_A_MINUTE = 80;

/** What grows with the number of targets, and with the number of tokens in the account. */
export async function growth(services: Services): Promise<string> {
  const action = await Action.prepare(services);
  try {
    const byTargets: string[][] = [];
    for (const targets of [1, 10, 100]) {
      const inputs = repositories(targets);
      await action.run({ inputs, virtualTime: true });
      const measured = await several(action, { inputs, virtualTime: true, memory: true });
      const paced = (Math.ceil((targets * WRITES_PER_TARGET) / WRITES_A_MINUTE) - 1) * MINUTE;
      byTargets.push([
        String(targets),
        inSeconds(paced),
        inSeconds(middle(measured, ({ waited }) => waited)),
        ...costs(measured),
      ]);
    }
    const byTokens: string[][] = [];
    for (const tokens of [1, 50, 500]) {
      const inputs = { ...repositories(1), 'rotate-after': '30d' };
      byTokens.push([
        String(tokens),
        ...costs(await several(action, { inputs, tokens, memory: true, later: 0 })),
      ]);
    }
    return [
      table(['targets', 'pacing asks for', 'waited', 'computed', 'requests', 'peak memory'], byTargets),
      table(['tokens in the account', 'wall time', 'requests', 'peak memory'], byTokens),
      `Median of ${ROUNDS} runs. Waits are on the sandbox's clock, and take no time here. \`node -e 0\` holds ${inMegabytes(await bareMemory())} at most.`,
    ].join('\n\n');
  } finally {
    await action.close();
  }
}

async function several(action: Action, options: RunOptions): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) measured.push(await action.run(options));
  return measured;
}

async function bareMemory(): Promise<number> {
  return demandSuccess(await runNode([...PEAK_MEMORY, '-e', '0']), 'node').peakMemory ?? 0;
}

function costs(measured: readonly Measured[]): string[] {
  return [
    inMilliseconds(middle(measured, ({ wall }) => wall)),
    String(middle(measured, ({ requests }) => requests.length)),
    inMegabytes(middle(measured, ({ peakMemory = 0 }) => peakMemory)),
  ];
}

function middle(measured: readonly Measured[], of: (one: Measured) => number): number {
  return median(measured.map(of));
}
