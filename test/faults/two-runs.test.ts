import { describe, it } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { seededRandom } from '../../sandbox/random.ts';
import { API, WEB } from '../../sandbox/sandbox.ts';
import { describeTarget } from '../../src/model/target.ts';
import { HOUR, MINUTE, type Milliseconds } from '../../src/model/time.ts';
import { concessions } from '../harness/concessions.ts';
import { isRotation } from '../harness/mishaps.ts';
import type { Judged } from '../harness/judge.ts';
import type { Asked, How, Inputs } from '../harness/play.ts';
import { halfDelivered, inGrace, inUse } from '../harness/found.ts';
import { ci, open, type Scenario } from '../harness/scenarios.ts';
import { mintedBetween, targetsOf } from '../harness/standing.ts';
import { Story } from '../harness/story.ts';
import { failWith } from '../harness/tell.ts';
import { FULL } from '../harness/worlds.ts';

/** Two runs at the same moment; the scenario is the job that is to repair everything afterwards. */
interface Race extends Scenario {
  readonly racers: readonly [Asked, Asked];
  /** When that job comes; after 10 minutes if not given. */
  readonly after?: Milliseconds;
}

const BOTH_TARGETS = 'acme/web\nacme/api';

const one = (inputs: Inputs = {}): Asked => ({ inputs, tokens: ci(WEB) });
const other = (): Asked => ({ inputs: { repository: 'acme/api' }, tokens: ci(API) });
const both = (): Asked => ({ inputs: { repository: BOTH_TARGETS }, tokens: ci(WEB, API) });

function race(
  name: string,
  prepare: Scenario['prepare'],
  racers: Race['racers'],
  job: Asked = racers[0],
  more: Pick<Race, 'after'> = {},
): Race {
  return { name, prepare, racers, tokens: job.tokens, steps: [{ inputs: job.inputs }], ...more };
}

/** What one run leaves out it can have when the grace period of the other's rotation is over. */
const LATER = { after: 37 * HOUR };

const RACES: readonly Race[] = [
  race('both rotate', inUse([WEB]), [one(), one()]),
  race('both rotate without a grace period', inUse([WEB]), [
    one({ 'grace-period': '0s' }),
    one({ 'grace-period': '0s' }),
  ]),
  race('both create', () => undefined, [one(), one()]),
  race('both recover', halfDelivered([WEB], []), [one(), one()]),
  race('both recover the second of two targets', halfDelivered([WEB, API], [WEB]), [both(), both()]),
  race('one rotates, one revokes', inUse([WEB]), [one(), one({ operation: 'revoke' })]),
  race(
    'one rotates by force in a grace period, one revokes',
    inGrace,
    [one({ force: 'true' }), one({ operation: 'revoke' })],
    one(),
  ),
  race('they have different targets', inUse([WEB, API]), [one(), other()], both(), LATER),
  race('one has a target more', inUse([WEB, API]), [one(), both()], both(), LATER),
];

/** Plays both, then the job afterwards. */
async function play(given: Race, how: How, more: (judged: Judged) => readonly string[] = () => []) {
  const story = new Story(open(given), given);
  const targets = targetsOf(given.tokens);
  const judged = await story.play(given.racers, how, (done) => {
    const { completedOver, stalled } = concessions(done);
    return { lockOut: stalled, ...(completedOver && { target: () => true }) };
  });
  const { played, after } = judged;
  const behind = targets.filter((target) => after.held.get(target) !== 'current');
  if (behind.length > 0 && played.runs.every(({ exitCode }) => exitCode === 0))
    story.found(`both ended with 0, and ${behind.map(describeTarget).join()} is behind`);
  if (new Set(after.tokens.map(({ name }) => name)).size < after.tokens.length)
    story.found('two tokens of one name are left');
  story.found(...more(judged));
  if (concessions(played).completedOver) return story;
  if (given.after !== undefined) story.concede(targets);
  await story.repair(given.after ?? 10 * MINUTE);
  return story;
}

/** A run that had read the token when a whole other run overtook it does not rotate once more. */
function rotatesTwice(leader: number, first: number, { played, before }: Judged): readonly string[] {
  const own = played.runs[leader]?.exchanges ?? [];
  const reads = own.findIndex(({ method }) => method !== 'GET');
  const sent = own.slice(0, first);
  const mints = mintedBetween(before, played.runs[leader]?.ended ?? before);
  const begins = first >= Math.max(reads, 1) && !sent.some(({ method }) => method === 'POST');
  // A creation mints two: the token is rotated once at birth.
  const most = before.tokens.length === 0 ? 2 : 1;
  return begins && !sent.some(isRotation) && mints > most ? [`${mints} secrets were minted`] : [];
}

/** Lets one run send `first` requests, then the other `second`, then the first all others, then the second. */
function overtaking(leader: number, first: number, second: number): Pick<How, 'schedule'> {
  return {
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
async function alone(given: Race, racer: 0 | 1): Promise<readonly Exchange[]> {
  const { played } = await new Story(open(given), given).play([given.racers[racer]]);
  return played.exchanges;
}

/** After how many requests a run may stand still: not within the reads that it begins with, which come at once. */
function stops(exchanges: readonly Exchange[]): readonly number[] {
  const reads = exchanges.findIndex(({ method }) => method !== 'GET');
  return exchanges.flatMap((_, index) => (index === 0 || index >= reads ? [index] : []));
}

/** Of the places where the second run may stand still, every so many is tried for each of the first. */
const SPREAD = FULL ? 1 : 4;

describe.each(RACES)('two runs at the same moment: $name', (given) => {
  it('are safe whenever one overtakes the other', async () => {
    const failures: string[] = [];
    // Two of a kind are the same the other way round.
    const alike = JSON.stringify(given.racers[0]) === JSON.stringify(given.racers[1]);
    for (const leader of alike ? ([0] as const) : ([0, 1] as const)) {
      const places = stops(await alone(given, leader === 0 ? 1 : 0));
      for (const [turn, first] of stops(await alone(given, leader)).entries()) {
        for (const second of [...places.filter((_, index) => (index + turn) % SPREAD === 0), Infinity]) {
          const story = await play(given, overtaking(leader, first, second), (judged) =>
            second === Infinity ? rotatesTwice(leader, first, judged) : [],
          );
          failures.push(...story.failure(`run ${leader} sends ${first}, then the other ${second}`));
        }
      }
    }
    failWith(failures);
  });

  it('are safe in whatever order their requests arrive', async () => {
    const failures: string[] = [];
    for (let seed = 1; seed <= (FULL ? 100 : 10); seed += 1) {
      const story = await play(given, slowNetwork(`seed ${seed}`));
      failures.push(...story.failure(`seed ${seed}`));
    }
    failWith(failures);
  });
});

/** Most requests and replies take up to a second, some half a minute. */
function slowNetwork(seed: string): Pick<How, 'schedule' | 'latency'> {
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
