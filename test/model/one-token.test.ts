import { describe } from 'vitest';
import { failWith } from '../harness/tell.ts';
import { WORLDS, type World } from '../harness/worlds.ts';
import { actions } from './one-token/actions.ts';
import { endWell } from './one-token/ending.ts';
import { Story } from './one-token/story.ts';
import { playIn } from './sequences.ts';

/** What else is uncertain about Cloudflare's API. */
const OTHERS: readonly World[] = [
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

describe('sequences that nobody listed', () => {
  playIn([...WORLDS, ...OTHERS], actions, { live: 50, other: 3 }, async ({ switches }, sequence) => {
    const story = new Story(switches);
    for (const action of sequence) {
      await story.act(action);
      failWith(story.failure);
      if (story.conceded) return;
    }
    await endWell(story);
    failWith(story.failure);
  });
});
