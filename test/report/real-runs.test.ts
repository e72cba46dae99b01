import { describe, expect, test } from 'vitest';
import { playInProcess } from '../../scripts/samples/in-process.ts';
import { SITUATIONS } from '../../scripts/samples/situations.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import { diagramsIn, readGantt, type Task } from './mermaid.ts';

/** Of the 302 pixels beside the titles; Mermaid draws letters of 13 pixels, none of them wider than this. */
const AREA = 302;
const LETTER = 7.6;
/** The column of the titles. */
const COLUMN = 150;

/** Where Mermaid puts the label of a bar, in pixels from the beginning of the area. */
function labelBox({ from, until, label }: Task, start: number, end: number): { left: number; right: number } {
  const scale = AREA / (end - start);
  const [left, right] = [(from - start) * scale, (until - start) * scale];
  const width = label.length * LETTER;
  if (width <= right - left) return { left: (left + right - width) / 2, right: (left + right + width) / 2 };
  const isLeft = right + width + 1.5 * COLUMN > 480;
  return isLeft ? { left: left - width - 5, right: left - 5 } : { left: right + 5, right: right + 5 + width };
}

describe.each(SITUATIONS)('$name', (situation) => {
  test('reads as a person would want it to', { timeout: 120_000 }, async () => {
    const { sandbox, last } = await playInProcess(situation);
    const { summary, log, annotations, exitCode } = last;
    const now = sandbox.clock.now();

    // What happened stands in the first line, with one mark that fits the exit code.
    expect(summary).toMatch(exitCode === 0 ? /^## (?:✅|📝) \S/ : /^## (?:❌|⚠️) \S/);
    expect(summary.match(/^> \[!CAUTION\]/gm)?.length ?? 0).toBe(summary.startsWith('## ❌') ? 1 : 0);
    expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);

    // No two paragraphs, rows or list items say the same, but in what is folded for each token of a manifest.
    const [open = ''] = summary.split('<details>');
    const blocks = open.split('\n').filter((line) => /\w{3}/.test(line));
    expect(new Set(blocks).size).toBe(blocks.length);
    const sentences = open.split(/(?<=\.)\s/).filter((sentence) => sentence.length > 20);
    expect(new Set(sentences).size).toBe(sentences.length);

    // Moments are written for people, and nothing shows that is not text.
    const text = summary.replace(/```mermaid[\s\S]*?```/g, '');
    expect(text).not.toMatch(/\d{4}-\d\d-\d\dT\d\d|undefined|NaN|\[object/);

    // Each error stands once in the log, outside of groups, and its annotation has room.
    const errors = annotations.filter(({ kind }) => kind === 'error').map(({ text: error }) => error);
    expect(errors.length).toBeLessThanOrEqual(10);
    for (const error of errors) {
      const [first = ''] = error.split('\n');
      expect(log.join('\n').split(first)).toHaveLength(2);
      expect(log.lastIndexOf('endgroup')).toBeLessThan(log.indexOf(`error: ${error}`));
    }

    for (const tasks of diagramsIn(summary).map(readGantt)) judgeTimeline(tasks, now);
  });

  function judgeTimeline(tasks: readonly Task[], now: number): void {
    const [start, end] = [
      Math.min(...tasks.map(({ from }) => from)),
      Math.max(...tasks.map(({ until }) => until)),
    ];
    const scale = AREA / (end - start);
    const run = tasks.find(({ title }) => title === 'This run');
    expect(Math.abs((run?.from ?? 0) - now)).toBeLessThan(MINUTE);
    for (const task of tasks) {
      const { title, label, from, until } = task;
      // The titles fit into their column, and every label beside them and into the picture.
      for (const line of [title, task.note]) expect(line.length * LETTER).toBeLessThan(COLUMN + 20);
      const box = labelBox(task, start, end);
      if (title !== 'This run') expect(box.left).toBeGreaterThan(-20);
      expect(box.right).toBeLessThan(AREA + 28);
      // A bar is as long as what its label says is left, unless an arrow says that it goes on.
      const [, count = '', unit = ''] = /^(\d+) (day|hour|minute)s? left/.exec(label) ?? [];
      if (count !== '' && !label.endsWith('→')) {
        const size = { day: 86_400_000, hour: 3_600_000, minute: 60_000 }[unit] ?? Infinity;
        expect(Math.abs(until - now - Number(count) * size)).toBeLessThan(size);
      }
      // What has happened does not lie in the future.
      if (/since|ended|expired/.test(task.note)) expect(from).toBeLessThanOrEqual(now + SECOND);
      // Long enough to be seen.
      if (title !== 'This run') expect((until - from) * scale).toBeGreaterThan(2);
    }
  }
});

test('the picture of a rotation shows the grace period and the next rotation, whatever the clocks say', async () => {
  for (const ahead of [-2000, -999, -1, 0, 1, 999, 2000]) {
    const situation = SITUATIONS.find(({ name }) => name === 'rotated');
    if (situation === undefined) throw new Error('there is no such situation');
    const { sandbox, last } = await playInProcess({ ...situation, world: { githubAhead: ahead } });
    const [tasks = []] = diagramsIn(last.summary).map(readGantt);
    const now = sandbox.clock.now();
    const byTitle = new Map(tasks.map((task) => [task.title, task]));
    const hours = (title: string): number => ((byTitle.get(title)?.until ?? 0) - now) / 3_600_000;
    expect(hours('Previous secret')).toBeCloseTo(36, 1);
    expect(Math.abs(hours('Current secret') - 30 * 24)).toBeLessThan(0.01);
    expect(sandbox.logsIn(WEB)).toBe(true);
  }
});
