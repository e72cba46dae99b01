import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import { actions, type Action } from './actions.ts';
import { endWell } from './ending.ts';
import { Story } from './story.ts';

/** `MODEL_SEED` for other sequences than always, `MODEL_RUNS` for how many of each kind. */
const { MODEL_SEED: seed = '20260105', MODEL_RUNS: runs, MODEL_PATH: path, MODEL_ONLY: only } = process.env;

/** What is uncertain about Cloudflare's API, one thing at a time. */
const WORLDS: readonly (readonly [name: string, switches: Partial<Switches>, sequences: number])[] = [
  ['as documented', {}, 100],
  ['the end of the previous secret is not in lists', { hidePreviousExpiry: 'list' }, 5],
  ['… nor in what is read', { hidePreviousExpiry: 'list-and-get' }, 5],
  ['… nor in any reply', { hidePreviousExpiry: 'always' }, 5],
  ['… has no seconds', { truncatePreviousExpirySeconds: true }, 8],
  ['the version is not told', { hideVersion: true }, 8],
  ['an update brings no secret', { updateReplyWithoutSecret: true }, 5],
  ['updated_at moves with use', { updatedAtMovesOnUse: true }, 5],
  ['no expiry is told', { omitExpiryInAllReplies: true }, 5],
  ['a new token has no expiry', { omitExpiryInCreateReply: true }, 5],
];

async function play(switches: Partial<Switches>, sequence: readonly Action[]): Promise<string | undefined> {
  const story = new Story(switches);
  for (const action of sequence) {
    await story.act(action);
    if (story.failure !== undefined || story.conceded) return story.failure;
  }
  await endWell(story);
  return story.failure;
}

describe('sequences that nobody listed', () => {
  for (const [name, switches, sequences] of WORLDS) {
    if (only !== undefined && !name.includes(only)) continue;
    it(name, { timeout: 24 * 3_600_000 }, async () => {
      const property = fc.asyncProperty(actions, async (sequence) => {
        expect(await play(switches, sequence), 'see above').toBeUndefined();
      });
      await fc.assert(property, {
        seed: Number(seed),
        numRuns: runs === undefined ? sequences : Number(runs),
        ...(path === undefined ? {} : { path }),
      });
    });
  }
});
