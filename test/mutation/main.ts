// `npm run test:mutation`: plants one defect after another and says which of them the cheap tests notice.
// Words given to it choose the parts: `npm run test:mutation rules planning`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PARTS, type Mutation, type Part } from './mutations.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LEFT_OUT = ['node_modules', '.git', 'dist', 'docs'].map((name) => path.join(ROOT, name));

/** The source with one defect. @throws Error where its text is not there exactly once */
function planted([file, text, replacement]: Mutation): string {
  const source = readFileSync(path.join(ROOT, file), 'utf8');
  const times = source.split(text).length - 1;
  if (times !== 1) throw new Error(`${file} has ${times} places, not one, with: ${text}`);
  return source.replace(text, () => replacement);
}

/** Whether tests pass in a folder. @throws Error where none of them ran */
function passes(folder: string, tests: string): boolean {
  const vitest = path.join(folder, 'node_modules/vitest/vitest.mjs');
  const report = path.join(folder, 'report.json');
  rmSync(report, { force: true });
  const args = [vitest, 'run', '--bail=1', '--reporter=json', `--outputFile=${report}`, tests];
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'ignore', timeout: 900_000 });
  // A defect that keeps the code from being loaded or from ending is noticed by that.
  if (status !== 0) return false;
  const { numTotalTests } = JSON.parse(readFileSync(report, 'utf8')) as { readonly numTotalTests: number };
  if (numTotalTests === 0) throw new Error(`no test ran: ${tests}`);
  return true;
}

/** Plants every defect of a part; gives those that no test noticed. */
function survivors({ name, tests, mutations }: Part, folder: string): readonly Mutation[] {
  for (const one of tests) if (!passes(folder, one)) throw new Error(`${one} fails without any defect`);
  return mutations.filter((mutation) => {
    const [file, text, replacement] = mutation;
    const place = path.join(folder, file);
    writeFileSync(place, planted(mutation));
    const survived = tests.every((one) => passes(folder, one));
    cpSync(path.join(ROOT, file), place);
    const cells = [survived ? 'SURVIVED' : 'killed', name, file, oneLine(text), oneLine(replacement)];
    console.log(`| ${cells.join(' | ')} |`);
    return survived;
  });
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  return line === '' ? '(nothing)' : `\`${line.length > 60 ? `${line.slice(0, 57)}…` : line}\``;
}

const asked = process.argv.slice(2);
const parts = PARTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
if (parts.length === 0) throw new Error(`there is no part ${asked.join(', ')}`);
// Those that are out of date are told before the long way through the others.
for (const { mutations } of PARTS) mutations.forEach(planted);

const folder = mkdtempSync(path.join(tmpdir(), 'mutation-'));
try {
  cpSync(ROOT, folder, { recursive: true, filter: (file) => !LEFT_OUT.includes(file) });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  console.log('| result | part | file | text | instead |\n| --- | --- | --- | --- | --- |');
  const survived = parts.flatMap((part) => survivors(part, folder));
  const count = parts.reduce((sum, { mutations }) => sum + mutations.length, 0);
  console.log(`\n${count - survived.length} of ${count} were killed.`);
  process.exitCode = survived.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
