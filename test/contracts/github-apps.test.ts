import { createSign, generateKeyPairSync } from 'node:crypto';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { VirtualClock } from '../../sandbox/clock.ts';
import { contractProblems, refusal, setUp } from './github-octokit.ts';

let pems: { readonly publicKey: string; readonly privateKey: string };

beforeAll(() => {
  pems = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
});

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const CLIENT_ID = 'Iv23liSANDBOX';
const APP_ID = 4711;
const web = { owner: 'acme', repo: 'web' };

function appWorld() {
  const world = setUp();
  world.github.addRepository({ owner: 'octocat', name: 'blog', ownerKind: 'User' });
  const app = world.github.addApp({
    appId: APP_ID,
    clientId: CLIENT_ID,
    publicKeyPem: pems.publicKey,
    installations: [
      {
        owner: 'acme',
        repositories: ['web', 'acme/api'],
        permissions: { secrets: 'write', environments: 'write', organization_secrets: 'write' },
      },
      { owner: 'octocat', repositories: 'all', permissions: { secrets: 'read', agent_secrets: 'write' } },
    ],
  });
  const [id = 0] = app.installationIds;
  const as = (jwt: string) => world.octokit(jwt).rest.apps;
  return { ...world, id, as, jwt: assertion(world.clock) };
}

/** A JSON web token as an App makes it, or with other claims. */
function assertion(clock: VirtualClock, claims: object = {}, key = pems.privateKey): string {
  const now = Math.floor(clock.now() / 1000);
  const encoded = [
    { alg: 'RS256', typ: 'JWT' },
    { iss: CLIENT_ID, iat: now - 30, exp: now + 570, ...claims },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = createSign('RSA-SHA256').update(encoded.join('.')).sign(key, 'base64url');
  return [...encoded, signature].join('.');
}

describe('an App', () => {
  test('is told of itself and of its installations', async () => {
    const { as, jwt, id } = appWorld();
    const { data } = await as(jwt).getAuthenticated();
    expect(data).toMatchObject({ id: APP_ID, client_id: CLIENT_ID });
    expect((await as(jwt).listInstallations()).data.map(({ target_type }) => target_type)).toEqual([
      'Organization',
      'User',
    ]);
    const found = [
      await as(jwt).getRepoInstallation({ owner: 'Acme', repo: 'web' }),
      await as(jwt).getOrgInstallation({ org: 'acme' }),
      await as(jwt).getUserInstallation({ username: 'acme' }),
    ];
    for (const installation of found) expect(installation.data.id).toBe(id);
    const missing = [
      as(jwt).getRepoInstallation({ owner: 'acme', repo: 'site' }),
      as(jwt).getOrgInstallation({ org: 'octocat' }),
      as(jwt).getUserInstallation({ username: 'nobody' }),
    ];
    for (const installation of missing) expect(await refusal(installation)).toMatchObject({ status: 404 });
  });

  test.each([
    ['its client ID', CLIENT_ID],
    ['its number', APP_ID],
    ['its number as a string', String(APP_ID)],
  ])('may name itself by %s', async (_name, iss) => {
    const { as, clock } = appWorld();
    expect((await as(assertion(clock, { iss })).getAuthenticated()).status).toBe(200);
  });

  test.each([
    ['is expired', { exp: -1 }, "'Expiration time' claim ('exp') must be a numeric value representing the"],
    ['has no expiry', { exp: undefined }, "'Expiration time' claim ('exp') must be a numeric value"],
    ['expires too late', { exp: 601 }, "'Expiration time' claim ('exp') is too far in the future"],
    [
      'comes from the future',
      { iat: 1 },
      "'Issued at' claim ('iat') must be an Integer representing the time",
    ],
  ])('is refused when its assertion %s', async (_name, offsets, message) => {
    const { as, clock } = appWorld();
    const now = Math.floor(clock.now() / 1000);
    const claims = Object.fromEntries(
      Object.entries(offsets).map(([name, offset]) => [
        name,
        offset === undefined ? undefined : now + offset,
      ]),
    );
    const refused = await refusal(as(assertion(clock, claims)).getAuthenticated());
    expect(refused.status).toBe(401);
    expect(refused.message).toContain(message);
  });

  test('is refused when its assertion is not its own, or none at all', async () => {
    const { as, clock, jwt } = appWorld();
    const undecodable = { status: 401, message: 'A JSON web token could not be decoded' };
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const forged = assertion(clock, {}, stranger.export({ type: 'pkcs1', format: 'pem' }) as string);
    expect(await refusal(as(forged).getAuthenticated())).toMatchObject(undecodable);
    expect(await refusal(as('ghp_none').getAuthenticated())).toMatchObject(undecodable);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${jwt.split('.')[1] ?? ''}.`;
    expect(await refusal(as(unsigned).getAuthenticated())).toMatchObject(undecodable);
    expect(await refusal(as(assertion(clock, { iss: 'Iv1' })).getAuthenticated())).toMatchObject({
      status: 404,
      message: 'Integration not found',
    });
  });
});

describe('an installation token', () => {
  test('reaches only the repositories and permissions that were asked for, for an hour', async () => {
    const { as, jwt, id, octokit, clock, github } = appWorld();
    const { data } = await as(jwt).createInstallationAccessToken({
      installation_id: id,
      repositories: ['web'],
      permissions: { secrets: 'write' },
    });
    expect(data).toMatchObject({
      token: expect.stringMatching(/^ghs_[A-Za-z0-9._-]{500,}$/) as string,
      expires_at: clock.rfc3339(clock.now() + 3_600_000),
      permissions: { secrets: 'write', metadata: 'read' },
      repository_selection: 'selected',
    });
    expect(data.repositories?.map(({ full_name }) => full_name)).toEqual(['acme/web']);
    const { actions } = octokit(data.token).rest;
    expect((await actions.getRepoPublicKey(web)).headers['x-accepted-github-permissions']).toBe(
      'secrets=read',
    );
    expect(await refusal(actions.getRepoPublicKey({ owner: 'acme', repo: 'api' }))).toMatchObject({
      status: 404,
    });
    expect(
      await refusal(actions.getEnvironmentPublicKey({ ...web, environment_name: 'prod/eu west' })),
    ).toMatchObject({ status: 403, message: 'Resource not accessible by integration' });
    expect(await refusal(actions.getOrgPublicKey({ org: 'acme' }))).toMatchObject({ status: 403 });
    clock.advance(3_599_999);
    expect((await actions.getRepoPublicKey(web)).status).toBe(200);
    expect(github.liveInstallationTokens()).toMatchObject([{ token: data.token, owner: 'acme' }]);
    clock.advance(1);
    expect(await refusal(actions.getRepoPublicKey(web))).toMatchObject({
      status: 401,
      message: 'Bad credentials',
    });
    expect(github.liveInstallationTokens()).toEqual([]);
    expect(github.mintedInstallationTokens()).toHaveLength(1);
  });

  test('has all that was granted when nothing is asked for, and ends itself', async () => {
    const { as, jwt, id, octokit, github } = appWorld();
    const { data } = await as(jwt).createInstallationAccessToken({ installation_id: id });
    expect(data.permissions).toMatchObject({ secrets: 'write', organization_secrets: 'write' });
    expect(data.repositories).toBeUndefined();
    const { actions, apps } = octokit(data.token).rest;
    for (const repo of ['web', 'api']) {
      expect((await actions.getRepoPublicKey({ owner: 'acme', repo })).status).toBe(200);
    }
    expect((await actions.getOrgPublicKey({ org: 'acme' })).status).toBe(200);
    expect(await refusal(actions.getRepoPublicKey({ owner: 'acme', repo: 'site' }))).toMatchObject({
      status: 404,
    });
    expect((await apps.revokeInstallationAccessToken()).status).toBe(204);
    expect(await refusal(apps.revokeInstallationAccessToken())).toMatchObject({ status: 401 });
    expect(github.liveInstallationTokens()).toEqual([]);
  });

  test('is not given for what was not granted, or to a suspended installation', async () => {
    const { as, jwt, id, github } = appWorld();
    const create = (body: object) =>
      refusal(as(jwt).createInstallationAccessToken({ installation_id: id, ...body }));
    const permissions = {
      status: 422,
      message: 'The permissions requested are not granted to this installation.',
    };
    expect(await create({ permissions: { dependabot_secrets: 'write' } })).toMatchObject(permissions);
    const repositories = {
      status: 422,
      message:
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
    };
    expect(await create({ repositories: ['web', 'site'] })).toMatchObject(repositories);
    expect(await create({ repository_ids: [1] })).toMatchObject(repositories);
    expect(await create({ installation_id: 1 })).toMatchObject({ status: 404 });
    github.changeInstallation(id, { permissions: { secrets: 'read' } });
    expect(await create({ permissions: { secrets: 'write' } })).toMatchObject(permissions);
    github.changeInstallation(id, { suspended: true });
    expect(await create({})).toMatchObject({ status: 403 });
    expect(github.mintedInstallationTokens()).toEqual([]);
  });

  test('may have the permissions for agents, which have keys of their own', async () => {
    const { as, jwt, id, github, octokit } = appWorld();
    const permissions = {
      agent_secrets: 'write',
      agent_variables: 'write',
      organization_agent_secrets: 'read',
      organization_agent_variables: 'write',
    } as const;
    const create = (asked: object) =>
      as(jwt).createInstallationAccessToken({ installation_id: id, permissions: asked });
    expect(await refusal(create(permissions))).toMatchObject({ status: 422 });
    github.changeInstallation(id, { permissions });
    const { data } = await create(permissions);
    expect(data.permissions).toEqual({ ...permissions, metadata: 'read' });
    const { request } = octokit(data.token);
    for (const kind of ['secrets', 'variables']) {
      expect((await request(`GET /repos/{owner}/{repo}/agents/${kind}`, web)).status).toBe(200);
      expect((await request(`GET /orgs/{org}/agents/${kind}`, { org: 'acme' })).status).toBe(200);
      expect(await refusal(request(`GET /repos/{owner}/{repo}/actions/${kind}`, web))).toMatchObject({
        status: 403,
      });
    }
    expect(await refusal(create({ organization_agent_secrets: 'write' }))).toMatchObject({ status: 422 });
  });

  test('is not given for a permission that does not exist, or without it if the switch says so', async () => {
    const { as, jwt, id, github, octokit } = appWorld();
    const permissions = { variables: 'write', secrets: 'write' } as const;
    github.changeInstallation(id, { permissions });
    const create = () => as(jwt).createInstallationAccessToken({ installation_id: id, permissions });
    expect(await refusal(create())).toMatchObject({
      status: 422,
      message: 'The permissions requested are not granted to this installation.',
    });
    github.switches.unknownPermissions = 'ignored';
    const { data } = await create();
    expect(data.permissions).toEqual({ secrets: 'write', metadata: 'read' });
    const variables = octokit(data.token).rest.actions.listRepoVariables(web);
    expect(await refusal(variables)).toMatchObject({ status: 403 });
  });

  test("is what Octokit's own App authentication gets, even where the clocks differ", async () => {
    const { id, fetch, clock, github } = appWorld();
    // The library reads the machine's clock, and learns the service's from its Date header.
    vi.useFakeTimers({ now: clock.now() + 1_200_000, toFake: ['Date'] });
    try {
      const octokit = new Octokit({
        authStrategy: createAppAuth,
        auth: { appId: CLIENT_ID, privateKey: pems.privateKey, installationId: id },
        request: { fetch },
        log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
      });
      const { data } = await octokit.rest.actions.getRepoPublicKey({ owner: 'acme', repo: 'web' });
      expect(data.key_id).toMatch(/^\d{18}$/);
      expect(github.liveInstallationTokens()).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
