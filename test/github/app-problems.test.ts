import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import type { Target } from '../../src/model/target.ts';
import { ALL, appBench, credentials, organization, repository } from './app-bench.ts';
import { type Bench, failureOf, problemOf } from './bench.ts';

async function said(bench: Bench, target: Target = WEB): Promise<string> {
  return problemOf(await bench.observe(target));
}

describe('an owner where the App is not installed', () => {
  it('is the problem of its own targets alone', async () => {
    const elsewhere = [repository('else', 'where'), organization('else')];
    const bench = appBench({ targets: [WEB, ...elsewhere] });
    const states = await Promise.all([WEB, ...elsewhere].map((target) => bench.observe(target)));
    expect(states.map(({ kind }) => kind)).toEqual(['readable', 'unreadable', 'unreadable']);
    expect(states.slice(1).map((state) => problemOf(state))).toEqual(
      elsewhere.map(() => expect.stringMatching(/^app-not-installed: .*not installed for else/) as unknown),
    );
  });

  it('is looked up once for all of its targets', async () => {
    const targets = ['a', 'b', 'c'].map((name) => repository('else', name));
    const bench = appBench({ targets });
    await Promise.all(targets.map((target) => bench.observe(target)));
    expect(bench.requests).toHaveLength(3);
  });

  it('is found as an organization where only its own secrets are meant', async () => {
    const bench = appBench({ targets: [organization('acme')] });
    expect(await said(bench, organization('acme'))).toBe('readable');
    expect(bench.requests[0]).toBe('GET /orgs/acme/installation');
  });
});

describe('a repository', () => {
  it('that the installation leaves out is no problem of the others', async () => {
    const targets = [repository('acme', 'api'), WEB];
    for (const order of [targets, [...targets].reverse()]) {
      const bench = appBench({ targets: order, repositories: ['web'] });
      const texts = await Promise.all(targets.map((target) => said(bench, target)));
      expect(texts).toEqual([
        expect.stringMatching(/^app-not-installed: acme\/api is not there, or/),
        'readable',
      ]);
    }
  });

  it('that moved is told as such', async () => {
    const targets = [repository('acme', 'api'), WEB];
    const bench = appBench({ targets });
    bench.sandbox.github.moveRepository({ owner: 'acme', name: 'api' }, { owner: 'else', name: 'api' });
    const texts = await Promise.all(targets.map((target) => said(bench, target)));
    expect(texts).toEqual([expect.stringMatching(/^repository-moved: acme\/api/), 'readable']);
  });

  it('that is the only one and left out gets no token for the others', async () => {
    const bench = appBench({ targets: [repository('acme', 'api')], repositories: ['web'] });
    expect(await said(bench, repository('acme', 'api'))).toMatch(/^app-not-installed: acme\/api/);
    expect(bench.sandbox.github.mintedInstallationTokens()).toEqual([]);
  });
});

describe('a permission that the installation has not', () => {
  it('is named for its target, and no problem of the others', async () => {
    const { secrets } = ALL;
    const dependabot = repository('acme', 'web', 'dependabot');
    const bench = appBench({ targets: [WEB, dependabot], permissions: { secrets } });
    expect(await said(bench)).toBe('readable');
    const text = await said(bench, dependabot);
    expect(text).toMatch(/^github-permission-missing: acme\/web \(dependabot\): .*dependabot_secrets: write/);
    expect(text).toContain('Dependabot secrets: read and write');
  });

  it('is missed before a rotation where it only reads', async () => {
    const bench = appBench({ permissions: { secrets: 'read' } });
    expect(await said(bench)).toMatch(/^github-permission-missing: .*secrets: write/);
    expect(await said(appBench({ permissions: { secrets: 'read' }, access: 'read' }))).toBe('readable');
  });

  it('is one that no App has for the Codespaces secrets of an organization', async () => {
    const bench = appBench({ targets: [organization('acme', 'codespaces')] });
    expect(await said(bench, organization('acme', 'codespaces'))).toMatch(/^app-not-allowed: /);
    expect(bench.requests).toEqual([]);
  });
});

describe('an App', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const otherKey = other.export({ type: 'pkcs8', format: 'pem' }).toString();

  it.each([
    ['that GitHub does not know', { ...credentials, clientId: 'Iv23liOther' }, 'app-key-refused'],
    ['with the key of another', { ...credentials, privateKey: otherKey }, 'app-key-refused'],
    ['with a key that is none', { ...credentials, privateKey: 'KEY-MATERIAL' }, 'app-key-unusable'],
  ])('%s is told as such, without its key', async (_what, given, code) => {
    const bench = appBench({ credentials: given });
    const state = await bench.observe(WEB);
    const text = problemOf(state);
    expect(text.startsWith(`${code}: `)).toBe(true);
    expect(bench.requests.length).toBeLessThanOrEqual(1);
    const keyLine = given.privateKey.split('\n')[1] ?? given.privateKey;
    expect(text + JSON.stringify(state) + bench.lines.join()).not.toContain(keyLine);
    expect(state.kind === 'unreadable' && state.problem.cause).toBeUndefined();
  });

  it('that is suspended is told as such', async () => {
    const bench = appBench({ suspended: true });
    expect(await said(bench)).toMatch(/^app-suspended: /);
  });

  it('that gets no answer is told as such, and asked again by the next target', async () => {
    const bench = appBench();
    const effect = { kind: 'reply', when: 'before', status: 503 } as const;
    bench.sandbox.faults.add({ name: 'down', path: /\/installation$/, times: Infinity, effect });
    expect(await said(bench)).toMatch(/^github-max-wait: max-wait left no time/);
    bench.sandbox.faults.clear();
    expect(await said(bench)).toBe('readable');
  });

  it("whose limit at one owner is used up goes on at another's", async () => {
    const blog = repository('octo', 'blog');
    const bench = appBench({ targets: [WEB, blog] });
    const [web, state] = await Promise.all([bench.observed(), bench.observed(blog)]);
    const effect = {
      kind: 'reply',
      when: 'before',
      status: 429,
      headers: { 'retry-after': '7200' },
    } as const;
    bench.sandbox.faults.add({ name: 'limit', path: /acme/, effect });
    expect(await failureOf(bench.write(web, 'NAME', 'x'))).toMatchObject({ code: 'github-max-wait' });
    await bench.write(state, 'NAME', 'x');
    expect(bench.sandbox.github.secret(blog.place, 'NAME')?.value).toBe('x');
  });
});
