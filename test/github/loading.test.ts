import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

async function printedBy(script: string): Promise<string> {
  const node = promisify(execFile);
  const { stdout, stderr } = await node(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
  });
  return stdout + stderr;
}

/** Which packages a process of its own has loaded after that code. */
async function loadedBy(code: string): Promise<readonly string[]> {
  const printed = await printedBy(`
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
      if (name !== undefined) loaded.add(name);
      return next(url, context);
    } });
    ${code}
    console.log(JSON.stringify([...loaded]));
  `);
  return JSON.parse(printed) as string[];
}

describe('what is not used is not loaded', () => {
  it('by importing the secret stores', async () => {
    expect(await loadedBy("await import('./src/github/stores.ts');")).toEqual([]);
  });

  it('by reading', async () => {
    const loaded = await loadedBy(`
      const { Bench } = await import('./test/github/bench.ts');
      await new Bench().observed();
    `);
    expect(loaded).toContain('@octokit/rest');
    expect(loaded.filter((name) => name.includes('sodium'))).toEqual([]);
  });
});

describe('Octokit', () => {
  it('prints nothing of its own, neither of failures nor of deprecations', async () => {
    const printed = await printedBy(`
      const { Bench } = await import('./test/github/bench.ts');
      const { WEB } = await import('./sandbox/sandbox.ts');
      const bench = new Bench();
      const headers = { deprecation: 'true', sunset: 'Sat, 01 Jan 2028 00:00:00 GMT' };
      const effect = { kind: 'reply', when: 'before', status: 422, headers };
      bench.sandbox.faults.add({ name: 'deprecated', effect });
      console.log((await bench.observe(WEB)).kind);
    `);
    expect(printed).toBe('unreadable\n');
  });
});
