import { describe, expect, it } from 'vitest';
import { minuteOf } from '../../src/model/calendar.ts';
import { HOUR, MINUTE } from '../../src/model/time.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { codeOf, IN_ZONE, type BenchOptions } from '../cloudflare/bench.ts';
import type { ApplyBench } from './bench.ts';
import {
  type Way,
  WITHOUT_SECRET,
  PUT,
  ROTATE,
  ADOPT,
  begin,
  obtain,
  expectCurrent,
  storedWorks,
} from './secret-story.ts';

describe('a rotation of an own token', () => {
  it.each<[Way, BenchOptions]>([
    ['update', {}],
    ['rotate', {}],
    ['rotate', WITHOUT_SECRET],
  ])('by its mark of %s keeps the stored secret alive: %j', async (way, options) => {
    const story = await begin({ way, options });
    expect(story.step).toMatchObject({ way, recovery: undefined, takeOver: undefined });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own).toMatchObject({ way, lockOut: undefined, at: story.step.rotatedAt });
    expect(storedWorks(story)).toBe(true);
    expect(story.bench.journal.warnings).toEqual([]);
    expect(story.bench.journal.previousSecretIsHeld).toBe(true);
  });

  it.each<[Way, Parameters<ApplyBench['strike']>[1]]>([
    ['update', PUT],
    ['rotate', ROTATE],
  ])('by %s whose reply is lost recovers, and says who is locked out', async (way, request) => {
    const story = await begin({ way });
    const { bench } = story;
    bench.strike('lost after', request);
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own.lockOut).toEqual({ targets: [WEB], since: bench.tokens.now() });
    expect(bench.journal.warnings).toEqual([
      `The reply to the rotation was lost, so the secret was rotated once more: jobs that hold the secret stored in acme/web before this run have been refused since ${minuteOf(bench.tokens.now())}.`,
    ]);
    expect(storedWorks(story)).toBe(false);
    expect(bench.journal.previousSecretIsHeld).toBe(false);
  });

  it.each<[Way, Parameters<ApplyBench['strike']>[1]]>([
    ['update', PUT],
    ['rotate', ROTATE],
  ])('by %s whose two replies are lost reports the lost secret per target', async (way, request) => {
    const story = await begin({ way });
    const { bench } = story;
    bench.strike('lost after', { ...request, times: 2 });
    expect(await codeOf(obtain(story))).toBe('secret-lost');
    const [target] = bench.journal.targets;
    expect(target).toMatchObject({ status: 'failed', worksUntil: bench.tokens.now() });
    expect(target?.problem?.code).toBe('secret-lost');
    expect(bench.journal.changed).toBe(true);
  });

  it('whose mark says update, and whose reply brings no secret, stops while the stored secret works', async () => {
    const story = await begin({ way: 'update' });
    story.bench.sandbox.cloudflare.switches.updateReplyWithoutSecret = true;
    expect(await codeOf(obtain(story))).toBe('secret-withheld');
    expect(story.bench.minted).toBe(3);
    expect(storedWorks(story)).toBe(true);
    expect(story.bench.journal.changed).toBe(true);
  });

  it('by /rotate that skips a version is a recovery, and says who is locked out', async () => {
    const story = await begin({ way: 'rotate' });
    const { bench, id } = story;
    bench.sandbox.secondWriter.add({
      ...ROTATE,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(id),
    });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own).toMatchObject({ crossed: true, lockOut: { targets: [WEB] } });
    expect(bench.journal.warnings).toHaveLength(1);
    expect(bench.journal.warnings[0]).toContain('Another run rotated the token at the same moment');
    expect(bench.journal.previousSecretIsHeld).toBe(false);
  });

  it('stops beside a concurrent run, and writes nothing', async () => {
    for (const way of ['update', 'rotate'] as const) {
      const story = await begin({ way });
      const { bench, id } = story;
      bench.sandbox.cloudflare.rotate(id);
      bench.sandbox.clock.advance(MINUTE);
      bench.store(id);
      const before = bench.minted;
      expect(await codeOf(obtain(story))).toBe('concurrent-run');
      expect(bench.minted).toBe(before);
    }
  });

  it('is no lost secret if a concurrent run rotates before the second rotation', async () => {
    const story = await begin({ way: 'rotate' });
    const { bench, id } = story;
    bench.strike('lost after', ROTATE);
    // Read before the rotation, read back after it, and read before the next one.
    bench.sandbox.secondWriter.add({
      method: 'GET',
      skip: 2,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(id),
    });
    expect(await codeOf(obtain(story))).toBe('concurrent-run');
    expect(bench.unused).toEqual([]);
  });

  it('does not recover once the run is cancelled', async () => {
    const story = await begin({ way: 'update' });
    const { bench } = story;
    bench.strike('lost after', PUT);
    bench.sandbox.secondWriter.add({
      method: 'GET',
      when: 'after',
      act: () => {
        bench.cancellation.abort();
      },
    });
    expect(await codeOf(obtain(story))).toBe('cancelled');
    expect(bench.minted).toBe(3);
  });
});

describe('a take-over', () => {
  it('tries the update first, and goes on by it if it brings the secret', async () => {
    const story = await begin({ inputs: ADOPT });
    expect(story.step).toMatchObject({ way: 'untried', takeOver: { lastSeenAt: undefined } });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own).toMatchObject({ way: 'update', lockOut: undefined });
    expect(storedWorks(story)).toBe(true);
  });

  it('goes on by /rotate in the same run if it does not, and says who is locked out', async () => {
    const story = await begin({ inputs: ADOPT, options: WITHOUT_SECRET });
    const { bench } = story;
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own.way).toBe('rotate');
    expect(own.lockOut?.targets).toEqual([WEB]);
    expect(bench.journal.warnings).toHaveLength(1);
    expect(bench.journal.warnings[0]).toMatch(
      /^Cloudflare's reply to the update brought no secret.*acme\/web/,
    );
  });

  it('is a concurrent run only if a target was written meanwhile', async () => {
    const story = await begin({ inputs: ADOPT });
    const { bench, id } = story;
    bench.sandbox.cloudflare.rotate(id);
    bench.sandbox.secondWriter.add({
      ...PUT,
      when: 'after',
      act: () => {
        bench.sandbox.clock.advance(MINUTE);
        bench.store(id);
      },
    });
    const before = bench.minted;
    expect(await codeOf(obtain(story))).toBe('concurrent-run');
    expect(bench.minted).toBe(before);
    expect(storedWorks(story)).toBe(true);
  });

  it('recovers a lost update, whether updates bring a secret or not', async () => {
    for (const options of [{}, WITHOUT_SECRET]) {
      const story = await begin({ inputs: ADOPT, options });
      story.bench.strike('lost after', PUT);
      const own = await obtain(story);
      expectCurrent(story, own);
      expect(own.lockOut?.targets).toEqual([WEB]);
    }
  });

  it('recovers a lost /rotate that followed the update', async () => {
    for (const mishap of ['lost after', 'lost before'] as const) {
      const story = await begin({ inputs: ADOPT, options: WITHOUT_SECRET });
      story.bench.strike(mishap, ROTATE);
      const own = await obtain(story);
      expectCurrent(story, own);
      expect(own.way).toBe('rotate');
    }
  });

  it('in a zone says until when the stored secret works if updates bring none', async () => {
    const story = await begin({ inputs: ADOPT, options: { ...WITHOUT_SECRET, scope: IN_ZONE } });
    const { bench, step } = story;
    const error: unknown = await obtain(story).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'secret-withheld' });
    const until = minuteOf(pendingMark(step.holdFrom, 'update'));
    expect(String(error)).toContain(`The stored secrets work until ${until}.`);
    expect(bench.record(story.id).previousSecretExpiresAt).toBe(pendingMark(step.holdFrom, 'update'));
    expect(storedWorks(story)).toBe(true);
    expect(bench.journal.changed).toBe(true);
    const expiresAt = step.holdFrom + HOUR;
    const ending = obtain({ ...story, step: { ...step, token: { ...step.token, expiresAt } } });
    expect(String(await ending.catch((thrown: unknown) => thrown))).toContain(
      `The stored secrets work until ${minuteOf(expiresAt)}.`,
    );
  });
});
