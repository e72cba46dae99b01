import { DAY, HOUR, MINUTE, type Milliseconds } from '../../../src/model/time.ts';
import { excusesIn } from '../../harness/worlds.ts';
import { TOKEN_NAMES, type Says, type TokenName } from './actions.ts';
import { resultsOf } from './promises.ts';
import type { Story } from './story.ts';

/** How often a person has to follow what the errors say, at most, until all is well. */
const MOST_REMEDIES = 10;

/**
 * After everything that happened, with everything there that the manifest names: it runs again and again, and a person
 * does what its errors say. It has to come right, and then to leave both tokens alone.
 */
export async function endWell(story: Story): Promise<void> {
  const { stage } = story;
  const [first, , third] = stage.workflows;
  stage.policies.restore();
  first.places = [0, 2];
  third.places = [1];
  story.note('--- from here on everything is there, and only the manifest runs');
  for (let remedies = 0; ; remedies += 1) {
    const failed = await runFleet(story);
    if (failed.length === 0) break;
    const done = remedies < MOST_REMEDIES ? await follow(story, failed) : false;
    if (done) continue;
    story.found(`does not come right: ${JSON.stringify(failed)}`);
    return;
  }
  await staysAlone(story);
}

interface Failed {
  readonly name: TokenName;
  readonly code: string;
}

/** Those that failed in a run of the manifest. */
async function runFleet(
  story: Story,
  says: Says = 'nothing',
  selects?: TokenName,
): Promise<readonly Failed[]> {
  const judged = await story.run(story.stage.asked(3, says, selects));
  const [run] = judged.played.runs;
  if (run.exitCode === 0) return [];
  const results = resultsOf(run);
  if (!results.some(({ status }) => status === 'failed'))
    story.found('the manifest fails, and no token of it');
  return TOKEN_NAMES.flatMap((name) => {
    const found = results.find((one) => one.name === name && one.status === 'failed');
    return found === undefined ? [] : [{ name, code: found.problems[0]?.code ?? found.reason }];
  });
}

async function staysAlone(story: Story): Promise<void> {
  const versions = (): string => TOKEN_NAMES.map((name) => story.stage.tokenOf(name)?.version).join();
  let rotations = 0;
  for (const span of [MINUTE, HOUR, 37 * HOUR, 8 * DAY]) {
    pass(story, span);
    const before = versions();
    const failed = await runFleet(story);
    if (versions() !== before) rotations += 1;
    if (failed.length === 0) continue;
    story.note(`--- ${JSON.stringify(failed)} although nothing has changed`);
    if (!(await follow(story, failed))) story.found(`goes wrong again: ${JSON.stringify(failed)}`);
  }
  if (rotations > 2) story.found(`rotates on and on: in ${rotations} runs`);
  pass(story, MINUTE);
  await runFleet(story);
  pass(story, MINUTE);
  const before = versions();
  const failed = await runFleet(story);
  if (failed.length > 0 || versions() !== before) story.found('does not settle');
}

/** Does what the errors say; false if one says nothing that a person can do. */
async function follow(story: Story, failed: readonly Failed[]): Promise<boolean> {
  for (const { name, code } of failed) if (!(await remedy(story, name, code))) return false;
  return true;
}

async function remedy(story: Story, name: TokenName, code: string): Promise<boolean> {
  const { stage } = story;
  const { clock, cloudflare } = stage.sandbox;
  const token = stage.tokenOf(name);
  switch (code) {
    case 'token-vanished':
    case 'target-taken':
      await runFleet(story, 'force', name);
      return true;
    case 'token-in-use':
      await runFleet(story, 'adopt', name);
      return true;
    case 'token-ambiguous':
      for (const { id } of cloudflare.findByName(name).slice(1)) {
        stage.policies.forget(id);
        cloudflare.remove(id);
      }
      return true;
    case 'token-unmanaged':
      // The action's own token asks for it only if replies drop what remembers that it is.
      if (token !== undefined && !stage.isPeoples(token) && excusesIn(stage.switches).blind !== true)
        return false;
      await runFleet(story, 'adopt', name);
      return true;
    case 'concurrent-run':
      // If updates bring no secret, it can look so; the next run recovers.
      return stage.switches.updateReplyWithoutSecret === true;
    case 'grace-running':
    case 'rotated-elsewhere': {
      const hidden = stage.switches.hidePreviousExpiry !== undefined;
      // If no end is told, the grace period counts from the last update, which the error names.
      const end = hidden ? undefined : token?.previousSecretExpiresAt;
      pass(story, end === undefined ? 31 * DAY : Math.max(0, end - clock.now()) + MINUTE);
      return true;
    }
    default:
      return false;
  }
}

function pass(story: Story, span: Milliseconds): void {
  story.stage.sandbox.clock.advance(span);
  story.note(`${story.stage.sandbox.clock.rfc3339()} after ${span / MINUTE} minutes`);
}
