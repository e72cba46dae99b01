import { describe, it } from 'vitest';
import { failWith } from '../harness/tell.ts';
import { excusesIn, FULL, LIVE, tells, WORLDS, type World } from '../harness/worlds.ts';
import { RACES, type Race } from './races.ts';
import { alone, overtaking, play, rotatesTwice, slowNetwork, stops } from './racing.ts';

/** Of the places where the second run may stand still, every so many is tried for each of the first. */
const SPREAD = FULL ? 1 : 12;
/** In a world other than as seen live, of all pairs of places every so many, other ones in each world. */
const SPREAD_ELSEWHERE = FULL ? 1 : 100;
const SEEDS = FULL ? 100 : 4;
const SEEDS_ELSEWHERE = FULL ? 20 : 1;

const PLAYED = WORLDS.flatMap((world, index) =>
  RACES.filter(({ needs = [] }) => needs.every((told) => tells(world, told))).map((given, turn) => ({
    title: `${given.name}, ${world.name}`,
    world,
    given,
    turn: index + 5 * turn,
  })),
);

describe.each(PLAYED)('two runs at the same moment: $title', ({ world, given, turn }) => {
  it('are safe whenever one overtakes the other', async () => {
    const failures: string[] = [];
    const all = await places(world, given);
    const some =
      world === LIVE
        ? all.filter(({ near, second }) => second === Infinity || near % SPREAD === 0)
        : all.filter((_, index) => (index + turn) % SPREAD_ELSEWHERE === 0);
    for (const { leader, first, second } of some) {
      const story = await play(world, given, overtaking(world, { leader, first, second }), (judged) =>
        second === Infinity ? rotatesTwice(leader, first, judged, excusesIn(world.switches)) : [],
      );
      failures.push(...story.failure(`run ${leader} sends ${first}, then the other ${second}`));
    }
    failWith(failures);
  });

  it('are safe in whatever order their requests arrive', async () => {
    const failures: string[] = [];
    const seeds = world === LIVE ? SEEDS : SEEDS_ELSEWHERE;
    for (let count = 0; count < seeds; count += 1) {
      const seed = `seed ${count + (world === LIVE ? 1 : turn)}`;
      const story = await play(world, given, slowNetwork(seed));
      failures.push(...story.failure(seed));
    }
    failWith(failures);
  });
});

/** Where both runs may stand still; `near` counts them so that each of the first meets other ones of the second. */
async function places(world: World, given: Race) {
  // Two of a kind are the same the other way round.
  const alike = JSON.stringify(given.racers[0]) === JSON.stringify(given.racers[1]);
  const found = [];
  for (const leader of alike ? ([0] as const) : ([0, 1] as const)) {
    const others = stops(await alone(world, given, leader === 0 ? 1 : 0));
    for (const [row, first] of stops(await alone(world, given, leader)).entries())
      for (const [column, second] of [...others, Infinity].entries())
        found.push({ leader, first, second, near: row + column });
  }
  return found;
}
