import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '../../dist');
const MOST_BYTES = 1_100_000;

describe('the bundle', () => {
  it('is the entry point, what it loads when it needs it, and their licenses', async () => {
    const names = await readdir(DIST);
    const later = names.filter((name) => /^\d+\.index\.js$/.test(name));
    expect(names.filter((name) => !later.includes(name)).sort()).toEqual([
      'index.js',
      'licenses.txt',
      'package.json',
    ]);
    const code = await Promise.all(later.map((name) => readFile(join(DIST, name), 'utf8')));
    const holding = (text: string): number => code.filter((one) => one.includes(text)).length;
    expect([later.length, holding('crypto_box_seal'), holding('class LineCounter')]).toEqual([2, 1, 1]);
  });

  it('is small enough to be read by V8 without delay', async () => {
    expect((await stat(join(DIST, 'index.js'))).size).toBeLessThan(MOST_BYTES);
  });

  it('has of the SDK what tokens and policies need, and of the toolkit what is used', async () => {
    const code = await readFile(join(DIST, 'index.js'), 'utf8');
    const modules = [...code.matchAll(/CONCATENATED MODULE: \.\/node_modules\/(\S+)/g)].map(
      ([, path]) => path ?? '',
    );
    const resources = modules.filter((path) => path.startsWith('cloudflare/resources/'));
    expect(resources.toSorted()).toEqual([
      'cloudflare/resources/zero-trust/access/applications/applications.mjs',
      'cloudflare/resources/zero-trust/access/applications/policies.mjs',
      'cloudflare/resources/zero-trust/access/groups.mjs',
      'cloudflare/resources/zero-trust/access/policies.mjs',
      'cloudflare/resources/zero-trust/access/service-tokens.mjs',
    ]);
    // undici, by which @actions/core would ask for an OIDC token.
    expect(code).not.toContain('class ProxyAgent');
  });
});
