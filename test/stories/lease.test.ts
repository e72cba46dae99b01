import { expect } from 'vitest';
import { ZONE } from '../../sandbox/world.ts';
import { HOUR, MINUTE } from '../../src/model/time.ts';
import { cancelledAt, creates, killedAt, presentsThePair } from './interruptions.ts';
import { story, type Stage } from './story.ts';

/** The lease of a job that has no GitHub credentials at all. */
const LEASE = { operation: 'lease', 'token-name': 'e2e', 'github-token': '' };
const POST = { service: 'cloudflare', method: 'POST' } as const;
const DELETE = { service: 'cloudflare', method: 'DELETE' } as const;

/** Whether a later step of the job gets in with the outputs of the lease. */
async function enters({ origins }: Stage, outputs: Readonly<Record<string, string>>): Promise<boolean> {
  const headers = {
    'cf-access-client-id': outputs['client-id'] ?? '',
    'cf-access-client-secret': outputs['client-secret'] ?? '',
  };
  return (await fetch(`${origins.application}/health`, { headers })).ok;
}

story('a leased pair logs in while the job lasts, and not after it', async (stage) => {
  const { run, post, sandbox } = stage;
  const step = await run(LEASE, { github: { run_id: '77', run_attempt: '2', job: 'e2e tests' } });
  expect(step.outputs).toMatchObject({ status: 'leased', changed: 'true', targets: '[]' });
  const [token] = sandbox.cloudflare.list();
  expect(token?.name).toMatch(/^e2e-77-2-e2e-tests-[0-9a-f]{16}$/);
  expect(token?.expiresAt).toBe(sandbox.clock.now() + HOUR);
  expect(await enters(stage, step.outputs)).toBe(true);
  expect(step.masks).toContain(token?.secret);
  expect(Object.keys(step.jobOutputs)).not.toContain('client-secret');
  expect((await post(step)).log).toContain('Deleted the leased service token');
  expect(await enters(stage, step.outputs)).toBe(false);
  expect(sandbox.cloudflare.list()).toEqual([]);
  expect(sandbox.faults.log.every(({ service }) => service !== 'github')).toBe(true);
});

story('a zone can lease, too, for as long as the step says', async (stage) => {
  const { run, post, sandbox } = stage;
  const zone = { 'cloudflare-account-id': '', 'cloudflare-zone-id': ZONE };
  const step = await run({ ...LEASE, ...zone, 'token-name': '', duration: '2h' });
  expect(sandbox.cloudflare.list()[0]).toMatchObject({ duration: '2h', scope: { kind: 'zone', id: ZONE } });
  expect(sandbox.cloudflare.list()[0]?.name).toMatch(/^lease-/);
  expect(await enters(stage, step.outputs)).toBe(true);
  await post(step);
  expect(sandbox.cloudflare.list()).toEqual([]);
});

story(
  'a lease whose creation got no reply is found by its name, and deleted after the job',
  async (stage) => {
    const { run, post, sandbox } = stage;
    sandbox.faults.add({ ...POST, name: 'lost reply', effect: { kind: 'reset', when: 'after' } });
    const step = await run(LEASE);
    expect(step.outputs['status']).toBe('leased');
    expect(sandbox.cloudflare.list()).toHaveLength(1);
    expect(await enters(stage, step.outputs)).toBe(true);
    await post(step);
    expect(sandbox.cloudflare.list()).toEqual([]);
  },
);

story('a lease that was killed right after its creation is deleted after the job', async (stage) => {
  const { run, post, sandbox } = stage;
  const step = await run(LEASE, killedAt(stage, creates));
  expect(step.signal).toBe('SIGKILL');
  expect(sandbox.cloudflare.list()).toHaveLength(1);
  await post(step);
  expect(sandbox.cloudflare.list()).toEqual([]);
});

story('a lease that was cancelled while it was verified is deleted after the job', async (stage) => {
  const { run, post, sandbox, origins } = stage;
  sandbox.application.settings.propagationDelay = HOUR;
  const verify = { 'verify-url': `${origins.application}/health` };
  const step = await run({ ...LEASE, ...verify }, cancelledAt(stage, presentsThePair));
  expect(step).toMatchObject({ exitCode: 1, conclusion: 'cancelled' });
  await post(step);
  expect(sandbox.cloudflare.list()).toEqual([]);
});

story('a lease that Access refuses fails the step before its outputs are used', async (stage) => {
  const { run, post, sandbox, origins } = stage;
  sandbox.application.settings.admits = [];
  const step = await run({ ...LEASE, 'verify-url': origins.application });
  expect(step.outputs).toMatchObject({ status: 'failed' });
  expect(step.annotations[0]?.message).toContain('Access still refused the new secret');
  await post(step);
  expect(sandbox.cloudflare.list()).toEqual([]);
});

story('a lease is handed out once Access lets it in', async (stage) => {
  const { run, post, sandbox, origins } = stage;
  sandbox.application.settings.propagationDelay = MINUTE;
  const step = await run({ ...LEASE, 'verify-url': origins.application });
  expect(step.outputs['status']).toBe('leased');
  expect(await enters(stage, step.outputs)).toBe(true);
  await post(step);
});

story('a leased token that is gone already is no trouble', async (stage) => {
  const { run, post, sandbox } = stage;
  const step = await run(LEASE);
  sandbox.cloudflare.remove(step.outputs['token-id'] ?? '');
  const after = await post(step);
  expect(after.annotations).toEqual([]);
  expect(after.log).toContain('is gone already');
});

story('a leased token that cannot be deleted is a warning that says how to remove it', async (stage) => {
  const { run, post, sandbox } = stage;
  const step = await run(LEASE);
  sandbox.cloudflare.reference(step.outputs['token-id'] ?? '');
  const after = await post(step);
  const [token] = sandbox.cloudflare.list();
  expect(after.annotations.map(({ level }) => level)).toEqual(['warning']);
  expect(after.annotations[0]?.message).toContain(token?.name);
  expect(after.annotations[0]?.message).toContain('Delete it in Cloudflare Zero Trust');
});

story('the deletion of a lease is repeated until it is answered', async (stage) => {
  const { run, post, sandbox } = stage;
  const step = await run(LEASE);
  const down = { kind: 'reply', when: 'before', status: 503 } as const;
  sandbox.faults.add({ ...DELETE, name: 'down', times: 3, effect: down });
  sandbox.faults.add({ ...DELETE, name: 'lost reply', effect: { kind: 'reset', when: 'after' } });
  const after = await post(step);
  expect(after.annotations).toEqual([]);
  expect(sandbox.cloudflare.list()).toEqual([]);
});

story('a post step without a lease calls nobody', async (stage) => {
  const { run, post, existing, sandbox } = stage;
  existing();
  const parts = [await run(), await run({ ...LEASE, duration: 'soon' })];
  const before = sandbox.faults.log.length;
  for (const part of parts) expect((await post(part)).rawStdout).toBe('');
  expect(sandbox.faults.log.length).toBe(before);
});
