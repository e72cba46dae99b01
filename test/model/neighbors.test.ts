import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import { failWith } from '../harness/tell.ts';
import { FULL, WORLDS } from '../harness/worlds.ts';
import { histories, type History } from './neighbors/actions.ts';
import { endWell } from './neighbors/ending.ts';
import { Story } from './neighbors/story.ts';

/** `MODEL_SEED` for other histories than always, `MODEL_RUNS` for how many of each kind. */
const { MODEL_SEED: seed = '20260105', MODEL_RUNS: runs, MODEL_PATH: path, MODEL_ONLY: only } = process.env;

async function play(switches: Partial<Switches>, { grace, isProvisioned, actions }: History): Promise<void> {
  const story = new Story(switches, grace);
  if (isProvisioned) await story.run(story.stage.asked(3, 'nothing', undefined));
  for (const action of actions) {
    await story.act(action);
    failWith(story.failure);
  }
  await endWell(story);
  failWith(story.failure);
}

describe('two tokens, their policies, a manifest and people who work by hand do no harm to each other', () => {
  for (const { name, switches } of WORLDS) {
    if (only !== undefined && !name.includes(only)) continue;
    it(name, { timeout: 24 * 3_600_000 }, async () => {
      const usual = Object.keys(switches).length === 0 ? 25 : 3;
      await fc.assert(
        fc.asyncProperty(histories, (history) => play(switches, history)),
        {
          seed: Number(seed),
          numRuns: runs === undefined ? usual * (FULL ? 10 : 1) : Number(runs),
          ...(path === undefined ? {} : { path }),
        },
      );
    });
  }
});
