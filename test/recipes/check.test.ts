import { describe, expect, it } from 'vitest';
import { WEB, type Sandbox } from '../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { DAY } from '../../src/model/time.ts';
import { actionSteps, installation, scene, statuses } from './scene.ts';

const WEEKLY = { event: 'schedule' };

describe('Check all service tokens', () => {
  const NAME = 'Check all service tokens';

  it('opens one issue once something is due, and comments on it a week later', async () => {
    const { sandbox, machine, run } = await scene();
    await run('Rotate and verify');
    const fine = await run(NAME, WEEKLY);
    expect(fine.conclusion).toBe('success');
    expect(statuses(fine)).toEqual(['unchanged']);
    expect(await machine.issues()).toEqual([]);

    sandbox.clock.advance(350 * DAY);
    const due = await run(NAME, WEEKLY);
    expect(due.conclusion).toBe('failure');
    expect(statuses(due)).toEqual(['due']);
    const [issue, ...others] = await machine.issues();
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ title: 'Service tokens need attention', state: 'open', comments: [] });
    expect(issue?.body).toContain(actionSteps(due)[0]?.outputs['message']);
    expect(issue?.body).toMatch(/"ci" expires .* https:\/\/github\.com\/acme\/web\/actions\/runs\/\d+$/);

    sandbox.clock.advance(7 * DAY);
    await run(NAME, WEEKLY);
    const later = await machine.issues();
    expect(later).toHaveLength(1);
    expect(later[0]?.comments).toHaveLength(1);

    await machine.setIssues(later.map((closed) => ({ ...closed, state: 'closed' })));
    await run(NAME, WEEKLY);
    expect((await machine.issues()).map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  it('hands a message to the script as it is, whatever stands in it', async () => {
    const name = 'ci"; echo `id` $(id) #';
    const { sandbox, machine, run } = await scene({
      prepare: ({ cloudflare }) => {
        const { id } = cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name });
        cloudflare.setEnabled(id, false);
      },
    });
    expect(sandbox.cloudflare.findByName(name)).toHaveLength(1);
    await run(NAME, WEEKLY);
    const [issue] = await machine.issues();
    expect(issue?.body).toContain(JSON.stringify(name));
  });

  it('opens no issue where the check itself fails', async () => {
    const { sandbox, machine, run } = await scene();
    sandbox.faults.add({
      name: 'Cloudflare is down',
      service: 'cloudflare',
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 503 },
    });
    const failed = await run(NAME, WEEKLY);
    expect(failed.conclusion).toBe('failure');
    expect(statuses(failed)).toEqual(['failed']);
    expect(await machine.issues()).toEqual([]);
  });
});

describe('Check one service token', () => {
  const NAME = 'Check one service token';

  /** What the check is allowed: to read. The rotation has an App of its own. */
  const rotated = async () => {
    const played = await scene({ installations: [installation('acme', { secrets: 'write' })] });
    await played.run('Rotate when it is due');
    return played;
  };
  const changes = ({ github, faults }: Sandbox) => [
    github.changes.length,
    faults.log.filter(({ service, method }) => service === 'cloudflare' && method !== 'GET').length,
  ];

  it('opens an issue once the rotation has stopped, and changes nothing', async () => {
    const { sandbox, machine, run } = await rotated();
    const before = changes(sandbox);
    sandbox.clock.advance(44 * DAY);
    expect(statuses(await run(NAME, WEEKLY))).toEqual(['unchanged']);
    expect(await machine.issues()).toEqual([]);
    sandbox.clock.advance(2 * DAY);
    const due = await run(NAME, WEEKLY);
    expect(statuses(due)).toEqual(['due']);
    expect(actionSteps(due)[0]?.outputs['reason']).toBe('secret-due');
    expect((await machine.issues())[0]?.body).toContain('the stored client secret is 46 days old');
    expect(changes(sandbox)).toEqual(before);
  });

  it.each<[string, (sandbox: Sandbox) => void]>([
    [
      'is disabled',
      ({ cloudflare }) => {
        for (const { id } of cloudflare.findByName('ci')) cloudflare.setEnabled(id, false);
      },
    ],
    [
      'no target stores a client secret',
      ({ github }) => {
        github.removeSecret(WEB.place, WEB.clientSecretName);
      },
    ],
  ])('opens an issue also of what needs a person: %s', async (words, happens) => {
    const { sandbox, machine, run, logsIn } = await rotated();
    expect(await logsIn(WEB)).toBe(true);
    sandbox.clock.advance(2 * DAY);
    happens(sandbox);
    expect(statuses(await run(NAME, WEEKLY))).toEqual(['failed']);
    const [issue] = await machine.issues();
    expect(issue?.title).toBe('The service token ci needs attention');
    expect(issue?.body.toLowerCase()).toContain(words);
  });

  it('needs a GitHub App that may read, and no more', async () => {
    const { sandbox, run } = await scene({ installations: [installation('acme', { secrets: 'read' })] });
    expect(statuses(await run(NAME, WEEKLY))).toEqual(['due']);
    expect(sandbox.cloudflare.findByName('ci')).toEqual([]);
  });
});
