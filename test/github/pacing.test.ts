import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { SECOND } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';
import { ClientSecret } from '../../src/model/client-secret.ts';
import { appBench, repository } from './app-bench.ts';
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
  it('go out at once up to eighty a minute', async () => {
    const bench = new Bench({ maxWait: 0 });
    const state = await bench.observed();
    await Promise.all(names(85).map((name) => bench.write(state, name, 'x')));
    expect(seconds(bench, 'PUT')).toEqual([...Array<number>(80).fill(0), ...Array<number>(5).fill(60)]);
    expect(bench.lines).toEqual([
      'info: Going on in 1 minute, and in portions from here on, to stay under the limits of GitHub.',
    ]);
  });

  it('gain room again as soon as others are a minute old', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    await Promise.all(names(50).map((name) => bench.write(state, name, 'x')));
    await bench.sandbox.time.sleep(20 * SECOND);
    await Promise.all(names(40).map((name) => bench.write(state, name, 'x')));
    const expected = [...Array<number>(30).fill(20), ...Array<number>(10).fill(60)];
    expect(seconds(bench, 'PUT').slice(50)).toEqual(expected);
  });

  it('count from their reply, so that a slow one does not come too close to a later one', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    bench.sandbox.faults.add({ name: 'hang', method: 'PUT', effect: { kind: 'hang', when: 'after' } });
    await Promise.all(names(81).map((name) => bench.write(state, name, 'x')));
    const at = seconds(bench, 'PUT');
    // The first hangs for 30 s, and is sent again when there is room.
    expect(at.filter((second) => second === 0)).toHaveLength(80);
    expect(at.slice(80)).toEqual([60, 60]);
  });

  it('are sealed when their turn has come, to no key that is older than a minute', async () => {
    const bench = new Bench({ githubSwitches: { unopenableValues: 'stored-empty' } });
    bench.sandbox.github.switches.maximumSecrets.repository = 1000;
    const state = await bench.observed();
    let puts = 0;
    bench.sandbox.faults.onExchange = ({ method }) => {
      if (method === 'PUT') puts += 1;
      if (method === 'PUT' && puts === 160) bench.sandbox.github.rotateKey(WEB.place);
    };
    await Promise.all(names(165).map((name) => bench.write(state, name, 'x')));
    expect(bench.elapsed).toBe(120);
    const values = names(165).map((name) => bench.sandbox.github.secret(WEB.place, name)?.value);
    expect(new Set(values)).toEqual(new Set(['x']));
    expect(bench.requests.filter((request) => request.endsWith('/public-key'))).toHaveLength(2);
  });

  it('are no more than five hundred an hour', async () => {
    const bench = new Bench({ githubSwitches: { changesCountAsContent: true } });
    bench.sandbox.github.switches.maximumSecrets.repository = 1000;
    const state = await bench.observed();
    await Promise.all(names(510).map((name) => bench.write(state, name, 'x')));
    expect(bench.sandbox.github.traffic.peakChangesPerHour).toBe(500);
    expect(bench.log.filter(({ status }) => status === 403)).toEqual([]);
    expect(bench.elapsed).toBe(3600);
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
    const puts = bench.log.slice(before).filter(({ method }) => method === 'PUT');
    const at = puts.map((exchange) => exchange.at);
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
    expect(bench.elapsed).toBe(60);
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
    // A is limited, B hangs; A waits for its end, and B then for A.
    expect(seconds(bench, 'PUT').slice(30)).toEqual([0, 0, 30, 31]);
  });

  it('that wait for their turn are held back by a limit that another meets', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    const effect = { kind: 'reply', when: 'before', status: 429, headers: { 'retry-after': '20' } } as const;
    bench.sandbox.faults.add({ name: 'limit', method: 'PUT', effect });
    await Promise.all(names(42).map((name) => bench.write(state, name, 'x')));
    // Forty are under way at once, of which the first is limited.
    expect(seconds(bench, 'PUT').slice(40)).toEqual([20, 21, 22]);
  });

  it('of a cancelled run wait no longer', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    const all = Promise.all(names(85).map((name) => bench.write(state, name, 'x')));
    await bench.sandbox.time.sleep(1.5 * SECOND);
    bench.cancellation.abort();
    await all;
    expect(bench.elapsed).toBe(1.5);
    expect(bench.sandbox.github.secretNames(WEB.place)).toHaveLength(85);
  });
});

describe('reads', () => {
  it('go out at most fifty at once', async () => {
    const most = new Map<string, number>();
    const bench = new Bench({ fetch: counting(most) });
    const targets = names(150).map((name): Target => {
      bench.sandbox.github.addRepository({ owner: 'acme', name });
      return { ...WEB, place: { kind: 'repository', owner: 'acme', repository: name, app: 'actions' } };
    });
    const states = await bench.stores.observe(targets, () => false);
    expect(states.every(({ kind }) => kind === 'readable')).toBe(true);
    expect(most.get('GET')).toBe(50);
    expect(bench.log).toHaveLength(150);
  });
});

describe('a rotation of a hundred targets', () => {
  const repositories = Array.from({ length: 100 }, (_, i) => `service-${i}`);
  const targets = repositories.map((repository): Target => {
    return { ...WEB, place: { kind: 'repository', owner: 'acme', repository, app: 'actions' } };
  });

  async function rotate(bench: Bench): Promise<void> {
    const { github } = bench.sandbox;
    for (const name of repositories) github.addRepository({ owner: 'acme', name });
    for (const { place } of targets) {
      for (const name of [WEB.clientIdName, WEB.clientSecretName]) github.setSecret(place, name, 'old');
    }
    const states = await bench.stores.observe(targets, () => false);
    const readable = states.filter((state) => state.kind === 'readable');
    await Promise.all(readable.map((state) => bench.stores.checkWrite(state, { clientId: 'id' })));
    await Promise.all(
      readable.flatMap((state) => [
        bench.stores.writeClientSecret(state, new ClientSecret('new')),
        bench.stores.writeClientId(state, 'id'),
      ]),
    );
  }

  it.each([true, false])(
    'takes the two minutes that 200 writes need, and meets no limit (counted as content: %s)',
    async (changesCountAsContent) => {
      const bench = new Bench({ githubSwitches: { changesCountAsContent } });
      await rotate(bench);
      const { traffic } = bench.sandbox.github;
      expect(bench.log.filter(({ status }) => status === 403 || status === 429)).toEqual([]);
      expect(traffic.peakPointsPerMinute).toBe(900);
      expect(traffic.peakChangesPerMinute).toBe(80);
      expect(traffic.peakConcurrency).toBeLessThanOrEqual(90);
      expect(bench.elapsed).toBe(120);
      const written = targets.map((target) => bench.sandbox.storedPair(target).clientSecret);
      expect(new Set(written)).toEqual(new Set(['new']));
    },
  );

  it('of two owners of an App has the limits of each', async () => {
    const both = [...Array(80).keys()].flatMap((i) => [
      repository('acme', `service-${i}`),
      repository('octo', `service-${i}`),
    ]);
    const bench = appBench({ targets: both });
    const { github } = bench.sandbox;
    for (const { place } of both) {
      if (place.kind === 'repository') github.addRepository({ owner: place.owner, name: place.repository });
    }
    const states = await bench.stores.observe(both, () => false);
    const readable = states.filter((state) => state.kind === 'readable');
    expect(readable).toHaveLength(160);
    await Promise.all(readable.map((state) => bench.write(state, 'NAME', 'x')));
    expect(bench.elapsed).toBe(0);
    expect(bench.log.filter(({ status }) => status === 403)).toEqual([]);
  });
});
