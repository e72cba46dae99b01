import type { Inputs } from '../../harness/play.ts';
import { DAY, HOUR, MINUTE, type Milliseconds } from '../../../src/model/time.ts';
import { saysConcurrent, type Judged } from '../../harness/judge.ts';
import { mintedBetween } from '../../harness/standing.ts';
import { ALL_PLACES } from './stage.ts';
import type { Story } from './story.ts';

/** How often a person has to follow what the error says, at most, until all is well. */
const MOST_REMEDIES = 6;

/**
 * After everything that happened, with everything reachable: the workflow runs again and again, and a person does
 * what its errors say. It has to come right, and then to leave the token alone.
 */
export async function endWell(story: Story): Promise<void> {
  const { stage } = story;
  for (const place of ALL_PLACES) stage.permit(place, 'write');
  stage.become('as it should be');
  stage.workflows[0].rotateAfter = '30d';
  story.note('--- from here on everything is reachable, and only the first workflow runs');
  let more: Inputs = {};
  for (let remedies = 0; ; remedies += 1) {
    const judged = await story.run([stage.asked(0, more)]);
    if (story.conceded) return;
    if (judged.played.runs[0].exitCode === 0) break;
    const reason = reasonOf(judged);
    const done = remedies < MOST_REMEDIES ? follow(story, reason) : undefined;
    if (done === undefined) {
      story.found(`does not come right: ${reason}`);
      return;
    }
    more = done === 'done' ? {} : { [done]: 'true' };
  }
  await staysAlone(story);
}

async function staysAlone(story: Story): Promise<void> {
  let rotations = 0;
  for (const span of [MINUTE, HOUR, 37 * HOUR, 37 * HOUR, 4 * DAY]) {
    pass(story, span);
    const judged = await story.run([story.stage.asked(0)]);
    if (story.conceded) return;
    if (mintedBetween(judged.before, judged.after) > 0) rotations += 1;
    if (judged.played.runs[0].exitCode === 0) continue;
    const reason = reasonOf(judged);
    story.note(`--- ${reason} although nothing has changed`);
    if (follow(story, reason) === undefined) story.found(`goes wrong again: ${reason}`);
  }
  if (rotations > 2) story.found(`rotates on and on: in ${rotations} runs`);
  // The secret may have come due, or the token near its expiry.
  for (let runs = 1; runs <= 3; runs += 1) {
    pass(story, MINUTE);
    const judged = await story.run([story.stage.asked(0)]);
    if (story.conceded) return;
    const [{ exitCode, transcript }] = judged.played.runs;
    if (transcript.outputs['status'] === 'unchanged') return;
    if (exitCode === 1) follow(story, reasonOf(judged));
  }
  story.found('does not settle');
}

function reasonOf({ played: { runs } }: Judged): string {
  const [run] = runs;
  if (saysConcurrent(run)) return 'concurrent-run';
  const { outputs: told, annotations } = run.transcript;
  if (annotations.some(({ text }) => text.startsWith('Access still refused'))) return 'verify-refused';
  return told['reason'] ?? '';
}

/** Does what the error says; undefined if it says nothing that a person can do. */
function follow(story: Story, reason: string): 'done' | 'force' | 'adopt' | undefined {
  const { stage } = story;
  const { cloudflare, clock } = stage.sandbox;
  const [token, ...others] = stage.tokens;
  switch (reason) {
    case 'token-disabled':
      stage.act({ kind: 'dashboard', does: 'enable' });
      return 'done';
    case 'token-vanished':
      if (cloudflare.findByName('renamed').length === 0) return 'force';
      stage.act({ kind: 'dashboard', does: 'rename back' });
      return 'done';
    case 'token-ambiguous':
      for (const { id } of others) cloudflare.remove(id);
      return 'done';
    case 'token-in-use':
      return 'adopt';
    case 'token-unmanaged':
      // The action's own token asks for it only if replies drop what remembers that it is, or if the run that created it
      // died before its first rotation, which marks it.
      return stage.rotatedByPeople || stage.excuses.blind === true || token?.version === 1
        ? 'adopt'
        : undefined;
    case 'target-taken':
      return 'force';
    case 'concurrent-run':
      // Where updates bring no secret, it always looks so; the next run recovers.
      return stage.switches.updateReplyWithoutSecret === true ? 'done' : undefined;
    case 'verify-refused':
      // Where no expiry is told, a token can expire unseen.
      if (stage.excuses.expiryUntold !== true || (token?.expiresAt ?? 0) > clock.now()) return undefined;
      stage.act({ kind: 'dashboard', does: 'renew' });
      return 'done';
    case 'grace-running':
    case 'rotated-elsewhere': {
      const hidden = stage.switches.hidePreviousExpiry !== undefined;
      // Where no end is told, the grace period counts from the last update, which the error names.
      const end = hidden ? undefined : token?.previousSecretExpiresAt;
      pass(story, end === undefined ? 31 * DAY : Math.max(0, end - clock.now()) + MINUTE);
      return 'done';
    }
    default:
      return undefined;
  }
}

function pass(story: Story, span: Milliseconds): void {
  story.stage.sandbox.clock.advance(span);
  story.note(`${story.stage.sandbox.clock.rfc3339()} after ${span / MINUTE} minutes`);
}
