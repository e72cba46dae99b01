import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { SECOND } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';
import { Bench } from './bench.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `SECRET_${i}`);

/** Seconds after the first at which requests of that method were answered. */
function seconds(bench: Bench, method: string): readonly number[] {
  const at = bench.log.filter((exchange) => exchange.method === method).map((exchange) => exchange.at);
  return at.map((instant) => (instant - (at[0] ?? 0)) / SECOND);
}

/** Counts how many requests are under way at the same moment. */
function counting(most: Map<string, number>): (fetch: typeof globalThis.fetch) => typeof globalThis.fetch {
  const now = new Map<string, number>();
  return (fetch) => async (input, init) => {
    const method = init?.method ?? 'GET';
    now.set(method, (now.get(method) ?? 0) + 1);
    most.set(method, Math.max(most.get(method) ?? 0, now.get(method) ?? 0));
    await new Promise((resolve) => setImmediate(resolve));
    try {
      return await fetch(input, init);
    } finally {
      now.set(method, (now.get(method) ?? 0) - 1);
    }
  };
}

describe('writes', () => {
  it('go out together up to thirty, then one a second', async () => {
    const bench = new Bench({ maxWait: 0 });
    const state = await bench.observed();
    await Promise.all(names(35).map((name) => bench.write(state, name, 'x')));
    expect(seconds(bench, 'PUT')).toEqual([...Array<number>(30).fill(0), 1, 2, 3, 4, 5]);
    expect(bench.lines).toEqual([
      'info: Writing one secret a second from here on, to stay under the limits of GitHub.',
    ]);
  });

  it('gain room again while nothing is written', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    await Promise.all(names(30).map((name) => bench.write(state, name, 'x')));
    await bench.sandbox.time.sleep(10 * SECOND);
    await Promise.all(names(12).map((name) => bench.write(state, name, 'x')));
    expect(seconds(bench, 'PUT').slice(30)).toEqual([...Array<number>(10).fill(10), 11, 12]);
  });

  it('go out one at a time, a second apart, once a secondary limit was met', async () => {
    const most = new Map<string, number>();
    const bench = new Bench({
      fetch: counting(most),
      githubSwitches: { secondaryLimit: { writesPerMinute: 5 } },
    });
    const state = await bench.observed();
    await Promise.all(names(5).map((name) => bench.write(state, name, 'x')));
    await bench.write(state, 'SIXTH', 'x');
    const before = bench.log.length;
    most.clear();
    bench.sandbox.github.switches.secondaryLimit = undefined;
    await Promise.all(names(8).map((name) => bench.write(state, name, 'x')));
    expect(most.get('PUT')).toBe(1);
    const at = bench.log.slice(before).map((exchange) => exchange.at);
    expect(at.map((instant) => instant - (at[0] ?? 0))).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => n * SECOND),
    );
  });

  it('of a hundred targets stay under a limit of 90 a minute', async () => {
    const bench = new Bench({ githubSwitches: { secondaryLimit: { writesPerMinute: 90 } } });
    const state = await bench.observed();
    await Promise.all(names(100).map((name) => bench.write(state, name, 'x')));
    expect(bench.sandbox.github.secretNames(WEB.place)).toHaveLength(100);
    expect(bench.log.filter(({ status }) => status === 403)).toEqual([]);
    expect(bench.elapsed).toBe(70);
  });

  it('that slow down after a burst go on a second later, and wait for one that hangs', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    await Promise.all(names(30).map((name) => bench.write(state, name, 'x')));
    const headers = { 'retry-after': '1' };
    bench.sandbox.faults.add({
      name: 'limit',
      method: 'PUT',
      effect: { kind: 'reply', when: 'before', status: 429, headers },
    });
    bench.sandbox.faults.add({ name: 'hang', method: 'PUT', effect: { kind: 'hang', when: 'before' } });
    await Promise.all(['A', 'B'].map((name) => bench.write(state, name, 'x')));
    // A at 1 s is limited and at 2 s hangs; B waits for its end, and A then for B.
    expect(seconds(bench, 'PUT').slice(30)).toEqual([1, 2, 32, 33]);
  });

  it('that wait for their turn are held back by a limit that another meets', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    const effect = { kind: 'reply', when: 'before', status: 429, headers: { 'retry-after': '20' } } as const;
    bench.sandbox.faults.add({ name: 'limit', method: 'PUT', skip: 29, effect });
    await Promise.all(names(32).map((name) => bench.write(state, name, 'x')));
    expect(seconds(bench, 'PUT').slice(30)).toEqual([20, 21, 22]);
  });

  it('of a cancelled run wait no longer', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    const all = Promise.all(names(35).map((name) => bench.write(state, name, 'x')));
    await bench.sandbox.time.sleep(1.5 * SECOND);
    bench.cancellation.abort();
    await all;
    expect(bench.elapsed).toBe(1.5);
    expect(bench.sandbox.github.secretNames(WEB.place)).toHaveLength(35);
  });
});

describe('reads', () => {
  it('go out at most sixty at once', async () => {
    const most = new Map<string, number>();
    const bench = new Bench({ fetch: counting(most) });
    const targets = names(150).map((name): Target => {
      bench.sandbox.github.addRepository({ owner: 'acme', name });
      return { ...WEB, place: { kind: 'repository', owner: 'acme', repository: name, app: 'actions' } };
    });
    const states = await bench.stores.observe(targets, () => false);
    expect(states.every(({ kind }) => kind === 'readable')).toBe(true);
    expect(most.get('GET')).toBe(60);
    expect(bench.log).toHaveLength(150);
  });
});
