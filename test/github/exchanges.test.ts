import { expect, it } from 'vitest';
import { Bench } from './bench.ts';

it('lets go of an exchange once its reply was read, which Node’s fetch does not by itself', async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  const bench = new Bench({
    fetch: (fetch) => (input, init) => {
      signals.push(init?.signal);
      return fetch(input, init);
    },
  });
  const state = await bench.observed();
  await bench.write(state, 'NAME', 'x');
  expect(signals).toHaveLength(bench.log.length);
  expect(signals.map((signal) => signal?.aborted)).toEqual(signals.map(() => true));
});
