import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const DEMO = join(import.meta.dirname, '..', '..', 'sandbox', 'demo.ts');

it('the demo tells of an outage and its repair, and ends with a verdict and a summary', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const summary = join(folder, 'summary.md');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    ...[DEMO, '--weeks', '21', '--summary', summary],
  ]);
  expect(stderr).toBe('');
  expect(stdout.match(/ week +\d+ .*$/gm)).toHaveLength(21);
  expect(stdout).toMatch(/week +1 +created +v2 +token-missing/);
  expect(stdout).toMatch(/week 20 +failed +v21 +github-max-wait +4 of 4 logins let in/);
  expect(stdout).toMatch(/week 21 +rotated +v22 +delivery-incomplete +4 of 4 logins let in/);
  expect(stdout).toMatch(/^ {2}runs +21, of which 1 failed and said so$/m);
  expect(stdout).toMatch(/^ {2}client secrets +22 minted/m);
  expect(stdout).toMatch(/^ {2}logins +80 tried, 0 refused$/m);
  expect(stdout).toMatch(/^ {2}secrets leaked +0, searched for in 84 outputs and files and \d+ requests$/m);
  expect(stdout).toMatch(/^ {2}stored now +2 of 2 targets/m);
  expect(await readFile(summary, 'utf8')).toContain('delivery-incomplete');
});
