import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const DIST = join(import.meta.dirname, '../../dist');
/** A third of it is what a manifest needs, and is run only then. */
const MOST_BYTES = 1_800_000;

describe('the bundle', () => {
  it('is one file beside its licenses', async () => {
    expect((await readdir(DIST)).sort()).toEqual(['index.js', 'licenses.txt', 'package.json']);
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
