import { describe, expect, it } from 'vitest';
import { createToken, type Created } from '../../src/apply/creation.ts';
import { demandFirst } from '../../src/apply/first.ts';
import { SETTLING } from '../../src/cloudflare/rotation.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import { codeOf, IN_ACCOUNT, IN_ZONE, type BenchOptions } from '../cloudflare/bench.ts';
import { ApplyBench } from './bench.ts';

const POST = { method: 'POST', path: /\/service_tokens$/ } as const;
const LIST = { method: 'GET', path: /\/service_tokens\?/ } as const;
const WITHOUT_SECRET: BenchOptions = { cloudflareSwitches: { updateReplyWithoutSecret: true } };

const creation = (bench: ApplyBench): Promise<Created> => createToken('ci', '8760h', bench.context);
const named = (bench: ApplyBench): readonly TokenRecord[] => bench.sandbox.cloudflare.findByName('ci');

/** The reply to the creation, as long as it lasts, is this one. */
function answer(bench: ApplyBench, when: 'before' | 'after', result: unknown, times = 1): void {
  const body = JSON.stringify({ success: true, errors: [], messages: [], result });
  const headers = { 'content-type': 'application/json' };
  bench.sandbox.faults.add({
    name: 'another reply',
    ...POST,
    times,
    effect: { kind: 'reply', when, status: 200, headers, body },
  });
}

describe('the creation of a token', () => {
  it('is one request', async () => {
    const bench = new ApplyBench();
    const created = await creation(bench);
    expect(bench.requests).toEqual(['POST']);
    expect(created.takenUp).toBeUndefined();
    expect(created.clientSecret.reveal()).toBe(named(bench)[0]?.secret);
    expect(bench.journal).toMatchObject({ changed: true, token: { id: created.token.id } });
  });

  it('is sent again if it did not arrive', async () => {
    for (const mishap of ['lost before', 'error before'] as const) {
      const bench = new ApplyBench();
      bench.strike(mishap, POST);
      const created = await creation(bench);
      expect(created.takenUp).toBeUndefined();
      expect(named(bench)).toHaveLength(1);
      // Listed right after the loss, and once more before it is sent again.
      expect(bench.requests).toEqual(['POST', 'GET list', 'GET list', 'POST']);
    }
  });

  it.each<[string, BenchOptions, 'update' | 'rotate']>([
    ['by an update', {}, 'update'],
    ['by /rotate', WITHOUT_SECRET, 'rotate'],
    ['by an update in a zone', { scope: IN_ZONE }, 'update'],
  ])('whose reply is lost takes the token up and rotates it, held, %s', async (_name, options, way) => {
    for (const mishap of ['lost after', 'error after', 'silent after'] as const) {
      const bench = new ApplyBench({}, options);
      bench.strike(mishap, POST);
      const created = await creation(bench);
      expect(named(bench)).toHaveLength(1);
      expect(created.clientSecret.reveal()).toBe(named(bench)[0]?.secret);
      expect(created.takenUp?.way).toBe(way);
      expect(await bench.state(created.token.id)).toMatchObject({ kind: 'pending', way });
      expect(created.takenUp?.hold).toBe(named(bench)[0]?.previousSecretExpiresAt);
    }
  });

  it('whose reply is lost counts from two minutes later, so that no delivery of another run passes for its own', async () => {
    const bench = new ApplyBench();
    bench.strike('lost after', POST);
    const { takenUp } = await creation(bench);
    expect(takenUp?.hold).toBe(pendingMark((takenUp?.at ?? 0) + 2 * MINUTE, 'update'));
  });

  it('finds a token that arrives late, and creates no second one', async () => {
    const bench = new ApplyBench();
    bench.strike('lost before', POST);
    bench.sandbox.secondWriter.add({
      ...LIST,
      skip: 1,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.createToken({ scope: IN_ACCOUNT, name: 'ci' }),
    });
    const created = await creation(bench);
    expect(created.takenUp).toBeDefined();
    expect(named(bench)).toHaveLength(1);
  });

  it('takes up the youngest of several, and none from long before', async () => {
    const bench = new ApplyBench();
    const make = (): TokenRecord => bench.sandbox.cloudflare.createToken({ scope: IN_ACCOUNT, name: 'ci' });
    const old = make();
    bench.sandbox.clock.advance(2 * MINUTE);
    const recent = make();
    bench.sandbox.clock.advance(SECOND);
    bench.strike('lost after', POST);
    const created = await creation(bench);
    expect([old.id, recent.id]).not.toContain(created.token.id);

    const alone = new ApplyBench();
    alone.sandbox.cloudflare.createToken({ scope: IN_ACCOUNT, name: 'ci' });
    alone.sandbox.clock.advance(2 * MINUTE);
    alone.strike('lost before', POST);
    expect((await creation(alone)).takenUp).toBeUndefined();
    expect(named(alone)).toHaveLength(2);
  });

  it('takes up its own token if the reply has no secret', async () => {
    const bench = new ApplyBench();
    const { id } = bench.sandbox.cloudflare.createToken({ scope: IN_ACCOUNT, name: 'ci' });
    answer(bench, 'before', { id, name: 'ci', client_secret_version: 1 });
    const created = await creation(bench);
    expect(created.token.id).toBe(id);
    expect(created.clientSecret.reveal()).toBe(bench.record(id).secret);
    expect(bench.requests).toEqual(['POST', 'PUT']);
  });

  it('deletes its own token again if no reply brings a secret', async () => {
    const bench = new ApplyBench();
    const { id } = bench.sandbox.cloudflare.createToken({ scope: IN_ACCOUNT, name: 'ci' });
    answer(bench, 'before', { id, name: 'ci', client_secret_version: 1 });
    bench.strike('lost after', { method: 'PUT' });
    expect(await codeOf(creation(bench))).toBe('secret-lost');
    expect(named(bench)).toEqual([]);
  });

  it('leaves a token that may be another run’s, and claims no concurrent run without evidence', async () => {
    const lost = new ApplyBench();
    lost.strike('lost after', POST);
    lost.strike('lost after', { method: 'PUT' });
    expect(await codeOf(creation(lost))).toBe('secret-lost');
    expect(named(lost)).toHaveLength(1);

    const withheld = new ApplyBench({}, { ...WITHOUT_SECRET, scope: IN_ZONE });
    withheld.strike('lost after', POST);
    expect(await codeOf(creation(withheld))).toBe('secret-lost');

    const concurrent = new ApplyBench();
    concurrent.strike('lost after', POST);
    concurrent.sandbox.secondWriter.add({
      method: 'PUT',
      when: 'before',
      act: () => {
        const [token] = named(concurrent);
        for (let times = 0; times < 2; times += 1) concurrent.sandbox.cloudflare.rotate(token?.id ?? '');
      },
    });
    expect(await codeOf(creation(concurrent))).toBe('concurrent-run');
  });

  it('stops at once if the reply says success and the token is not listed', async () => {
    const bench = new ApplyBench();
    answer(bench, 'before', null);
    expect(await codeOf(creation(bench))).toBe('cloudflare-unavailable');
    expect(bench.requests).toEqual(['POST', 'GET list']);
    expect(bench.journal.changed).toBe(true);
  });

  it('is sent at most three times', async () => {
    const bench = new ApplyBench();
    bench.strike('lost before', { ...POST, times: Infinity });
    expect(await codeOf(creation(bench))).toBe('cloudflare-unavailable');
    expect(bench.requests.filter((request) => request === 'POST')).toHaveLength(3);
    expect(bench.journal.changed).toBe(false);
  });

  it('is not sent again once the run is cancelled', async () => {
    const bench = new ApplyBench();
    bench.strike('lost before', POST);
    bench.sandbox.secondWriter.add({
      ...LIST,
      when: 'after',
      act: () => {
        bench.cancellation.abort();
      },
    });
    expect(await codeOf(creation(bench))).toBe('cancelled');
    expect(named(bench)).toEqual([]);
  });
});

describe('of two runs that create a token of the same name', () => {
  /** A token of this run, and another one of that age and with a smaller or greater ID. */
  async function pair(
    shift: number,
    id?: 'smaller' | 'greater',
  ): Promise<{ bench: ApplyBench; created: Created }> {
    for (let seed = 0; ; seed += 1) {
      const bench = new ApplyBench({}, { seed: `pair ${seed}` });
      bench.sandbox.clock.advance(MINUTE);
      const created = await creation(bench);
      const createdAt = (created.token.createdAt ?? 0) + shift;
      const other = bench.sandbox.cloudflare.createToken({ scope: IN_ACCOUNT, name: 'ci', createdAt });
      bench.forget();
      if (id === undefined || other.id < created.token.id === (id === 'smaller')) return { bench, created };
    }
  }

  it('the only one is the first', async () => {
    const bench = new ApplyBench();
    bench.sandbox.cloudflare.createToken({ scope: IN_ACCOUNT, name: 'other', createdAt: 0 });
    const created = await creation(bench);
    bench.forget();
    await demandFirst(created, bench.context);
    expect(bench.requests).toEqual(['GET list']);
  });

  it('the older one goes on', async () => {
    const { bench, created } = await pair(SECOND);
    await demandFirst(created, bench.context);
    expect(named(bench)).toHaveLength(2);
    expect(bench.requests).toEqual(['GET list']);
  });

  it('the younger one deletes its own again', async () => {
    const { bench, created } = await pair(-SECOND);
    expect(await codeOf(demandFirst(created, bench.context))).toBe('concurrent-run');
    expect(named(bench).map(({ id }) => id)).not.toContain(created.token.id);
    expect(named(bench)).toHaveLength(1);
    expect(bench.journal).toMatchObject({ changed: false, token: undefined });
  });

  it('in one second the one with the greater ID gives way at once', async () => {
    const { bench, created } = await pair(0, 'smaller');
    expect(await codeOf(demandFirst(created, bench.context))).toBe('concurrent-run');
    expect(bench.requests).toEqual(['GET list', 'DELETE']);
  });

  it('in one second the one with the smaller ID waits until the other is gone', async () => {
    const { bench, created } = await pair(0, 'greater');
    const started = bench.sandbox.clock.now();
    const other = named(bench).find(({ id }) => id !== created.token.id);
    bench.sandbox.secondWriter.add({
      ...LIST,
      when: 'after',
      act: () => void bench.sandbox.cloudflare.remove(other?.id ?? ''),
    });
    await demandFirst(created, bench.context);
    expect(bench.sandbox.clock.now() - started).toBe(SETTLING);
    expect(named(bench).map(({ id }) => id)).toEqual([created.token.id]);
  });

  it('in one second the one with the smaller ID gives way if the other stays', async () => {
    const { bench, created } = await pair(0, 'greater');
    expect(await codeOf(demandFirst(created, bench.context))).toBe('concurrent-run');
    expect(named(bench).map(({ id }) => id)).not.toContain(created.token.id);
  });

  it('a token is deleted again if the tokens cannot be listed, unless another run may have created it', async () => {
    const bench = new ApplyBench({}, { maxWait: MINUTE });
    const created = await creation(bench);
    bench.strike('lost before', { ...LIST, times: Infinity });
    expect(await codeOf(demandFirst(created, bench.context))).toMatch(/^cloudflare-un/);
    expect(named(bench)).toEqual([]);

    const perhaps = new ApplyBench({}, { maxWait: MINUTE });
    perhaps.strike('lost after', POST);
    const takenUp = await creation(perhaps);
    perhaps.strike('lost before', { ...LIST, times: Infinity });
    expect(await codeOf(demandFirst(takenUp, perhaps.context))).toMatch(/^cloudflare-un/);
    expect(named(perhaps)).toHaveLength(1);
  });

  it('a token that cannot be deleted again is reported', async () => {
    const { bench, created } = await pair(-SECOND);
    bench.sandbox.cloudflare.reference(created.token.id);
    expect(await codeOf(demandFirst(created, bench.context))).toBe('concurrent-run');
    expect(bench.journal.problems.map(({ code }) => code)).toEqual(['token-orphaned']);
    expect(bench.journal.changed).toBe(true);
  });
});
