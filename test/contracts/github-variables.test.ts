import { afterEach, describe, expect, test } from 'vitest';
import { VARIABLE_FAMILIES, type Family, type SecretPlace } from '../../sandbox/github/places.ts';
import { CLASSIC, contractProblems, refusal, send, setUp, WORKFLOW } from './github-octokit.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const web = { owner: 'acme', repo: 'web' };
const org = { org: 'acme' };
const REPOSITORY = '/repos/{owner}/{repo}/actions/variables';
const repositoryPlace = { kind: 'repository', owner: 'acme', repository: 'web', app: 'actions' } as const;

function parametersOf({ kind }: Family): Readonly<Record<string, string>> {
  if (kind === 'organization') return org;
  return kind === 'repository' ? web : { ...web, environment_name: 'prod/eu west' };
}

function placeOf({ kind, app }: Family): SecretPlace {
  if (kind === 'organization') return { kind, organization: 'acme', app };
  if (kind === 'repository') return { kind, owner: 'acme', repository: 'web', app };
  return { kind, owner: 'acme', repository: 'web', environment: 'prod/eu west' };
}

describe.each(VARIABLE_FAMILIES)('$base', (family) => {
  const place = placeOf(family);
  const parameters = parametersOf(family);
  const visibility = family.kind === 'organization' ? { visibility: 'all' } : {};

  test('a variable is created once, read with its value, updated, renamed, listed and deleted', async () => {
    const { github, octokit, clock } = setUp();
    const { request } = octokit();
    const create = (name: string, value: string) =>
      request(`POST ${family.base}`, { ...parameters, ...visibility, name, value });
    expect(await create('client_id', 'first ✓')).toMatchObject({ status: 201, data: {} });
    expect(await refusal(create('CLIENT_ID', 'x'))).toMatchObject({
      status: 409,
      message: 'Already exists - Variable already exists',
    });
    const created = clock.rfc3339();
    const named = { ...parameters, name: 'Client_Id' };
    const patch = (body: object) => request(`PATCH ${family.base}/{name}`, { ...named, data: body });
    clock.advance(90_500);
    expect(await patch({ value: 'second' })).toMatchObject({ status: 204 });
    const told = await request(`GET ${family.base}/{name}`, named);
    expect(told.data).toEqual({
      name: 'CLIENT_ID',
      value: 'second',
      created_at: created,
      updated_at: clock.rfc3339(),
      ...visibility,
    });
    const list = await request(`GET ${family.base}`, parameters);
    expect(list.data).toEqual({ total_count: 1, variables: [told.data] });
    expect(await patch({})).toMatchObject({ status: 204 });
    expect(await patch({ name: 'renamed' })).toMatchObject({ status: 204 });
    expect(github.variableNames(place)).toEqual(['RENAMED']);
    expect(github.variable(place, 'renamed')?.value).toBe('second');
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect(
        await refusal(request(`${method} ${family.base}/{name}`, { ...named, value: 'x' })),
      ).toMatchObject({
        status: 404,
        message: 'Not Found',
      });
    }
    const gone = await request(`DELETE ${family.base}/{name}`, { ...parameters, name: 'Renamed' });
    expect(gone.status).toBe(204);
    expect(github.variableNames(place)).toEqual([]);
    expect(github.variableChanges.map(({ name, value, by }) => [name, value, by])).toEqual([
      ['CLIENT_ID', 'first ✓', 'request'],
      ['CLIENT_ID', 'second', 'request'],
      ['CLIENT_ID', 'second', 'request'],
      ['CLIENT_ID', undefined, 'request'],
      ['RENAMED', 'second', 'request'],
      ['RENAMED', undefined, 'request'],
    ]);
    expect(github.changes).toEqual([]);
  });

  test('there is no upsert, and the list has ten a page, thirty at most', async () => {
    const { github, octokit } = setUp();
    const { request, paginate } = octokit();
    const put = request(`PUT ${family.base}/{name}`, { ...parameters, name: 'A', value: 'x' });
    expect(await refusal(put)).toMatchObject({ status: 404 });
    for (let i = 0; i < 35; i += 1) github.setVariable(place, `N${String(i).padStart(2, '0')}`, 'x');
    const sizes = [undefined, 30, 100].map(async (per_page) => {
      const response = await request(`GET ${family.base}`, { ...parameters, per_page });
      const list = response.data as { total_count: number; variables: unknown[] };
      return [list.total_count, list.variables.length, response.headers.link?.includes('rel="next"')];
    });
    expect(await Promise.all(sizes)).toEqual([
      [35, 10, true],
      [35, 30, true],
      [35, 30, true],
    ]);
    const all = await paginate<{ name: string }>(`GET ${family.base}`, parameters);
    expect(all.map(({ name }) => name)).toEqual(github.variableNames(place));
  });

  test('the permission of the family alone opens it, and never the token of a workflow', async () => {
    const { octokit, github } = setUp();
    const read = (token: string) => refusal(octokit(token).request(`GET ${family.base}`, parameters));
    const write = (token: string) =>
      refusal(octokit(token).request(`DELETE ${family.base}/{name}`, { ...parameters, name: 'A' }));
    const integration = { status: 403, message: 'Resource not accessible by integration' };
    for (const [refused, level] of [
      [await read(WORKFLOW), 'read'],
      [await write(WORKFLOW), 'write'],
    ] as const) {
      expect(refused).toMatchObject(integration);
      expect(refused.headers['x-accepted-github-permissions']).toBe(`${family.permission}=${level}`);
    }
    const other = family.permission === 'actions_variables' ? 'secrets' : 'actions_variables';
    github.addToken({ token: 'app', kind: 'installation', permissions: { [other]: 'write' } });
    expect(await write('app')).toMatchObject(integration);
    github.grant('app', family.permission, 'read');
    expect((await octokit('app').request(`GET ${family.base}`, parameters)).status).toBe(200);
    expect(await write('app')).toMatchObject(integration);
    github.grant('app', family.permission, 'write');
    expect(await write('app')).toMatchObject({ status: 404 });
    github.addToken({ token: 'person', kind: 'fine-grained', permissions: {} });
    expect(await write('person')).toMatchObject({
      status: 403,
      message: 'Resource not accessible by personal access token',
    });
    expect(await write(CLASSIC)).toMatchObject({ status: 404 });
  });
});

describe('a variable is refused', () => {
  test.each([
    [{}, 'object is missing required keys: name, value.'],
    [{ name: 'A' }, 'object is missing required key: value.'],
  ])('for the body %j', async (body, finding) => {
    const { octokit } = setUp();
    const refused = await refusal(send(octokit(), `POST ${REPOSITORY}`, { ...web, data: body }));
    expect(refused).toMatchObject({ status: 422, message: `Invalid request.\n\nInvalid input: ${finding}` });
    expect(refused.body['documentation_url']).toBe(
      'https://docs.github.com/rest/actions/variables#create-a-repository-variable',
    );
  });

  test('for a value that is no text', async () => {
    const { octokit } = setUp();
    const refused = await refusal(send(octokit(), `POST ${REPOSITORY}`, { ...web, name: 'A', value: true }));
    expect(refused).toMatchObject({ status: 422 });
  });

  test('for its name, when it is created and when it is renamed', async () => {
    const { octokit, github } = setUp();
    github.setVariable(repositoryPlace, 'A', 'a');
    github.setVariable(repositoryPlace, 'B', 'b');
    const create = (name: string) =>
      refusal(octokit().request(`POST ${REPOSITORY}`, { ...web, name, value: 'x' }));
    const rename = (name: string) =>
      refusal(octokit().request(`PATCH ${REPOSITORY}/A`, { ...web, data: { name } }));
    for (const call of [create, rename]) {
      expect(await call('github_x')).toMatchObject({
        status: 422,
        message: 'Variable names must not start with GITHUB_.',
      });
      for (const name of ['1A', 'A-B', 'A B', '']) {
        expect((await call(name)).message).toMatch(
          /^Variable names can only contain alphanumeric characters/,
        );
      }
      expect(await call('b')).toMatchObject({ status: 409 });
    }
    expect(github.variableNames(repositoryPlace)).toEqual(['A', 'B']);
  });

  test('for a size or a number beyond the limits', async () => {
    const { octokit, github } = setUp();
    const create = (name: string, value = 'x') =>
      octokit().request(`POST ${REPOSITORY}`, { ...web, name, value });
    expect(await refusal(create('A', 'é'.repeat(24_001)))).toMatchObject({ status: 422 });
    expect((await create('A', 'é'.repeat(24_000))).status).toBe(201);
    const patched = octokit().request(`PATCH ${REPOSITORY}/A`, { ...web, value: 'x'.repeat(48_001) });
    expect(await refusal(patched)).toMatchObject({ status: 422 });
    github.switches.maximumVariables.repository = 2;
    expect((await create('B')).status).toBe(201);
    expect(await refusal(create('C'))).toMatchObject({ status: 422 });
    expect(await refusal(create('A'))).toMatchObject({ status: 409 });
  });

  test('as not found for an environment that is not there, and for a repository that is not seen', async () => {
    const { octokit, github } = setUp();
    const at = { ...web, environment_name: 'missing', name: 'A', value: 'x' };
    const path = 'POST /repos/{owner}/{repo}/environments/{environment_name}/variables';
    expect(await refusal(octokit().request(path, at))).toMatchObject({ status: 404, message: 'Not Found' });
    github.addToken({ token: 'narrow', kind: 'installation', permissions: {}, repositories: ['acme/api'] });
    expect(await refusal(octokit('narrow').request(`GET ${REPOSITORY}`, web))).toMatchObject({ status: 404 });
  });

  test('on an Enterprise Server for agents, which it does not have', async () => {
    const { octokit } = setUp({ enterpriseServer: true }, '/api/v3');
    expect((await octokit().request(`GET ${REPOSITORY}`, web)).status).toBe(200);
    const agents = octokit().request('GET /repos/{owner}/{repo}/agents/variables', web);
    expect(await refusal(agents)).toMatchObject({ status: 404 });
  });
});

test('replies spell a name as it was created only if the switch says so', async () => {
  const { octokit, github } = setUp({ variableNamesKeepCase: true });
  const { request } = octokit();
  await request(`POST ${REPOSITORY}`, { ...web, name: 'Mixed', value: 'x' });
  await request(`PATCH ${REPOSITORY}/MIXED`, { ...web, data: { name: 'mixed', value: 'y' } });
  const told = await request(`GET ${REPOSITORY}/mixed`, web);
  expect(told.data).toMatchObject({ name: 'Mixed', value: 'y' });
  expect(github.variableNames(repositoryPlace)).toEqual(['MIXED']);
});
