import { expect } from 'vitest';
import { API, PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, ZONE } from '../../sandbox/world.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { story, storyInProcess } from './story.ts';

storyInProcess('the first run creates the token, and a job logs in with what it delivered', async (stage) => {
  const { run, token, logsIn } = stage;
  const step = await run();
  expect(step.outputs).toMatchObject({ status: 'created', reason: 'token-missing', changed: 'true' });
  expect(step.outputs['client-id']).toBe(token().clientId);
  expect(await logsIn()).toBe(true);
});

storyInProcess('a token that nobody ever rotated is rotated on the second run', async (stage) => {
  const { run, later, token, logsIn } = stage;
  const first = await run();
  later(DAY);
  const second = await run();
  expect(second.outputs).toMatchObject({ status: 'rotated', reason: 'secret-due' });
  expect(second.outputs['client-id']).toBe(first.outputs['client-id']);
  expect(token().version).toBe(3);
  expect(await logsIn()).toBe(true);
});

storyInProcess(
  'a run inside the grace leaves everything as it is, and the one after it rotates',
  async (stage) => {
    const { run, later, token } = stage;
    await run();
    later(DAY);
    await run();
    later(HOUR);
    const inside = await run();
    expect(inside.outputs).toMatchObject({ status: 'unchanged', reason: 'grace-running', changed: 'false' });
    expect(inside.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(inside.outputs['rotate-due-at']).toBe(inside.outputs['previous-secret-expires-at']);
    later(36 * HOUR);
    expect((await run()).outputs['status']).toBe('rotated');
    expect(token().version).toBe(4);
  },
);

storyInProcess('a job that was queued before a rotation logs in until its grace is over', async (stage) => {
  const { run, later, queue } = stage;
  await run();
  later(7 * DAY);
  const job = queue();
  await run({ 'grace-period': '2h' });
  expect((await job.logIn()).accepted).toBe(true);
  later(2 * HOUR);
  expect((await job.logIn()).accepted).toBe(true);
  later(MINUTE);
  expect((await job.logIn()).accepted).toBe(false);
  expect((await queue().logIn()).accepted).toBe(true);
});

storyInProcess('with grace-period 0s the previous secret ends with the delivery', async (stage) => {
  const { run, later, queue, logsIn } = stage;
  await run();
  later(DAY);
  const job = queue();
  expect((await run({ 'grace-period': '0s' })).outputs['status']).toBe('rotated');
  expect((await job.logIn()).accepted).toBe(false);
  expect(await logsIn()).toBe(true);
});

storyInProcess('an environment gets a pair of its own, whatever stands in its name', async (stage) => {
  const { run, sandbox, logsIn } = stage;
  const name = 'review apps/eu west';
  sandbox.github.addEnvironment('acme', 'web', name);
  const step = await run({ environment: name });
  expect(step.outputs['status']).toBe('created');
  const place = { ...PRODUCTION.place, environment: name, kind: 'environment', app: 'actions' } as const;
  expect(await logsIn({ ...PRODUCTION, place: { ...place, owner: 'acme', repository: 'web' } })).toBe(true);
  expect(sandbox.storedPair(WEB).clientSecret).toBeUndefined();
});

storyInProcess('one token goes to a repository and an environment at once', async (stage) => {
  const { run, later, logsIn, token } = stage;
  const targets = 'repository=acme/api\nenvironment=production # of acme/web\n'.replace(/ #.*/, '');
  expect((await run({ targets })).outputs['status']).toBe('created');
  later(DAY);
  const step = await run({ targets });
  expect(JSON.parse(step.outputs['targets'] ?? '')).toMatchObject([
    { repository: 'acme/api', environment: null, status: 'delivered' },
    { repository: 'acme/web', environment: 'production', status: 'delivered' },
  ]);
  expect([await logsIn(API), await logsIn(PRODUCTION), token().version]).toEqual([true, true, 3]);
});

storyInProcess('the secrets go by the names that the step gives them', async (stage) => {
  const { run, logsIn, sandbox } = stage;
  const names = { 'client-id-name': 'gate_id', 'client-secret-name': 'GATE_SECRET' };
  await run(names);
  expect(sandbox.github.secretNames(WEB.place)).toEqual(['GATE_ID', 'GATE_SECRET']);
  expect(await logsIn({ ...WEB, clientIdName: 'GATE_ID', clientSecretName: 'GATE_SECRET' })).toBe(true);
});

storyInProcess('a zone has tokens of its own', async (stage) => {
  const { run, later, token, logsIn } = stage;
  const zone = { 'cloudflare-account-id': '', 'cloudflare-zone-id': ZONE };
  expect((await run(zone)).outputs['status']).toBe('created');
  later(DAY);
  expect((await run(zone)).outputs['status']).toBe('rotated');
  expect(token().scope).toEqual({ kind: 'zone', id: ZONE });
  expect(await logsIn()).toBe(true);
});

storyInProcess('an API key with its email does what an API token does', async (stage) => {
  const { run, later, logsIn } = stage;
  const { key, email } = CLOUDFLARE_CREDENTIALS;
  const credentials = {
    'cloudflare-api-token': '',
    'cloudflare-api-key': key,
    'cloudflare-email': email,
  };
  expect((await run(credentials)).outputs['status']).toBe('created');
  later(DAY);
  const step = await run(credentials);
  expect(step.outputs['status']).toBe('rotated');
  expect(step.requests.find(({ service }) => service === 'cloudflare')?.requestHeaders).toMatchObject({
    'x-auth-key': key,
    'x-auth-email': email,
  });
  expect(await logsIn()).toBe(true);
});

story('what Cloudflare needs may come from the environment variables of its other tools', async (stage) => {
  const { run, origins, logsIn } = stage;
  const inputs = { 'cloudflare-api-token': '', 'cloudflare-account-id': '', 'cloudflare-api-url': '' };
  const env = {
    CLOUDFLARE_API_TOKEN: CLOUDFLARE_CREDENTIALS.write,
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    CLOUDFLARE_BASE_URL: `${origins.cloudflare}/client/v4`,
  };
  expect((await run(inputs, { env })).outputs['status']).toBe('created');
  expect(await logsIn()).toBe(true);
});

story('an API key may come from the environment variables, too', async (stage) => {
  const { run, logsIn } = stage;
  const { key, email } = CLOUDFLARE_CREDENTIALS;
  const env = { CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email };
  expect((await run({ 'cloudflare-api-token': '' }, { env })).outputs['status']).toBe('created');
  expect(await logsIn()).toBe(true);
});

storyInProcess('every kind of target gets the same pair', async (stage) => {
  const { run, later, logsIn } = stage;
  const targets = [
    'repository=acme/web, app=actions dependabot codespaces agents',
    'environment=production',
    'organization=acme, visibility=selected, repositories=web api',
    'organization=acme, app=dependabot, visibility=all',
  ].join('\n');
  expect((await run({ targets })).outputs['status']).toBe('created');
  later(DAY);
  const step = await run({ targets });
  const delivered = JSON.parse(step.outputs['targets'] ?? '') as { app: string; status: string }[];
  expect(delivered.map(({ app, status }) => [app, status])).toEqual(
    ['actions', 'dependabot', 'codespaces', 'agents', 'actions', 'actions', 'dependabot'].map((app) => [
      app,
      'delivered',
    ]),
  );
  const web = { kind: 'repository', owner: 'acme', repository: 'web' } as const;
  const acme = {
    kind: 'organization',
    organization: 'acme',
    visibility: undefined,
    repositories: undefined,
  } as const;
  const places = [
    { ...web, app: 'agents' },
    { ...acme, app: 'actions' },
    { ...acme, app: 'dependabot' },
  ] as const;
  for (const place of places) expect(await logsIn({ ...WEB, place })).toBe(true);
});

storyInProcess(
  'a creation whose reply is lost is found by its name, given another secret, and delivered',
  async (stage) => {
    const { run, sandbox, token, logsIn } = stage;
    const effect = { kind: 'reset', when: 'after' } as const;
    sandbox.faults.add({ name: 'lost', service: 'cloudflare', method: 'POST', effect });
    expect((await run()).outputs).toMatchObject({ status: 'created', changed: 'true' });
    expect(token().version).toBe(2);
    expect(await logsIn()).toBe(true);
  },
);
