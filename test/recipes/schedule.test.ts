import { describe, expect, it } from 'vitest';
import { queueJob } from '../../sandbox/consumer.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { actionSteps, scene, statuses } from './scene.ts';

describe('Rotate when it is due', () => {
  const NAME = 'Rotate when it is due';
  const DAILY = { event: 'schedule' };

  it('rotates after 30 days, says when that is, and on the other days only repairs', async () => {
    const { sandbox, run, logsIn } = await scene();
    const first = await run(NAME, DAILY);
    expect(statuses(first)).toEqual(['created']);
    const due = actionSteps(first)[0]?.outputs['rotate-due-at'] ?? '';
    expect(first.jobs[0]?.steps[1]?.log).toContain(`##[notice]${due}`);

    sandbox.clock.advanceTo(Date.parse(due) - HOUR);
    const idle = await run(NAME, DAILY);
    expect(statuses(idle)).toEqual(['unchanged']);
    expect(actionSteps(idle)[0]?.outputs).toMatchObject({ reason: 'secret-fresh', 'rotate-due-at': due });
    expect(await logsIn(WEB)).toBe(true);

    sandbox.clock.advanceTo(Date.parse(due));
    const stored = sandbox.github.secret(WEB.place, WEB.clientSecretName);
    expect(Math.round((Date.parse(due) - (stored?.updatedAt ?? 0)) / DAY)).toBe(30);
    const queued = queueJob(sandbox, WEB);
    expect(statuses(await run(NAME, DAILY))).toEqual(['rotated']);
    expect(await logsIn(WEB)).toBe(true);
    sandbox.clock.advance(35 * HOUR);
    expect((await queued.logIn()).accepted).toBe(true);
    sandbox.clock.advance(2 * HOUR);
    expect((await queued.logIn()).accepted).toBe(false);

    sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'of somebody else');
    expect(await logsIn(WEB)).toBe(false);
    expect(statuses(await run(NAME, DAILY))).toEqual(['rotated']);
    expect(await logsIn(WEB)).toBe(true);
    expect(sandbox.github.liveInstallationTokens()).toEqual([]);
  });
});

describe('Rotate and verify', () => {
  const NAME = 'Rotate and verify';

  it('waits until Access lets the new secret in before it retires the old one', async () => {
    const { sandbox, run, logsIn } = await scene({ application: { propagationDelay: MINUTE } });
    await run(NAME);
    sandbox.clock.advance(31 * DAY);
    const queued = queueJob(sandbox, WEB);
    expect(statuses(await run(NAME))).toEqual(['rotated']);
    expect(sandbox.application.logins.some(({ why }) => why === 'not-propagated')).toBe(true);
    expect(await logsIn(WEB)).toBe(true);
    sandbox.clock.advance(35 * HOUR);
    expect((await queued.logIn()).accepted).toBe(true);
  });

  it('fails and retires nothing where Access does not let the new one in', async () => {
    const { sandbox, run, logsIn } = await scene();
    await run(NAME);
    sandbox.clock.advance(31 * DAY);
    const queued = queueJob(sandbox, WEB);
    sandbox.application.settings.propagationDelay = HOUR;
    const failed = await run(NAME);
    expect(failed.conclusion).toBe('failure');
    expect(statuses(failed)).toEqual(['failed']);
    sandbox.clock.advance(28 * DAY);
    expect((await queued.logIn()).accepted).toBe(true);
    expect(await logsIn(WEB)).toBe(true);
  });

  it('takes a URL that lets everyone in for a mistake, before anything is rotated', async () => {
    const { sandbox, run } = await scene({ application: { access: 'unprotected' } });
    expect(statuses(await run(NAME))).toEqual(['failed']);
    expect(sandbox.cloudflare.findByName('ci')).toEqual([]);
  });
});
