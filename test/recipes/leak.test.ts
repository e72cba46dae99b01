import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { API, WEB } from '../../sandbox/sandbox.ts';
import type { Occasion } from '../../sandbox/workflow/run-workflow.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { refuseWritesTo, scene, statuses } from './scene.ts';

const NAME = 'Replace a leaked secret';

function dispatch(operation: string): Occasion {
  return { event: 'workflow_dispatch', inputs: { operation } };
}

/** The pair is in both repositories, a grace is running, and what is in them now has leaked. */
async function leaked() {
  const played = await scene();
  const { sandbox, run } = played;
  await run(NAME);
  sandbox.clock.advance(7 * DAY);
  await runInProcess(sandbox, { inputs: { targets: 'repository=acme/web\nrepository=acme/api' } });
  sandbox.clock.advance(HOUR);
  const { clientId = '', clientSecret = '' } = sandbox.storedPair(WEB);
  const opens = () => sandbox.cloudflare.authenticate(clientId, clientSecret).ok;
  expect(opens()).toBe(true);
  return { ...played, opens };
}

describe(NAME, () => {
  it('ends the leaked secret at once, with everybody on the new one', async () => {
    const { run, opens, logsIn } = await leaked();
    expect(statuses(await run(NAME))).toEqual(['rotated']);
    expect(opens()).toBe(false);
    for (const target of [WEB, API]) expect(await logsIn(target)).toBe(true);
  });

  it('ends it at last by revoking where one target could not be reached, which that target pays for', async () => {
    const { sandbox, run, opens, logsIn } = await leaked();
    refuseWritesTo(sandbox, /acme\/api\/actions\/secrets/);
    const failed = await run(NAME);
    expect(failed.conclusion).toBe('failure');
    expect(statuses(failed)).toEqual(['failed']);
    expect(await logsIn(WEB)).toBe(true);
    expect(await logsIn(API)).toBe(true);
    expect(opens()).toBe(true);

    expect(statuses(await run(NAME, dispatch('revoke')))).toEqual(['revoked']);
    expect(opens()).toBe(false);
    expect(await logsIn(WEB)).toBe(true);
    expect(await logsIn(API)).toBe(false);
  });

  it('takes nothing but the two operations', async () => {
    const { run } = await scene();
    await expect(run(NAME, dispatch('delete'))).rejects.toThrow('cannot be started');
  });
});

describe('Replace a leaked secret and end sessions', () => {
  it('ends the leaked secret and every session that it opened', async () => {
    const { sandbox, run, logsIn } = await scene();
    // Access takes the cookie of a session only if an Allow policy lets people in as well.
    sandbox.application.settings.access = 'mixed';
    await run('Rotate when it is due');
    sandbox.clock.advance(DAY);
    const { clientId = '', clientSecret = '' } = sandbox.storedPair(WEB);
    const url = 'https://app.example.com/health';
    const headers = { 'cf-access-client-id': clientId, 'cf-access-client-secret': clientSecret };
    const opened = await sandbox.application.handle(new Request(url, { headers }));
    const cookie = opened.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const visit = () =>
      sandbox.application.handle(new Request(url, { headers: { cookie }, redirect: 'manual' }));
    expect((await visit()).status).toBe(200);

    expect(statuses(await run('Replace a leaked secret and end sessions'))).toEqual(['rotated']);
    expect(sandbox.cloudflare.authenticate(clientId, clientSecret).ok).toBe(false);
    expect((await visit()).status).not.toBe(200);
    expect(await logsIn(WEB)).toBe(true);
  });
});
