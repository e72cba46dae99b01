import fc from 'fast-check';
import { it } from 'vitest';
import type { World } from '../harness/worlds.ts';
import { SEED } from '../harness/seed.ts';
import { FULL } from '../harness/worlds.ts';

/** How many sequences of each kind, only one of them, and only some worlds. */
const { MODEL_RUNS: runs, MODEL_PATH: path, MODEL_ONLY: only } = process.env;

/** How many sequences are played: in the world as seen live, and in each of the others. */
export interface Usual {
  readonly live: number;
  readonly other: number;
}

/** Plays sequences in each world; ten times as many if all is to be tried. */
export function playIn<Sequence>(
  worlds: readonly World[],
  sequences: fc.Arbitrary<Sequence>,
  usual: Usual,
  play: (world: World, sequence: Sequence) => Promise<void>,
): void {
  for (const world of worlds) {
    if (only !== undefined && !world.name.includes(only)) continue;
    it(world.name, { timeout: 24 * 3_600_000 }, async () => {
      const count = Object.keys(world.switches).length === 0 ? usual.live : usual.other;
      await fc.assert(
        fc.asyncProperty(sequences, (sequence) => play(world, sequence)),
        {
          seed: SEED,
          numRuns: runs === undefined ? count * (FULL ? 10 : 1) : Number(runs),
          ...(path === undefined ? {} : { path }),
        },
      );
    });
  }
}
