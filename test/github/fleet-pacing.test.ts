import { expect, it } from 'vitest';
import { VirtualClock } from '../../sandbox/clock.ts';
import { Traffic } from '../../sandbox/github/traffic.ts';
import { recordingRunner } from '../../sandbox/in-process-run.ts';
import { SandboxTime } from '../../sandbox/time.ts';
import type { Weight } from '../../src/http/pacing.ts';
import { GitHubPacing } from '../../src/github/pacing.ts';
import { HOUR, MINUTE, SECOND, type Milliseconds } from '../../src/model/time.ts';

const TOKENS = 50;
const TARGETS = 20;
/** As the action has it. */
const TOKENS_AT_ONCE = 4;
/** 2000 writes are four times five hundred: three hours, and seven portions in the last. */
const LEAST = 3 * HOUR + 6 * MINUTE;

/** Rotates a fleet without a network: each reply comes that long after its request, or at once. */
async function fleet(late: Milliseconds): Promise<{ elapsed: Milliseconds; traffic: Traffic }> {
  const clock = new VirtualClock();
  const time = new SandboxTime(clock);
  const traffic = new Traffic();
  const { runner } = recordingRunner();
  const pacing = new GitHubPacing({ time, runner, cancelled: new AbortController().signal });
  const send = async (weight: Weight): Promise<void> => {
    const slot = await pacing.admit(weight);
    // GitHub counts a request when it comes, which is at some moment before its reply.
    if (late > 0) await time.sleep(late / 3);
    const points = weight === 'read' ? 1 : 5;
    const changesContent = weight === 'write';
    traffic.requests.push({ at: clock.now(), client: 'one', method: weight, points, changesContent });
    if (late > 0) await time.sleep((late * 2) / 3);
    slot.release();
  };
  const every = (...weights: readonly Weight[]): Promise<unknown> =>
    Promise.all(Array.from({ length: TARGETS }, () => weights).flatMap((all) => all.map(send)));
  let left = TOKENS;
  const worker = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await every('read');
      await every('delete', 'read');
      await every('write', 'write');
    }
  };
  await Promise.all(Array.from({ length: TOKENS_AT_ONCE }, worker));
  return { elapsed: time.monotonic(), traffic };
}

it('lets a fleet wait exactly as long as the limits of GitHub ask for', async () => {
  const { elapsed, traffic } = await fleet(0);
  expect(elapsed).toBe(LEAST);
  expect([traffic.peakChangesPerMinute, traffic.peakChangesPerHour]).toEqual([80, 500]);
  expect(traffic.peakPointsPerMinute).toBeLessThanOrEqual(900);
});

it('loses no room of an hour to replies that are late, only the time that these take', async () => {
  const late = 0.3 * SECOND;
  const { elapsed, traffic } = await fleet(late);
  // Two portions of forty writes at once make up eighty a minute.
  const portions = 4 * 2 * 7;
  expect(elapsed).toBeLessThanOrEqual(LEAST + portions * late);
  expect([traffic.peakChangesPerMinute, traffic.peakChangesPerHour]).toEqual([80, 500]);
  expect(traffic.peakPointsPerMinute).toBeLessThanOrEqual(900);
});
