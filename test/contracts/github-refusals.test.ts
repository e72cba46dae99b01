import { afterEach, describe, expect, test } from 'vitest';
import { FAMILIES } from '../../sandbox/github/places.ts';
import { CLASSIC, contractProblems, refusal, seal, send, setUp, WORKFLOW, WRITER } from './github-octokit.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const web = { owner: 'acme', repo: 'web' };
const INTEGRATION = 'Resource not accessible by integration';
const PERSONAL = 'Resource not accessible by personal access token';

describe('a request is refused', () => {
  test('without a User-Agent, a token, or a known token', async () => {
    const { fetch, octokit, github } = setUp();
    const response = await fetch('https://api.github.com/repos/acme/web');
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('User-Agent');
    expect(await refusal(octokit('').rest.repos.get(web))).toMatchObject({
      status: 401,
      message: 'Requires authentication',
    });
    const bad = { status: 401, message: 'Bad credentials' };
    expect(await refusal(octokit('ghp_unknown').rest.repos.get(web))).toMatchObject(bad);
    github.revokeToken(WRITER);
    expect(await refusal(octokit().rest.repos.get(web))).toMatchObject(bad);
  });

  test('for a version of the API that does not exist, a trailing slash, and POST', async () => {
    const { octokit, fetch } = setUp();
    const { request } = octokit();
    const headers = { 'x-github-api-version': '2021-01-01' };
    expect(await refusal(request('GET /repos/acme/web', { headers }))).toMatchObject({ status: 400 });
    const posted = request('POST /repos/acme/web/actions/secrets/A');
    expect(await refusal(posted)).toMatchObject({ status: 404, message: 'Not Found' });
    const slash = await fetch('https://api.github.com/repos/acme/web/actions/secrets/', {
      headers: { 'user-agent': 'test', authorization: `Bearer ${WRITER}` },
    });
    expect(slash.status).toBe(404);
  });

  test("on every secrets path, for the workflow's own token", async () => {
    const { octokit } = setUp();
    const { request } = octokit(WORKFLOW);
    for (const { base, permission } of FAMILIES) {
      const path = base
        .replace('{owner}/{repo}', 'acme/web')
        .replace('{org}', 'acme')
        .replace('{environment_name}', 'missing');
      for (const [route, level] of [
        [`GET ${path}/public-key`, 'read'],
        [`DELETE ${path}/A`, 'write'],
      ] as const) {
        const refused = await refusal(request(route));
        expect(refused).toMatchObject({ status: 403, message: INTEGRATION });
        expect(refused.headers['x-accepted-github-permissions']).toBe(`${permission}=${level}`);
      }
    }
  });

  test('with the text for the kind of token, where a permission or a scope is missing', async () => {
    const { octokit, github } = setUp();
    github.addToken({ token: 'reader', kind: 'fine-grained', permissions: { secrets: 'read' } });
    github.addToken({ token: 'app', kind: 'installation', permissions: { secrets: 'read' } });
    github.addToken({ token: 'public', kind: 'classic', scopes: ['public_repo'] });
    github.addToken({ token: 'org-less', kind: 'classic', scopes: ['repo'] });
    github.addToken({ token: 'guest', kind: 'classic', scopes: ['repo'], role: 'read' });
    const site = { owner: 'acme', repo: 'site' };
    const remove = (token: string, at = web) =>
      refusal(octokit(token).rest.actions.deleteRepoSecret({ ...at, secret_name: 'PROBE' }));
    const personal = await remove('reader');
    expect(personal).toMatchObject({ status: 403, message: PERSONAL, body: { status: '403' } });
    expect(personal.headers['x-accepted-github-permissions']).toBe('secrets=write');
    expect(await remove('app')).toMatchObject({ status: 403, message: INTEGRATION });
    const text =
      'You must have repository read permissions or have the repository secrets fine-grained permission.';
    const classic = await remove('public', site);
    expect(classic).toMatchObject({ status: 403, message: text });
    expect(classic.headers['x-oauth-scopes']).toBe('public_repo');
    expect(classic.headers['x-accepted-github-permissions']).toBeUndefined();
    expect(await remove('guest', site)).toMatchObject({ status: 403, message: text });
    expect(await remove('public')).toMatchObject({ status: 404 });
    expect(await refusal(octokit('org-less').rest.actions.getOrgPublicKey({ org: 'acme' }))).toMatchObject({
      status: 403,
      message: 'You must be an org admin or have the actions secrets fine-grained permission.',
    });
    expect(await remove(CLASSIC)).toMatchObject({ status: 404 });
    github.grant('reader', 'secrets', 'write');
    expect(await remove('reader')).toMatchObject({ status: 404 });
    github.revokePermission('reader', 'secrets');
    expect(await remove('reader')).toMatchObject({ status: 403 });
  });

  test('by single sign-on, until the token is authorized for it', async () => {
    const { octokit, github } = setUp();
    const options = { token: 'sso', kind: 'classic', scopes: ['repo'] } as const;
    github.addToken({ ...options, withoutSso: ['acme'] });
    const refused = await refusal(octokit('sso').rest.actions.getRepoPublicKey(web));
    expect(refused).toMatchObject({
      status: 403,
      message:
        'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    });
    expect(refused.headers['x-github-sso']).toMatch(
      /^required; url=https:\/\/github\.com\/orgs\/acme\/sso\?/,
    );
  });

  test('as not found, where the token cannot see the repository or there is no such environment', async () => {
    const { octokit, github } = setUp();
    github.addToken({
      token: 'narrow',
      kind: 'fine-grained',
      permissions: { secrets: 'write' },
      repositories: ['acme/api'],
    });
    const { rest } = octokit('narrow');
    expect(await refusal(rest.actions.getRepoPublicKey(web))).toMatchObject({ status: 404 });
    expect(await refusal(rest.actions.getRepoPublicKey({ owner: 'acme', repo: 'site' }))).toMatchObject({
      status: 403,
      message: PERSONAL,
    });
    expect((await rest.actions.getRepoPublicKey({ owner: 'acme', repo: 'api' })).status).toBe(200);
    const missing = { ...web, environment_name: 'missing' };
    expect(await refusal(octokit().rest.actions.getEnvironmentPublicKey(missing))).toMatchObject({
      status: 404,
      message: 'Not Found',
    });
    expect(await refusal(octokit().rest.repos.getEnvironment(missing))).toMatchObject({ status: 404 });
  });

  test('for a GitHub App on organization secrets of Codespaces', async () => {
    const { octokit, github } = setUp();
    github.addToken({
      token: 'app',
      kind: 'installation',
      permissions: { organization_codespaces_secrets: 'write' },
    });
    const key = octokit('app').rest.codespaces.getOrgPublicKey({ org: 'acme' });
    expect(await refusal(key)).toMatchObject({ status: 403, message: INTEGRATION });
  });

  test('for creating an environment without Administration, and for protection that the plan lacks', async () => {
    const { octokit, github } = setUp();
    github.addToken({ token: 'some', kind: 'fine-grained', permissions: { environments: 'write' } });
    const put = (token: string, body: object) =>
      octokit(token).request('PUT /repos/{owner}/{repo}/environments/{environment_name}', {
        ...web,
        environment_name: 'new',
        ...body,
      });
    const lacking = await refusal(put('some', {}));
    expect(lacking).toMatchObject({ status: 403, message: PERSONAL });
    expect(lacking.headers['x-accepted-github-permissions']).toBe('administration=write');
    expect((await refusal(put(WRITER, { wait_timer: 0 }))).message).toMatch(
      /^Failed to create the environment protection rule\. /,
    );
    expect((await refusal(put(WRITER, { wait: 1 }))).message).toBe(
      'Invalid request.\n\nInvalid input: "wait" is not a permitted key.',
    );
    expect(github.environmentPuts).toEqual([]);
  });
});

describe('a write is refused', () => {
  const route = 'PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}';

  test.each([
    [{ encrypted_value: 'AAAA' }, 'Invalid request.\n\n"key_id" wasn\'t supplied.'],
    [{ key: '' }, 'Invalid request.\n\n"encrypted_value", "key_id" weren\'t supplied.'],
    [{}, "Invalid request.\n\nFor 'links/0/schema', nil is not an object."],
    [
      { encrypted_value: 'not-base64_', key_id: '1' },
      'Invalid request.\n\nnot-base64_ does not match /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.',
    ],
    [
      { encrypted_value: 'AAAA', key_id: 1 },
      "Invalid request.\n\nFor 'properties/key_id', 1 is not a string.",
    ],
    [
      { encrypted_value: 'AAAA', key_id: '1', visibility: 'all' },
      'Invalid request.\n\nInvalid input: "visibility" is not a permitted key.',
    ],
  ])('for the body %j', async (body, message) => {
    const { octokit } = setUp();
    const refused = await refusal(send(octokit(), route, { ...web, secret_name: 'A', ...body }));
    expect(refused).toMatchObject({ status: 422, message });
    expect(refused.body['documentation_url']).toBe(
      'https://docs.github.com/rest/actions/secrets#create-or-update-a-repository-secret',
    );
  });

  test('for a body that is no JSON, or no object', async () => {
    const { fetch } = setUp();
    const send = async (body: string) => {
      const headers = { 'user-agent': 'test', authorization: `Bearer ${WRITER}` };
      const url = 'https://api.github.com/repos/acme/web/actions/secrets/A';
      const response = await fetch(url, { method: 'PUT', headers, body });
      return [response.status, ((await response.json()) as { message: string }).message];
    };
    expect(await send('{')).toEqual([400, 'Problems parsing JSON']);
    expect(await send('[]')).toEqual([400, 'Body should be a JSON object']);
  });

  test('for a name, a size, or a number of secrets beyond the limits', async () => {
    const { octokit, github } = setUp();
    const { request } = octokit();
    const { data } = await octokit().rest.actions.getRepoPublicKey(web);
    const put = async (secret_name: string, value = 'x') =>
      request(route, { ...web, secret_name, ...(await seal(value, data)) });
    expect((await refusal(put('github_x'))).message).toBe('Secret names must not start with GITHUB_.');
    expect((await refusal(put('1A'))).message).toMatch(
      /^Secret names can only contain alphanumeric characters/,
    );
    expect((await refusal(put('A-B'))).message).toMatch(
      /^Secret names can only contain alphanumeric characters/,
    );
    expect(await refusal(put('A', 'x'.repeat(48_001)))).toMatchObject({
      status: 422,
      message: 'Value is too large.',
    });
    expect((await put('A', 'x'.repeat(48_000))).status).toBe(201);
    github.switches.maximumSecrets.repository = 2;
    expect((await put('B')).status).toBe(201);
    expect(await refusal(put('C'))).toMatchObject({ status: 422 });
    expect((await put('B')).status).toBe(204);
  });

  test('for an archived repository, which still can be read', async () => {
    const { octokit, github } = setUp();
    const { rest } = octokit();
    github.archiveRepository('acme', 'web');
    expect((await rest.actions.getRepoPublicKey(web)).status).toBe(200);
    expect(await refusal(rest.actions.deleteRepoSecret({ ...web, secret_name: 'A' }))).toMatchObject({
      status: 403,
      message: 'Repository was archived so is read-only.',
    });
  });
});
