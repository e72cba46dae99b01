// `npm run bench [-- NAME ...] [--beside FOLDER]`: prints what a run of dist/ costs against the sandbox, and where it says
// so what one of another version does, in turn with it; fails on no figure.
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fleet } from './fleet.ts';
import { growth } from './growth.ts';
import { pace } from './pace.ts';
import { requests } from './requests.ts';
import { roundTrips } from './round-trips.ts';
import { Services } from './services.ts';
import { start } from './start.ts';
import { today } from './today.ts';

const PARTS: Readonly<
  Record<string, readonly [title: string, measure: (services: Services, beside?: string) => Promise<string>]>
> = {
  start: ['Start', start],
  'round-trips': ['Round trips', roundTrips],
  requests: ['Requests', requests],
  growth: ['Growth', growth],
  fleet: ['A fleet from one file', fleet],
  pace: ['What the pace allows', pace],
  today: ['Beside what people do today', today],
};

const { values, positionals: asked } = parseArgs({
  options: { beside: { type: 'string' } },
  allowPositionals: true,
});
const beside = values.beside === undefined ? undefined : resolve(values.beside);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
const [cpu] = cpus();
console.log(`Node ${process.version}, ${availableParallelism()} cores (${cpu?.model.trim() ?? 'unknown'})`);
for (const [name, [title, measure]] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const services = await Services.start();
  try {
    console.log(`\n## ${title}\n\n${await measure(services, beside)}`);
  } finally {
    services.stop();
  }
}
