// `npm run conformance [-- --record] [--clean-up RUN] [--output FILE] [--state FILE]`; see docs/conformance.md.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { conform, PAUSE } from './conform.ts';
import { environmentBenches } from './environment.ts';
import { Names } from './names.ts';
import { pageOf, recordedIn, rowsOf, tableOf } from './report.ts';
import { Runs } from './state.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = join(ROOT, 'docs', 'conformance.md');

const { values } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    'clean-up': { type: 'string', multiple: true, default: [] },
    output: { type: 'string' },
    state: { type: 'string', default: join(ROOT, '.conformance.json') },
  },
});

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort(new Error('stopped'));
});
process.once('SIGTERM', () => {
  stop.abort(new Error('stopped'));
});

const names = new Names(randomBytes(6).toString('hex'));
const benches = (signal: AbortSignal) =>
  environmentBenches(process.env, {
    names,
    signal,
    fetch,
    pause: PAUSE,
    randomBytes: (count) => randomBytes(count),
    sleep: (duration, until) => wait(duration, undefined, until === undefined ? {} : { signal: until }),
  });
const trying = benches(stop.signal);
if (typeof trying === 'string') {
  console.error(trying);
  process.exit(2);
}
const cleaning = benches(new AbortController().signal);
if (typeof cleaning === 'string') throw new TypeError(cleaning);

const { exitCode, observations, changes } = await conform({
  trying,
  cleaning,
  run: names.run,
  runs: new Runs(values.state),
  signal: stop.signal,
  recorded: existsSync(PAGE) ? recordedIn(readFileSync(PAGE, 'utf8')) : {},
  print: console.log,
  cleanUp: values['clean-up'],
});
if (values.output !== undefined && observations.length > 0) {
  writeFileSync(
    values.output,
    `${changes.map((change) => `- ${change}`).join('\n')}\n\n${tableOf(rowsOf(observations))}\n`,
  );
}
if (values.record && observations.length > 0) {
  writeFileSync(PAGE, pageOf({ observations, on: new Date().toISOString().slice(0, 10) }));
}
process.exitCode = exitCode;
