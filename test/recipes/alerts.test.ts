import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { DAY } from '../../src/model/time.ts';
import { actionSteps, environmentOfWeb, refuseWritesTo, scene, statuses, withEnvironments } from './scene.ts';

describe('Try every stored secret', () => {
  const NAME = 'Try every stored secret';

  it('opens an issue for the environment whose secret Access refuses, and for no other', async () => {
    const { sandbox, machine, run } = await scene({ prepare: withEnvironments('staging') });
    await run('Rotate each environment');
    const fine = await run(NAME);
    expect(statuses(fine)).toEqual(['verified', 'verified']);
    expect(await machine.issues()).toEqual([]);

    const staging = environmentOfWeb('staging');
    sandbox.github.setSecret(staging.place, staging.clientSecretName, 'pasted by hand');
    const called = sandbox.faults.log.length;
    const failed = await run(NAME);
    expect(statuses(failed)).toEqual(['failed', 'verified']);
    expect(sandbox.faults.log.slice(called).map(({ service }) => service)).not.toContain('cloudflare');
    const issues = await machine.issues();
    expect(issues.map(({ title }) => title)).toEqual(['The service token of staging does not log in']);
    expect(issues[0]?.body).toContain(actionSteps(failed)[0]?.outputs['message']);
  });
});

describe('Rotate and report failures', () => {
  const NAME = 'Rotate and report failures';

  it('posts the reason of a failure, and nothing after a success', async () => {
    const { sandbox, machine, run } = await scene();
    sandbox.github.setSecret(WEB.place, 'ALERT_WEBHOOK', `${machine.stores.origin}/hook`);
    expect(statuses(await run(NAME))).toEqual(['created']);
    expect(machine.stores.received).toEqual([]);
    sandbox.clock.advance(31 * DAY);
    refuseWritesTo(sandbox, /CF_ACCESS_CLIENT_SECRET/);
    const failed = await run(NAME);
    const { reason, message } = actionSteps(failed)[0]?.outputs ?? {};
    expect(reason).toMatch(/\S/);
    const [posted, ...others] = machine.stores.received;
    expect(others).toEqual([]);
    expect(posted?.path).toBe('hook');
    expect(posted?.body).toContain(`Rotation of ci: ${reason}: ${message} https://github.com/acme/web/`);
  });
});
