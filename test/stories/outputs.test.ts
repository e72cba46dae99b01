import { expect } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { OUTPUTS } from '../../src/report/outputs.ts';
import { story } from './story.ts';

story('a rotation sets every output', async (stage) => {
  const { run, later, token, sandbox } = stage;
  await run();
  later(DAY);
  const { outputs } = await run({ 'rotate-after': '12h', 'grace-period': '2h' });
  const { id, clientId, expiresAt, previousSecretExpiresAt } = token();
  expect(Object.keys(outputs)).toEqual(OUTPUTS);
  expect(outputs).toMatchObject({
    status: 'rotated',
    reason: 'secret-due',
    changed: 'true',
    'token-id': id,
    'client-id': clientId,
    'client-secret': '',
    'expires-at': sandbox.clock.rfc3339(expiresAt),
    'previous-secret-expires-at': sandbox.clock.rfc3339(previousSecretExpiresAt),
    'rotate-due-at': sandbox.clock.rfc3339(sandbox.clock.now() + 12 * HOUR),
    'secret-version': '3',
  });
  expect(JSON.parse(outputs['tokens'] ?? '')).toMatchObject([
    { name: 'ci', id, status: 'rotated', 'secret-version': 3, problems: [] },
  ]);
  expect(outputs['message']).toMatch(
    /^Rotated the client secret of "ci" and delivered it to acme\/web; .+\.$/,
  );
  expect(JSON.parse(outputs['targets'] ?? '')).toEqual([
    {
      token: 'ci',
      repository: 'acme/web',
      environment: null,
      organization: null,
      app: 'actions',
      'client-id-name': 'CF_ACCESS_CLIENT_ID',
      'client-secret-name': 'CF_ACCESS_CLIENT_SECRET',
      status: 'delivered',
      error: null,
    },
  ]);
});

story(
  'the client secret is an output only where it is asked for, masked, and other jobs never get it',
  async (stage) => {
    const { run, later, token } = stage;
    expect((await run()).outputs['client-secret']).toBe('');
    later(DAY);
    const step = await run({ 'output-client-secret': 'true' });
    expect(step.outputs['client-secret']).toBe(token().secret);
    expect(step.masks).toContain(token().secret);
    expect(Object.keys(step.jobOutputs)).toContain('client-id');
    expect(Object.keys(step.jobOutputs)).not.toContain('client-secret');
  },
);

story(
  'where nothing is minted there is no client secret to be had, even if it is asked for',
  async (stage) => {
    const { run, later } = stage;
    await run();
    later(DAY);
    const step = await run({ 'rotate-after': '30d', 'output-client-secret': 'true' });
    expect(step.outputs).toMatchObject({ status: 'unchanged', 'client-secret': '' });
  },
);

story('a dry run says what a first run would do, and does nothing', async (stage) => {
  const { run, sandbox } = stage;
  const step = await run({ 'dry-run': 'true' });
  expect(step.outputs).toMatchObject({ status: 'planned', reason: 'token-missing', changed: 'false' });
  expect(step.outputs['message']).toContain('create');
  expect(new Set(step.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  expect(sandbox.cloudflare.list()).toEqual([]);
});

story('a dry run of a rotation and a renewal changes nothing either', async (stage) => {
  const { run, later, token } = stage;
  await run({ duration: '90d' });
  later(80 * DAY);
  const before = token();
  const step = await run({ 'dry-run': 'true' });
  expect(step.outputs).toMatchObject({ status: 'planned', reason: 'secret-due', changed: 'false' });
  expect(step.outputs['message']).toMatch(/renew.*rotate/);
  expect(step.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(token()).toEqual(before);
});

for (const inputs of [
  { operation: 'renew' },
  { operation: 'revoke' },
  { operation: 'delete' },
  { operation: 'lease' },
  { force: 'true' },
]) {
  story(`a dry run with ${JSON.stringify(inputs)} sends nothing but GET`, async (stage) => {
    const { run, later, logsIn } = stage;
    await run();
    later(DAY);
    await run();
    const step = await run({ ...inputs, 'dry-run': 'true' });
    expect(step.outputs).toMatchObject({ status: 'planned', changed: 'false' });
    expect(step.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await logsIn()).toBe(true);
  });
}

story('a dry run fails where the run itself would fail for what can be read', async (stage) => {
  const { run, sandbox } = stage;
  sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'of another token');
  const step = await run({ 'dry-run': 'true' });
  expect(step.outputs).toMatchObject({ status: 'failed', reason: 'token-vanished' });
});

story('the job summary tells of the same as the outputs', async (stage) => {
  const { run, later, token } = stage;
  await run();
  later(DAY);
  const step = await run();
  expect(step.summary).toContain('secret-due');
  expect(step.summary).toContain('acme/web');
  expect(step.summary).toContain(token().id);
  expect(step.summary).toContain('gantt');
});
