import { isDeepStrictEqual } from 'node:util';
import type { TokenRecord } from '../../../sandbox/cloudflare/records.ts';
import { minuteOf } from '../../../src/model/calendar.ts';
import type { Instant } from '../../../src/model/time.ts';
import { isRotating, type Judged } from '../../harness/judge.ts';
import type { Run } from '../../harness/play.ts';
import { isSamePlace } from '../../harness/reported.ts';
import { essence } from '../../harness/standing.ts';
import { excusesIn } from '../../harness/worlds.ts';
import { TOKEN_NAMES, type Place, type TokenName } from './actions.ts';
import { ownPoliciesIn } from './policies.ts';
import { ALL_PLACES, type Stage } from './stage.ts';

/** What only the model knows right before a run. */
export interface Prior {
  /** Ids of tokens that a person created or rotated last. */
  readonly peoples: ReadonlySet<string>;
  readonly at: Instant;
  readonly places: ReadonlyMap<Place, Stored>;
  /** Targets of which nothing tells whether what they store is current. */
  readonly overlooked: ReadonlySet<object>;
  /** All applications and policies, without what is the action's. */
  readonly foreign: readonly unknown[];
  /** Whether the manifest's entries write one name in one place. */
  readonly collides: boolean;
}

/** What a place stores right before a run. */
interface Stored {
  /** Whether there is a client secret. */
  readonly stores: boolean;
  /** Whose client ID is stored. */
  readonly owner: TokenName | undefined;
  /** Whether a person wrote it last. */
  readonly byHand: boolean;
  readonly works: boolean;
  /** Whether both tokens were rotated when it was written, so that its age fits either. */
  readonly fitsBoth: boolean;
}

interface TokenResult {
  readonly name: string;
  readonly status: string;
  readonly reason: string;
  readonly problems: readonly { readonly code: string }[];
}

export function resultsOf({ transcript }: Run): readonly TokenResult[] {
  return JSON.parse(transcript.outputs['tokens'] ?? '[]') as readonly TokenResult[];
}

/** What a run did that nobody outside its list, and no token beside another, may suffer. */
export function brokenPromises(stage: Stage, judged: Judged, prior: Prior): readonly string[] {
  const [run] = judged.played.runs;
  return [
    ...run.tokens.flatMap(({ name }) => [
      ...ofOthersTokens(stage, judged, prior, name),
      ...ofOthersTargets(stage, judged, prior, name),
    ]),
    ...ofPolicies(stage, judged, prior),
    ...ofFleets(judged, prior),
  ];
}

/** A token that is not the action's own is neither rotated nor stopped unless the run says `adopt` or `force`. */
function ofOthersTokens(stage: Stage, judged: Judged, prior: Prior, name: string): readonly string[] {
  const [run] = judged.played.runs;
  const before = judged.before.tokens.find((token) => token.name === name);
  const after = judged.after.tokens.find((token) => token.id === before?.id);
  if (before === undefined || !prior.peoples.has(before.id) || seemsOwn(stage, before)) return [];
  const same = after?.version === before.version && stopsAt(after) === stopsAt(before) && after.enabled;
  if (same) return [];
  if (says(run, 'adopt') || says(run, 'force')) return namesTheMoment(judged, before, after);
  const nobody = before.lastSeenAt === undefined && !storesAny(judged, run, name);
  return nobody && isRotating(run.inputs) ? [] : [`${name} is somebody else's, and was changed`];
}

/** The warning of a take-over says from when on the old secret is refused, and Access does not refuse it earlier. */
function namesTheMoment(
  { played, after: { at } }: Judged,
  before: TokenRecord,
  after: TokenRecord | undefined,
): readonly string[] {
  const [run] = played.runs;
  if (after === undefined || after.version === before.version || run.exitCode === undefined) return [];
  // An end in the past is a mark; the secret ended when it was set.
  const end = Math.max(stopsAt(after), at);
  const log = run.transcript.log.join('\n');
  const moments = [...log.matchAll(/is refused from (\d+ \w+ \d+, [\d:]+ UTC) on/g)].map(([, text = '']) =>
    Date.parse(text),
  );
  if (moments.some((moment) => moment <= end)) return [];
  return [`${after.name} was taken over, and no line names ${minuteOf(end)}`];
}

/** Credentials of another token that work are not overwritten, as far as anything tells that they are. */
function ofOthersTargets(stage: Stage, judged: Judged, prior: Prior, name: string): readonly string[] {
  const [run] = judged.played.runs;
  const token = TOKEN_NAMES.find((one) => one === name);
  const watched = run.tokens.find((one) => one.name === name);
  if (token === undefined || watched === undefined) return [];
  const found: string[] = [];
  const listed = ALL_PLACES.filter((place) => watched.targets.includes(stage.targetOf(token, place)));
  const others = listed.filter((place) => {
    const owner = prior.places.get(place)?.owner;
    return owner !== undefined && owner !== token;
  });
  if (says(run, 'force') || says(run, 'adopt')) return found;
  const result = resultsOf(run).find((one) => one.name === name);
  for (const place of others) {
    // Only a variable tells for certain; what a person did last keeps a recovery from being stopped.
    const isTold = stage.targetOf(token, place).clientIdKind === 'variable';
    const wasLost = ['delivery-incomplete', 'rotation-pending'].includes(result?.reason ?? '');
    const written = judged.sandbox.github.changes
      .slice(judged.before.changes, judged.after.changes)
      .some(({ by, name: secret, place: where }) => {
        const target = stage.targetOf(token, place);
        return by === 'request' && secret === target.clientSecretName && isSamePlace(where, target);
      });
    if (written && isTold && !wasLost && prior.places.get(place)?.works === true)
      found.push(`${name} took place ${place} from another token`);
  }
  return found;
}

/** Nothing of others is touched; what a run says of the admission is true. */
function ofPolicies(stage: Stage, { before, after, played }: Judged, { foreign }: Prior): readonly string[] {
  const found: string[] = [];
  if (!isDeepStrictEqual(foreign, stage.policies.foreign())) found.push('a policy of others was changed');
  const [run] = played.runs;
  const undisturbed = played.befalls.length === 0;
  const own = ownPoliciesIn(after.access);
  for (const [id, count] of own) {
    const known = ownPoliciesIn(before.access).get(id) ?? 0;
    if (count > Math.max(1, known)) found.push(`there are ${count} policies for one token`);
    const there =
      after.tokens.some((token) => token.id === id) || !before.tokens.some((token) => token.id === id);
    if (!there && undisturbed) found.push('a policy of a token was left behind');
  }
  if (run.exitCode !== 0 || !isRotating(run.inputs)) return found;
  for (const { name } of run.tokens) {
    const token = TOKEN_NAMES.find((one) => one === name);
    const record = after.tokens.find((one) => one.name === name);
    if (token === undefined || record === undefined) continue;
    const admitting = stage.policies.admitting(record.id);
    const missing = stage.policies.linesOf(token).filter((line) => !admitting.includes(line));
    if (missing.length > 0) found.push(`exit status 0, but ${missing.join(', ')} does not admit ${name}`);
  }
  return found;
}

/** Each token of a manifest has a result of its own that is true. */
function ofFleets({ before, after, played }: Judged, prior: Prior): readonly string[] {
  const [run] = played.runs;
  if (run.inputs['manifest'] === undefined || run.exitCode === undefined) return [];
  if (prior.collides) {
    const quiet = run.exitCode === 1 && played.exchanges.length === 0;
    return quiet ? [] : ['took a manifest that writes one name in one place twice'];
  }
  const results = resultsOf(run).filter(({ name }) => run.tokens.some((one) => one.name === name));
  if (results.length !== run.tokens.length) return [`has results for ${results.length} tokens`];
  const undisturbed = played.befalls.length === 0;
  return results.flatMap((result) => {
    const found: string[] = [];
    const was = before.tokens.find(({ name }) => name === result.name);
    const is = after.tokens.find(({ name }) => name === result.name);
    const minted = is !== undefined && was?.version !== is.version;
    if (result.status === 'failed' && result.problems.length === 0)
      found.push(`${result.name} failed without a problem`);
    if (
      undisturbed &&
      minted !== ['rotated', 'created'].includes(result.status) &&
      result.status !== 'failed'
    )
      found.push(`${result.name} is ${result.status}, and ${minted ? 'was' : 'was not'} rotated`);
    if (undisturbed && was !== undefined && result.status === 'unchanged' && is !== undefined)
      if (essence(was) !== essence(is)) found.push(`${result.name} is unchanged, and was changed`);
    return found;
  });
}

/** Whether replies leave out what tells that a person rotated. */
function seemsOwn(stage: Stage, { version, createdAt, updatedAt }: TokenRecord): boolean {
  const { blind = false } = excusesIn(stage.switches);
  const touched = stage.switches.hideVersion === true ? createdAt !== updatedAt : version > 1;
  return blind && touched;
}

function storesAny({ before }: Judged, run: Run, name: string): boolean {
  const targets = run.tokens.find((one) => one.name === name)?.targets ?? [];
  return targets.some((target) => (before.held.get(target) ?? 'nothing') !== 'nothing');
}

function stopsAt({ previousSecretExpiresAt }: TokenRecord): number {
  return previousSecretExpiresAt ?? 0;
}

function says({ inputs }: Run, what: 'adopt' | 'force'): boolean {
  return inputs[what] === 'true';
}
