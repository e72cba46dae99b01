import { describe, expect, it } from 'vitest';
import { completePending, reopen } from '../../src/apply/complete.ts';
import { SETTLING } from '../../src/cloudflare/rotation.ts';
import { DAY, HOLD, HOUR, MINUTE } from '../../src/model/time.ts';
import { completedMark, pendingMark } from '../../src/observe/rotation-state.ts';
import type { CompleteStep } from '../../src/plan/steps.ts';
import { codeOf } from '../cloudflare/bench.ts';
import type { Inputs } from './bench.ts';
import { endOf, GRACE, pending, WAYS, type Pending } from './completion-story.ts';

const ASKED: Inputs = { operation: 'complete', 'rotate-after': '' };
const PUT = { method: 'PUT' } as const;

const complete = async ({ bench }: Pending): Promise<void> =>
  completePending(await bench.step('complete'), bench.context);

describe('the completion of a pending rotation', () => {
  it.each(WAYS)('starts the grace period, which counts from the rotation by %s', async (way) => {
    const story = await pending({}, way);
    await complete(story);
    const rotatedAt = story.hold - HOLD;
    expect(endOf(story)).toBe(
      completedMark({
        rotatedAt,
        way,
        gracePeriod: GRACE,
        now: story.bench.tokens.now(),
        stands: story.hold,
      }),
    );
    expect(await story.bench.state(story.id)).toMatchObject({ kind: 'completed', way });
    expect([...story.bench.journal.deeds]).toEqual(['repaired']);
    expect(story.bench.journal.token?.previousSecretExpiresAt).toBe(endOf(story));
    expect(story.bench.journal.notices).toEqual([]);
  });

  it('is one request, and reads first if an operation asks for it', async () => {
    const repaired = await pending();
    await complete(repaired);
    expect(repaired.bench.requests).toEqual(['PUT']);
    const asked = await pending(ASKED);
    await complete(asked);
    expect(asked.bench.requests).toEqual(['GET', 'PUT']);
    expect([...asked.bench.journal.deeds]).toEqual(['completed']);
  });

  it('ends the previous secret at once if the grace period is over, and says so', async () => {
    const story = await pending(ASKED);
    story.bench.sandbox.clock.advance(3 * DAY);
    await complete(story);
    expect(endOf(story)).toBeLessThan(story.bench.tokens.now());
    expect(story.bench.journal.notices).toHaveLength(1);
    expect(story.bench.journal.notices[0]).toContain('the previous secret ended now');
  });

  it('says if the login check never saw the secret', async () => {
    const story = await pending({ 'verify-url': 'https://app.example.com' });
    await complete(story);
    expect(story.bench.journal.notices).toEqual([
      'The login check did not see the secret of the rotation that was completed now: it cannot be read any more.',
    ]);
  });

  it('changes nothing if it is asked for and somebody touched the token since it was read', async () => {
    const touches: readonly ((story: Pending) => Promise<unknown>)[] = [
      ({ bench, id, hold }) =>
        Promise.resolve(bench.sandbox.cloudflare.rotate(id, { previousExpiresAt: hold })),
      ({ bench, id, hold }) => bench.other.update(id, { name: 'ci', previousSecretExpiresAt: hold - HOUR }),
    ];
    for (const touch of touches) {
      const story = await pending(ASKED);
      const step = await story.bench.step('complete');
      await touch(story);
      const end = endOf(story);
      expect(await codeOf(completePending(step, story.bench.context))).toBe('concurrent-run');
      expect(endOf(story)).toBe(end);
      expect(story.bench.journal.changed).toBe(false);
    }
  });

  it('says so if the token was deleted', async () => {
    const story = await pending(ASKED);
    const step = await story.bench.step('complete');
    story.bench.sandbox.cloudflare.remove(story.id);
    expect(await codeOf(completePending(step, story.bench.context))).toBe('token-gone');
  });

  it('is asked for nothing once the run is cancelled', async () => {
    const story = await pending(ASKED);
    const step = await story.bench.step('complete');
    story.bench.cancellation.abort();
    expect(await codeOf(completePending(step, story.bench.context))).toBe('cancelled');
    expect(endOf(story)).toBe(story.hold);
  });

  it('takes itself back if another run rotated right before it', async () => {
    const story = await pending();
    const { bench, id } = story;
    const step = await bench.step('complete');
    bench.sandbox.secondWriter.add({
      ...PUT,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(id, { previousExpiresAt: story.hold }),
    });
    expect(await codeOf(completePending(step, bench.context))).toBe('concurrent-run');
    expect(await bench.state(id)).toMatchObject({ kind: 'pending' });
    expect(bench.journal.changed).toBe(true);
    // The targets are outdated for the next run, which repairs them.
    expect((await bench.facts()).targets.map(({ stored }) => stored)).toEqual(['outdated']);
  });

  it.each(['lost before', 'lost after', 'error after', 'silent after'] as const)(
    'is repeated until it is answered: %s',
    async (mishap) => {
      const story = await pending();
      const step: CompleteStep = await story.bench.step('complete');
      story.bench.strike(mishap, PUT);
      await completePending(step, story.bench.context);
      expect(await story.bench.state(story.id)).toMatchObject({ kind: 'completed' });
      expect(story.bench.unused).toEqual([]);
    },
  );
});

describe('a mark that is set again', () => {
  it('counts from five minutes after both clocks, and is looked at once more', async () => {
    const story = await pending();
    const { bench, id } = story;
    const started = bench.tokens.now();
    await reopen(await bench.read(id), 'rotate', bench.context);
    expect(endOf(story)).toBe(pendingMark(started + 5 * MINUTE, 'rotate'));
    expect(bench.requests).toEqual(['PUT', 'GET']);
    expect(bench.tokens.now() - started).toBe(SETTLING);
  });

  it('is set once more, and no third time, if the other run completes over it', async () => {
    for (const times of [1, 2]) {
      const story = await pending();
      const { bench, id } = story;
      const token = await bench.read(id);
      const others = story.hold - DAY;
      bench.sandbox.secondWriter.add({
        method: 'GET',
        times,
        when: 'before',
        act: async () => {
          await bench.other.update(id, { name: 'ci', previousSecretExpiresAt: others });
        },
      });
      await reopen(token, 'update', bench.context);
      expect(bench.requests.filter((request) => request === 'GET')).toHaveLength(2);
      expect(endOf(story) === others).toBe(times === 2);
      expect(bench.unused).toEqual([]);
    }
  });
});
