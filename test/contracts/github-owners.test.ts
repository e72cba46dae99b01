import { Octokit } from '@octokit/rest';
import { afterEach, describe, expect, test } from 'vitest';
import { contractProblems, refusal, setUp, WRITER } from './github-octokit.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

function world(basePath = '') {
  const made = setUp({}, basePath);
  made.github.addRepository({ owner: 'octocat', name: 'blog', ownerKind: 'User' });
  return made;
}

test('an owner of either kind is shown by its name', async () => {
  const { octokit } = world();
  const { users } = octokit().rest;
  expect((await users.getByUsername({ username: 'Acme' })).data).toMatchObject({
    login: 'acme',
    type: 'Organization',
  });
  expect((await users.getByUsername({ username: 'octocat' })).data.type).toBe('User');
  expect(await refusal(users.getByUsername({ username: 'nobody' }))).toMatchObject({ status: 404 });
});

test('the state of the limit is shown, and asking for it costs nothing', async () => {
  const { octokit, github, clock } = world();
  const { rest } = octokit();
  github.setRateLimit(WRITER, 100, 2);
  await rest.orgs.get({ org: 'acme' });
  const reset = Math.ceil(clock.now() / 1000) + 3600;
  for (const remaining of [1, 1]) {
    const { data } = await rest.rateLimit.get();
    expect(data.resources.core).toEqual({ limit: 100, used: 100 - remaining, remaining, reset });
    expect(data.rate).toEqual(data.resources.core);
  }
  github.switches.enterpriseServer = true;
  github.setRateLimit(WRITER, Infinity);
  expect(await refusal(rest.rateLimit.get())).toMatchObject({
    status: 404,
    message: 'Rate limiting is not enabled.',
  });
});

describe('GraphQL', () => {
  test('says of which kind an owner is', async () => {
    const { octokit } = world();
    const query = `query Owner($login: String!) {
      repositoryOwner(login: $login) { __typename login ... on Organization { databaseId } ...rest }
    }
    fragment rest on User { id }`;
    expect(await octokit().graphql(query, { login: 'acme' })).toEqual({
      repositoryOwner: {
        __typename: 'Organization',
        login: 'acme',
        databaseId: expect.any(Number) as number,
      },
    });
    expect(await octokit().graphql(query, { login: 'octocat' })).toEqual({
      repositoryOwner: { __typename: 'User', login: 'octocat', id: expect.any(String) as string },
    });
    expect(await octokit().graphql(query, { login: 'nobody' })).toEqual({ repositoryOwner: null });
  });

  test('answers both kinds asked at once with the one that is there and an error for the other', async () => {
    const { fetch } = world();
    const query = '{ user(login: "acme") { login } organization(login: "acme") { login id } }';
    const response = await fetch('https://api.github.com/graphql', {
      method: 'POST',
      headers: { 'user-agent': 'test', authorization: `bearer ${WRITER}` },
      body: JSON.stringify({ query }),
    });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        data: { user: null, organization: { login: 'acme', id: expect.any(String) as string } },
        errors: [
          {
            type: 'NOT_FOUND',
            path: ['user'],
            message: "Could not resolve to a User with the login of 'acme'.",
          },
        ],
      },
    ]);
  });

  test('gives the ids of repositories by name, of those that the token sees', async () => {
    const { octokit, ids, github } = world();
    const query = `query MapRepositoryNames {
      repo_000: repository(owner: "acme", name: "web") { databaseId owner { login } }
      repo_001: repository(owner: "acme", name: "site") { databaseId }
    }`;
    expect(await octokit().graphql(query)).toEqual({
      repo_000: { databaseId: ids.web, owner: { login: 'acme' } },
      repo_001: { databaseId: ids.site },
    });
    github.addToken({ token: 'blind', kind: 'installation', repositories: ['acme/site'] });
    await expect(octokit('blind').graphql(query)).rejects.toThrow(
      "Could not resolve to a Repository with the name 'acme/web'.",
    );
  });

  test.each([
    ['{ organization(login: "acme") { secrets } }', "Field 'secrets' doesn't exist on type 'Organization'"],
    ['{ viewer { login } }', "Field 'viewer' doesn't exist on type 'Query'"],
    ['{ organization { login } }', "Field 'organization' is missing required arguments: login"],
    ['mutation { a }', "the sandbox answers queries only, not 'mutation'"],
    ['{ organization(login: "acme") { login }', 'Unexpected end of document'],
    ['{ ...missing }', 'Fragment missing was used, but not defined'],
  ])('refuses %s', async (query, message) => {
    await expect(world().octokit().graphql(query)).rejects.toThrow(message);
  });

  test('lies beside the REST API of an Enterprise Server, and needs a token', async () => {
    const { octokit, fetch } = world('/api/v3');
    const query = '{ organization(login: "acme") { login } }';
    expect(await octokit().graphql(query)).toEqual({ organization: { login: 'acme' } });
    const anonymous = new Octokit({
      baseUrl: 'https://api.github.com/api/v3',
      request: { fetch },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    await expect(anonymous.graphql(query)).rejects.toMatchObject({ status: 401 });
  });
});
