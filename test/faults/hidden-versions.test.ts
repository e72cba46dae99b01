import { describe, expect, it } from 'vitest';
import type { Reply } from '../../sandbox/cloudflare/representation.ts';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { DAY, MINUTE } from '../../src/model/time.ts';
import { FULL } from '../harness/worlds.ts';

const REPLIES: readonly Reply[] = ['create', 'list', 'get', 'update', 'rotate'];
/** Every choice of replies that leave the secret version out. */
const CHOICES = Array.from({ length: 2 ** REPLIES.length }, (_, bits) =>
  REPLIES.filter((_reply, index) => (bits >> index) % 2 === 1),
);

/** Creates, runs again at once, rotates twice when that is due: what each run said, and how many secrets were made. */
async function life(sandbox: Sandbox): Promise<readonly string[]> {
  const said: string[] = [];
  for (const later of [0, MINUTE, 3 * DAY, 3 * DAY]) {
    sandbox.clock.advance(later);
    const { outputs } = await runInProcess(sandbox, { inputs: { 'rotate-after': '2d' } });
    said.push(
      outputs['status'] === 'failed' ? `failed: ${outputs['message'] ?? ''}` : (outputs['status'] ?? ''),
    );
    if (!sandbox.logsIn(WEB)) said.push('the stored secret does not work');
  }
  return said;
}

const WORLDS = [
  { updateReplyWithoutSecret: false, hidePreviousExpiry: 'always' },
  { updateReplyWithoutSecret: true, hidePreviousExpiry: 'list' },
  { updateReplyWithoutSecret: false, hidePreviousExpiry: 'list' },
  { updateReplyWithoutSecret: true, hidePreviousExpiry: 'always' },
] as const;

describe.each(FULL ? WORLDS : WORLDS.slice(0, 2))('%j', (world) => {
  it.each(CHOICES.map((replies) => [replies.join(', ') || 'none', replies] as const))(
    'a token lives on if the version is left out of: %s',
    async (_name, hideVersionIn) => {
      const sandbox = new Sandbox({ cloudflareSwitches: { ...world, hideVersionIn } });
      expect(await life(sandbox)).toEqual(['created', 'unchanged', 'rotated', 'rotated']);
    },
  );
});
