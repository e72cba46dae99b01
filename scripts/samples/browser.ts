import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PACKAGES = ['mermaid@11', 'marked@18', '@fontsource/noto-emoji@5'];

/** The widths of a desktop's page and of a phone's, in both themes. */
export const VIEWS = [
  { name: 'light', theme: 'light', width: 1012 },
  { name: 'dark', theme: 'dark', width: 1012 },
  { name: 'phone', theme: 'light', width: 420 },
] as const;
type View = (typeof VIEWS)[number];

/** What turns Markdown into pictures. */
export interface Kit {
  /** Has the renderers. */
  readonly folder: string;
  readonly chromium: string;
  /** Where pages and pictures go. */
  readonly out: string;
  readonly render: (markdown: string) => string;
}

export async function openKit({ folder, chromium, out }: Omit<Kit, 'render'>): Promise<Kit> {
  if (!existsSync(join(folder, 'node_modules/mermaid'))) {
    await mkdir(folder, { recursive: true });
    await run('npm', ['install', '--no-save', '--prefix', folder, ...PACKAGES]);
  }
  const path = createRequire(join(folder, 'package.json')).resolve('marked');
  const { marked } = (await import(pathToFileURL(path).href)) as {
    marked: { parse: (markdown: string, options: object) => string };
  };
  await mkdir(out, { recursive: true });
  for (const name of ['page.css', 'inspect.mjs']) await cp(join(import.meta.dirname, name), join(out, name));
  return { folder, chromium, out, render: (markdown) => marked.parse(markdown, { gfm: true, async: false }) };
}

/** Draws a summary in every view, with all that is folded open; @returns what is wrong with it. */
export async function draw(name: string, markdown: string, kit: Kit): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const view of VIEWS) {
    const page = join(kit.out, `${name}-${view.name}.html`);
    await writeFile(page, pageFor(kit.render(markdown), view, kit.folder));
    const dom = await browse(kit.chromium, [`--window-size=${view.width},900`, '--dump-dom'], page);
    const [, found = '["the page was not drawn in time"]'] = /data-faults="([^"]*)"/.exec(dom) ?? [];
    faults.push(...(JSON.parse(unescaped(found)) as string[]).map((fault) => `${view.name}: ${fault}`));
    const height = Number(/data-height="(\d+)"/.exec(dom)?.[1] ?? 600);
    const picture = join(kit.out, `${name}-${view.name}.png`);
    await browse(
      kit.chromium,
      [`--window-size=${view.width},${height + 16}`, `--screenshot=${picture}`],
      page,
    );
  }
  return faults;
}

/** The page draws its diagrams, looks at itself, and notes its height and its faults as attributes. */
function pageFor(html: string, { theme }: View, folder: string): string {
  const modules = pathToFileURL(join(folder, 'node_modules')).href;
  return `<!doctype html>
<html data-theme="${theme}"><head><meta charset="utf-8">
<link rel="stylesheet" href="${modules}/@fontsource/noto-emoji/index.css">
<link rel="stylesheet" href="page.css">
<script src="${modules}/mermaid/dist/mermaid.min.js"></script>
<script src="inspect.mjs"></script></head>
<body><main>${html}</main><script>drawAndInspect('${theme === 'dark' ? 'dark' : 'default'}')</script></body></html>
`;
}

async function browse(program: string, options: readonly string[], page: string): Promise<string> {
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
      { maxBuffer: 2 ** 27, timeout: 120_000 },
    );
    return stdout;
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
