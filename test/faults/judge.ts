import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import { findLeaks, requestHaystacks } from '../../sandbox/leaks.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { HOLD, MINUTE } from '../../src/model/time.ts';
import { losesReply, type Mishap } from './mishaps.ts';
import type { Played } from './play.ts';
import { isMarked, PROOF, type Standing } from './standing.ts';
import type { Watch } from './watch.ts';

export interface Judged {
  readonly sandbox: Sandbox;
  readonly targets: readonly Target[];
  readonly before: Standing;
  readonly played: Played;
  readonly after: Standing;
  readonly watch: Watch;
  /** What befell the run; undefined for a run that nothing befell. */
  readonly mishap: Mishap | undefined;
}

/** What a run did that no run may do, whatever befalls it; empty where all is well. */
export function violationsOf(judged: Judged): readonly string[] {
  return [
    ...judged.watch.violations(),
    ...hold(judged),
    ...rotations(judged),
    ...leaks(judged),
    ...leftBehind(judged),
    ...(judged.played.exitCode === undefined ? [] : [...exitStatus(judged), ...outputs(judged)]),
  ];
}

/** What must be true after a run that nothing befell, in any state that an earlier one left behind. */
export function unconverged({ played, after, targets }: Judged): readonly string[] {
  const found: string[] = [];
  if (played.exitCode !== 0) found.push(`exit status ${String(played.exitCode)}`);
  if (after.tokens.length !== 1) found.push(`${after.tokens.length} tokens`);
  for (const target of targets) {
    const held = after.held.get(target);
    if (held !== 'current') found.push(`${describeTarget(target)} holds ${String(held)}`);
  }
  return found;
}

/** What was made on the way is gone again, unless nobody could remove it. */
function leftBehind({ before, after, played, mishap, targets, sandbox }: Judged): readonly string[] {
  if (played.exitCode === undefined || mishap?.lasting === true) return [];
  const found: string[] = [];
  const told = played.transcript.log.join('\n');
  // A deletion that is answered with 404 is believed.
  const believed = played.exchanges.filter(
    ({ method, status, fault }) => method === 'DELETE' && status === 404 && fault !== undefined,
  );
  const litter = after.litter.filter(
    (name) =>
      !before.litter.includes(name) &&
      !told.includes(name) &&
      !believed.some(({ path }) => path.endsWith(name)),
  );
  if (litter.length > 0) found.push(`${litter.join(', ')} was left behind`);
  const delivered = targets.some((target) => !['nothing', 'dead'].includes(after.held.get(target) ?? ''));
  const created = before.tokens.length === 0 && after.tokens.length > 0;
  if (created && !delivered) found.push('a token is there that reached no target');
  const tokens = sandbox.github.liveInstallationTokens().length;
  if (mishap === undefined && tokens > before.installationTokens)
    found.push('a token of the App was not revoked');
  return found;
}

/** A target that has not got the new secret can go on with the one it has, for long enough. */
function hold({ after, targets }: Judged): readonly string[] {
  const [token] = after.tokens;
  if (token === undefined || !targets.some((target) => after.held.get(target) === 'previous')) return [];
  const life = (token.previousSecretExpiresAt ?? 0) - token.secretMintedAt;
  // A rotation counts from what was read before it, and at most that long ago.
  return life >= HOLD - 20 * MINUTE
    ? []
    : [`the previous secret is held, and lives for ${life / MINUTE} min`];
}

function rotations({ before, after, mishap, played }: Judged): readonly string[] {
  const times = (after.tokens[0]?.version ?? 1) - (before.tokens[0]?.version ?? 1);
  const lost = mishap !== undefined && losesReply(mishap);
  if (times <= (lost ? 2 : 1)) return [];
  return [`rotated ${times} times in one run of ${played.exchanges.length} requests`];
}

function leaks({ sandbox, played: { transcript, exchanges } }: Judged): readonly string[] {
  const { log, annotations, outputs: told, state, summary, masks } = transcript;
  const found = findLeaks({
    secrets: sandbox.clientSecrets,
    haystacks: [
      { name: 'log', text: log.join('\n') },
      { name: 'report', text: JSON.stringify([annotations, told, state, summary]) },
      ...requestHaystacks(exchanges),
    ],
  }).map(({ haystack, form }) => `a secret is in the ${haystack} (${form})`);
  const seen = exchanges.filter(({ service, fault }) => service === 'cloudflare' && fault === undefined);
  for (const secret of sandbox.clientSecrets) {
    const arrived = seen.some(({ responseBody }) => responseBody.includes(secret));
    if (arrived && !masks.includes(secret) && log.includes('group: report'))
      found.push('a secret was not masked');
  }
  return found;
}

function exitStatus({ played, after, targets }: Judged): readonly string[] {
  const { outputs: told, annotations } = played.transcript;
  const found: string[] = [];
  if ((told['status'] === 'failed') !== (played.exitCode === 1))
    found.push(`status is ${told['status'] ?? ''}`);
  if ((told['message'] ?? '') === '') found.push('no message');
  const errors = annotations.filter(({ kind }) => kind === 'error');
  if (errors.length > 0 !== (played.exitCode === 1)) found.push(`${errors.length} errors were told`);
  if (
    (told['reason'] ?? '').startsWith('unexpected') ||
    errors.some(({ text }) => text.includes('does not know of'))
  ) {
    found.push('an error that nobody has foreseen');
  }
  if (played.exitCode === 1) return found;
  for (const target of targets) {
    const held = after.held.get(target);
    if (held !== 'current') found.push(`exit 0, but ${describeTarget(target)} holds ${String(held)}`);
  }
  const end = after.tokens[0]?.previousSecretExpiresAt;
  if (isMarked(end, 43)) found.push('exit 0, but the last rotation is open');
  return found;
}

function outputs({ played, before, after, targets, sandbox, mishap }: Judged): readonly string[] {
  const { outputs: told } = played.transcript;
  const found: string[] = [];
  const [token] = after.tokens;
  if (token !== undefined && told['token-id'] !== '' && told['token-id'] !== token.id)
    found.push('a wrong token-id');
  if (token !== undefined && told['client-id'] !== '' && told['client-id'] !== token.clientId) {
    found.push('a wrong client-id');
  }
  if (played.exitCode === 0) {
    const end = token?.previousSecretExpiresAt;
    const expected = end === undefined ? '' : sandbox.clock.rfc3339(end);
    if (told['previous-secret-expires-at'] !== expected) found.push('a wrong previous-secret-expires-at');
  }
  const changes = sandbox.github.changes
    .slice(before.changes, after.changes)
    .filter(({ name }) => !PROOF.test(name));
  const littered = after.litter.length > before.litter.length;
  const changed = changes.length > 0 || littered || essence(token) !== essence(before.tokens[0]);
  // Where replies were lost nobody can know.
  if (told['changed'] !== String(changed) && !(mishap && losesReply(mishap))) {
    found.push(`changed is ${told['changed'] ?? ''}`);
  }
  const statuses = JSON.parse(told['targets'] ?? '[]') as { status: string }[];
  for (const [index, target] of targets.entries()) {
    const status = statuses[index]?.status;
    const written = changes.some(({ place }) => place === target.place || samePlace(place, target));
    const held = after.held.get(target);
    if (status === 'delivered' && held !== 'current')
      found.push(`${describeTarget(target)}: ${status}, holds ${String(held)}`);
    if (status === 'unchanged' && written)
      found.push(`${describeTarget(target)}: ${status}, but was written`);
  }
  return found;
}

/** What a run may have changed of a token; use changes other fields. */
function essence(token: TokenRecord | undefined): string {
  return JSON.stringify(token && [token.id, token.version, token.expiresAt, token.previousSecretExpiresAt]);
}

function samePlace(place: object, target: Target): boolean {
  return Object.entries(place).every(([name, value]) => Reflect.get(target.place, name) === value);
}
