import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts';
import { gantt, ganttText, windowFor } from '../../src/report/summary/gantt.ts';
import type { Row } from '../../src/report/summary/timeline.ts';
import { diagramsIn, readGantt, type Task } from './mermaid.ts';

const NOW = Date.UTC(2026, 10, 22, 6);

function bar(label: string, until: Instant | undefined, from?: Instant, tone: Row['tone'] = 'plain'): Row {
  return { title: 'Token', note: 'x', label, shape: { kind: 'bar', from, until }, tone };
}

function moment(at: Instant): Row {
  return { title: 'This run', note: 'x', label: 'now', shape: { kind: 'moment', at }, tone: 'plain' };
}

function tasksOf(...rows: readonly Row[]): readonly Task[] {
  return diagramsIn(gantt(rows, NOW)).flatMap(readGantt);
}

describe('the part of time that is shown', () => {
  test.each<[string, readonly number[], { from: number; until: number }]>([
    ['reaches to what is last', [36 * HOUR, 30 * DAY], { from: 0, until: 30 * DAY }],
    ['leaves out what would squash the rest', [36 * HOUR, 165 * DAY], { from: 0, until: 36 * HOUR }],
    ['leaves out what is years away', [3650 * DAY, 90 * DAY], { from: 0, until: 90 * DAY }],
    ['goes back as far as matters', [30 * DAY, -20 * DAY], { from: -20 * DAY, until: 30 * DAY }],
    ['does not go back to long ago', [2 * DAY, -200 * DAY], { from: 0, until: 2 * DAY }],
    ['takes what is a moment away for now', [1, -1, 999, 30 * DAY], { from: 0, until: 30 * DAY }],
    ['has a future if nothing is to come', [-10 * DAY], { from: -10 * DAY, until: 5 * DAY }],
    ['has one if nothing was either', [], { from: 0, until: HOUR }],
    ['has one if all is years away', [3650 * DAY], { from: 0, until: HOUR }],
  ])('%s', (_, distances, { from, until }) => {
    const window = windowFor(
      distances.map((distance) => moment(NOW + distance)),
      NOW,
    );
    const margin = (until - from) * 0.05;
    expect(window).toEqual({ from: NOW + from - margin, until: NOW + until + margin });
  });

  test.each([
    [30 * MINUTE, '%H:%M', '10minute', 10 * MINUTE],
    [3 * HOUR, '%H:%M', '1hour', HOUR],
    [12 * HOUR, '%H:%M', '3hour', 3 * HOUR],
    [36 * HOUR, '%H:%M', '6hour', 6 * HOUR],
    [6 * DAY, '%d %b', '1day', DAY],
    [30 * DAY, '%d %b', '1week', 7 * DAY],
    [60 * DAY, '%d %b', '2week', 14 * DAY],
    [100 * DAY, '%b %Y', '1month', 30 * DAY],
    [365 * DAY, '%b %Y', '3month', 91 * DAY],
  ])('%d ms have an axis of %s every %s, whose labels have room', (distance, format, tick, step) => {
    const source = gantt([bar('x', NOW + distance), moment(NOW)], NOW);
    expect(source).toContain(`  axisFormat ${format}\n  tickInterval ${tick}\n`);
    const pixels = (302 * step) / (distance * 1.1);
    expect(pixels).toBeGreaterThan(format === '%b %Y' ? 58 : 40);
  });
});

describe('a bar', () => {
  test('has the length of what it shows', () => {
    const [task] = tasksOf(bar('x', NOW + 30 * DAY, NOW - 6 * DAY), moment(NOW));
    expect(task).toMatchObject({ from: NOW - 6 * DAY, until: NOW + 30 * DAY });
  });

  test('that ends outside of the picture is cut, and says so', () => {
    const [near, far] = tasksOf(bar('A', NOW + 36 * HOUR), bar('B', NOW + 165 * DAY));
    expect(near).toMatchObject({ label: 'A', until: NOW + 36 * HOUR });
    expect(far?.label).toBe('B →');
    expect(far?.until).toBeLessThan(NOW + 3 * DAY);
  });

  test('without an end reaches to the edge', () => {
    const [task] = tasksOf(bar('never ends', undefined), moment(NOW + 10 * DAY));
    expect(task).toMatchObject({ label: 'never ends →', until: NOW + 10.5 * DAY });
  });

  test('is never too short to be seen', () => {
    const [old] = tasksOf(bar('expired', NOW - 90 * DAY, undefined, 'harms'), moment(NOW + 10 * DAY));
    expect((old?.until ?? 0) - (old?.from ?? 0)).toBeGreaterThan(2 * HOUR);
    const [last] = tasksOf(bar('x', NOW + 99 * DAY, NOW + 98 * DAY), moment(NOW + 10 * DAY));
    expect(last?.until).toBeGreaterThan(last?.from ?? Infinity);
  });

  test.each([
    ['guards', ['done']],
    ['works', ['active']],
    ['harms', ['crit']],
    ['plain', []],
  ] as const)('that %s has a color of its own', (tone, tags) => {
    expect(tasksOf(bar('x', NOW + DAY, NOW, tone), moment(NOW))[0]?.tags).toEqual(tags);
  });
});

test.each([
  ['plain name_1.2/x', 'plain name_1.2/x'],
  ['18:03', '18#58;03'],
  ['a;c#d%%{e}"f`', 'a·c·d···e··f·'],
  ['<img src=x>\n```', '·img src·x·····'],
  ['größe 日本', 'größe 日本'],
])('a text is written so that Mermaid reads it as text: %j as %j', (text, expected) => {
  expect(ganttText(text)).toBe(expected);
});

test('nothing to draw is nothing', () => {
  expect(gantt([], NOW)).toBe('');
});
