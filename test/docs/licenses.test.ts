import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { licensesOf, sourcesOf } from '../../scripts/licenses.ts';
import { filesIn, textOf } from './repository-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'licenses-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('dist/licenses.txt', () => {
  const text = textOf('dist/licenses.txt');
  const code = filesIn('dist', '.js').map(textOf).join('\n');
  const packages = [...text.matchAll(/^(@?[\w./-]+) \d+\.\d+\.\d+\n(?=\S+\n)/gm)].map(
    ([, name = '']) => name,
  );

  it('names every package whose files the bundle says it holds', () => {
    const held = [...code.matchAll(/CONCATENATED MODULE: \S*node_modules\/((?:@[^/]+\/)?[^/]+)\//g)];
    expect(held.length).toBeGreaterThan(10);
    for (const [, name] of held) expect(packages).toContain(name);
  });

  it('names no package whose code was removed', () => {
    for (const name of ['undici', 'tunnel', 'dotenv', 'ncc']) expect(packages).not.toContain(name);
  });

  it("has the license of the query string code in Cloudflare's SDK", () => {
    expect(text).toMatch(/^Of its internal\/qs:\n\nBSD 3-Clause License\n/m);
    expect(text).toContain('Nathan LaFreniere');
  });
});

describe('scripts/licenses.ts', () => {
  const json = (name: string, license?: string): string =>
    JSON.stringify({ name, version: '1.2.3', license });

  it('has each package once, the nested one of another version as well, and nothing of the project', () => {
    write('node_modules/one/package.json', json('one', 'MIT'));
    write('node_modules/one/LICENSE', 'Text of one\r\n');
    write('node_modules/one/node_modules/@x/two/package.json', json('@x/two', 'ISC'));
    const text = licensesOf([
      write('node_modules/one/lib/a.js', ''),
      write('node_modules/one/lib/b.js', ''),
      write('node_modules/one/node_modules/@x/two/index.js', ''),
      write('src/own.ts', ''),
    ]);
    expect(text).toBe('@x/two 1.2.3\nISC\n\n\none 1.2.3\nMIT\n\nText of one\n');
  });

  it('has the license of a part of a package, beside its source too, and only if that part is used', () => {
    write('node_modules/sdk/package.json', json('sdk', 'Apache-2.0'));
    write('node_modules/sdk/src/internal/qs/LICENSE.md', 'Text of the part');
    expect(licensesOf([write('node_modules/sdk/index.js', '')])).toBe('sdk 1.2.3\nApache-2.0\n');
    expect(licensesOf([write('node_modules/sdk/internal/qs/a.js', '')])).toContain(
      'Of its internal/qs:\n\nText of the part',
    );
  });

  it('fails if a package does not name its license', () => {
    write('node_modules/none/package.json', json('none'));
    expect(() => licensesOf([write('node_modules/none/a.js', '')])).toThrow('none does not name its license');
  });

  it('counts code that the map knows and that is not cut, and nothing that the bundler wrote', () => {
    // `one();` and `two();` come from a.js and b.js, each name with an entry; `glue();` has none.
    const map = { version: 3, sources: ['a.js', 'b.js'], names: [], mappings: 'AAAA;ACAA;' };
    const code = 'one();\ntwo();\nglue();\n';
    expect(sourcesOf(code, JSON.stringify(map), [])).toEqual(['a.js', 'b.js']);
    expect(sourcesOf(code, JSON.stringify(map), [[7, 13]])).toEqual(['a.js']);
  });
});
