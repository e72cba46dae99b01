import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts';
import { gantt, ganttText, windowFor } from '../../src/report/summary/gantt.ts';
import type { Life } from '../../src/report/summary/lives.ts';
import { diagramsIn, readGantt, type Task } from './mermaid.ts';

const NOW = Date.UTC(2026, 10, 22, 6);

function bar(says: string, until: Instant | undefined, style: Life['style'] = 'plain'): Life {
  return { section: 'Token', says, at: until, shape: { from: undefined, until }, style };
}

function moment(says: string, at: Instant): Life {
  return { section: 'Schedule', says, at, shape: 'moment', style: 'plain' };
}

function since(at: Instant): Life {
  return {
    section: 'Client secret',
    says: 'since',
    at,
    shape: { from: at, until: undefined },
    style: 'up-to-date',
  };
}

function tasksOf(...lives: readonly Life[]): readonly Task[] {
  return diagramsIn(gantt(lives, NOW)).flatMap(readGantt);
}

function axisOf(...lives: readonly Life[]): string {
  return /axisFormat (.*)\n {2}tickInterval (.*)/.exec(gantt(lives, NOW))?.slice(1).join(', ') ?? '';
}

describe('the part of time that is shown', () => {
  test.each<[string, readonly number[], { from: number; until: number }]>([
    ['reaches to what is last', [36 * HOUR, 30 * DAY], { from: 0, until: 30 * DAY }],
    ['leaves out what would squash the rest', [36 * HOUR, 165 * DAY], { from: 0, until: 36 * HOUR }],
    ['leaves out what is years away', [3650 * DAY, 90 * DAY], { from: 0, until: 90 * DAY }],
    ['goes back as far as matters', [30 * DAY, -20 * DAY], { from: -20 * DAY, until: 30 * DAY }],
    ['does not go back to long ago', [2 * DAY, -200 * DAY], { from: 0, until: 2 * DAY }],
    ['has a future where nothing is to come', [-10 * DAY], { from: -10 * DAY, until: 5 * DAY }],
    ['has one where nothing was either', [], { from: 0, until: HOUR }],
    ['has one where all is years away', [3650 * DAY], { from: 0, until: HOUR }],
  ])('%s', (_, distances, { from, until }) => {
    const window = windowFor(
      distances.map((distance) => moment('x', NOW + distance)),
      NOW,
    );
    const margin = (until - from) * 0.08;
    expect(window).toEqual({ from: NOW + from - margin, until: NOW + until + margin });
  });

  test.each([
    [30 * MINUTE, '%H:%M, 10minute'],
    [3 * HOUR, '%H:%M, 30minute'],
    [12 * HOUR, '%H:%M, 2hour'],
    [36 * HOUR, '%d %b %H:%M, 6hour'],
    [10 * DAY, '%d %b, 1day'],
    [30 * DAY, '%d %b, 1week'],
    [165 * DAY, '%b %Y, 1month'],
    [365 * DAY, '%b %Y, 3month'],
  ])('%d ms have an axis of %s', (distance, expected) => {
    expect(axisOf(bar('expires', NOW + distance))).toBe(expected);
  });
});

describe('a bar', () => {
  test('that ends outside of the picture is cut, and says so', () => {
    const [near, far] = tasksOf(bar('A until', NOW + 36 * HOUR), bar('B until', NOW + 165 * DAY));
    expect(near).toMatchObject({ label: 'A until 2026-11-23, in 36 hours', until: '2026-11-23 18:00' });
    expect(far).toMatchObject({ label: 'B until 2027-05-06, in 165 days →', until: '2026-11-23 20:52' });
  });

  test('that began before the picture does says so', () => {
    const [task] = tasksOf(since(NOW - 200 * DAY), moment('due', NOW + 2 * DAY));
    expect(task).toMatchObject({ label: '← since 2026-05-06, 200 days ago', from: '2026-11-22 02:09' });
  });

  test('without an end reaches to the edge', () => {
    const [task] = tasksOf(bar('never ends', undefined), moment('due', NOW + 10 * DAY));
    expect(task).toMatchObject({ label: 'never ends', until: '2026-12-03 01:12' });
  });

  test('that was over before the picture begins is left out, unless it is alarming', () => {
    const due = moment('due', NOW + 2 * DAY);
    expect(tasksOf(bar('ended', NOW - 90 * DAY), due)).toHaveLength(1);
    expect(tasksOf(bar('expired', NOW - 90 * DAY, 'alarm'), due)).toHaveLength(2);
  });

  test('is never too short to be seen', () => {
    const [task] = tasksOf(bar('expired', NOW - 90 * DAY, 'alarm'), moment('due', NOW + 100 * DAY));
    expect(task?.from.slice(0, 10)).not.toBe(task?.until.slice(0, 10));
  });

  test('that might not hold its label is not of the style whose label shows inside alone', () => {
    const wide = tasksOf(since(NOW), moment('due', NOW + 10 * DAY))[0];
    const narrow = tasksOf(since(NOW - 2 * HOUR), bar('expired', NOW - 10 * DAY, 'alarm'))[0];
    expect(wide?.tags).toEqual(['active']);
    expect(narrow?.tags).toEqual([]);
  });
});

test.each([
  ['plain name_1.2/x', 'plain name_1.2/x'],
  ['a:b;c#d%%{e}"f`', 'a·b·c·d···e··f·'],
  ['<img src=x>\n```', '·img src·x·····'],
  ['größe 日本', 'größe 日本'],
])('a label says %j as %j', (text, expected) => {
  expect(ganttText(text)).toBe(expected);
});

test('nothing to draw is nothing', () => {
  expect(gantt([], NOW)).toBe('');
});
