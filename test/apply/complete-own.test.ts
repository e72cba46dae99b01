import { describe, expect, it } from 'vitest';
import { completeOwn } from '../../src/apply/complete.ts';
import { Problem } from '../../src/model/problem.ts';
import { DAY, MINUTE, SECOND } from '../../src/model/time.ts';
import { codeOf } from '../cloudflare/bench.ts';
import { endOf, GRACE, own, WAYS } from './completion-story.ts';

describe('the completion of the rotation of this run', () => {
  it.each(WAYS)('reads the token, and completes it by %s', async (way) => {
    const story = await own(way);
    await completeOwn(story.rotation, { mayComplete: true, written: true }, GRACE, story.bench.context);
    expect(story.bench.requests).toEqual(['GET', 'PUT']);
    expect(await story.bench.state(story.id)).toMatchObject({ kind: 'completed', way });
  });

  it('leaves the hold if something keeps it from being completed', async () => {
    const story = await own();
    await completeOwn(story.rotation, { mayComplete: false, written: true }, GRACE, story.bench.context);
    expect(story.bench.requests).toEqual(['GET']);
    expect(endOf(story)).toBe(story.hold);
  });

  it('marks the rotation as pending again if another run rotated and this one has written', async () => {
    for (const mayComplete of [true, false]) {
      const story = await own();
      story.bench.sandbox.cloudflare.rotate(story.id);
      const completion = completeOwn(
        story.rotation,
        { mayComplete, written: true },
        GRACE,
        story.bench.context,
      );
      expect(await codeOf(completion)).toBe('concurrent-run');
      expect(await story.bench.state(story.id)).toMatchObject({ kind: 'pending' });
      expect((await story.bench.facts()).targets.map(({ stored }) => stored)).toEqual(['outdated']);
    }
  });

  it.each(['never', 'always'] as const)(
    'detects a concurrent run if replies hide the version, and the end of the previous secret %s',
    async (hidePreviousExpiry) => {
      const story = await own('rotate');
      const { cloudflare, clock } = story.bench.sandbox;
      Object.assign(cloudflare.switches, { hideVersion: true, hidePreviousExpiry });
      const rotation = { ...story.rotation, token: await story.bench.read(story.id) };
      clock.advance(10 * SECOND);
      const previousExpiresAt = hidePreviousExpiry === 'never' ? story.hold - 28 * DAY : story.hold;
      cloudflare.rotate(story.id, { previousExpiresAt });
      const completion = completeOwn(
        rotation,
        { mayComplete: true, written: true },
        GRACE,
        story.bench.context,
      );
      const problem = await completion.catch((error: unknown) => error);
      expect(problem).toMatchObject({ code: 'concurrent-run' });
      expect(problem instanceof Problem && problem.remedy.includes('force: true')).toBe(
        hidePreviousExpiry === 'always',
      );
    },
  );

  it('leaves the other run alone if this one has written nothing', async () => {
    const story = await own();
    story.bench.sandbox.cloudflare.rotate(story.id);
    const end = endOf(story);
    const completion = completeOwn(
      story.rotation,
      { mayComplete: true, written: false },
      GRACE,
      story.bench.context,
    );
    expect(await codeOf(completion)).toBe('concurrent-run');
    expect(endOf(story)).toBe(end);
    expect(story.bench.requests).toEqual(['GET']);
  });

  it('leaves a mark alone that a run behind this one set to at least two minutes later', async () => {
    for (const [later, code] of [
      [2 * MINUTE, 'concurrent-run'],
      [2 * MINUTE - SECOND, undefined],
    ] as const) {
      const story = await own();
      await story.bench.other.update(story.id, { name: 'ci', previousSecretExpiresAt: story.hold + later });
      const completion = completeOwn(
        story.rotation,
        { mayComplete: true, written: false },
        GRACE,
        story.bench.context,
      );
      expect(await codeOf(completion)).toBe(code);
    }
  });

  it('says so if the token was deleted', async () => {
    const story = await own();
    story.bench.sandbox.cloudflare.remove(story.id);
    const completion = completeOwn(
      story.rotation,
      { mayComplete: true, written: true },
      GRACE,
      story.bench.context,
    );
    expect(await codeOf(completion)).toBe('token-gone');
  });

  it('goes by what it knows if replies leave version and end out', async () => {
    const story = await own();
    Object.assign(story.bench.sandbox.cloudflare.switches, {
      hideVersion: true,
      hidePreviousExpiry: 'always',
    });
    await completeOwn(story.rotation, { mayComplete: true, written: true }, GRACE, story.bench.context);
    expect(endOf(story)).toBeLessThan(story.hold);
    expect(story.bench.journal.token).toMatchObject({ version: 2, previousSecretExpiresAt: endOf(story) });
  });
});
