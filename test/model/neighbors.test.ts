import { describe } from 'vitest';
import { failWith } from '../harness/tell.ts';
import { WORLDS } from '../harness/worlds.ts';
import { histories } from './neighbors/actions.ts';
import { endWell } from './neighbors/ending.ts';
import { Story } from './neighbors/story.ts';
import { playIn } from './sequences.ts';

describe('two tokens, their policies, a manifest and people who work by hand do no harm to each other', () => {
  playIn(
    WORLDS,
    histories,
    { live: 25, other: 3 },
    async ({ switches }, { grace, isProvisioned, actions }) => {
      const story = new Story(switches, grace);
      if (isProvisioned) await story.run(story.stage.asked(3, 'nothing', undefined));
      for (const action of actions) {
        await story.act(action);
        failWith(story.failure);
      }
      await endWell(story);
      failWith(story.failure);
    },
  );
});
