import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import type { App, OrganizationPlace, Target } from '../../src/model/target.ts';
import { Bench, failureOf, problemOf } from './bench.ts';

type OrganizationTarget = Target & { readonly place: OrganizationPlace };
const { clientIdName: ID, clientSecretName: SECRET } = WEB;

function organization(more: Partial<Omit<OrganizationPlace, 'kind'>> = {}): OrganizationTarget {
  const place: OrganizationPlace = {
    kind: 'organization',
    organization: 'acme',
    app: 'actions',
    visibility: undefined,
    repositories: undefined,
    ...more,
  };
  return { ...WEB, place };
}

function repositories(bench: Bench, count: number): readonly number[] {
  const names = Array.from({ length: count }, (_, i) => `repository-${i}`);
  return names.map((name) => bench.sandbox.github.addRepository({ owner: 'acme', name }));
}

function sharing(bench: Bench, target: OrganizationTarget, name: string): unknown {
  const { visibility, repositoryIds } = bench.sandbox.github.secret(target.place, name) ?? {};
  return { visibility, repositoryIds };
}

describe("an organization's secret", () => {
  it('is private where nothing else is said', async () => {
    const bench = new Bench();
    const target = organization();
    await bench.write(await bench.observed(target), SECRET, 'value');
    expect(sharing(bench, target, SECRET)).toMatchObject({ visibility: 'private' });
  });

  it.each(['all', 'private'] as const)('stays visible to %s', async (visibility) => {
    const bench = new Bench();
    const target = organization();
    bench.sandbox.github.setSecret(target.place, SECRET, 'old', { visibility, repositoryIds: [] });
    await bench.write(await bench.observed(target), SECRET, 'value');
    expect(bench.sandbox.github.secret(target.place, SECRET)).toMatchObject({ value: 'value', visibility });
  });

  it.each<[App, number]>([
    ['actions', 2],
    ['dependabot', 250],
    ['codespaces', 100],
    ['agents', 101],
  ])('of %s stays visible to all %i repositories that were selected', async (app, count) => {
    const bench = new Bench();
    const target = organization({ app });
    const repositoryIds = repositories(bench, count);
    bench.sandbox.github.setSecret(target.place, SECRET, 'old', { visibility: 'selected', repositoryIds });
    bench.sandbox.github.setSecret(target.place, ID, 'old', { visibility: 'all', repositoryIds: [] });
    const state = await bench.observed(target);
    expect(bench.requests).toHaveLength(1);
    await bench.write(state, SECRET, 'value');
    // The key, the pages of the selection, and the write.
    expect(bench.requests).toHaveLength(1 + 1 + Math.ceil(count / 100) + 1);
    expect(sharing(bench, target, SECRET)).toEqual({ visibility: 'selected', repositoryIds });
  });

  it('keeps an empty selection', async () => {
    const bench = new Bench();
    const target = organization();
    bench.sandbox.github.setSecret(target.place, SECRET, 'old', {
      visibility: 'selected',
      repositoryIds: [],
    });
    await bench.write(await bench.observed(target), SECRET, 'value');
    expect(sharing(bench, target, SECRET)).toEqual({ visibility: 'selected', repositoryIds: [] });
  });

  it('that is new is as visible as its sibling', async () => {
    const bench = new Bench();
    const target = organization();
    const repositoryIds = repositories(bench, 2);
    bench.sandbox.github.setSecret(target.place, SECRET, 'old', { visibility: 'selected', repositoryIds });
    await bench.stores.writeClientId(await bench.observed(target), 'id');
    expect(sharing(bench, target, ID)).toEqual({ visibility: 'selected', repositoryIds });
  });

  it.each<[App, unknown]>([
    ['actions', 'number'],
    ['dependabot', 'string'],
    ['agents', 'number'],
  ])('of %s is visible to the repositories that the target names, with ids as a %s', async (app, type) => {
    const bench = new Bench();
    const target = organization({ app, visibility: 'selected', repositories: ['web', 'api'] });
    await bench.write(await bench.observed(target), SECRET, 'value');
    const ids = bench.log
      .filter(({ path }) => /^\/repos\/acme\/(web|api)$/.test(path))
      .map(({ responseBody }) => (JSON.parse(responseBody) as { id: number }).id);
    expect(ids).toHaveLength(2);
    expect(sharing(bench, target, SECRET)).toEqual({ visibility: 'selected', repositoryIds: ids });
    const body = JSON.parse(bench.log.at(-1)?.requestBody ?? '') as { selected_repository_ids: unknown[] };
    expect(body.selected_repository_ids.map((id) => typeof id)).toEqual([type, type]);
  });

  it('changes its visibility where the target says so', async () => {
    const bench = new Bench();
    const target = organization({ visibility: 'all' });
    const repositoryIds = repositories(bench, 1);
    bench.sandbox.github.setSecret(target.place, SECRET, 'old', { visibility: 'selected', repositoryIds });
    await bench.write(await bench.observed(target), SECRET, 'value');
    expect(sharing(bench, target, SECRET)).toEqual({ visibility: 'all', repositoryIds: [] });
  });

  it('is proven writable by a secret that nobody sees', async () => {
    const bench = new Bench();
    const target = organization({ visibility: 'all' });
    await bench.stores.checkWrite(await bench.observed(target));
    const put = bench.log.find(({ method }) => method === 'PUT');
    expect(JSON.parse(put?.requestBody ?? '')).toMatchObject({
      visibility: 'selected',
      selected_repository_ids: [],
    });
    expect(bench.sandbox.github.secretNames(target.place)).toEqual([]);
  });
});

describe("an organization's target is a problem before anything is written", () => {
  it('where it names a repository that is not there', async () => {
    const bench = new Bench();
    const target = organization({ visibility: 'selected', repositories: ['web', 'nix'] });
    const { code, text } = await failureOf(bench.stores.checkWrite(await bench.observed(target)));
    expect(`${code}: ${text}`).toMatch(
      /^repository-not-found: organization acme: its line names the repository nix/,
    );
  });

  it('where it names a repository by a name that it has no more', async () => {
    const bench = new Bench();
    bench.sandbox.github.moveRepository({ owner: 'acme', name: 'web' }, { owner: 'acme', name: 'site' });
    const target = organization({ visibility: 'selected', repositories: ['web'] });
    const checked = bench.stores.checkWrite(await bench.observed(target));
    expect(await failureOf(checked)).toMatchObject({ code: 'repository-not-found' });
  });

  it('where the selection is nowhere said', async () => {
    const text = problemOf(await new Bench().observe(organization({ visibility: 'selected' })));
    expect(text).toMatch(/^selection-missing: .*Add repositories=/);
  });

  it.each([
    ['counts more than it lists', JSON.stringify({ total_count: 3, repositories: [{ id: 1 }] })],
    ['lists the same page again and again', JSON.stringify({ total_count: 102, repositories: [{ id: 1 }] })],
    ['never comes to an end', JSON.stringify({ total_count: 1e12, repositories: [{ id: 1 }] })],
  ])('where GitHub %s', async (_what, body) => {
    const bench = new Bench();
    const target = organization();
    const repositoryIds = repositories(bench, 1);
    bench.sandbox.github.setSecret(target.place, SECRET, 'old', { visibility: 'selected', repositoryIds });
    const effect = { kind: 'reply', when: 'before', status: 200, body } as const;
    const headers = { 'content-type': 'application/json' };
    bench.sandbox.faults.add({
      name: 'x',
      path: /repositories/,
      times: Infinity,
      effect: { ...effect, headers },
    });
    const problem = await failureOf(bench.stores.checkWrite(await bench.observed(target)));
    expect(problem.code).toBe('selection-incomplete');
    expect(problem.text).toContain('CF_ACCESS_CLIENT_SECRET');
    expect(bench.log.length).toBeLessThan(10);
  });

  it('where GitHub leaves out who may see a secret', async () => {
    const bench = new Bench();
    const target = organization();
    bench.sandbox.github.setSecret(target.place, SECRET, 'old');
    const secret = { name: SECRET, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };
    const headers = { 'content-type': 'application/json' };
    const effect = {
      kind: 'reply',
      when: 'before',
      status: 200,
      body: JSON.stringify({ total_count: 1, secrets: [secret] }),
      headers,
    } as const;
    bench.sandbox.faults.add({ name: 'x', path: /secrets\?/, times: Infinity, effect });
    expect(problemOf(await bench.observe(target))).toMatch(/^github-max-wait: /);
  });
});
