// `npm run test:mutation`: plants one defect after another and says which of them the tests notice; see docs/testing.md.
// Words given to it choose the parts: `npm run test:mutation rules 'rotation state'`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ALL, PARTS } from './mutations.ts';
import type { Mutation, Part } from './part.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LEFT_OUT = ['node_modules', '.git'].map((name) => path.join(ROOT, name));

/** How often as long as without a defect tests may take, and at least, in milliseconds: some defects never end. */
const PATIENCE = 10;
const LEAST_PATIENCE = 60_000;

/** The source with one defect. @throws Error where its text is not there exactly once */
function planted([, file, text, replacement]: Mutation): string {
  const source = readFileSync(path.join(ROOT, file), 'utf8');
  const times = source.split(text).length - 1;
  if (times !== 1) throw new Error(`${file} has ${times} places, not one, with: ${text}`);
  return source.replace(text, () => replacement);
}

/** Whether tests pass in a folder, in this time. @throws Error where none of them ran */
function passes(folder: string, tests: readonly string[], timeout?: number): boolean {
  const vitest = path.join(folder, 'node_modules/vitest/vitest.mjs');
  const report = path.join(folder, 'report.json');
  rmSync(report, { force: true });
  // A machine that is busy must not pass for a test that fails.
  const options = ['--bail=1', '--testTimeout=600000', '--reporter=json', `--outputFile=${report}`];
  const args = [vitest, 'run', ...options, ...tests];
  const { status } = spawnSync(process.execPath, args, {
    cwd: folder,
    stdio: 'ignore',
    timeout,
    killSignal: 'SIGKILL',
  });
  if (status !== 0) return false;
  const { numTotalTests } = JSON.parse(readFileSync(report, 'utf8')) as { readonly numTotalTests: number };
  if (numTotalTests === 0) throw new Error(`no test ran: ${tests.join(' ')}`);
  return true;
}

/** How long tests took, in milliseconds, that were seen to pass without any defect. */
const sound = new Map<readonly string[], number>();

function durationOf(folder: string, tests: readonly string[]): number {
  const known = sound.get(tests);
  if (known !== undefined) return known;
  const start = performance.now();
  if (!passes(folder, tests)) throw new Error(`${tests.join(' ')} fails without any defect`);
  const duration = Math.ceil(performance.now() - start);
  sound.set(tests, duration);
  return duration;
}

/** Whether tests fail with a defect. @throws Error if they fail without it too */
function notice(folder: string, tests: readonly string[], mutation: Mutation): boolean {
  const timeout = Math.max(LEAST_PATIENCE, PATIENCE * durationOf(folder, tests));
  const [, file] = mutation;
  const place = path.join(folder, file);
  writeFileSync(place, planted(mutation));
  const noticed = !passes(folder, tests, timeout);
  cpSync(path.join(ROOT, file), place);
  return noticed;
}

/** Plants every defect of a part. @returns how many were killed */
function killed({ name, tests, mutations }: Part, folder: string): number {
  const survivors = mutations.filter((mutation) => {
    const [defect] = mutation;
    const noticedBy = [tests, ...ALL].find((some) => notice(folder, some, mutation));
    const result = noticedBy === undefined ? 'SURVIVED' : `killed by ${noticedBy.join(' ')}`;
    console.log(`| ${name} | ${defect} | ${result} |`);
    return noticedBy === undefined;
  });
  return mutations.length - survivors.length;
}

const asked = process.argv.slice(2);
const parts = PARTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
if (parts.length === 0) throw new Error(`there is no part ${asked.join(', ')}`);
// What is out of date is said before the long way through the others.
for (const { mutations } of PARTS) mutations.forEach(planted);

const folder = mkdtempSync(path.join(tmpdir(), 'mutation-'));
try {
  cpSync(ROOT, folder, { recursive: true, filter: (file) => !LEFT_OUT.includes(file) });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  console.log('| part | defect | result |\n| --- | --- | --- |');
  const counts = parts.map((part) => ({ part, killed: killed(part, folder) }));
  console.log('\n| part | killed |\n| --- | --- |');
  for (const { part, killed } of counts)
    console.log(`| ${part.name} | ${killed} of ${part.mutations.length} |`);
  process.exitCode = counts.every(({ part, killed }) => killed === part.mutations.length) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
