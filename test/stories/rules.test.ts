import { expect } from 'vitest';
import { API, PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { CLOUDFLARE_CREDENTIALS } from '../../sandbox/world.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { story, storyInProcess, type Here } from './story.ts';

/** A run that must have refused, and have told why and what to do, and have left everything as it was. */
async function refused({ run, sandbox }: Here, reason: string, inputs = {}): Promise<string> {
  const before = sandbox.cloudflare.snapshot();
  const changes = sandbox.github.changes.length;
  const step = await run(inputs);
  expect(step.outputs).toMatchObject({ status: 'failed', reason, changed: 'false' });
  expect(sandbox.cloudflare.snapshot()).toEqual(before);
  expect(sandbox.github.changes.length).toBe(changes);
  const [error, ...others] = step.annotations.filter(({ level }) => level === 'error');
  expect(others).toEqual([]);
  expect(error?.message).toContain(step.outputs['message']);
  return error?.message ?? '';
}

storyInProcess(
  'of two tokens with the same name neither is touched, until the id says which',
  async (stage) => {
    const { run, existing, sandbox } = stage;
    const one = existing();
    const other = existing([]);
    const message = await refused(stage, 'token-ambiguous');
    expect(message).toContain(one.id);
    expect(message).toContain(other.id);
    expect((await run({ 'token-id': one.id })).outputs).toMatchObject({
      status: 'rotated',
      'token-id': one.id,
    });
    expect(sandbox.cloudflare.find(one.id)?.version).toBe(3);
    expect(sandbox.cloudflare.find(other.id)?.version).toBe(2);
  },
);

storyInProcess('an id that does not exist is an error', async (stage) => {
  const id = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
  expect(await refused(stage, 'token-not-found', { 'token-id': id })).toContain(id);
});

storyInProcess('a token that the API token cannot see is not created a second time', async (stage) => {
  const { existing, sandbox } = stage;
  const hidden = existing();
  const narrow = 'cfat_sandbox_narrow';
  sandbox.cloudflare.addApiToken({ token: narrow, permission: 'write', visibleTokenIds: [] });
  await refused(stage, 'token-not-found', { 'cloudflare-api-token': narrow, 'token-id': hidden.id });
  await refused(stage, 'token-vanished', { 'cloudflare-api-token': narrow });
});

storyInProcess(
  'a secret without its token means a wrong name, unless force says otherwise',
  async (stage) => {
    const { run, existing, sandbox, logsIn } = stage;
    sandbox.cloudflare.rename(existing().id, 'ci-renamed');
    expect(await refused(stage, 'token-vanished')).toContain('acme/web');
    expect((await run({ force: 'true' })).outputs).toMatchObject({
      status: 'created',
      reason: 'token-missing',
    });
    expect(await logsIn()).toBe(true);
  },
);

storyInProcess('a disabled token is left alone, and it is said how to enable it', async (stage) => {
  const { existing, sandbox } = stage;
  sandbox.cloudflare.setEnabled(existing().id, false);
  expect(await refused(stage, 'token-disabled')).toContain('Enable it in Cloudflare Zero Trust');
  expect(await refused(stage, 'token-disabled', { force: 'true' })).toContain('Enable it');
});

storyInProcess('force rotates inside a grace, for a secret that has leaked', async (stage) => {
  const { run, existing, later, queue, logsIn } = stage;
  existing();
  later(DAY);
  await run();
  const holder = queue();
  later(HOUR);
  const step = await run({ force: 'true', 'grace-period': '0s' });
  expect(step.outputs).toMatchObject({ status: 'rotated', reason: 'forced' });
  expect((await holder.logIn()).accepted).toBe(false);
  expect(await logsIn()).toBe(true);
});

storyInProcess('a rotation that was delivered and not closed is closed by the next run', async (stage) => {
  const { run, existing, later, queue, sandbox, token } = stage;
  existing();
  later(DAY);
  const holder = queue();
  const down = { kind: 'reply', when: 'before', status: 503 } as const;
  sandbox.faults.add({ name: 'no closing', service: 'cloudflare', method: 'PUT', skip: 1, effect: down });
  const first = await run({ 'max-wait': '0s' });
  expect(first.outputs).toMatchObject({ status: 'failed', changed: 'true' });
  later(3 * DAY);
  expect((await holder.logIn()).accepted).toBe(true);
  const second = await run();
  expect(second.outputs).toMatchObject({ status: 'repaired', reason: 'rotation-pending', changed: 'true' });
  expect(token().version).toBe(3);
  expect((await queue().logIn()).accepted).toBe(true);
});

storyInProcess(
  'a rotation that did not reach its target is repaired, once no other run can be at it',
  async (stage) => {
    const { run, existing, later, sandbox, logsIn, token } = stage;
    existing();
    later(DAY);
    const down = { kind: 'reply', when: 'before', status: 502 } as const;
    const path = /CF_ACCESS_CLIENT_SECRET$/;
    sandbox.faults.add({ name: 'no delivery', service: 'github', method: 'PUT', path, effect: down });
    expect((await run({ 'max-wait': '0s' })).outputs['status']).toBe('failed');
    expect(await logsIn()).toBe(true);
    later(MINUTE);
    const before = sandbox.clock.now();
    const step = await run();
    expect(step.outputs).toMatchObject({ status: 'rotated', reason: 'delivery-incomplete' });
    expect(step.log).toContain('Waiting');
    expect(sandbox.clock.now() - before).toBeLessThanOrEqual(5 * MINUTE);
    expect([await logsIn(), token().version]).toEqual([true, 4]);
  },
);

story(
  'where the other run is still at it, its delivery is waited for, and nothing is rotated',
  async (stage) => {
    const { run, existing, later, sandbox, origins, logsIn, token } = stage;
    const { id } = existing();
    later(DAY);
    const down = { kind: 'reset', when: 'before' } as const;
    const path = /CF_ACCESS_CLIENT_SECRET$/;
    sandbox.faults.add({ name: 'slow delivery', service: 'github', method: 'PUT', path, effect: down });
    await run({ 'max-wait': '0s' });
    let polls = 0;
    sandbox.faults.onExchange = async ({ method, path: asked }) => {
      if (method !== 'GET' || !asked.endsWith(`service_tokens/${id}`) || (polls += 1) !== 2) return;
      sandbox.github.setSecret(WEB.place, WEB.clientSecretName, token().secret);
      await fetch(`${origins.cloudflare}${asked}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${CLOUDFLARE_CREDENTIALS.write}` },
        body: JSON.stringify({ name: 'ci', previous_client_secret_expires_at: '2026-01-07T18:01:17Z' }),
      });
    };
    const step = await run();
    expect(step.outputs).toMatchObject({ status: 'unchanged', reason: 'grace-running' });
    expect([await logsIn(), token().version]).toEqual([true, 3]);
  },
);

storyInProcess('a target that is added inside a grace has to wait for its end', async (stage) => {
  const { run, existing, later, logsIn, queue } = stage;
  existing();
  later(DAY);
  await run();
  const holder = queue();
  later(HOUR);
  const both = { targets: 'repository=acme/web\nrepository=acme/api' };
  expect(await refused(stage, 'grace-running', both)).toContain('acme/api cannot have the secret yet');
  expect((await holder.logIn()).accepted).toBe(true);
  later(36 * HOUR);
  expect((await run(both)).outputs).toMatchObject({ status: 'rotated', reason: 'secret-missing' });
  expect([await logsIn(WEB), await logsIn(API)]).toEqual([true, true]);
});

storyInProcess('a rotation by someone else, with its grace, is not trampled on', async (stage) => {
  const { existing, later, sandbox, logsIn } = stage;
  const { id } = existing();
  later(DAY);
  sandbox.cloudflare.rotate(id, { previousExpiresAt: sandbox.clock.now() + DAY });
  later(HOUR);
  expect(await refused(stage, 'rotated-elsewhere')).toContain('all targets');
  expect(await logsIn()).toBe(true);
});

storyInProcess(
  'a token that is in use elsewhere is taken over by adopt, and by force, alone',
  async (stage) => {
    const { run, existing, later, sandbox, logsIn } = stage;
    const { clientId, secret } = existing([], { lastSeenAt: sandbox.clock.now() });
    later(DAY);
    expect(await refused(stage, 'token-in-use')).toContain('24 hours ago');
    const step = await run({ adopt: 'true' });
    expect(step.outputs).toMatchObject({ status: 'rotated', reason: 'secret-missing' });
    expect(await logsIn()).toBe(true);
    // Whoever used it has the grace period.
    later(35 * HOUR);
    expect(sandbox.cloudflare.authenticate(clientId, secret)).toMatchObject({ ok: true, used: 'previous' });
    later(2 * HOUR);
    expect(sandbox.cloudflare.authenticate(clientId, secret)).toMatchObject({ ok: false });
    expect((await run({ force: 'true' })).outputs).toMatchObject({ status: 'rotated', reason: 'forced' });
  },
);

storyInProcess(
  'a target that has no secret gets one by a rotation, and the others keep up',
  async (stage) => {
    const { run, existing, later, queue, logsIn } = stage;
    existing([WEB]);
    later(DAY);
    const holder = queue();
    const step = await run({
      targets: 'repository=acme/web\nenvironment=production',
      'rotate-after': 'never',
    });
    expect(step.outputs).toMatchObject({ status: 'rotated', reason: 'secret-missing' });
    expect((await holder.logIn()).accepted).toBe(true);
    expect([await logsIn(WEB), await logsIn(PRODUCTION)]).toEqual([true, true]);
  },
);

storyInProcess('a secret that was rotated on the dashboard is replaced once adopt is set', async (stage) => {
  const { run, existing, later, sandbox, logsIn } = stage;
  const { id } = existing();
  later(DAY);
  sandbox.cloudflare.rotate(id);
  expect(await logsIn()).toBe(false);
  later(HOUR);
  expect((await run()).outputs).toMatchObject({ status: 'failed', reason: 'token-unmanaged' });
  const step = await run({ adopt: 'true' });
  expect(step.outputs).toMatchObject({ status: 'rotated', reason: 'token-adopted' });
  expect(await logsIn()).toBe(true);
});

storyInProcess(
  'a daily run rotates on the day that rotate-after names, and says when that is',
  async (stage) => {
    const { run, existing, later, token, sandbox } = stage;
    const { createdAt } = existing();
    later(29 * DAY);
    const early = await run({ 'rotate-after': '30d' });
    expect(early.outputs).toMatchObject({
      status: 'unchanged',
      reason: 'secret-fresh',
      changed: 'false',
      'rotate-due-at': sandbox.clock.rfc3339(createdAt + 30 * DAY),
    });
    later(DAY);
    const due = await run({ 'rotate-after': '30d' });
    expect(due.outputs).toMatchObject({ status: 'rotated', reason: 'secret-due' });
    later(30 * DAY);
    const never = await run({ 'rotate-after': 'never' });
    expect(never.outputs).toMatchObject({ status: 'unchanged', reason: 'secret-fresh', 'rotate-due-at': '' });
    expect(token().version).toBe(3);
  },
);

storyInProcess(
  'a missing client ID is written beside a secret that is current, without rotating',
  async (stage) => {
    const { run, existing, later, sandbox, logsIn, token } = stage;
    existing();
    later(DAY);
    sandbox.github.removeSecret(WEB.place, WEB.clientIdName);
    expect(await logsIn()).toBe(false);
    const step = await run({ 'rotate-after': 'never' });
    expect(step.outputs).toMatchObject({ status: 'repaired', reason: 'client-id-missing', changed: 'true' });
    expect([await logsIn(), token().version]).toEqual([true, 2]);
  },
);

storyInProcess('a rotate-after that is shorter than the grace is warned of', async ({ run, existing }) => {
  existing();
  const step = await run({ 'rotate-after': '1h' });
  const warnings = step.annotations.filter(({ level }) => level === 'warning');
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('shorter than grace-period'),
  ]);
});
