import { describe, expect, it } from 'vitest';
import { letTheClockMove, rotateAtBirth, type Born } from '../../src/apply/birth.ts';
import { create } from '../../src/apply/create.ts';
import { HOLD, MINUTE, SECOND } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import { codeOf, IN_ZONE, MISHAPS, WITHOUT_SECRET, type BenchOptions } from '../cloudflare/bench.ts';
import { ApplyBench } from './bench.ts';

/** A token that was created this very moment. */
async function newborn(bench: ApplyBench): Promise<ServiceToken> {
  const reply = await bench.tokens.create('ci', '8760h');
  if (reply.kind !== 'secret') throw new Error(reply.kind);
  bench.forget();
  return reply.token;
}

/** The secret is the current one, and nothing but the birth's own secrets was minted. */
function expectCurrent(bench: ApplyBench, born: Born): void {
  expect(born.clientSecret.reveal()).toBe(bench.record(born.token.id).secret);
  expect(bench.unused).toEqual([]);
}

describe('a rotation at birth', () => {
  it('knows by the version that a concurrent run came between, marks it as pending, and fails', async () => {
    const bench = new ApplyBench({}, WITHOUT_SECRET);
    bench.sandbox.secondWriter.add({
      method: 'POST',
      path: /\/rotate$/,
      when: 'before',
      act: () => {
        for (const { id } of bench.sandbox.cloudflare.findByName('ci')) bench.sandbox.cloudflare.rotate(id);
      },
    });
    expect(await codeOf(create(await bench.step('create'), bench.context))).toBe('concurrent-run');
    expect((await bench.facts()).targets.map(({ stored }) => stored)).toEqual(['outdated']);
  });

  it.each<[string, BenchOptions, Born['way'], readonly string[]]>([
    ['by an update', {}, 'update', ['PUT']],
    [
      'by /rotate if the reply to the update brings no secret',
      WITHOUT_SECRET,
      'rotate',
      ['PUT', 'POST rotate'],
    ],
    ['by an update in a zone', { scope: IN_ZONE }, 'update', ['PUT']],
    [
      'by /rotate if replies leave the version out',
      { cloudflareSwitches: { hideVersion: true } },
      'rotate',
      ['POST rotate'],
    ],
  ])('sets the mark of a completed rotation %s', async (_name, options, way, requests) => {
    const bench = new ApplyBench({}, options);
    const born = await rotateAtBirth(await newborn(bench), false, bench.context);
    expect(born.way).toBe(way);
    expectCurrent(bench, born);
    expect(bench.requests).toEqual(requests);
    const state = await bench.state(born.token.id);
    expect(state).toMatchObject({ kind: 'completed', way });
    const end = bench.record(born.token.id).previousSecretExpiresAt ?? 0;
    expect(end).toBeLessThanOrEqual(bench.tokens.now());
    expect(end).toBeGreaterThan(bench.tokens.now() - 2 * MINUTE);
  });

  it.each<[BenchOptions, Born['way']]>([
    [{}, 'update'],
    [WITHOUT_SECRET, 'rotate'],
  ])('leaves the rotation pending for other stores: %j', async (options, way) => {
    const bench = new ApplyBench({}, options);
    const born = await rotateAtBirth(await newborn(bench), true, bench.context);
    expectCurrent(bench, born);
    expect(await bench.state(born.token.id)).toMatchObject({ kind: 'pending', way });
    const end = bench.record(born.token.id).previousSecretExpiresAt ?? 0;
    expect(end - bench.tokens.now()).toBeGreaterThan(HOLD - 2 * MINUTE);
  });

  it.each<[NonNullable<BenchOptions['cloudflareSwitches']>, number]>([
    [{ hideVersionIn: ['update'] }, 2],
    [{ hideVersionIn: ['update', 'rotate'], updateReplyWithoutSecret: true }, 3],
  ])('knows the version that its reply leaves out: %j', async (cloudflareSwitches, version) => {
    const bench = new ApplyBench({}, { cloudflareSwitches });
    const born = await rotateAtBirth(await newborn(bench), false, bench.context);
    expect([born.token.version, bench.record(born.token.id).version]).toEqual([version, version]);
  });

  it('fails in a zone if updates bring no secret', async () => {
    const bench = new ApplyBench({}, { ...WITHOUT_SECRET, scope: IN_ZONE });
    expect(await codeOf(rotateAtBirth(await newborn(bench), false, bench.context))).toBe('secret-withheld');
    expect(bench.requests).toEqual(['PUT']);
  });

  it('shows as a later update if replies tell neither version nor end', async () => {
    const bench = new ApplyBench(
      {},
      { cloudflareSwitches: { hideVersion: true, hidePreviousExpiry: 'always' } },
    );
    const token = await newborn(bench);
    await letTheClockMove((await bench.tokens.list())[0], bench.context);
    await rotateAtBirth(token, false, bench.context);
    expect(await bench.state(token.id)).toEqual({ kind: 'unknown', at: (token.createdAt ?? 0) + SECOND });
  });

  describe.each<[string, BenchOptions]>([
    ['with a secret in the reply to an update', {}],
    ['without one', WITHOUT_SECRET],
  ])('%s', (_name, options) => {
    it.each(MISHAPS)('makes up for a reply that is %s, at every request', async (mishap) => {
      for (const path of [/service_tokens\/[^/]+$/, /\/rotate$/]) {
        const bench = new ApplyBench({}, options);
        const token = await newborn(bench);
        const isSent = options === WITHOUT_SECRET || !path.test('/rotate');
        if (isSent) bench.strike(mishap, { path });
        expectCurrent(bench, await rotateAtBirth(token, false, bench.context));
        expect(await bench.state(token.id)).toMatchObject({ kind: 'completed' });
      }
    });
  });

  it('gives up after three losses', async () => {
    for (const [options, method] of [
      [{}, 'PUT'],
      [WITHOUT_SECRET, 'POST'],
    ] as const) {
      const bench = new ApplyBench({}, options);
      const token = await newborn(bench);
      bench.strike('lost after', { method, times: Infinity });
      expect(await codeOf(rotateAtBirth(token, false, bench.context))).toBe('secret-lost');
      expect(bench.requests.filter((request) => request.startsWith('P'))).toHaveLength(3);
    }
  });

  it('says so if the token was deleted meanwhile', async () => {
    const bench = new ApplyBench();
    const token = await newborn(bench);
    bench.strike('lost before', { method: 'PUT' });
    bench.sandbox.secondWriter.add({
      method: 'GET',
      when: 'before',
      act: () => void bench.sandbox.cloudflare.remove(token.id),
    });
    expect(await codeOf(rotateAtBirth(token, false, bench.context))).toBe('token-gone');
  });
});
