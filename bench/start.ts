import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minify } from 'terser';
import { Action } from './action.ts';
import { demandSuccess, milliseconds, runNode } from './child.ts';
import type { Services } from './services.ts';
import { lowest, median } from './statistics.ts';
import { inMegabytes, inMilliseconds, table, times } from './table.ts';

const ROUNDS = 25;
const DIST = join(import.meta.dirname, '../dist');

/**
 * From the start of the process until its first request is there, against the whole life of `node -e 0`.
 * @param beside the folder of another version, measured in turn
 */
export async function start(services: Services, beside?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const action = await Action.prepare(services);
  const minified = await Action.prepare(services, undefined, await minifiedBundle(folder));
  const other = beside === undefined ? undefined : await Action.prepare(services, beside);
  const floor: number[] = [];
  const seen = new Map<string, number[]>();
  const note = (name: string, value: number): void => {
    seen.set(name, [...(seen.get(name) ?? []), value]);
  };
  try {
    await action.run();
    await other?.run();
    for (let round = 0; round < ROUNDS; round += 1) {
      floor.push((await runNode(['-e', '0'])).wall);
      note('`fetch` alone, in an ES module', await fetchAlone(services));
      note('dist/', (await action.run()).untilFirstRequest);
      if (other !== undefined) note('the other version', (await other.run()).untilFirstRequest);
      note('dist/, minified', (await minified.run()).untilFirstRequest);
      note('dist/, compile cache', (await action.run({ compileCache: folder })).untilFirstRequest);
    }
  } finally {
    await action.close();
    await minified.close();
    await other?.close();
    await rm(folder, { recursive: true });
  }
  const row = (name: string, values: readonly number[]): string[] => [
    name,
    inMilliseconds(median(values)),
    times(median(values) / median(floor)),
    times(lowest(values) / lowest(floor)),
  ];
  const size = (await readFile(join(DIST, 'index.js'))).length;
  return [
    table(
      ['until the first request', 'median', 'ratio', 'ratio, lowest tenth'],
      [row('`node -e 0`, until its end', floor), ...[...seen].map(([name, values]) => row(name, values))],
    ),
    `${ROUNDS} rounds, in turn. dist/index.js has ${inMegabytes(size)}.`,
  ].join('\n\n');
}

async function fetchAlone(services: Services): Promise<number> {
  await services.begin();
  const code = `await fetch('${services.started.origins.cloudflare}').then((reply) => reply.text())`;
  const { startedAt } = demandSuccess(await runNode(['--input-type=module', '-e', code]), 'fetch');
  const { firstRequestAt } = await services.end();
  return milliseconds(BigInt(firstRequestAt ?? 0) - startedAt);
}

async function minifiedBundle(folder: string): Promise<string> {
  const minified = join(folder, 'minified');
  await mkdir(minified);
  for (const name of (await readdir(DIST)).filter((one) => one.endsWith('.js'))) {
    const { code = '' } = await minify(await readFile(join(DIST, name), 'utf8'), {
      module: true,
      compress: { passes: 2 },
    });
    await writeFile(join(minified, name), code);
  }
  await writeFile(join(minified, 'package.json'), '{"type":"module"}');
  return join(minified, 'index.js');
}
