import type { Exchange } from '../../sandbox/exchange.ts';
import { findLeaks, requestHaystacks } from '../../sandbox/leaks.ts';
import { seededRandom } from '../../sandbox/random.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { MINUTE, type Milliseconds } from '../../src/model/time.ts';
import { LANE, Lane, waitedFor, type Finish } from './lanes.ts';
import { unconverged } from './judge.ts';
import { play } from './play.ts';
import { standingOf, type Standing } from './standing.ts';
import { tellExchange } from './transcript.ts';
import { Watch } from './watch.ts';

export interface Racer {
  readonly inputs: Record<string, string>;
  readonly targets: readonly Target[];
}

/** Two runs at the same moment, and the world that they meet in. */
export interface Race {
  readonly name: string;
  readonly prepare: (sandbox: Sandbox) => void;
  readonly racers: readonly [Racer, Racer];
  /** The run afterwards that is to put everything right, and when it comes; after 10 minutes if not given. */
  readonly repair: Racer & { readonly after?: Milliseconds };
}

export interface RaceResult {
  readonly failure: string | undefined;
  readonly logins: number;
  /** Targets that were locked out by a recovery. */
  readonly lockedOut: number;
  /** Whether a run stood still at the worst moment, as `concessions` says. */
  readonly conceded: boolean;
  readonly finishes: readonly Finish[];
  readonly requests: readonly [number, number];
}

type Lanes = readonly [Lane, Lane];

/** Runs both as the schedule says, then one alone ten minutes later. */
export async function race(
  { prepare, racers, repair }: Race,
  schedule: (lanes: Lanes) => Promise<void>,
  seed?: string,
): Promise<RaceResult> {
  const sandbox = new Sandbox();
  prepare(sandbox);
  const { targets } = repair;
  const latency = seed === undefined ? undefined : slowNetwork(seed);
  const watch = new Watch(sandbox, targets, 'two runs');
  const begun = sandbox.faults.log.length;
  const lanes = racers.map(
    ({ inputs, targets: own }, index) =>
      new Lane(sandbox, { name: String(index), inputs, targets: own, ...(latency && { latency }) }),
  ) as unknown as Lanes;
  await schedule(lanes);
  const finishes = await Promise.all(lanes.map(({ finish }) => finish));
  const after = standingOf(sandbox, targets);
  const exchanges = sandbox.faults.log.slice(begun);
  const conceded = { ...concessions(exchanges, watch, finishes) };
  const found = [
    ...racers.flatMap(({ targets: own, inputs }, index) =>
      inputs['operation'] === 'revoke' || conceded.closedOver ? [] : untrue(index, own, finishes),
    ),
    ...together(finishes, after, targets),
    ...watch.violations().filter((text) => !conceded.stalled.some((name) => text.startsWith(name))),
    ...leaks(sandbox, finishes, exchanges),
  ];
  sandbox.clock.advance(repair.after ?? 10 * MINUTE);
  const before = standingOf(sandbox, targets);
  const second = new Watch(sandbox, targets);
  const played = await play(sandbox, { inputs: repair.inputs });
  const later = { sandbox, targets, before, played, after: standingOf(sandbox, targets), watch: second };
  const behind = unconverged({ ...later, mishap: undefined });
  if (!conceded.closedOver) found.push(...behind.map((text) => `the next run did not converge: ${text}`));
  found.push(...second.violations());
  const requests = ['0', '1'].map(
    (name) => exchanges.filter((one) => one.requestHeaders[LANE] === name).length,
  );
  const story = sandbox.faults.log
    .slice(begun)
    .map((exchange) => `  ${exchange.requestHeaders[LANE] ?? ' '} ${tellExchange(exchange, 0)}`);
  const logs = [...finishes.map(({ transcript }) => transcript), played.transcript].flatMap(
    ({ log }, index) => [`  --- run ${index}`, ...log.map((line) => `  | ${line}`)],
  );
  return {
    failure:
      found.length === 0 ? undefined : [...found.map((text) => `- ${text}`), ...story, ...logs].join('\n'),
    logins: watch.logins + second.logins,
    lockedOut: watch.lockOuts.length + second.lockOuts.length,
    conceded: conceded.closedOver || conceded.stalled.length > 0,
    finishes,
    requests: [requests[0] ?? 0, requests[1] ?? 0],
  };
}

/** Most take a second, some half a minute. */
function slowNetwork(seed: string): () => Milliseconds {
  const random = seededRandom(seed);
  return () => {
    const [one = 0, two = 0] = random(2);
    return one < 200 ? two * 4 : two * 120;
  };
}

/**
 * What nobody can help where a run stands still between deciding and doing, since neither service writes on
 * a condition. The run that notices ends with an exit status of 1.
 * - `closedOver`: it stood still between its last look and its closing, while the other one, which had written over
 *   it, marked the rotation open and looked at the mark once more.
 * - `stalled`: it stood still between its rotation and its delivery for so long that the other one recovered, and
 *   ended the secret that it then wrote, since no grace is given; or between its look and its revocation, while the
 *   other one rotated. It marks the rotation open as soon as it learns of that, so that the secret works again.
 */
function concessions(
  exchanges: readonly Exchange[],
  watch: Watch,
  finishes: readonly Finish[],
): { readonly closedOver: boolean; readonly stalled: readonly string[] } {
  const failed = finishes.some(({ transcript }) => transcript.exitCode === 1);
  const updates = exchanges.filter(({ method, service }) => method === 'PUT' && service === 'cloudflare');
  const of = ({ requestHeaders }: Exchange): string => requestHeaders[LANE] ?? '';
  const opens = ({ requestBody }: Exchange): boolean =>
    requestBody.includes(':43Z"') && !requestBody.includes('version');
  const closedOver =
    failed &&
    updates.some(
      (closing) =>
        closing.requestBody.includes(':17Z"') &&
        updates.some((mark) => opens(mark) && of(mark) !== of(closing) && waitedFor(closing, mark)),
    );
  const stalled = watch.lockOuts.filter(({ from }) => {
    const rotations = updates.filter(
      ({ requestBody, number }) => requestBody.includes('version') && number < from.number,
    );
    const own = rotations.findLast((rotation) => of(rotation) === of(from));
    const other = rotations.findLast((rotation) => of(rotation) !== of(from));
    const takenBack = updates.some(
      (mark) => opens(mark) && of(mark) === of(from) && mark.number > from.number,
    );
    const wrote = from.service === 'github' && from.method === 'PUT';
    const long = own !== undefined && other !== undefined && other.at - own.at >= 5 * MINUTE;
    const revoked = own === undefined && updates.includes(from) && other !== undefined;
    return failed && takenBack && ((wrote && long) || revoked);
  });
  return { closedOver, stalled: stalled.map(({ target }) => describeTarget(target)) };
}

function leaks(
  { clientSecrets: secrets }: Sandbox,
  finishes: readonly Finish[],
  exchanges: readonly Exchange[],
): readonly string[] {
  const logs = finishes.map(({ transcript }, index) => ({
    name: `run ${index}`,
    text: JSON.stringify({ ...transcript, masks: [] }),
  }));
  return findLeaks({ secrets, haystacks: [...logs, ...requestHaystacks(exchanges)] }).map(
    ({ haystack }) => `a secret is in ${haystack}`,
  );
}

/** Exit status 0 is true at the moment when it is given. */
function untrue(index: number, targets: readonly Target[], finishes: readonly Finish[]): readonly string[] {
  const finish = finishes[index];
  if (finish?.transcript.exitCode !== 0) return [];
  return targets
    .filter((target) => finish.standing.held.get(target) !== 'current')
    .map(
      (target) =>
        `run ${index} ended with 0 while ${describeTarget(target)} held ${String(finish.standing.held.get(target))}`,
    );
}

/** What must be true once both have ended. */
function together(
  finishes: readonly Finish[],
  after: Standing,
  targets: readonly Target[],
): readonly string[] {
  const found: string[] = [];
  if (after.tokens.length > 1) found.push(`${after.tokens.length} tokens of one name are left`);
  const behind = targets.filter((target) => after.held.get(target) !== 'current');
  if (behind.length > 0 && finishes.every(({ transcript }) => transcript.exitCode === 0)) {
    found.push(`both ended with 0, and ${behind.map(describeTarget).join(', ')} is behind`);
  }
  const unforeseen = finishes.some(({ transcript }) =>
    transcript.log.some((line) => line.includes('does not know of')),
  );
  if (unforeseen) found.push('an error that nobody has foreseen');
  return found;
}
