import { findLeaks, requestHaystacks } from '../../sandbox/leaks.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { HOLD, MINUTE } from '../../src/model/time.ts';
import { losesReply } from './mishaps.ts';
import type { Inputs, Played, Run } from './play.ts';
import { isPending, targetsOf, type Standing } from './standing.ts';
import { outputs, report } from './reported.ts';
import type { LockOut, Watch } from './watch.ts';

/** What was played, with all that only the sandbox knows of it. */
export interface Judged {
  readonly sandbox: Sandbox;
  readonly played: Played;
  readonly before: Standing;
  readonly after: Standing;
  readonly watch: Watch;
}

/** What is conceded in this case; nothing if not given. */
export interface Excuses {
  /** Lock-outs that nobody can help beside the unavoidable ones. */
  readonly lockOut?: (lockOut: LockOut) => boolean;
  /** Targets that need not have what a run promises: nothing tells the run what they store. */
  readonly target?: (target: Target) => boolean;
  /** Whether it is known who was cut off and is let in by a later run only. */
  readonly letInLater?: boolean;
  /** Whether no reply tells when the token expires. */
  readonly expiryUntold?: boolean;
  /** Whether no reply or no seconds show the state of the rotation. */
  readonly blind?: boolean;
  /** Whether no reply tells the secret version, so that a rotation compares nothing. */
  readonly versionless?: boolean;
  /** Whether no reply tells of a token that was created, so that nobody can delete it. */
  readonly untold?: boolean;
  /** Whether the reply to an update brings no secret, so that a token's first rotation is followed by another. */
  readonly secretless?: boolean;
  /** Whether nothing tells which request brings the secret, so that an update is tried first. */
  readonly untried?: boolean;
  /** Whether so much is delayed that a run may have given up what was done. */
  readonly unsure?: boolean;
  /** Whether the services' own replies were rewritten, so that the request log does not show what the run saw. */
  readonly rewritten?: boolean;
}

/** What was done that no run may do, whatever befalls it; empty where all is well. */
export function violationsOf(judged: Judged, excuses: Excuses = {}): readonly string[] {
  const { runs } = judged.played;
  const [first, ...others] = runs;
  const alone = others.length === 0;
  return [
    ...everyMoment(judged, excuses, alone),
    ...leaks(judged, excuses),
    ...(judged.before.others === judged.after.others ? [] : ['a token that nobody named was changed']),
    ...runs.flatMap((run) => [...report(run), ...truth(judged, run, excuses)]),
    ...(alone
      ? [...rotations(judged, excuses), ...hold(judged, first), ...leftBehind(judged, first, excuses)]
      : []),
    ...(alone && first.exitCode !== undefined ? outputs(judged, first, excuses) : []),
  ];
}

/** What must be true after runs that nothing befell, in any state that earlier ones left behind. */
export function unrepaired({ played: { runs }, after }: Judged): readonly string[] {
  const found = runs.flatMap(({ exitCode }) => (exitCode === 0 ? [] : [`exit status ${String(exitCode)}`]));
  const names = runs[0].tokens.map(({ name }) => name).toSorted();
  const there = after.tokens.map(({ name }) => name).toSorted();
  if (there.join() !== names.join()) found.push(`the tokens are ${there.join()}, not ${names.join()}`);
  return [...found, ...runs.flatMap(({ tokens }) => outdated(after, targetsOf(tokens)))];
}

/** Whether another run was first, as far as the run says. */
export function saysConcurrent({ transcript: { annotations, outputs: told } }: Run): boolean {
  return (
    told['reason'] === 'concurrent-run' ||
    annotations.some(({ kind, text }) => kind === 'error' && text.startsWith('Another run rotated'))
  );
}

export function isRotating({ operation = 'rotate', 'dry-run': dry = 'false' }: Inputs): boolean {
  return operation === 'rotate' && dry === 'false';
}

function outdated({ held }: Standing, targets: readonly Target[]): readonly string[] {
  return targets
    .filter((target) => held.get(target) !== 'current')
    .map((target) => `${describeTarget(target)} holds ${String(held.get(target))}`);
}

/** Nobody is locked out at any moment, and no token is there twice. */
function everyMoment({ watch, before }: Judged, excuses: Excuses, alone: boolean): readonly string[] {
  const found: string[] = [];
  if (watch.twins !== undefined && alone)
    found.push(`two tokens of one name after request ${watch.twins.number}`);
  // Of two runs that create the same token, the one that was second takes its own away again.
  const collided = !alone && before.tokens.length === 0;
  for (const lockOut of watch.lockOuts) {
    const { who, what, from, until, unavoidable, before: present } = lockOut;
    if (excuses.lockOut?.(lockOut) === true || (collided && (!present || what === 'taken'))) continue;
    const whose = what === 'stored' ? who : `who took the credentials from ${who}`;
    if (!unavoidable) found.push(`${whose} was locked out at request ${from.number}`);
    else if (what === 'stored' && until === undefined && excuses.letInLater !== true)
      found.push(`${who} was not let in again`);
  }
  return found;
}

/** A target that has not got the new secret goes on with the one it has, for long enough. */
function hold({ before, after }: Judged, { tokens }: Run): readonly string[] {
  return tokens.flatMap(({ name, targets }) => {
    const token = after.tokens.find((one) => one.name === name);
    const earlier = before.tokens.find((one) => one.name === name);
    if (token === undefined || earlier === undefined) return [];
    const same = token.previousSecretExpiresAt === earlier.previousSecretExpiresAt;
    if (same && token.version === earlier.version) return [];
    if (!targets.some((target) => after.held.get(target) === 'previous')) return [];
    const life = (token.previousSecretExpiresAt ?? 0) - token.secretMintedAt;
    // A rotation counts from what was read before it, and at most that long ago.
    return life >= HOLD - 20 * MINUTE
      ? []
      : [`the previous secret is held, and lives for ${life / MINUTE} min`];
  });
}

function rotations(
  { before, after, played: { befalls, exchanges } }: Judged,
  { secretless = false, unsure = false, untried = false }: Excuses,
): readonly string[] {
  const loses = befalls.some(({ mishap }) => losesReply(mishap));
  const usual = secretless || unsure || loses ? 2 : 1;
  return after.tokens.flatMap(({ id, name, version }) => {
    const known = before.tokens.find((one) => one.id === id);
    // Nobody uses a token at birth: a lost reply is made up for, and where updates bring no secret `/rotate` follows. If
    // an update to be tried was sent again, its secret may be this run's own to lose.
    const again = known === undefined ? loses || unsure : untried && befalls.length > 0;
    const most = again && secretless ? 3 : usual;
    const times = version - (known?.version ?? 1);
    return times <= most ? [] : [`rotated ${name} ${times} times in ${exchanges.length} requests`];
  });
}

function leaks(
  { sandbox, played }: Judged,
  { rewritten = false, unsure = false }: Excuses,
): readonly string[] {
  const { runs, exchanges } = played;
  const secrets = sandbox.clientSecrets;
  const told = runs.map(({ transcript: { log, annotations, outputs: outs, state, summary } }) => ({
    name: 'report',
    text: [...log, JSON.stringify([annotations, outs, state]), summary].join('\n'),
  }));
  const found = findLeaks({ secrets, haystacks: [...told, ...requestHaystacks(exchanges)] }).map(
    ({ haystack, form }) => `a secret is in the ${haystack} (${form})`,
  );
  if (rewritten || unsure) return found;
  for (const { transcript, exchanges: own, exitCode } of runs) {
    const arrived = own.filter(({ service, fault }) => service === 'cloudflare' && fault === undefined);
    const unmasked = secrets.filter(
      (secret) =>
        arrived.some(({ responseBody }) => responseBody.includes(secret)) &&
        !transcript.masks.includes(secret),
    );
    if (exitCode !== undefined && unmasked.length > 0) found.push('a secret was not masked');
  }
  return found;
}

/** What was made on the way is gone again, unless nobody could remove it. */
function leftBehind(
  { before, after, played, sandbox }: Judged,
  run: Run,
  { untold = false, unsure = false }: Excuses,
): readonly string[] {
  const { befalls, exchanges } = played;
  if (run.exitCode === undefined || befalls.some(({ mishap }) => mishap.lasting)) return [];
  const found: string[] = [];
  const told = run.transcript.log.join('\n');
  // A deletion that is answered with 404 is believed.
  const believed = exchanges.filter(
    ({ method, status, fault }) => method === 'DELETE' && status === 404 && fault !== undefined,
  );
  const litter = after.litter.filter(
    (name) =>
      !before.litter.includes(name) &&
      !told.includes(name) &&
      !believed.some(({ path }) => path.endsWith(name)),
  );
  if (litter.length > 0 && !unsure) found.push(`${litter.join(', ')} was left behind`);
  for (const { name, targets } of run.tokens) {
    const created =
      !before.tokens.some((token) => token.name === name) &&
      after.tokens.some((token) => token.name === name);
    const usable = targets.some(
      (target) => !['nothing', 'dead', 'foreign'].includes(after.held.get(target) ?? ''),
    );
    if (created && !usable && !untold) found.push('a token is there that reached no target');
  }
  const left = sandbox.github.liveInstallationTokens().length - before.installationTokens;
  if (exchanges.every(({ fault }) => fault === undefined) && left > 0)
    found.push('a token of the App was not revoked');
  return found;
}

/** Exit status 0 is true at the moment when it is given. */
function truth({ sandbox, played, watch }: Judged, run: Run, excuses: Excuses): readonly string[] {
  const { inputs, exitCode, ended } = run;
  if (exitCode !== 0 || !isRotating(inputs)) return [];
  const found = [
    ...outdated(
      ended,
      targetsOf(run.tokens).filter((one) => excuses.target?.(one) !== true),
    ),
  ];
  for (const { name } of run.tokens) {
    const [token, ...others] = ended.tokens.filter((one) => one.name === name);
    if (token === undefined) found.push(`there is no token ${name}`);
    else if (others.length > 0 && played.runs.length === 1) found.push(`there are several tokens ${name}`);
    else if (!token.enabled) found.push(`the token ${name} is disabled`);
    else if (token.expiresAt <= sandbox.clock.now() && excuses.expiryUntold !== true)
      found.push(`the token ${name} has expired`);
    else if (
      isPending(token) &&
      inputs['leave-pending'] !== 'true' &&
      excuses.blind !== true &&
      played.runs.length === 1
    )
      found.push(`the last rotation of ${name} is pending`);
  }
  return found.map((text) => `exit status 0, but ${text} (${watch.lockOuts.length} locked out)`);
}
