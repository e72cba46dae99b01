/**
 * Writes the job summary of every sample to out/summaries/, and a picture of each as GitHub shows it, in the
 * light and in the dark theme. Fails where Mermaid refuses a diagram, or where a name was
 * taken for Markdown.
 *
 *   node scripts/render-samples.ts [--kit <folder>] [--chromium <path>] [--width <pixels>] [name ...]
 *
 * `--kit` names a folder that keeps the renderers between runs; without it they are installed anew.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { summarize } from '../src/report/summary/summary.ts';
import { SAMPLES } from './samples/all.ts';
import type { Sample } from './samples/parts.ts';

const run = promisify(execFile);

const PACKAGES = ['mermaid@11', 'marked@18', '@fontsource/noto-emoji@5'];
const OUT = resolve(import.meta.dirname, '../out/summaries');
const THEMES = ['light', 'dark'] as const;

type Render = (markdown: string) => string;

interface Kit {
  readonly folder: string;
  readonly render: Render;
}

async function openKit(folder: string): Promise<Kit> {
  if (!existsSync(join(folder, 'node_modules/mermaid'))) {
    await mkdir(folder, { recursive: true });
    await run('npm', ['install', '--no-save', '--prefix', folder, ...PACKAGES]);
  }
  const path = createRequire(join(folder, 'package.json')).resolve('marked');
  const { marked } = (await import(pathToFileURL(path).href)) as {
    marked: { parse: (markdown: string, options: object) => string };
  };
  return { folder, render: (markdown) => marked.parse(markdown, { gfm: true, async: false }) };
}

/** The diagrams are drawn by the page itself, which notes its height and what Mermaid refused. */
function pageFor(html: string, theme: (typeof THEMES)[number], folder: string): string {
  const modules = pathToFileURL(join(folder, 'node_modules')).href;
  return `<!doctype html>
<html data-theme="${theme}"><head><meta charset="utf-8">
<link rel="stylesheet" href="${modules}/@fontsource/noto-emoji/index.css">
<link rel="stylesheet" href="page.css">
<script src="${modules}/mermaid/dist/mermaid.min.js"></script></head>
<body><main>${html}</main><script>
(async () => {
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: '${theme === 'dark' ? 'dark' : 'default'}' });
  const blocks = [...document.querySelectorAll('code.language-mermaid')];
  for (const [index, block] of blocks.entries()) {
    const figure = document.createElement('figure');
    const source = block.textContent;
    block.parentElement.replaceWith(figure);
    try {
      await mermaid.parse(source);
      const { svg } = await mermaid.render('diagram' + index, source, figure);
      figure.innerHTML = svg;
    } catch (error) {
      figure.innerHTML = '<pre class="failed"></pre>';
      figure.firstChild.textContent = 'mermaid-refused: ' + error.message + '\\n' + source;
    }
  }
  await document.fonts.ready;
  document.documentElement.dataset.drawn = blocks.length;
  document.documentElement.dataset.height = Math.ceil(document.body.scrollHeight);
})();
</script></body></html>
`;
}

async function chromium(program: string, options: readonly string[], page: string): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'summary-profile-'));
  try {
    const { stdout } = await run(
      program,
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
        ...['--hide-scrollbars', '--allow-file-access-from-files', '--virtual-time-budget=10000'],
        `--user-data-dir=${profile}`,
        ...options,
        pathToFileURL(page).href,
      ],
      { maxBuffer: 2 ** 26, timeout: 120_000 },
    );
    return stdout;
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @returns what is wrong with it */
async function draw(sample: Sample, kit: Kit, program: string, width: number): Promise<readonly string[]> {
  const markdown = summarize(sample.outcome, sample.settings);
  await writeFile(join(OUT, `${sample.name}.md`), markdown);
  const html = kit.render(markdown);
  // Nothing in a summary is meant to be a link or an image, so one can only come of a name.
  const lively = html.match(/<(?:a|img|script|iframe)\b[^>]*>/g) ?? [];
  const refusals: string[] = lively.map((tag) => `a name was interpreted: ${tag}`);
  for (const theme of THEMES) {
    const page = join(OUT, `${sample.name}-${theme}.html`);
    await writeFile(page, pageFor(html, theme, kit.folder));
    const dom = await chromium(program, [`--window-size=${width},600`, '--dump-dom'], page);
    const height = /data-height="(\d+)"/.exec(dom)?.[1];
    if (height === undefined) refusals.push('the page was not drawn in time');
    const drawn = Number(/data-drawn="(\d+)"/.exec(dom)?.[1] ?? 0);
    if (drawn !== markdown.split('```mermaid\n').length - 1) refusals.push('a diagram is missing');
    for (const [, refusal = ''] of dom.matchAll(/<pre class="failed">mermaid-refused: ([^<]*)/g)) {
      refusals.push(refusal);
    }
    const picture = join(OUT, `${sample.name}-${theme}.png`);
    const size = `--window-size=${width},${Number(height ?? 600) + 16}`;
    await chromium(program, [size, `--screenshot=${picture}`], page);
  }
  return refusals;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kit: { type: 'string' },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
      width: { type: 'string', default: '1012' },
    },
  });
  const folder = resolve(values.kit ?? (await mkdtemp(join(tmpdir(), 'summary-kit-'))));
  try {
    const kit = await openKit(folder);
    await mkdir(OUT, { recursive: true });
    await cp(join(import.meta.dirname, 'samples/page.css'), join(OUT, 'page.css'));
    for (const sample of SAMPLES) {
      if (positionals.length > 0 && !positionals.includes(sample.name)) continue;
      const refusals = await draw(sample, kit, values.chromium, Number(values.width));
      console.log(`${refusals.length === 0 ? 'drawn  ' : 'REFUSED'} ${sample.name}`);
      for (const refusal of refusals) console.log(`  ${refusal}`);
      if (refusals.length > 0) process.exitCode = 1;
    }
    console.log(`See ${OUT}`);
  } finally {
    if (values.kit === undefined) await rm(folder, { recursive: true, force: true });
  }
}

await main();
