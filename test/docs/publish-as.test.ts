import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const copy = mkdtempSync(join(tmpdir(), 'publish-as-'));
const COPIED = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'action.yml',
  'docs',
  'scripts',
  'sandbox',
  'test',
  '.github',
];

beforeEach(() => {
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
});
afterAll(() => {
  rmSync(copy, { recursive: true });
});

function publishAs(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, 'scripts/publish-as.mjs'), ...args],
    {
      encoding: 'utf8',
    },
  );
  return { status, said: stdout + stderr };
}

const textOf = (path: string): string => readFileSync(join(copy, path), 'utf8');

/** What every page of the copy says that it uses of this action. */
function usesInPages(): ReadonlySet<string> {
  const pages = ['README.md', ...readdirSync(join(copy, 'docs')).map((name) => `docs/${name}`)];
  const text = pages
    .filter((path) => path.endsWith('.md'))
    .map(textOf)
    .join('\n');
  const uses = [...text.matchAll(/uses: (\S*(?:OWNER|acme-inc)\S*(?: # \S+)?)/g)].map(
    ([, found = '']) => found,
  );
  return new Set(uses);
}

describe('scripts/publish-as.mjs', () => {
  it('puts repository and version into every example, and leaves no placeholder', () => {
    expect(usesInPages().size).toBe(1);
    expect(publishAs('acme-inc/access.token', 'v1.0.0').status).toBe(0);
    expect([...usesInPages()]).toEqual(['acme-inc/access.token@v1.0.0']);
    expect(textOf('README.md')).toContain('url=https%3A%2F%2Fgithub.com%2Facme-inc%2Faccess.token&');
    expect(textOf('sandbox/workflow/run-job.ts')).toContain("OWN_ACTION = 'acme-inc/access.token'");
    expect(textOf('README.md')).not.toMatch(/OWNER|FULL-COMMIT/);
  });

  it('moves the examples to a later release, and to its commit', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    publishAs('acme-inc/access.token', 'v1.0.0');
    expect(publishAs('acme-inc/access.token', 'v1.1.0').status).toBe(0);
    expect([...usesInPages()]).toEqual(['acme-inc/access.token@v1.1.0']);
    expect(publishAs('acme-inc/access.token', 'v1.2.0', commit).status).toBe(0);
    expect([...usesInPages()]).toEqual([`acme-inc/access.token@${commit} # v1.2.0`]);
    expect(textOf('README.md')).toContain(
      `names this action as \`acme-inc/access.token@${commit} # v1.2.0\`.`,
    );
  });

  it('fails if a placeholder is left', () => {
    writeFileSync(join(copy, 'docs', 'more.md'), 'OWNER / REPOSITORY\n');
    const { status, said } = publishAs('acme-inc/access.token', 'v1.0.0');
    rmSync(join(copy, 'docs', 'more.md'));
    expect(status).toBe(1);
    expect(said).toContain('docs/more.md:1: OWNER / REPOSITORY');
  });

  it.each<string[]>([[], ['acme'], ['acme-inc/token', '1.0.0'], ['acme-inc/token', 'v1.0.0', 'abc']])(
    'changes nothing without a repository and a version: %j',
    (...args) => {
      const before = textOf('README.md');
      expect(publishAs(...args).status).toBe(2);
      expect(textOf('README.md')).toBe(before);
    },
  );
});
