import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import type { Login } from '../../sandbox/application/application.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import { OUTPUTS } from '../../src/report/outputs.ts';
import { STATUSES } from '../../src/report/outcome.ts';
import { describeTarget } from '../../src/model/target.ts';
import type { Place } from './actions.ts';
import type { Performed } from './perform.ts';
import { targetOf, type Stage } from './stage.ts';
import { verificationOf } from './verification.ts';

/** One run, with what was there before it and is there after it. */
export interface Judged extends Performed {
  readonly inputs: Readonly<Record<string, string>>;
  readonly places: readonly Place[];
  readonly before: Standing;
  readonly after: Standing;
  /** Of all that ran at the same time. */
  readonly exchanges: readonly Exchange[];
  /** The requests with a pair that came to the protected application meanwhile. */
  readonly logins: readonly Login[];
  /** Whether nothing befell it. */
  readonly undisturbed: boolean;
  /** Whether nothing else happened at the same time. */
  readonly alone: boolean;
}

export interface Standing {
  readonly tokens: readonly TokenRecord[];
  /** What each place holds. */
  readonly pairs: string;
  /** How many changes of secrets there were, those that proofs leave apart. */
  readonly changes: number;
}

export function standingOf({ sandbox }: Stage): Standing {
  const { changes } = sandbox.github;
  return {
    tokens: sandbox.cloudflare.list(),
    pairs: JSON.stringify([0, 1, 2].map((place) => sandbox.storedPair(targetOf(place as Place)))),
    changes: changes.filter(({ name, by }) => by === 'request' && name.startsWith('CF_ACCESS_CLIENT_'))
      .length,
  };
}

/** What no run may do or say, whatever befalls it. */
export function violationsOf(stage: Stage, judged: Judged): readonly string[] {
  const { exitCode, transcript } = judged;
  if (exitCode === undefined) return [];
  return [
    ...manners(judged),
    ...(judged.alone ? [...truth(stage, judged), ...outputs(judged), ...verificationOf(stage, judged)] : []),
  ].map((found) => `${found} (${transcript.outputs['status'] ?? ''}, ${transcript.outputs['reason'] ?? ''})`);
}

/** What has to be there of a run that claims to be right. */
export function untruths(
  stage: Stage,
  { inputs, places }: Pick<Judged, 'inputs' | 'places'>,
): readonly string[] {
  if ((inputs['operation'] ?? 'rotate') !== 'rotate' || inputs['dry-run'] === 'true') return [];
  const found: string[] = [];
  const [token, ...others] = stage.tokens;
  if (token === undefined) return ['exit 0, but there is no token'];
  if (others.length > 0) found.push('exit 0, but more than one token');
  if (!token.enabled) found.push('exit 0, but the token is disabled');
  const told = stage.switches.omitExpiryInAllReplies !== true;
  if (told && token.expiresAt <= stage.sandbox.clock.now()) found.push('exit 0, but the token has expired');
  for (const place of places) {
    if (stage.holdsCurrent(place) || stage.overwritten.has(place) || stage.isOverlooked(place)) continue;
    found.push(`exit 0, but ${describeTarget(targetOf(place))} does not hold the current secret`);
  }
  return found;
}

function truth(stage: Stage, judged: Judged): readonly string[] {
  return judged.exitCode === 0 ? untruths(stage, judged) : [];
}

/** What holds of every report. */
function manners({ exitCode, transcript: { outputs: told, annotations, log } }: Judged): readonly string[] {
  const found: string[] = [];
  const status = told['status'] ?? '';
  if (!STATUSES.some((known) => known === status)) found.push('an unknown status');
  if ((status === 'failed' || status === 'due') !== (exitCode === 1)) found.push(`exit ${exitCode ?? ''}`);
  const errors = annotations.filter(({ kind }) => kind === 'error');
  if (errors.length > 0 !== (exitCode === 1)) found.push(`${errors.length} errors`);
  if (log.some((line) => line.includes('does not know of'))) found.push('an error that nobody foresaw');
  if ((told['message'] ?? '') === '') found.push('no message');
  if (OUTPUTS.some((name) => told[name] === undefined)) found.push('an output is missing');
  return found;
}

function outputs(judged: Judged): readonly string[] {
  const { transcript, exchanges, before, after, undisturbed, exitCode } = judged;
  const { outputs: told } = transcript;
  const found: string[] = [];
  const changed = tellTokens(before.tokens) !== tellTokens(after.tokens) || before.changes !== after.changes;
  const wrote = exchanges.some(
    ({ method, status = 0, fault }) => method !== 'GET' && (status < 300 || fault !== undefined),
  );
  if (told['changed'] === 'true' && !wrote) found.push('says that something was changed');
  // Where it was overtaken, it cannot know what it changed.
  if (told['changed'] === 'false' && changed && (undisturbed || exitCode === 0) && !isConcurrent(judged))
    found.push('says that nothing was changed');
  const rotations = rotationsBetween(before, after);
  if (told['status'] === 'rotated' && rotations < 1) found.push('says that it rotated');
  if (['unchanged', 'renewed', 'repaired'].includes(told['status'] ?? '') && rotations > 0)
    found.push('rotated and does not say so');
  const token = after.tokens.find(({ id }) => id === told['token-id']);
  if (exitCode === 0 && told['client-id'] !== (token?.clientId ?? '')) found.push('a wrong client-id');
  return found;
}

export function isConcurrent({ transcript: { annotations } }: Judged): boolean {
  return annotations.some(({ text }) => text.startsWith('Another run rotated'));
}

/** Creations count as one each. */
export function rotationsBetween(before: Standing, after: Standing): number {
  return versionsOf(after.tokens) - versionsOf(before.tokens);
}

export function versionsOf(tokens: readonly TokenRecord[]): number {
  return tokens.reduce((sum, { version }) => sum + version, 0);
}

function tellTokens(tokens: readonly TokenRecord[]): string {
  return JSON.stringify(tokens.map((token) => ({ ...token, lastSeenAt: 0 })));
}
