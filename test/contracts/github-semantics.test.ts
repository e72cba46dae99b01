import { afterEach, describe, expect, test } from 'vitest';
import { contractProblems, refusal, seal, send, setUp, WORKFLOW, WRITER } from './github-octokit.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const web = { owner: 'acme', repo: 'web' };
const place = { kind: 'organization', organization: 'acme', app: 'actions' } as const;
const named = { org: 'acme', secret_name: 'A' };

describe('an organization secret', () => {
  async function organization() {
    const world = setUp();
    const { request, paginate } = world.octokit();
    const { data } = await world.octokit().rest.actions.getOrgPublicKey({ org: 'acme' });
    const route = 'PUT /orgs/{org}/actions/secrets/{secret_name}';
    const put = async (body: object) =>
      send(world.octokit(), route, {
        ...named,
        ...(await seal('x', data)),
        ...body,
      });
    return { ...world, put, request, paginate };
  }

  test('loses the selected repositories that an update leaves out', async () => {
    const { put, request, ids, github } = await organization();
    await put({ visibility: 'selected', selected_repository_ids: [ids.web, ids.api] });
    expect(github.secret(place, 'A')?.repositoryIds).toEqual([ids.web, ids.api]);
    const { data } = await request('GET /orgs/{org}/actions/secrets/{secret_name}', named);
    expect(data).toMatchObject({
      visibility: 'selected',
      selected_repositories_url: 'https://api.github.com/orgs/acme/actions/secrets/A/repositories',
    });
    await put({ visibility: 'selected' });
    expect(github.secret(place, 'A')).toMatchObject({ visibility: 'selected', repositoryIds: [] });
  });

  test('is refused without visibility, with another than the three, and with ids that do not fit', async () => {
    const { put, ids } = await organization();
    expect((await refusal(put({}))).message).toBe('Invalid request.\n\n"visibility" wasn\'t supplied.');
    expect((await refusal(put({ visibility: 'public' }))).message).toBe(
      'Invalid request.\n\npublic is not a member of ["all","private","selected"].',
    );
    const refused = [
      { visibility: 'selected', selected_repository_ids: [1] },
      { visibility: 'selected', selected_repository_ids: [String(ids.web)] },
    ];
    for (const body of refused) expect(await refusal(put(body))).toMatchObject({ status: 422 });
  });

  test('passes over ids beside another visibility, or refuses them if the switch says so', async () => {
    const { put, ids, github } = await organization();
    const body = { visibility: 'all', selected_repository_ids: [ids.web] };
    expect(await put(body)).toMatchObject({ status: 201 });
    expect(github.secret(place, 'A')).toMatchObject({ visibility: 'all', repositoryIds: [] });
    github.switches.unusedRepositoryIds = 'refused';
    expect(await refusal(put(body))).toMatchObject({ status: 422 });
  });

  test('of Dependabot takes ids as strings too', async () => {
    const { octokit, ids, github } = await organization();
    const { dependabot } = octokit().rest;
    const { data } = await dependabot.getOrgPublicKey({ org: 'acme' });
    await dependabot.createOrUpdateOrgSecret({
      ...named,
      ...(await seal('x', data)),
      visibility: 'selected',
      selected_repository_ids: [String(ids.web)],
    });
    expect(github.secret({ ...place, app: 'dependabot' }, 'A')?.repositoryIds).toEqual([ids.web]);
  });

  test('tells its selected repositories in pages, and has them set, added and removed', async () => {
    const { put, paginate, request, ids, github, octokit } = await organization();
    const path = '/orgs/{org}/actions/secrets/{secret_name}/repositories';
    const many = Array.from({ length: 33 }, (_, i) => github.addRepository({ owner: 'acme', name: `r${i}` }));
    await put({ visibility: 'selected', selected_repository_ids: many });
    const first = await octokit().rest.actions.listSelectedReposForOrgSecret(named);
    expect(first.data.total_count).toBe(33);
    expect(first.data.repositories).toHaveLength(30);
    const all = await paginate('GET /orgs/{org}/actions/secrets/{secret_name}/repositories', named);
    expect(all.map(({ id }) => id)).toEqual(many);
    const selected = () => github.secret(place, 'A')?.repositoryIds;
    await request(`PUT ${path}`, { ...named, selected_repository_ids: [ids.web] });
    await request(`PUT ${path}/{repository_id}`, { ...named, repository_id: ids.api });
    expect(selected()).toEqual([ids.web, ids.api]);
    await request(`DELETE ${path}/{repository_id}`, { ...named, repository_id: ids.web });
    expect(selected()).toEqual([ids.api]);
  });

  test('whose visibility is not selected refuses repositories as a conflict', async () => {
    const { put, request, ids } = await organization();
    await put({ visibility: 'private' });
    const path = '/orgs/{org}/actions/secrets/{secret_name}/repositories';
    const conflict = {
      status: 409,
      body: {
        errors:
          "You cannot update selected repositories for a secret when the visibility is not set to 'selected'",
      },
    };
    const one = { ...named, repository_id: ids.web };
    expect(await refusal(request(`PUT ${path}/{repository_id}`, one))).toMatchObject(conflict);
    expect(await refusal(request(`DELETE ${path}/{repository_id}`, one))).toMatchObject(conflict);
    expect(await refusal(request(`PUT ${path}`, { ...named, selected_repository_ids: [] }))).toMatchObject(
      conflict,
    );
  });

  test('that is set by hand keeps its visibility', async () => {
    const { put, ids, github } = await organization();
    await put({ visibility: 'selected', selected_repository_ids: [ids.web] });
    github.setSecret(place, 'a', 'by hand');
    expect(github.secret(place, 'A')).toMatchObject({ value: 'by hand', repositoryIds: [ids.web] });
    github.removeSecret(place, 'A');
    expect(github.secret(place, 'A')).toBeUndefined();
    expect(github.changes.map(({ by, value }) => [by, value])).toEqual([
      ['request', 'x'],
      ['hand', 'by hand'],
      ['hand', undefined],
    ]);
  });
});

test('a repository that moved is redirected by its id, for those who see it, and keeps its secrets', async () => {
  const { octokit, github, ids, fetch } = setUp();
  const from = { kind: 'repository', owner: 'acme', repository: 'web', app: 'actions' } as const;
  github.setSecret(from, 'A', 'kept');
  github.moveRepository({ owner: 'acme', name: 'web' }, { owner: 'acme', name: 'shop' });
  expect(github.secret({ ...from, repository: 'shop' }, 'A')?.value).toBe('kept');
  const headers = { 'user-agent': 'test', authorization: `Bearer ${WRITER}` };
  const url = 'https://api.github.com/repos/acme/web/environments/prod%2Feu%20west/secrets';
  const location = `https://api.github.com/repositories/${ids.web}/environments/prod%2Feu%20west/secrets`;
  const read = await fetch(`${url}/public-key`, { headers });
  expect([read.status, read.headers.get('location')]).toEqual([301, `${location}/public-key`]);
  const written = await fetch(`${url}/A`, { method: 'DELETE', headers });
  expect([written.status, written.headers.get('location')]).toEqual([307, `${location}/A`]);
  expect((await fetch(`${location}/public-key`, { headers })).status).toBe(200);
  github.addToken({ token: 'blind', kind: 'fine-grained', repositories: [] });
  expect(await refusal(octokit('blind').rest.repos.get(web))).toMatchObject({ status: 404 });
  github.addRepository({ owner: 'acme', name: 'web' });
  expect((await octokit().rest.repos.get(web)).status).toBe(200);
});

describe('limits', () => {
  const remove = { ...web, secret_name: 'PROBE' };

  test('the hourly limit refuses when it is used up, until it resets', async () => {
    const { octokit, github, clock } = setUp();
    const { actions } = octokit().rest;
    github.setRateLimit(WRITER, 100, 1);
    const { headers } = await actions.getRepoPublicKey(web);
    const reset = Math.ceil(clock.now() / 1000) + 3600;
    expect(headers).toMatchObject({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-used': '100',
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-resource': 'core',
    });
    const refused = await refusal(actions.getRepoPublicKey(web));
    expect(refused).toMatchObject({ status: 403, headers: { 'x-ratelimit-remaining': '0' } });
    expect(refused.message).toMatch(/^API rate limit exceeded for user ID \d+\./);
    github.switches.primaryLimitStatus = 429;
    expect(await refusal(actions.getRepoPublicKey(web))).toMatchObject({ status: 429 });
    clock.advance(3_600_000);
    expect((await actions.getRepoPublicKey(web)).headers['x-ratelimit-used']).toBe('1');
    const own = await octokit(WORKFLOW).rest.repos.get(web);
    expect(own.headers['x-ratelimit-limit']).toBe('1000');
  });

  test('the secondary limit refuses fast writes, and says how long to wait', async () => {
    const { octokit, github, clock } = setUp({ secondaryLimit: { writesPerMinute: 2 } });
    const { actions } = octokit().rest;
    const write = () => refusal(actions.deleteRepoSecret(remove));
    expect(await write()).toMatchObject({ status: 404 });
    clock.advance(10_000);
    expect(await write()).toMatchObject({ status: 404 });
    const refused = await write();
    expect(refused).toMatchObject({ status: 403, headers: { 'retry-after': '60' } });
    expect(refused.message).toMatch(/secondary rate limit/);
    expect((await actions.getRepoPublicKey(web)).status).toBe(200);
    clock.advance(59_999);
    expect(await write()).toMatchObject({ status: 403, headers: { 'retry-after': '1' } });
    clock.advance(1);
    expect(await write()).toMatchObject({ status: 404 });
    github.switches.secondaryLimit = { writesPerMinute: 0, status: 429, retryAfter: false, text: 'blocked' };
    clock.advance(60_000);
    const blocked = await write();
    expect(blocked).toMatchObject({ status: 429 });
    expect(blocked.headers['retry-after']).toBeUndefined();
    expect(blocked.message).toMatch(/temporarily blocked from content creation/);
  });
});
