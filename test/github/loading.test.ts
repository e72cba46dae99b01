import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Which packages a process of its own has loaded after that code. */
async function loadedBy(code: string): Promise<readonly string[]> {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
      if (name !== undefined) loaded.add(name);
      return next(url, context);
    } });
    ${code}
    console.log(JSON.stringify([...loaded]));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
  });
  return JSON.parse(stdout) as string[];
}

describe('what is not used is not loaded', () => {
  it('by importing the secret stores', async () => {
    expect(await loadedBy("await import('./src/github/stores.ts');")).toEqual([]);
  });

  it('by reading with a token', async () => {
    const loaded = await loadedBy(`
      const { Requests } = await import('./src/github/requests.ts');
      await new Requests({ deps: { time: {} }, apiUrl: 'https://api.github.com' }).octokit();
    `);
    expect(loaded).toContain('@octokit/rest');
    expect(loaded).not.toContain('@octokit/auth-app');
    expect(loaded.filter((name) => name.includes('sodium'))).toEqual([]);
  });
});
