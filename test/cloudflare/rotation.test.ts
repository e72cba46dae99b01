import { describe, expect, it } from 'vitest';
import {
  recoverOnce,
  rotateOnce,
  LOOKS,
  SETTLING,
  type RotationRequest,
  type Way,
} from '../../src/cloudflare/rotation.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import type { TokenBench } from './bench.ts';
import { IN_ZONE } from './bench.ts';
import {
  UNANSWERED,
  NOT_ARRIVED,
  WITHOUT_SECRET,
  PUT,
  ROTATE,
  begin,
  expectSecret,
} from './rotation-story.ts';

/** The token is read at each look for a concurrent run. */
const LOOKING = Array<string>(LOOKS).fill('GET');

describe('a rotation', () => {
  it.each<[RotationRequest['way'], Way, readonly string[]]>([
    ['update', 'update', ['PUT']],
    ['untried', 'update', ['PUT']],
    ['rotate', 'rotate', ['GET', 'POST rotate']],
  ])('by %s brings the secret by %s, and sends no more than it needs', async (way, by, requests) => {
    const story = await begin();
    const rotated = await rotateOnce(story.bench.tokens, story.request(way));
    expectSecret(story, rotated, by);
    expect(rotated).toMatchObject({ skipped: false, token: { version: 2 } });
    expect(story.bench.requests).toEqual(requests);
  });

  it('masks the secret as the reply is parsed', async () => {
    const { bench, token, request } = await begin();
    await rotateOnce(bench.tokens, request('update'));
    expect(bench.transcript().masks).toContain(bench.record(token.id).secret);
  });

  it('in a zone is an update', async () => {
    for (const way of ['update', 'untried'] as const) {
      const story = await begin({ scope: IN_ZONE });
      expectSecret(story, await rotateOnce(story.bench.tokens, story.request(way)), 'update');
    }
  });

  it('uses /rotate if replies leave the version out', async () => {
    const story = await begin({ cloudflareSwitches: { hideVersion: true } });
    const rotated = await rotateOnce(story.bench.tokens, story.request('update'));
    if (rotated.kind !== 'rotated') throw new Error(rotated.kind);
    expect(rotated).toMatchObject({ way: 'rotate', skipped: false, token: { version: undefined } });
    expect(story.bench.requests).toEqual(['GET', 'POST rotate']);
  });

  it('knows the end that it set if replies leave it out', async () => {
    const { bench, request } = await begin({ cloudflareSwitches: { hidePreviousExpiry: 'always' } });
    for (const way of ['update', 'rotate'] as const) {
      const asked = { ...request(way), token: await bench.created(way) };
      const rotated = await rotateOnce(bench.tokens, asked);
      expect(rotated.token.previousSecretExpiresAt).toBe(asked.end(way));
    }
  });
});

describe('a rotation whose update brings no secret', () => {
  it('is withheld after a pause if a mark says that updates bring it', async () => {
    const { bench, token, request } = await begin(WITHOUT_SECRET);
    const started = bench.sandbox.clock.now();
    const rotated = await rotateOnce(bench.tokens, request('update'));
    expect(rotated).toMatchObject({ kind: 'withheld', token: { id: token.id, version: 2 } });
    expect(bench.sandbox.clock.now() - started).toBe(LOOKS * SETTLING);
    expect(bench.requests).toEqual(['PUT', ...LOOKING]);
  });

  it('goes on by /rotate after the pause if nothing says which way brings it', async () => {
    const story = await begin(WITHOUT_SECRET);
    const { bench, token } = story;
    const rotated = await rotateOnce(bench.tokens, story.request('untried'));
    expectSecret(story, rotated, 'rotate');
    expect(rotated).toMatchObject({ skipped: true, token: { version: 3 } });
    expect(bench.requests).toEqual(['PUT', ...LOOKING, 'POST rotate']);
    expect(bench.record(token.id).version).toBe(3);
  });

  it('is withheld in a zone, which has no /rotate', async () => {
    const { bench, request } = await begin({ ...WITHOUT_SECRET, scope: IN_ZONE });
    expect(await rotateOnce(bench.tokens, request('untried'))).toMatchObject({ kind: 'withheld' });
    expect(bench.requests).toEqual(['PUT', ...LOOKING]);
  });

  it('is no matter to /rotate', async () => {
    const story = await begin(WITHOUT_SECRET);
    expectSecret(story, await rotateOnce(story.bench.tokens, story.request('rotate')), 'rotate');
    expect(story.bench.minted).toBe(2);
  });

  it('is recovered by /rotate in an account, and withheld in a zone', async () => {
    for (const way of ['update', 'untried', 'rotate'] as const) {
      const story = await begin(WITHOUT_SECRET);
      expectSecret(story, await recoverOnce(story.bench.tokens, story.request(way)), 'rotate');
    }
    const { bench, request } = await begin({ ...WITHOUT_SECRET, scope: IN_ZONE });
    expect(await recoverOnce(bench.tokens, request('update'))).toMatchObject({ kind: 'withheld' });
  });

  it('is lost if the reply to the /rotate after it is, and recovered by another', async () => {
    for (const mishap of [...UNANSWERED, ...NOT_ARRIVED]) {
      const story = await begin(WITHOUT_SECRET);
      const { bench } = story;
      bench.strike(mishap, ROTATE);
      const lost = await rotateOnce(bench.tokens, story.request('untried'));
      expect(lost.kind).toBe('lost');
      expect(bench.unused).toEqual([]);
      const again = await recoverOnce(bench.tokens, { ...story.request('update'), token: lost.token });
      expectSecret(story, again, 'rotate');
    }
  });
});

describe('a rotation beside a concurrent run', () => {
  it('by an update is withheld if nothing shows the other run', async () => {
    const { bench, token, request } = await begin();
    bench.sandbox.cloudflare.rotate(token.id);
    expect(await rotateOnce(bench.tokens, request('update'))).toMatchObject({ kind: 'withheld' });
    expect(bench.minted).toBe(2);
  });

  it('is concurrent if a target stores another secret by then', async () => {
    for (const way of ['update', 'untried'] as const) {
      const { bench, token, request } = await begin();
      bench.sandbox.cloudflare.rotate(token.id);
      const rotated = await rotateOnce(bench.tokens, request(way, true));
      expect(rotated).toMatchObject({ kind: 'concurrent', token: { version: 2 } });
      expect(bench.requests).toEqual(['PUT', 'GET']);
    }
  });

  it('is concurrent if the other run has rotated again', async () => {
    const { bench, token, request } = await begin();
    bench.sandbox.cloudflare.rotate(token.id);
    bench.sandbox.cloudflare.rotate(token.id);
    expect(await rotateOnce(bench.tokens, request('untried'))).toMatchObject({ kind: 'concurrent' });
    expect(bench.minted).toBe(3);
  });

  it('is concurrent if the other run completes its rotation in the pause', async () => {
    for (const shift of [SECOND, MINUTE]) {
      const { bench, token, request } = await begin();
      bench.sandbox.cloudflare.rotate(token.id);
      const end = request('update').end('update') - shift;
      bench.sandbox.secondWriter.add({
        ...PUT,
        when: 'after',
        act: () =>
          bench.other.update(token.id, { name: 'ci', previousSecretExpiresAt: end }).then(() => undefined),
      });
      expect(await rotateOnce(bench.tokens, request('untried'))).toMatchObject({ kind: 'concurrent' });
      expect(bench.unused).toEqual([]);
    }
  });

  it('by /rotate is concurrent if the token was touched since it was read', async () => {
    const touches: readonly ((bench: TokenBench, token: ServiceToken) => Promise<unknown>)[] = [
      (bench, { id }) => Promise.resolve(bench.sandbox.cloudflare.rotate(id)),
      (bench, { id }) => bench.other.update(id, { name: 'ci', previousSecretExpiresAt: bench.other.now() }),
    ];
    for (const touch of touches) {
      const { bench, token, request } = await begin();
      await touch(bench, token);
      const before = bench.minted;
      bench.forget();
      expect(await rotateOnce(bench.tokens, request('rotate'))).toMatchObject({ kind: 'concurrent' });
      expect(bench.requests).toEqual(['GET']);
      expect(bench.minted).toBe(before);
    }
  });

  it('by /rotate skips a version if the other run comes between the reading and the request', async () => {
    const story = await begin();
    const { bench, token } = story;
    bench.sandbox.secondWriter.add({
      ...ROTATE,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(token.id),
    });
    const rotated = await rotateOnce(bench.tokens, story.request('rotate'));
    expectSecret(story, rotated, 'rotate');
    expect(rotated).toMatchObject({ skipped: true, token: { version: 3 } });
  });

  it('by /rotate is not sent if replies hide version and end, and the token was updated since', async () => {
    const { bench, token, request } = await begin();
    Object.assign(bench.sandbox.cloudflare.switches, { hideVersion: true, hidePreviousExpiry: 'always' });
    const read = { ...token, version: undefined, previousSecretExpiresAt: undefined };
    bench.sandbox.clock.advance(10 * SECOND);
    bench.sandbox.cloudflare.rotate(token.id);
    const before = bench.minted;
    const rotated = await rotateOnce(bench.tokens, { ...request('rotate'), token: read });
    expect(rotated).toMatchObject({ kind: 'concurrent' });
    expect(bench.minted).toBe(before);
  });

  it('is concurrent, not lost, if the reply was lost and somebody else rotated', async () => {
    for (const [way, request, when] of [
      ['update', PUT, 'before'],
      ['update', PUT, 'after'],
      ['rotate', ROTATE, 'before'],
      ['rotate', ROTATE, 'after'],
    ] as const) {
      const { bench, token, request: of } = await begin();
      bench.strike(when === 'before' ? 'lost before' : 'lost after', request);
      bench.sandbox.secondWriter.add({
        method: 'GET',
        skip: way === 'rotate' ? 1 : 0,
        when: 'before',
        act: () => void bench.sandbox.cloudflare.rotate(token.id),
      });
      expect(await rotateOnce(bench.tokens, of(way))).toMatchObject({ kind: 'concurrent' });
      expect(bench.unused).toEqual([]);
    }
  });
});
