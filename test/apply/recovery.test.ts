import { describe, expect, it } from 'vitest';
import { obtainSecret } from '../../src/apply/new-secret.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { codeOf, IN_ZONE, type BenchOptions } from '../cloudflare/bench.ts';
import { ApplyBench } from './bench.ts';
import {
  type Way,
  WITHOUT_SECRET,
  PUT,
  ROTATE,
  begin,
  obtain,
  expectCurrent,
  storedWorks,
} from './secret-story.ts';

describe('a recovery of a pending rotation', () => {
  it.each<[Way, BenchOptions, Way]>([
    ['update', {}, 'update'],
    ['rotate', {}, 'rotate'],
    ['rotate', WITHOUT_SECRET, 'rotate'],
    ['update', WITHOUT_SECRET, 'rotate'],
  ])('by %s locks out who stores the secret of before: %j', async (way, options, by) => {
    const story = await begin({ way, pending: true, delivered: false, options });
    expect(story.step.recovery).toEqual({
      lockedOut: [WEB],
      previousSecretEndedAt: undefined,
      previousSecretIsHeld: false,
    });
    expect(storedWorks(story)).toBe(true);
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own.way).toBe(by);
    expect(own.lockOut).toEqual({ targets: [WEB], since: story.bench.tokens.now() });
    expect(storedWorks(story)).toBe(false);
    expect(story.bench.journal.warnings[0]).toMatch(/^The last rotation was not delivered everywhere/);
    expect(story.bench.journal.previousSecretIsHeld).toBe(false);
  });

  it('that a concurrent run comes before also names who had the secret of the last rotation', async () => {
    const story = await begin({ way: 'rotate', pending: true, inputs: { force: 'true' } });
    const { bench, id } = story;
    bench.sandbox.secondWriter.add({
      ...ROTATE,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(id),
    });
    expect(story.step.recovery).toMatchObject({ lockedOut: [] });
    expect(await obtain(story)).toMatchObject({ crossed: true, lockOut: { targets: [WEB] } });
    expect(bench.journal.warnings[0]).toContain('Another run rotated the token at the same moment');
  });

  it('that is forced keeps alive what every target has', async () => {
    const story = await begin({ way: 'update', pending: true, inputs: { force: 'true' } });
    expect(story.step.recovery).toMatchObject({ lockedOut: [], previousSecretIsHeld: true });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(storedWorks(story)).toBe(true);
    expect(story.bench.journal.warnings).toEqual([]);
    expect(story.bench.journal.previousSecretIsHeld).toBe(true);
  });

  it('reads the token again, and stops if somebody touched it', async () => {
    for (const way of ['update', 'rotate'] as const) {
      const story = await begin({ way, pending: true, delivered: false });
      const { bench, id } = story;
      bench.sandbox.cloudflare.rotate(id);
      const before = bench.minted;
      expect(await codeOf(obtain(story))).toBe('concurrent-run');
      expect(bench.minted).toBe(before);
      expect(bench.requests).toEqual(['GET']);
      expect(bench.journal.changed).toBe(false);
    }
  });

  it('stops if the token was deleted', async () => {
    const story = await begin({ way: 'update', pending: true, delivered: false });
    story.bench.sandbox.cloudflare.remove(story.id);
    expect(await codeOf(obtain(story))).toBe('token-gone');
  });

  it.each<[Way, Parameters<ApplyBench['strike']>[1]]>([
    ['update', PUT],
    ['rotate', ROTATE],
  ])('by %s whose reply is lost reports the lost secret', async (way, request) => {
    const story = await begin({ way, pending: true, delivered: false });
    const { bench } = story;
    bench.strike('lost after', request);
    expect(await codeOf(obtain(story))).toBe('secret-lost');
    expect(bench.journal.targets[0]).toMatchObject({ status: 'failed', worksUntil: bench.tokens.now() });
  });

  it('in a zone names the way out if updates bring no secret', async () => {
    const options = { ...WITHOUT_SECRET, scope: IN_ZONE };
    const story = await begin({ way: 'update', pending: true, delivered: false, options });
    const error: unknown = await obtain(story).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'secret-lost' });
    expect(error).toHaveProperty('remedy', expect.stringContaining('cloudflare-account-id'));
  });

  it('says since when a secret is refused that ended before this run', async () => {
    const bench = new ApplyBench();
    const { id } = await bench.created();
    bench.store(id);
    bench.sandbox.clock.advance(HOUR);
    const end = pendingMark(bench.tokens.now(), 'update');
    await bench.other.rotateFrom(await bench.read(id), 1, end);
    bench.sandbox.clock.advance(31 * DAY);
    const own = await obtainSecret(await bench.step('rotate'), bench.context);
    expect(own.lockOut).toEqual({ targets: [WEB], since: end });
  });
});
