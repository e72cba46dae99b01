import type { Login } from '../../../sandbox/application/application.ts';
import { HOLD, HOUR } from '../../../src/model/time.ts';
import { isRotating, saysConcurrent, type Judged } from '../../harness/judge.ts';
import { mintedBetween } from '../../harness/standing.ts';
import type { Stage } from './stage.ts';
import { APPLICATIONS } from './applications.ts';

/** What has to be so of an undisturbed run with a verify-url, after what the application showed it. */
export function verificationOf(stage: Stage, judged: Judged, logins: readonly Login[]): readonly string[] {
  const { before, after, played, sandbox } = judged;
  const [run] = played.runs;
  const { inputs, exitCode, transcript } = run;
  if (inputs['verify-url'] === undefined || !isRotating(inputs)) return [];
  const { shows } = APPLICATIONS[stage.application];
  const rotations = mintedBetween(before, after);
  if (shows === 'unprotected') {
    const found = exitCode === 0 ? ['took a URL that lets everyone in'] : [];
    const unchanged = after.changes === before.changes && rotations === 0;
    return unchanged ? found : [...found, 'changed something although the URL proves nothing'];
  }
  // Where an update brings no secret, there is nothing to verify: it looks as if another run had been first.
  const secretless = stage.switches.updateReplyWithoutSecret === true && saysConcurrent(run);
  const now = sandbox.clock.now();
  if (rotations === 0 || secretless || after.tokens.some(({ expiresAt }) => expiresAt <= now)) return [];
  const isRefused = shows === 'refused';
  const found: string[] = [];
  if (before.tokens.length === 0) {
    const said = transcript.log.some((line) => line.includes('does not admit the new token'));
    if (said !== isRefused) return ['says of a new token what is not so'];
  } else {
    const said = transcript.annotations.some(
      ({ kind, text }) => kind === 'error' && text.includes('still refused the new secret'),
    );
    if (said !== isRefused) found.push('says of the new secret what is not so');
    const held = now + HOLD - HOUR;
    if (isRefused && after.tokens.some(({ previousSecretExpiresAt: end = -Infinity }) => end < held))
      found.push('retired the old secret although the new one was refused');
  }
  // What it must have asked; one login with a wrong secret may come between, to see what a refusal looks like.
  const tried = logins.filter(({ used }) => used !== undefined).slice(-2);
  const letIn = tried.length === 2 && tried.every(({ accepted, used }) => accepted && used === 'current');
  if (shows !== 'undecided' && letIn !== (shows === 'accepted'))
    found.push(`took for granted that the new secret is ${shows}`);
  const unseen = transcript.annotations.some(({ text }) =>
    text.startsWith('Access could not be seen to accept the new secret'),
  );
  if (unseen !== (shows === 'undecided')) found.push('says that it could not see what it could');
  return found;
}
