import { afterEach, describe, expect, test } from 'vitest';
import { contractProblems, refusal, seal, send, setUp } from './github-octokit.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const web = { owner: 'acme', repo: 'web' };
const environment = { ...web, environment_name: 'prod/eu west' };
const repositoryPlace = { kind: 'repository', owner: 'acme', repository: 'web', app: 'actions' } as const;
const environmentPlace = {
  kind: 'environment',
  owner: 'acme',
  repository: 'web',
  environment: 'prod/eu west',
} as const;

describe('a value that was sealed to another key', () => {
  async function world() {
    const made = setUp();
    const { actions } = made.octokit().rest;
    const { data } = await actions.getRepoPublicKey(web);
    made.github.setSecret(repositoryPlace, 'A', 'old');
    made.github.setSecret(environmentPlace, 'A', 'old');
    made.github.rotateKey(repositoryPlace);
    const sealed = await seal('new', data);
    return {
      ...made,
      repository: () => actions.createOrUpdateRepoSecret({ ...web, secret_name: 'A', ...sealed }),
      environment: () =>
        actions.createOrUpdateEnvironmentSecret({ ...environment, secret_name: 'A', ...sealed }),
      values: () => [repositoryPlace, environmentPlace].map((place) => made.github.secret(place, 'A')?.value),
    };
  }

  test('is refused, and what was stored stays', async () => {
    const { repository, environment, values } = await world();
    const refused = {
      status: 422,
      message: 'Bad request - validation failed due to an improperly encrypted secret',
    };
    expect(await refusal(repository())).toMatchObject(refused);
    expect(await refusal(environment())).toMatchObject(refused);
    expect(values()).toEqual(['old', 'old']);
  });

  test('leaves an empty secret if the switch has GitHub accept it', async () => {
    const { repository, environment, values, github } = await world();
    github.switches.unopenableValues = 'stored-empty';
    expect((await repository()).status).toBe(204);
    expect((await environment()).status).toBe(204);
    expect(values()).toEqual(['', '']);
    expect(github.changes.at(-1)).toMatchObject({ name: 'A', value: '', by: 'request' });
  });

  test('is refused by environments alone if the switch says so', async () => {
    const { repository, environment, values, github } = await world();
    github.switches.unopenableValues = 'refused-by-environments';
    expect((await repository()).status).toBe(204);
    expect(await refusal(environment())).toMatchObject({ status: 422 });
    expect(values()).toEqual(['', 'old']);
  });

  test('is opened while the old key is kept', async () => {
    const { octokit, github } = setUp();
    const { actions } = octokit().rest;
    const { data } = await actions.getRepoPublicKey(web);
    github.rotateKey(repositoryPlace, { keepOld: true });
    await actions.createOrUpdateRepoSecret({ ...web, secret_name: 'A', ...(await seal('new', data)) });
    expect(github.secret(repositoryPlace, 'A')?.value).toBe('new');
  });
});

describe('an environment', () => {
  const put = 'PUT /repos/{owner}/{repo}/environments/{environment_name}';

  test('of a private repository has protection as the plan allows', async () => {
    const { octokit, github } = setUp();
    const create = (body: object, repo = 'web') =>
      send(octokit(), put, { owner: 'acme', repo, environment_name: 'new', ...body });
    const branches = {
      deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
    };
    expect((await create({})).status).toBe(200);
    expect((await create(branches)).status).toBe(200);
    for (const field of [{ wait_timer: 0 }, { reviewers: null }, { can_admins_bypass: true }]) {
      expect(await refusal(create(field))).toMatchObject({ status: 422 });
      expect((await create(field, 'site')).status).toBe(200);
    }
    github.switches.plan = 'enterprise';
    expect((await create({ wait_timer: 0 })).status).toBe(200);
  });

  test('says whether administrators may bypass its protection, as it was set', async () => {
    const { octokit } = setUp({ plan: 'enterprise' });
    const create = (body: object) => send(octokit(), put, { ...environment, ...body });
    expect((await create({})).data).toMatchObject({ can_admins_bypass: true });
    expect((await create({ can_admins_bypass: false })).data).toMatchObject({ can_admins_bypass: false });
    const server = setUp({ enterpriseServer: true }, '/api/v3');
    const refused = await refusal(send(server.octokit(), put, { ...environment, can_admins_bypass: false }));
    expect(refused).toMatchObject({
      status: 422,
      message: 'Invalid request.\n\nInvalid input: "can_admins_bypass" is not a permitted key.',
    });
  });

  test('of a private repository is not there on the free plan, nor are its secrets and variables', async () => {
    const { octokit, github } = setUp({ plan: 'free' });
    github.addEnvironment('acme', 'site', 'production');
    const calls = (at: { owner: string; repo: string; environment_name: string }) => [
      () => octokit().request(put, at),
      () => octokit().rest.repos.getEnvironment(at),
      () => octokit().rest.actions.getEnvironmentPublicKey(at),
      () => octokit().rest.actions.listEnvironmentVariables(at),
    ];
    for (const call of calls(environment)) {
      expect(await refusal(call())).toMatchObject({ status: 404, message: 'Not Found' });
    }
    for (const call of calls({ owner: 'acme', repo: 'site', environment_name: 'production' })) {
      expect((await call()).status).toBe(200);
    }
  });
});
