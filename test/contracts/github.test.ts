import { afterEach, describe, expect, test } from 'vitest';
import { FAMILIES, type Family, type SecretPlace } from '../../sandbox/github/places.ts';
import { contractProblems, refusal, seal, setUp, type Key } from './github-octokit.ts';
import { openapiCheck } from './openapi-check.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const repository = { owner: 'acme', repo: 'web' };

/** The path parameters of a family. */
function parametersOf({ kind }: Family): Readonly<Record<string, string>> {
  switch (kind) {
    case 'repository':
      return repository;
    case 'environment':
      return { ...repository, environment_name: 'prod/eu west' };
    case 'organization':
      return { org: 'acme' };
  }
}

function placeOf({ kind, app }: Family): SecretPlace {
  switch (kind) {
    case 'repository':
      return { kind, owner: 'acme', repository: 'web', app };
    case 'environment':
      return { kind, owner: 'acme', repository: 'web', environment: 'prod/eu west' };
    case 'organization':
      return { kind, organization: 'acme', app };
  }
}

describe.each(FAMILIES)('$base', (family) => {
  const place = placeOf(family);
  const parameters = parametersOf(family);
  const visibility = family.kind === 'organization' ? { visibility: 'all' } : {};

  test('a secret is created, told of, updated, listed and deleted', async () => {
    const { github, octokit, clock } = setUp();
    const { request } = octokit();
    const key = await request(`GET ${family.base}/public-key`, parameters);
    expect(key.data).toEqual({
      key_id: expect.stringMatching(/^\d{18}$/) as string,
      key: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
    });
    const put = async (name: string, value: string) =>
      request(`PUT ${family.base}/{secret_name}`, {
        ...parameters,
        ...visibility,
        ...(await seal(value, key.data as Key)),
        secret_name: name,
      });
    expect(await put('token', 'first ✓\n')).toMatchObject({ status: 201, data: {} });
    const created = clock.rfc3339();
    clock.advance(90_500);
    expect(await put('TOKEN', 'second')).toMatchObject({ status: 204 });
    expect(github.secret(place, 'Token')).toMatchObject({ name: 'TOKEN', value: 'second' });
    expect(github.changes.map(({ value, by }) => [value, by])).toEqual([
      ['first ✓\n', 'request'],
      ['second', 'request'],
    ]);

    const named = { ...parameters, secret_name: 'tOKEN' };
    const told = await request(`GET ${family.base}/{secret_name}`, named);
    const dates = { name: 'TOKEN', created_at: created, updated_at: clock.rfc3339() };
    expect(told.data).toEqual({ ...dates, ...visibility });
    expect(JSON.stringify(told)).not.toContain('second');
    const list = await request(`GET ${family.base}`, parameters);
    expect(list.data).toEqual({ total_count: 1, secrets: [told.data] });

    expect(await request(`DELETE ${family.base}/{secret_name}`, named)).toMatchObject({ status: 204 });
    expect(github.secretNames(place)).toEqual([]);
    expect(await refusal(request(`DELETE ${family.base}/{secret_name}`, named))).toMatchObject({
      status: 404,
    });
    expect(await refusal(request(`GET ${family.base}/{secret_name}`, named))).toMatchObject({ status: 404 });
  });

  test('the list has thirty a page, a hundred at most, and says how many there are', async () => {
    const { github, octokit } = setUp();
    const { request, paginate } = octokit();
    github.switches.maximumSecrets[family.kind] = 120;
    for (let i = 0; i < 105; i += 1) github.setSecret(place, `N${String(i).padStart(3, '0')}`, 'x');
    const pages = [{}, { per_page: 100, page: 2 }, { per_page: 200 }].map(async (query) => {
      const response = await request(`GET ${family.base}`, { ...parameters, ...query });
      const list = response.data as { total_count: number; secrets: unknown[] };
      return [list.total_count, list.secrets.length, response.headers.link?.includes('rel="next"')];
    });
    expect(await Promise.all(pages)).toEqual([
      [105, 30, true],
      [105, 5, false],
      [105, 100, true],
    ]);
    const all = await paginate<{ name: string }>(`GET ${family.base}`, parameters);
    expect(all.map(({ name }) => name)).toEqual(github.secretNames(place));
  });

  test('a value that was sealed to another key is refused', async () => {
    const { github, octokit } = setUp();
    const { request } = octokit();
    const key = async () => (await request(`GET ${family.base}/public-key`, parameters)).data as Key;
    const put = async (body: object) =>
      request(`PUT ${family.base}/{secret_name}`, {
        ...parameters,
        ...visibility,
        ...body,
        secret_name: 'A',
      });
    const stale = await key();
    github.rotateKey(place);
    const fresh = await key();
    expect(fresh.key_id).not.toBe(stale.key_id);
    const improper = {
      status: 422,
      message: 'Bad request - validation failed due to an improperly encrypted secret',
    };
    expect(await refusal(put(await seal('x', stale)))).toMatchObject(improper);
    expect(await refusal(put({ ...(await seal('x', stale)), key_id: fresh.key_id }))).toMatchObject(improper);
    expect(await refusal(put({ ...(await seal('x', fresh)), key_id: 'x' }))).toMatchObject(improper);
    github.rotateKey(place, { keepOld: true });
    expect(await put(await seal('x', fresh))).toMatchObject({ status: 201 });
  });

  test('a list has pages', async () => {
    const { github, octokit } = setUp();
    for (let i = 0; i < 70; i += 1) github.setSecret(place, `S${String(i).padStart(2, '0')}`, 'x');
    const client = octokit();
    const first = await client.request(`GET ${family.base}`, parameters);
    const { secrets } = first.data as { secrets: unknown[] };
    expect(secrets).toHaveLength(30);
    expect(first.headers.link).toMatch(/page=2>; rel="next", <.*page=3>; rel="last"/);
    const all = await client.paginate(`GET ${family.base}`, { ...parameters, per_page: 50 });
    expect(all).toHaveLength(70);
  });
});

test('every scope has its own key', async () => {
  const { octokit } = setUp();
  const { request } = octokit();
  const keys = await Promise.all(
    FAMILIES.map((family) => request(`GET ${family.base}/public-key`, parametersOf(family))),
  );
  expect(new Set(keys.map(({ data }) => (data as Key).key)).size).toBe(FAMILIES.length);
  expect(new Set(keys.map(({ data }) => (data as Key).key_id)).size).toBe(FAMILIES.length);
});

test('a repository, an organization and its environments are told of', async () => {
  const { octokit, github, ids } = setUp();
  const { rest } = octokit();
  github.addEnvironment('acme', 'web', 'guarded', {
    wait_timer: 30,
    reviewers: [{ type: 'User', id: 7 }],
    deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
  });
  expect((await rest.repos.get({ owner: 'ACME', repo: 'Web' })).data).toMatchObject({
    id: ids.web,
    full_name: 'acme/web',
    private: true,
  });
  expect((await rest.orgs.get({ org: 'acme' })).data.login).toBe('acme');
  const guarded = { owner: 'acme', repo: 'web', environment_name: 'guarded' };
  const { data } = await rest.repos.getEnvironment(guarded);
  expect(data.protection_rules?.map(({ type }) => type)).toEqual([
    'wait_timer',
    'required_reviewers',
    'branch_policy',
  ]);
});

test('an environment is created, and a PUT of an existing one clears its protection unless switched off', async () => {
  const { octokit, github } = setUp({ plan: 'enterprise' });
  const { rest } = octokit();
  const put = (environment_name: string) =>
    rest.repos.createOrUpdateEnvironment({ owner: 'acme', repo: 'web', environment_name });
  expect((await put('new')).data.name).toBe('new');
  github.addEnvironment('acme', 'web', 'guarded', { wait_timer: 30 });
  github.switches.environmentPutClears = false;
  await put('guarded');
  expect(github.environmentProtection('acme', 'web', 'guarded')).toEqual({ wait_timer: 30 });
  github.switches.environmentPutClears = true;
  await put('guarded');
  expect(github.environmentProtection('acme', 'web', 'guarded')).toEqual({});
  expect(github.environmentPuts.map(({ environment, existed }) => [environment, existed])).toEqual([
    ['new', false],
    ['guarded', true],
    ['guarded', true],
  ]);
});

test('an environment is removed, and its secrets with it', async () => {
  const { octokit, github } = setUp();
  const { rest } = octokit();
  const named = { owner: 'acme', repo: 'web', environment_name: 'gone' };
  const place = { kind: 'environment', owner: 'acme', repository: 'web', environment: 'gone' } as const;
  github.addEnvironment('acme', 'web', 'gone');
  github.setSecret(place, 'A', 'a');
  expect((await rest.repos.deleteAnEnvironment(named)).status).toBe(204);
  expect(await refusal(rest.repos.deleteAnEnvironment(named))).toMatchObject({ status: 404 });
  await rest.repos.createOrUpdateEnvironment(named);
  expect(github.secretNames(place)).toEqual([]);
});

test('the API can be mounted under a prefix, as on an Enterprise Server, which has fewer families', async () => {
  const { octokit } = setUp({ enterpriseServer: true }, '/api/v3');
  const { request } = octokit();
  for (const family of FAMILIES) {
    const key = request(`GET ${family.base}/public-key`, parametersOf(family));
    if (family.onEnterpriseServer) expect((await key).headers).not.toHaveProperty('x-ratelimit-limit');
    else expect(await refusal(key)).toMatchObject({ status: 404 });
  }
  const { data } = await request('GET /repos/{owner}/{repo}', repository);
  expect(data.url).toBe('https://api.github.com/api/v3/repos/acme/web');
});

test('the check against OpenAPI finds what does not fit', async () => {
  const agent = { 'user-agent': 'test' };
  const base = { requestHeaders: agent, requestBody: '', responseBody: '{}', fault: undefined };
  const get = { ...base, method: 'GET', path: '/repos/acme/web/actions/secrets/public-key', status: 200 };
  expect(await openapiCheck({ ...get, responseBody: '{"key_id":"1","key":"k"}' })).toEqual([]);
  expect(await openapiCheck({ ...get, responseBody: '{"key_id":1,"key":"k"}' })).toHaveLength(1);
  expect(await openapiCheck({ ...get, status: 202 })).toHaveLength(1);
  expect(await openapiCheck({ ...get, path: '/repos/acme/web/secrets' })).toHaveLength(1);
  expect(await openapiCheck({ ...get, status: 403, responseBody: '{}' })).toHaveLength(1);
  const put = { ...base, method: 'PUT', path: '/repos/acme/web/actions/secrets/A', status: 201 };
  const json = { ...agent, 'content-type': 'application/json' };
  const sent = (body: object) =>
    openapiCheck({ ...put, requestHeaders: json, requestBody: JSON.stringify(body) });
  expect(await sent({ encrypted_value: 'AAAA', key_id: '1' })).toEqual([]);
  expect(await sent({ encrypted_value: 'AA-A', key_id: '1' })).toHaveLength(1);
  expect(await sent({ encrypted_value: 'AAAA', key_id: 1 })).toHaveLength(1);
  expect(await sent({ encrypted_value: 'AAAA' })).toHaveLength(1);
});
