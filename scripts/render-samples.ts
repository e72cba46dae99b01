/**
 * `npm run samples`: plays every situation with the built action against the sandbox, writes its job summary to
 * out/summaries/, and draws it as GitHub does: light, dark, and as wide as a phone. Fails if a summary has what a person
 * would object to: texts that overlap or are cut, markup that shows, a name that was interpreted.
 *
 *   node scripts/render-samples.ts [--kit <folder>] [--chromium <path>] [--readme] [name ...]
 *
 * `--readme` makes the pictures of the README anew. `--kit` names a folder that keeps the renderers between runs; without it they are installed anew.
 */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runAction } from '../sandbox/runner/run-action.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { serve } from '../sandbox/serve.ts';
import { draw, openKit } from './samples/browser.ts';
import type { Situation } from './samples/scene.ts';
import { SITUATIONS } from './samples/situations.ts';

const OUT = resolve(import.meta.dirname, '../out/summaries');
const PICTURES = resolve(import.meta.dirname, '../docs/images');

/** @returns the summary of the last run */
async function play({ name, world = {}, tell }: Situation): Promise<string> {
  const sandbox = new Sandbox(world);
  const served = await serve(sandbox);
  let summary: string | undefined;
  try {
    await tell({
      sandbox,
      application: served.origins.application,
      run: async (inputs = {}) => {
        const step = await runAction(served.step({ inputs }));
        ({ summary } = step);
        return step.outputs;
      },
    });
  } finally {
    await served.close();
  }
  if (summary === undefined || summary === '') throw new Error(`${name} wrote no summary`);
  return summary;
}

async function copyPictures(): Promise<void> {
  for (const scheme of ['light', 'dark'])
    await copyFile(join(OUT, `rotated-${scheme}.png`), join(PICTURES, `summary-${scheme}.png`));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kit: { type: 'string' },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
      readme: { type: 'boolean', default: false },
    },
  });
  const folder = resolve(values.kit ?? (await mkdtemp(join(tmpdir(), 'summary-kit-'))));
  try {
    const kit = await openKit({ folder, chromium: values.chromium, out: OUT });
    for (const situation of SITUATIONS) {
      const { name } = situation;
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      const markdown = await play(situation);
      await writeFile(join(OUT, `${name}.md`), markdown);
      const faults = await draw(name, markdown, kit);
      console.log(`${faults.length === 0 ? 'drawn ' : 'FAULTY'} ${name}`);
      for (const fault of faults) console.log(`  ${fault}`);
      if (faults.length > 0) process.exitCode = 1;
    }
    if (values.readme) await copyPictures();
    console.log(`See ${OUT}`);
  } finally {
    if (values.kit === undefined) await rm(folder, { recursive: true, force: true });
  }
}

await main();
