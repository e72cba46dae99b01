import { HOLD, HOUR } from '../../src/model/time.ts';
import { APPLICATIONS } from './applications.ts';
import { isConcurrent, rotationsBetween, type Judged } from './judge.ts';
import type { Stage } from './stage.ts';

/** What has to be so of a run with a verify-url, after what the application showed it. */
export function verificationOf(stage: Stage, judged: Judged): readonly string[] {
  const { inputs, before, after, undisturbed, exitCode } = judged;
  if (inputs['verify-url'] === undefined || !undisturbed) return [];
  if (inputs['operation'] !== undefined || inputs['dry-run'] === 'true') return [];
  const { shows } = APPLICATIONS[stage.application];
  const rotations = rotationsBetween(before, after);
  if (shows === 'unprotected') {
    const found = exitCode === 0 ? ['took a URL that lets everyone in'] : [];
    return after.changes === before.changes && rotations === 0
      ? found
      : [...found, 'changed something although the URL proves nothing'];
  }
  // Where an update brings no secret, there is nothing to verify: it looks as if another run had been first.
  const secretless = stage.switches.updateReplyWithoutSecret === true && isConcurrent(judged);
  const expired = stage.tokens.some(({ expiresAt }) => expiresAt <= stage.sandbox.clock.now());
  if (rotations === 0 || secretless || expired) return [];
  return before.tokens.length === 0 ? ofNew(shows, judged) : ofRotated(shows, stage, judged);
}

type Shown = 'accepted' | 'refused' | 'undecided';

function ofNew(shows: Shown, judged: Judged): readonly string[] {
  const said = judged.transcript.log.some((line) => line.includes('does not admit the new token'));
  return said === (shows === 'refused') ? seen(shows, judged) : ['says of a new token what is not so'];
}

function ofRotated(shows: Shown, stage: Stage, judged: Judged): readonly string[] {
  const found = [...seen(shows, judged)];
  const errors = judged.transcript.annotations.filter(({ kind }) => kind === 'error');
  const refused = errors.some(({ text }) => text.includes('still refused the new secret'));
  if (refused !== (shows === 'refused')) found.push('says of the new secret what is not so');
  const held = stage.sandbox.clock.now() + HOLD - HOUR;
  const ends = stage.tokens.map(({ previousSecretExpiresAt = -Infinity }) => previousSecretExpiresAt);
  if (shows === 'refused' && ends.some((end) => end < held)) {
    found.push('retired the old secret although the new one was refused');
  }
  return found;
}

/** What it must have asked the application, and said of what it could not see. */
function seen(shows: Shown, { logins, transcript }: Judged): readonly string[] {
  // One with a wrong secret may come between, to see what a refusal looks like.
  const tried = logins.filter(({ used }) => used !== undefined);
  const [first, second] = tried.slice(-2).map(({ accepted, used }) => accepted && used === 'current');
  const unseen = transcript.annotations.some(({ text }) => text.includes('could not be seen at'));
  const found: string[] = [];
  const letIn = first === true && second === true;
  if (shows !== 'undecided' && letIn !== (shows === 'accepted'))
    found.push(`took for granted that the new secret is ${shows}`);
  if (unseen !== (shows === 'undecided')) found.push('says that it could not see what it could');
  return found;
}
