import { expect } from 'vitest';
import { ACCOUNT, ZONE } from '../../sandbox/world.ts';
import { minuteOf } from '../../src/model/calendar.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { storyInProcess } from './story.ts';

const FRESH = { 'rotate-after': 'never' };

storyInProcess(
  'whoever held a token that is taken over is told no later end than that of the token',
  async ({ run, sandbox }) => {
    const now = sandbox.clock.now();
    const scope = { kind: 'account', id: ACCOUNT } as const;
    sandbox.cloudflare.createToken({ scope, name: 'ci', expiresAt: now + 10 * HOUR, lastSeenAt: now });
    const { annotations } = await run({ adopt: 'true', 'renew-before': '0s' });
    const [warning = ''] = annotations.flatMap(({ level, message }) => (level === 'warning' ? message : []));
    expect(warning).toContain(`is refused from ${minuteOf(now + 10 * HOUR)} on`);
  },
);

storyInProcess('a token that nears its expiry is renewed, and its secret is left alone', async (stage) => {
  const { run, existing, later, token, sandbox, logsIn } = stage;
  existing();
  later(334 * DAY);
  expect((await run(FRESH)).outputs['status']).toBe('unchanged');
  later(2 * DAY);
  const step = await run(FRESH);
  expect(step.outputs).toMatchObject({ status: 'renewed', reason: 'expires-soon', changed: 'true' });
  expect(token().expiresAt).toBe(sandbox.clock.now() + 365 * DAY);
  expect(step.outputs['expires-at']).toBe(sandbox.clock.rfc3339(token().expiresAt));
  expect([await logsIn(), token().version]).toEqual([true, 2]);
});

storyInProcess('a rotation of a token that nears its expiry renews it, too', async (stage) => {
  const { run, existing, later, token, sandbox } = stage;
  existing();
  later(340 * DAY);
  const step = await run();
  expect(step.outputs).toMatchObject({ status: 'rotated', reason: 'secret-due' });
  expect(step.outputs['message']).toContain('renewed');
  expect(token().expiresAt).toBe(sandbox.clock.now() + 365 * DAY);
});

storyInProcess('a token that has expired is brought back', async (stage) => {
  const { run, existing, later, logsIn } = stage;
  existing();
  later(370 * DAY);
  expect(await logsIn()).toBe(false);
  expect((await run(FRESH)).outputs).toMatchObject({ status: 'renewed', reason: 'expired' });
  expect(await logsIn()).toBe(true);
});

storyInProcess(
  'another duration than before is applied, and the next run leaves it at that',
  async (stage) => {
    const { run, existing, token, sandbox } = stage;
    existing();
    const step = await run({ ...FRESH, duration: '90d' });
    expect(step.outputs).toMatchObject({ status: 'renewed', reason: 'duration-changed' });
    expect(token()).toMatchObject({ duration: '2160h', expiresAt: sandbox.clock.now() + 90 * DAY });
    expect((await run({ ...FRESH, duration: '90d' })).outputs['status']).toBe('unchanged');
  },
);

storyInProcess('a token may live forever', async (stage) => {
  const { run, later, token, logsIn } = stage;
  const step = await run({ duration: 'forever' });
  expect(step.outputs).toMatchObject({ status: 'created', 'expires-at': '' });
  expect(token().duration).toBe('forever');
  later(1000 * DAY);
  expect((await run({ ...FRESH, duration: 'forever' })).outputs['status']).toBe('unchanged');
  expect(await logsIn()).toBe(true);
});

storyInProcess('a short-lived token is renewed in the last third of its life', async (stage) => {
  const { run, existing, later } = stage;
  existing(undefined, { duration: '72h' });
  later(40 * HOUR);
  expect((await run(FRESH)).outputs['status']).toBe('unchanged');
  later(10 * HOUR);
  expect((await run(FRESH)).outputs).toMatchObject({ status: 'renewed', reason: 'expires-soon' });
});

storyInProcess('renew-before says how near', async ({ run, existing, later }) => {
  existing();
  later(300 * DAY);
  expect((await run({ ...FRESH, 'renew-before': '66d' })).outputs['status']).toBe('renewed');
});

storyInProcess('renew extends the life now, and needs nothing of GitHub', async (stage) => {
  const { run, existing, later, token, sandbox } = stage;
  existing();
  later(10 * DAY);
  const step = await run({ operation: 'renew', 'github-token': '' });
  expect(step.outputs).toMatchObject({ status: 'renewed', reason: 'renewal-asked' });
  expect(token().expiresAt).toBe(sandbox.clock.now() + 365 * DAY);
  expect(step.requests.every(({ service }) => service === 'cloudflare')).toBe(true);
});

storyInProcess('renew works for a zone, which has no way to refresh', async (stage) => {
  const { run, existing, later, token, sandbox } = stage;
  existing([], { scope: { kind: 'zone', id: ZONE } });
  later(10 * DAY);
  const zone = { 'cloudflare-account-id': '', 'cloudflare-zone-id': ZONE };
  expect((await run({ ...zone, operation: 'renew' })).outputs['status']).toBe('renewed');
  expect(token().expiresAt).toBe(sandbox.clock.now() + 365 * DAY);
});

storyInProcess('renew of a token that is not there is an error', async ({ run }) => {
  expect((await run({ operation: 'renew' })).outputs).toMatchObject({
    status: 'failed',
    reason: 'token-missing',
  });
});

storyInProcess(
  'an expiry that did not move as meant fails the run, before anything is rotated',
  async (stage) => {
    const { run, existing, later, token, sandbox } = stage;
    const { expiresAt } = existing();
    later(350 * DAY);
    sandbox.cloudflare.switches.refreshBase = 'unchanged';
    const body = JSON.stringify({
      success: true,
      errors: [],
      messages: [],
      result: {
        ...{ id: token().id, name: 'ci', client_id: token().clientId, duration: '8760h' },
        expires_at: new Date(expiresAt).toISOString(),
      },
    });
    const effect = { kind: 'reply', when: 'before', status: 200, body } as const;
    sandbox.faults.add({ name: 'does nothing', service: 'cloudflare', method: 'PUT', effect });
    const step = await run();
    expect(step.outputs['status']).toBe('failed');
    expect(step.outputs['message']).toContain('after the renewal it expires on');
    expect(token().version).toBe(2);
  },
);
