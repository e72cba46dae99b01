import { expect } from 'vitest';
import { API, WEB } from '../../sandbox/sandbox.ts';
import { ZONE } from '../../sandbox/world.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { storyInProcess } from './story.ts';

storyInProcess(
  'revoke ends a running grace, and the next run knows what is current all the same',
  async (stage) => {
    const { run, existing, later, queue, logsIn, token } = stage;
    existing();
    later(DAY);
    const holder = queue();
    await run();
    later(HOUR);
    const step = await run({ operation: 'revoke' });
    expect(step.outputs).toMatchObject({ status: 'revoked', reason: 'revoke-asked', changed: 'true' });
    expect((await holder.logIn()).accepted).toBe(false);
    expect(await logsIn()).toBe(true);
    const next = await run({ 'rotate-after': '30d' });
    expect(next.outputs).toMatchObject({ status: 'unchanged', reason: 'secret-fresh' });
    expect(token().version).toBe(3);
  },
);

storyInProcess('revoke needs no GitHub credentials', async (stage) => {
  const { run, existing, later, queue } = stage;
  existing();
  later(DAY);
  const holder = queue();
  await run();
  const step = await run({ operation: 'revoke', 'github-token': '' });
  expect(step.outputs).toMatchObject({ status: 'revoked', targets: '[]' });
  expect(step.log).toContain('No target was read.');
  expect((await holder.logIn()).accepted).toBe(false);
});

storyInProcess('revoke without a grace changes nothing', async (stage) => {
  const { run, existing } = stage;
  existing();
  const step = await run({ operation: 'revoke' });
  expect(step.outputs).toMatchObject({ status: 'unchanged', reason: 'grace-over', changed: 'false' });
  expect(step.requests.every(({ method }) => method === 'GET')).toBe(true);
});

storyInProcess(
  'revoke does not cut off a target that has not got the new secret, unless by force',
  async (stage) => {
    const { run, existing, later, sandbox, logsIn } = stage;
    existing();
    later(DAY);
    const effect = { kind: 'reply', when: 'before', status: 503 } as const;
    const path = /CF_ACCESS_CLIENT_SECRET$/;
    sandbox.faults.add({ name: 'no delivery', service: 'github', method: 'PUT', path, effect });
    await run({ 'max-wait': '0s' });
    const step = await run({ operation: 'revoke' });
    expect(step.outputs).toMatchObject({ status: 'failed', reason: 'delivery-incomplete', changed: 'false' });
    expect(step.outputs['message']).toContain('acme/web does not store the current secret');
    expect(await logsIn()).toBe(true);
    const forced = await run({ operation: 'revoke', force: 'true' });
    expect(forced.outputs['status']).toBe('revoked');
    expect(await logsIn()).toBe(false);
    expect((await run()).outputs).toMatchObject({ status: 'rotated', reason: 'secret-outdated' });
    expect(await logsIn()).toBe(true);
  },
);

storyInProcess('delete takes the token and both secrets', async (stage) => {
  const { run, existing, sandbox } = stage;
  const { id } = existing([WEB, API]);
  const step = await run({ operation: 'delete', repository: 'acme/web\nacme/api' });
  expect(step.outputs).toMatchObject({ status: 'deleted', reason: 'delete-asked', changed: 'true' });
  expect(sandbox.cloudflare.find(id)).toBeUndefined();
  expect([...sandbox.github.secretNames(WEB.place), ...sandbox.github.secretNames(API.place)]).toEqual([]);
});

storyInProcess('delete of a token that a policy refers to leaves everything', async (stage) => {
  const { run, existing, sandbox, logsIn } = stage;
  sandbox.cloudflare.reference(existing().id);
  const step = await run({ operation: 'delete' });
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
  expect(step.annotations[0]?.message).toContain('policy');
  expect(await logsIn()).toBe(true);
});

storyInProcess(
  'delete of a token that is not there never costs the default target its secrets',
  async (stage) => {
    const { run, existing, sandbox } = stage;
    existing();
    const misspelt = await run({ operation: 'delete', 'token-name': 'cj' });
    expect(misspelt.outputs).toMatchObject({
      status: 'unchanged',
      reason: 'token-missing',
      changed: 'false',
    });
    expect(sandbox.github.secretNames(WEB.place)).toHaveLength(2);
  },
);

storyInProcess('delete of a token that is gone still clears a target that is named', async (stage) => {
  const { run, existing, sandbox } = stage;
  sandbox.cloudflare.remove(existing().id);
  const step = await run({ operation: 'delete', targets: 'repository=acme/web' });
  expect(step.outputs).toMatchObject({ status: 'deleted', changed: 'true' });
  expect(sandbox.github.secretNames(WEB.place)).toEqual([]);
  expect((await run({ operation: 'delete', targets: 'repository=acme/web' })).outputs['status']).toBe(
    'unchanged',
  );
});

storyInProcess(
  'delete that one target refuses clears the others, and a second run finishes it',
  async (stage) => {
    const { run, existing, sandbox } = stage;
    existing([WEB, API]);
    const effect = { kind: 'reply', when: 'before', status: 500 } as const;
    const path = /acme\/web\/actions\/secrets\/CF_ACCESS_CLIENT_ID/;
    sandbox.faults.add({ name: 'refusal', service: 'github', method: 'DELETE', path, effect });
    const both = { operation: 'delete', repository: 'acme/web\nacme/api' };
    const step = await run({ ...both, 'max-wait': '0s' });
    expect(JSON.parse(step.outputs['targets'] ?? '')).toMatchObject([
      { repository: 'acme/web', status: 'failed' },
      { repository: 'acme/api', status: 'deleted' },
    ]);
    expect((await run(both)).outputs['status']).toBe('deleted');
    expect(sandbox.github.secretNames(WEB.place)).toEqual([]);
  },
);

storyInProcess('delete works for the token of a zone', async (stage) => {
  const { run, existing, sandbox } = stage;
  existing([WEB], { scope: { kind: 'zone', id: ZONE } });
  const zone = { 'cloudflare-account-id': '', 'cloudflare-zone-id': ZONE };
  expect((await run({ ...zone, operation: 'delete' })).outputs['status']).toBe('deleted');
  expect(sandbox.cloudflare.list()).toEqual([]);
});
