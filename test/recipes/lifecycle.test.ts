import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { API, WEB } from '../../sandbox/sandbox.ts';
import { DAY } from '../../src/model/time.ts';
import { environmentOfWeb, installation, scene, statuses } from './scene.ts';

const PERMISSIONS = { secrets: 'write', environments: 'write', administration: 'write' } as const;
const STRICT = { application: { admits: [] }, installations: [installation('acme', PERMISSIONS)] };

describe('Provision a service token', () => {
  const NAME = 'Provision a service token';
  const STAGING = environmentOfWeb('staging');

  it('goes from nothing to a login in one run, behind an application that admits nobody else', async () => {
    const { sandbox, run, logsIn } = await scene(STRICT);
    const first = await run(NAME);
    expect(statuses(first)).toEqual(['created']);
    expect(first.jobs.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    expect(await logsIn(STAGING)).toBe(true);
    sandbox.clock.advance(7 * DAY);
    expect(statuses(await run(NAME))).toEqual(['unchanged']);
  });

  it('continues with what is there after a failure', async () => {
    const { sandbox, run, logsIn } = await scene(STRICT);
    sandbox.faults.add({
      name: 'no policy is created',
      service: 'cloudflare',
      method: 'POST',
      path: /\/policies$/,
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 403 },
    });
    expect(statuses(await run(NAME))).toEqual(['failed']);
    sandbox.faults.clear();
    expect((await run(NAME)).conclusion).toBe('success');
    expect(await logsIn(STAGING)).toBe(true);
    expect(sandbox.cloudflare.findByName('web-staging')).toHaveLength(1);
  });
});

describe('Delete a service token', () => {
  it('withdraws the token from both, deletes it, and leaves the policy to the others', async () => {
    const { sandbox, run } = await scene(STRICT);
    const application = sandbox.access.applications.list()[0]?.['id'];
    const { id: policy } = sandbox.access.policies.create({
      name: 'Partners',
      decision: 'non_identity',
      include: [{ ip: { ip: '198.51.100.0/24' } }],
    });
    sandbox.access.policies.link(String(application), policy);
    const made = await runInProcess(sandbox, {
      inputs: {
        'token-name': 'partner',
        'admit-to': 'application=app.example.com\npolicy=Partners',
        targets: 'repository=acme/web\nrepository=acme/api',
      },
    });
    expect(made.outputs['status']).toBe('created');
    expect(sandbox.logsIn(WEB)).toBe(true);
    expect(sandbox.access.policies.record(policy).fields['include']).toHaveLength(2);

    expect(statuses(await run('Delete a service token'))).toEqual(['deleted']);
    expect(sandbox.cloudflare.list()).toEqual([]);
    expect(sandbox.access.policies.record(policy).fields['include']).toEqual([
      { ip: { ip: '198.51.100.0/24' } },
    ]);
    for (const target of [WEB, API]) expect(sandbox.storedPair(target).clientSecret).toBeUndefined();
  });
});
