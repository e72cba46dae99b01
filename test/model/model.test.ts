import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import { failWith } from '../harness/tell.ts';
import { FULL, WORLDS } from '../harness/worlds.ts';
import { actions, type Action } from './actions.ts';
import { endWell } from './ending.ts';
import { Story } from './story.ts';

/** `MODEL_SEED` for other sequences than always, `MODEL_RUNS` for how many of each kind. */
const { MODEL_SEED: seed = '20260105', MODEL_RUNS: runs, MODEL_PATH: path, MODEL_ONLY: only } = process.env;

/** What else is uncertain about Cloudflare's API. */
const OTHERS: readonly { readonly name: string; readonly switches: Partial<Switches> }[] = [
  {
    name: 'the end of the previous secret is not in lists',
    switches: { hidePreviousExpiry: 'list' },
  },
  {
    name: 'the end of the previous secret is not in what is read',
    switches: { hidePreviousExpiry: 'list-and-get' },
  },
  { name: 'updated_at moves with use', switches: { updatedAtMovesOnUse: true } },
  { name: 'no expiry is told', switches: { omitExpiryInAllReplies: true } },
  { name: 'a new token has no expiry', switches: { omitExpiryInCreateReply: true } },
];

async function play(switches: Partial<Switches>, sequence: readonly Action[]): Promise<void> {
  const story = new Story(switches);
  for (const action of sequence) {
    await story.act(action);
    failWith(story.failure);
    if (story.conceded) return;
  }
  await endWell(story);
  failWith(story.failure);
}

describe('sequences that nobody listed', () => {
  for (const { name, switches } of [...WORLDS, ...OTHERS]) {
    if (only !== undefined && !name.includes(only)) continue;
    it(name, { timeout: 24 * 3_600_000 }, async () => {
      const usual = Object.keys(switches).length === 0 ? 100 : 6;
      await fc.assert(
        fc.asyncProperty(actions, (sequence) => play(switches, sequence)),
        {
          seed: Number(seed),
          numRuns: runs === undefined ? usual * (FULL ? 10 : 1) : Number(runs),
          ...(path === undefined ? {} : { path }),
        },
      );
    });
  }
});
