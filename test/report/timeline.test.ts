import { describe, expect, test } from 'vitest';
import { DAY, HOUR, SECOND } from '../../src/model/time.ts';
import type { TokenOutcome } from '../../src/report/outcome.ts';
import { gantt } from '../../src/report/summary/gantt.ts';
import { timelineOf } from '../../src/report/summary/timeline.ts';
import {
  GRACE_END,
  NOW,
  ROTATED,
  TOKEN,
  delivered,
  failing,
  refusal,
  repository,
  tokenOf,
} from './fixtures.ts';
import { diagramsIn, readGantt } from './mermaid.ts';

/** Each row as `title note (label, tone)`. */
function rowsOf(overrides: Partial<TokenOutcome>): readonly string[] {
  return timelineOf(tokenOf(overrides)).map(
    ({ title, note, label, tone }) => `${title} ${note} (${label}, ${tone})`,
  );
}

const RUN = 'This run 24 Nov, 06:03 (now, plain)';
const LIFE = 'Token expires 24 Nov 2027 (365 days left, plain)';
const COMPLETED = { kind: 'completed', way: 'update', at: NOW, previousSecretExpiresAt: GRACE_END } as const;

describe('the timeline', () => {
  test.each<[string, Partial<TokenOutcome>, readonly string[]]>([
    [
      'shows the grace period, the next rotation and the expiry',
      { ...ROTATED, rotation: COMPLETED },
      [
        RUN,
        'Previous secret until 25 Nov, 18:03 (36 hours left, guards)',
        'Current secret due 24 Dec 2026 (30 days left, works)',
        LIFE,
      ],
    ],
    [
      'begins no secret before its token',
      { rotation: { ...COMPLETED, at: NOW - 202 * DAY } },
      [RUN, 'Current secret since 8 May 2026 (works, works)', LIFE],
    ],
    [
      'knows neither beginning nor end of a secret by which somebody else stopped the run',
      {
        status: 'failed',
        rotation: { kind: 'foreign', previousSecretExpiresAt: NOW, perhapsAt: [] },
        rotateDueAt: NOW + 9 * DAY,
        targets: [{ target: repository('web'), status: 'unchanged', storedAt: NOW - 21 * DAY }],
      },
      [RUN, 'Current secret rotated elsewhere (works, works)', LIFE],
    ],
    [
      'leaves out a previous secret that has ended',
      { rotateDueAt: NOW + 9 * DAY, targets: [delivered(repository('web'), NOW - 21 * DAY)] },
      [RUN, 'Current secret due 3 Dec 2026 (9 days left, works)', LIFE],
    ],
    [
      'leaves out a previous secret that nobody had',
      { ...ROTATED, previousSecretIsHeld: false },
      [RUN, 'Current secret due 24 Dec 2026 (30 days left, works)', LIFE],
    ],
    [
      'warns of a previous secret that a target stores after its end',
      { targets: [failing(repository('web'), refusal('acme/web'), NOW - 3 * DAY)] },
      [
        RUN,
        'Previous secret ended 21 Nov 2026 (3 days ago, harms)',
        'Current secret since 8 May 2026 (works, works)',
        LIFE,
      ],
    ],
    [
      'warns of an expired token, whose secrets do not work',
      {
        token: { ...TOKEN, expiresAt: NOW - 3 * DAY },
        targets: [failing(repository('web'), refusal('acme/web'), NOW - 3 * DAY)],
      },
      [
        RUN,
        'Previous secret ended 21 Nov 2026 (3 days ago, harms)',
        'Token expired 21 Nov 2026 (3 days ago, harms)',
      ],
    ],
    [
      'ends the current secret with its token',
      { token: { ...TOKEN, expiresAt: NOW + DAY }, rotateDueAt: NOW + 9 * DAY },
      [
        RUN,
        'Current secret until 25 Nov, 06:03 (24 hours left, works)',
        'Token expires 25 Nov, 06:03 (24 hours left, plain)',
      ],
    ],
    [
      'shows a token without an expiry',
      { token: { ...TOKEN, duration: 'forever' }, rotateDueAt: NOW - DAY },
      [RUN, 'Current secret due with the next run (works, works)', 'Token never expires (no end, plain)'],
    ],
    ['is empty without a token', { token: undefined }, []],
  ])('%s', (_, overrides, expected) => {
    expect(rowsOf(overrides)).toEqual(expected);
  });

  test.each([-2, -0.5, -0.001, 0, 0.001, 0.5, 2])(
    'does not take the storing for the future if GitHub is %d s ahead',
    (seconds) => {
      const ahead = seconds * SECOND;
      const storedAt = NOW + ahead - 1;
      const outcome = tokenOf({
        ...ROTATED,
        githubNow: NOW + ahead,
        targets: [delivered(repository('web'), storedAt)],
      });
      const tasks = diagramsIn(gantt(timelineOf(outcome), NOW)).flatMap(readGantt);
      const current = tasks.find(({ title }) => title === 'Current secret');
      expect(current?.from).toBeLessThanOrEqual(NOW);
      expect(NOW - (current?.from ?? 0)).toBeLessThan(2 * SECOND);
      expect(current?.until).toBeGreaterThan(NOW + 29 * DAY);
      const span = Math.max(...tasks.map(({ until }) => until)) - Math.min(...tasks.map(({ from }) => from));
      expect(span).toBeGreaterThan(30 * DAY);
      expect(span).toBeLessThan(40 * DAY);
    },
  );

  test('never lets what has happened lie in the future, however the clocks differ', () => {
    const late = tokenOf({ ...ROTATED, targets: [delivered(repository('web'), NOW + HOUR)] });
    const current = timelineOf(late).find(({ title }) => title === 'Current secret');
    expect(current?.shape).toMatchObject({ from: NOW });
  });
});
