import { describe, expect, it } from 'vitest';
import { withGeneratedParts } from '../../scripts/readme.ts';
import { INPUT_NAMES } from '../../src/settings/inputs.ts';
import { RULES } from '../../src/plan/rules.ts';
import { OUTPUTS } from '../../src/report/outputs.ts';
import { PAGES, codeBlocksOf, exists, textOf } from './repository-files.ts';

const SCRIPTS = (JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }).scripts;

describe('README.md', () => {
  const readme = textOf('README.md');

  it('has the tables that action.yml and the rules give', () => {
    expect(withGeneratedParts(readme, textOf('action.yml'))).toBe(readme);
  });

  it('would not have them after a change there', () => {
    const changed = textOf('action.yml').replace('How long the previous client secret', 'What');
    expect(withGeneratedParts(readme, changed)).not.toBe(readme);
  });

  it('tells of every input, output and rule', () => {
    for (const name of [...INPUT_NAMES, ...OUTPUTS]) expect(readme).toContain(`| \`${name}\` |`);
    for (const { when, then, reason } of RULES)
      expect(readme).toContain(`| ${when} | ${then} | \`${reason}\` |`);
  });

  it('sets everything up with two commands', () => {
    const commands = codeBlocksOf('README.md').filter(({ language }) => language === 'sh');
    expect(commands.map(({ code }) => code.trim())).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    expect(textOf('.ci/run')).toContain('\nnpm ci && npm test\n');
  });
});

describe.each(PAGES)('%s', (page) => {
  const text = textOf(page);

  it('names scripts that exist', () => {
    const run = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name);
    for (const name of run) expect(Object.keys(SCRIPTS)).toContain(name);
  });

  it('links to files and headings that exist', () => {
    const broken = linksOf(text).filter((link) => !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  it('names files that exist', () => {
    const named = [...text.matchAll(/`((?:src|test|sandbox|scripts|docs|bench)\/[\w./-]+\.[a-z]+)`/g)];
    const missing = named.map(([, path = '']) => path).filter((path) => !exists(path));
    expect(missing).toEqual([]);
  });
});

/** What a page links to inside the repository. */
function linksOf(text: string): readonly string[] {
  const withoutCode = text.replaceAll(/^( *)```.*?^\1```$/gms, '').replaceAll(/`[^`\n]*`/g, '');
  return [...withoutCode.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$|(?:src|srcset|href)="([^"]+)"/gm)]
    .map(([, inline, reference, html]) => inline ?? reference ?? html ?? '')
    .filter((link) => !/^https?:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/') + 1) : '';
  const file = path === '' ? page : new URL(path, `file:///${folder}`).pathname.slice(1);
  if (!exists(file)) return false;
  return heading === undefined || headingsOf(textOf(file)).includes(heading);
}

/** The anchors that GitHub gives the headings of a page. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
