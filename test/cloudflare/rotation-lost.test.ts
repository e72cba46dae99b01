import { describe, expect, it } from 'vitest';
import { rotateOnce } from '../../src/cloudflare/rotation.ts';
import { MINUTE } from '../../src/model/time.ts';
import { codeOf, type BenchOptions } from './bench.ts';
import { UNANSWERED, NOT_ARRIVED, PUT, ROTATE, begin, expectSecret } from './rotation-story.ts';

describe('a rotation whose reply is lost', () => {
  it.each(UNANSWERED)('took effect: %s', async (mishap) => {
    for (const [way, request] of [
      ['update', PUT],
      ['untried', PUT],
      ['rotate', ROTATE],
    ] as const) {
      const story = await begin();
      story.bench.strike(mishap, request);
      const rotated = await rotateOnce(story.bench.tokens, story.request(way));
      expect(rotated).toMatchObject({ kind: 'lost', token: { version: 2 } });
      expect(story.bench.minted).toBe(2);
      expect(story.bench.unused).toEqual([]);
    }
  });

  it.each(NOT_ARRIVED)('did not take effect, and is sent again: %s', async (mishap) => {
    for (const [way, request] of [
      ['update', PUT],
      ['untried', PUT],
      ['rotate', ROTATE],
    ] as const) {
      const story = await begin();
      story.bench.strike(mishap, { ...request, times: 2 });
      const rotated = await rotateOnce(story.bench.tokens, story.request(way));
      expectSecret(story, rotated, way === 'rotate' ? 'rotate' : 'update');
      expect(story.bench.minted).toBe(2);
      expect(story.bench.unused).toEqual([]);
    }
  });

  it('is lost if it arrives late, just before it is sent again', async () => {
    const { bench, token, request } = await begin();
    bench.strike('lost before', PUT);
    bench.sandbox.secondWriter.add({
      ...PUT,
      when: 'before',
      act: () => bench.other.rotateFrom(token, 1, request('update').end('update')).then(() => undefined),
    });
    expect(await rotateOnce(bench.tokens, request('update'))).toMatchObject({ kind: 'lost' });
    expect(bench.minted).toBe(2);
    expect(bench.unused).toEqual([]);
  });

  it('by /rotate is not lost but concurrent if another run rotates before it is sent again', async () => {
    const { bench, token, request } = await begin();
    bench.strike('lost before', ROTATE);
    bench.sandbox.secondWriter.add({
      method: 'GET',
      skip: 2,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(token.id),
    });
    expect(await rotateOnce(bench.tokens, request('rotate'))).toMatchObject({ kind: 'concurrent' });
    expect(bench.unused).toEqual([]);
  });

  it('by /rotate is not lost before it was sent, whatever the end says', async () => {
    const { bench, token, request } = await begin();
    await bench.other.rotate(token.id, request('rotate').end('rotate'));
    expect(await rotateOnce(bench.tokens, request('rotate'))).toMatchObject({ kind: 'concurrent' });
    expect(bench.minted).toBe(2);
  });

  it('by /rotate is lost if it arrives late, after it was read back', async () => {
    const { bench, token, request } = await begin();
    bench.strike('lost before', ROTATE);
    // The first reading is before the request, the second reads back, the third is before the next request.
    bench.sandbox.secondWriter.add({
      method: 'GET',
      skip: 2,
      when: 'before',
      act: () => bench.other.rotate(token.id, request('rotate').end('rotate')).then(() => undefined),
    });
    expect(await rotateOnce(bench.tokens, request('rotate'))).toMatchObject({ kind: 'lost' });
    expect(bench.minted).toBe(2);
    expect(bench.unused).toEqual([]);
  });

  it('is recognised by the minute if replies drop the seconds of the end', async () => {
    for (const [way, request] of [
      ['update', PUT],
      ['rotate', ROTATE],
    ] as const) {
      const story = await begin({ cloudflareSwitches: { truncatePreviousExpirySeconds: true } });
      story.bench.strike('lost after', request);
      const rotated = await rotateOnce(story.bench.tokens, story.request(way));
      expect(rotated.kind).toBe('lost');
    }
  });

  it.each<[string, NonNullable<BenchOptions['cloudflareSwitches']>]>([
    ['the version', { hideVersion: true }],
    ['the end', { hidePreviousExpiry: 'always' }],
    ['version and end', { hideVersion: true, hidePreviousExpiry: 'always' }],
  ])('is read back if replies leave out %s', async (_name, cloudflareSwitches) => {
    for (const [mishap, kind] of [
      ['lost after', 'lost'],
      ['lost before', 'rotated'],
    ] as const) {
      const { bench, request } = await begin({ cloudflareSwitches });
      bench.strike(mishap, ROTATE);
      expect((await rotateOnce(bench.tokens, request('rotate'))).kind).toBe(kind);
      expect(bench.minted).toBe(2);
      expect(bench.unused).toEqual([]);
    }
  });

  it('is not lost but concurrent if somebody rotated after it, even if replies leave out the end', async () => {
    const { bench, token, request } = await begin({ cloudflareSwitches: { hidePreviousExpiry: 'always' } });
    bench.strike('lost after', PUT);
    bench.sandbox.secondWriter.add({
      method: 'GET',
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(token.id),
    });
    expect(await rotateOnce(bench.tokens, request('update'))).toMatchObject({ kind: 'concurrent' });
    expect(bench.minted).toBe(3);
    expect(bench.unused).toEqual([]);
  });

  it('is unknown if it cannot be read back', async () => {
    for (const [way, request] of [
      ['update', PUT],
      ['rotate', ROTATE],
    ] as const) {
      const { bench, request: of } = await begin({ maxWait: MINUTE });
      bench.strike('lost after', request);
      bench.strike('lost before', { method: 'GET', skip: way === 'rotate' ? 1 : 0, times: Infinity });
      expect(await codeOf(rotateOnce(bench.tokens, of(way)))).toBe('rotation-unknown');
      expect(bench.minted).toBe(2);
    }
  });

  it('is not sent for ever', async () => {
    const { bench, request } = await begin({ maxWait: MINUTE });
    bench.strike('lost before', { ...PUT, times: Infinity });
    expect(await codeOf(rotateOnce(bench.tokens, request('update')))).toBe('cloudflare-unavailable');
    expect(bench.minted).toBe(1);
  });

  it('of a token that was deleted meanwhile says so', async () => {
    const { bench, token, request } = await begin();
    bench.strike('lost after', PUT);
    bench.sandbox.secondWriter.add({
      method: 'GET',
      when: 'before',
      act: () => void bench.sandbox.cloudflare.remove(token.id),
    });
    expect(await codeOf(rotateOnce(bench.tokens, request('update')))).toBe('token-gone');
  });
});
