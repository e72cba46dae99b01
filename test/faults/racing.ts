import type { Exchange } from '../../sandbox/exchange.ts';
import { seededRandom } from '../../sandbox/random.ts';
import { describeTarget } from '../../src/model/target.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import { concessions } from '../harness/concessions.ts';
import { isRotation } from '../harness/mishaps.ts';
import { saysConcurrent, type Excuses, type Judged } from '../harness/judge.ts';
import type { How, Played } from '../harness/play.ts';
import { open } from '../harness/scenarios.ts';
import { mintedBetween, targetsOf } from '../harness/standing.ts';
import { Story } from '../harness/story.ts';
import { excusesIn, type World } from '../harness/worlds.ts';
import type { Race } from './races.ts';

/** Plays both, then the job afterwards: with `force` if one failed and no reply shows the next one what to repair. */
export async function play(
  world: World,
  given: Race,
  how: How,
  more: (judged: Judged) => readonly string[] = () => [],
) {
  const excuses = excusesIn(world.switches);
  const story = new Story(open(given, world), given, excuses);
  const targets = targetsOf(given.tokens);
  const judged = await story.play(given.racers, how, (done) => {
    const { completedOver, writtenOver, unknown, stalled, crossed } = concessions(done, excuses);
    const unavoidable = [...crossed, ...(excuses.blind === true ? completedOver : [])];
    return {
      lockOut: (one) => unknown || stalled(one) || unavoidable.includes(one.from),
      ...((completedOver.length > 0 || writtenOver || unknown) && { target: () => true }),
    };
  });
  const { played, after } = judged;
  const { completedOver, unknown } = concessions(played, excuses);
  if (excuses.versionless !== true) story.found(...unsaid(played));
  const behind = targets.filter((target) => after.held.get(target) !== 'current');
  // Targets of another workflow are not promised anything: a run that crossed it says to run that one again.
  const isSaid = concessions(played).crossed.length > 0 && given.after !== undefined;
  if (behind.length > 0 && !isSaid && played.runs.every(({ exitCode }) => exitCode === 0) && !unknown)
    story.found(`both ended with 0, and ${behind.map(describeTarget).join()} is behind`);
  if (new Set(after.tokens.map(({ name }) => name)).size < after.tokens.length)
    story.found('two tokens of one name are left');
  story.found(...more(judged));
  const force = excuses.blind === true && played.runs.some(saysConcurrent);
  if ((completedOver.length > 0 || unknown) && !force) return story;
  if (given.after !== undefined) story.concede(targets);
  await story.repair(given.after ?? 10 * MINUTE, force ? { force: 'true' } : {});
  return story;
}

/** A run whose rotation came right after the other's knows it by the version, and fails or warns. */
function unsaid(played: Played): readonly string[] {
  return concessions(played).crossed.flatMap((rotation) => {
    const run = played.runs.find(({ exchanges }) => exchanges.includes(rotation));
    const warned = run?.transcript.annotations.some(({ text }) => text.includes('at the same moment'));
    return run?.exitCode === 1 || warned === true
      ? []
      : [`does not say that its rotation, ${rotation.number}, crossed the other one`];
  });
}

/** A run that had read the token when a whole other run overtook it does not rotate once more. */
export function rotatesTwice(
  leader: number,
  first: number,
  { played, before }: Judged,
  { secretless = false }: Excuses = {},
): readonly string[] {
  const own = played.runs[leader]?.exchanges ?? [];
  const reads = own.findIndex(({ method }) => method !== 'GET');
  const sent = own.slice(0, first);
  const mints = mintedBetween(before, played.runs[leader]?.ended ?? before);
  if (concessions(played).crossed.length > 0) return [];
  const begins = first >= Math.max(reads, 1) && !sent.some(({ method }) => method === 'POST');
  // A creation mints two, since the token is rotated at birth, and three if an update brings no secret.
  const most = before.tokens.length > 0 ? 1 : secretless ? 3 : 2;
  return begins && !sent.some(isRotation) && mints > most ? [`${mints} secrets were minted`] : [];
}

/** Lets one run send `first` requests, then the other `second`, then the first all others, then the second. */
export function overtaking(
  { switches }: World,
  { leader, first, second }: { readonly leader: number; readonly first: number; readonly second: number },
): Pick<How, 'schedule' | 'latency'> {
  return {
    // If replies hide the version, the time of the last update stands in for it, and is told to the second.
    ...(switches.hideVersion === true && { latency: () => SECOND }),
    schedule: async (lanes) => {
      const [a, b] = leader === 0 ? lanes : lanes.toReversed();
      await a?.advance(first);
      await b?.advance(second);
      await a?.advance(Infinity);
      await b?.advance(Infinity);
    },
  };
}

/** What a run sends where nothing befalls it. */
export async function alone(world: World, given: Race, racer: 0 | 1): Promise<readonly Exchange[]> {
  const { played } = await new Story(open(given, world), given).play([given.racers[racer]]);
  return played.exchanges;
}

/** After how many requests a run may stand still: not within the reads that it begins with, which come at once. */
export function stops(exchanges: readonly Exchange[]): readonly number[] {
  const reads = exchanges.findIndex(({ method }) => method !== 'GET');
  return exchanges.flatMap((_, index) => (index === 0 || index >= reads ? [index] : []));
}

/** Most requests and replies take up to a second, some half a minute. */
export function slowNetwork(seed: string): Pick<How, 'schedule' | 'latency'> {
  const random = seededRandom(seed);
  return {
    latency: () => {
      const [some = 0, span = 0] = random(2);
      return some < 200 ? span * 4 : span * 120;
    },
    schedule: async (lanes) => {
      await Promise.all(lanes.map((lane) => lane.advance(Infinity)));
    },
  };
}
