import { createHash } from 'node:crypto';

/** Bytes that look random and come out the same for the same seed, so that a failing run can be replayed. */
export function seededRandom(seed: string): (count: number) => Uint8Array {
  let blocks = 0;
  let rest = Buffer.alloc(0);
  return (count) => {
    while (rest.length < count) {
      const block = createHash('sha256').update(`${seed}:${blocks}`).digest();
      rest = Buffer.concat([rest, block]);
      blocks += 1;
    }
    const taken = Uint8Array.from(rest.subarray(0, count));
    rest = rest.subarray(count);
    return taken;
  };
}
