import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { DAY } from '../../src/model/time.ts';
import type { App } from '../../src/model/target.ts';
import { actionSteps, installation, refuseWritesTo, scene, statuses, targetAt } from './scene.ts';

describe('Rotate for Actions and Dependabot', () => {
  const NAME = 'Rotate for Actions and Dependabot';
  const at = (app: App) => targetAt({ kind: 'repository', owner: 'acme', repository: 'web', app });

  it('delivers one pair to both', async () => {
    const both = installation('acme', { secrets: 'write', dependabot_secrets: 'write' });
    const { sandbox, run, logsIn } = await scene({ installations: [both] });
    expect(statuses(await run(NAME))).toEqual(['created']);
    expect(await logsIn(at('dependabot'))).toBe(true);
    expect(sandbox.storedPair(at('dependabot'))).toEqual(sandbox.storedPair(at('actions')));
  });

  it('names the permission that is missing for one of them, and rotates nothing', async () => {
    const one = installation('acme', { secrets: 'write' });
    const { sandbox, run } = await scene({ installations: [one] });
    const failed = await run(NAME);
    expect(statuses(failed)).toEqual(['failed']);
    expect(actionSteps(failed)[0]?.log).toMatch(/Dependabot secrets/i);
    expect(sandbox.cloudflare.findByName('ci')).toEqual([]);
  });
});

describe('Rotate the secret of the organization', () => {
  const NAME = 'Rotate the secret of the organization';
  const acme = targetAt({
    kind: 'organization',
    organization: 'acme',
    app: 'actions',
    visibility: undefined,
    repositories: undefined,
  });
  const installations = [installation('acme', { organization_secrets: 'write' })];

  it('lets exactly the listed repositories read it', async () => {
    const ids: number[] = [];
    const { sandbox, run, logsIn } = await scene({
      installations,
      prepare: ({ github }) => ids.push(github.addRepository({ owner: 'acme', name: 'docs' })),
    });
    expect(statuses(await run(NAME))).toEqual(['created']);
    expect(await logsIn(acme)).toBe(true);
    const stored = sandbox.github.secret(acme.place, acme.clientSecretName);
    expect(stored?.visibility).toBe('selected');
    expect([...(stored?.repositoryIds ?? [])]).toHaveLength(2);
    expect([...(stored?.repositoryIds ?? [])]).not.toContain(ids[0]);
  });

  it('rotates nothing, and leaves the list alone, where a listed repository is out of sight', async () => {
    const { sandbox, run, logsIn } = await scene({ installations });
    await run(NAME);
    const before = sandbox.github.secret(acme.place, acme.clientSecretName);
    const ids = [...(before?.repositoryIds ?? [])];
    sandbox.clock.advance(31 * DAY);
    sandbox.github.moveRepository({ owner: 'acme', name: 'api' }, { owner: 'elsewhere', name: 'api' });
    expect(statuses(await run(NAME))).toEqual(['failed']);
    expect(sandbox.github.secret(acme.place, acme.clientSecretName)?.value).toBe(before?.value);
    expect([...(sandbox.github.secret(acme.place, acme.clientSecretName)?.repositoryIds ?? [])]).toEqual(ids);
    expect(await logsIn(acme)).toBe(true);
  });
});

describe('Rotate for several organizations', () => {
  const NAME = 'Rotate for several organizations';
  const organization = (login: string) =>
    targetAt({
      kind: 'organization',
      organization: login,
      app: 'actions',
      visibility: undefined,
      repositories: undefined,
    });
  const site = targetAt({ kind: 'repository', owner: 'initech', repository: 'site', app: 'actions' });
  const targets = [organization('acme'), organization('globex'), site];
  const prepare = ({ github }: Sandbox): void => {
    github.addOrganization('globex');
    github.addRepository({ owner: 'initech', name: 'site' });
  };
  const everywhere = [
    installation('acme', { organization_secrets: 'write' }),
    installation('globex', { organization_secrets: 'write' }),
    installation('initech', { secrets: 'write' }),
  ];

  it('delivers one pair to all owners, with a token for each, and keeps the old secret alive where one fails', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare, installations: everywhere });
    expect(statuses(await run(NAME))).toEqual(['created']);
    for (const target of targets) expect(await logsIn(target)).toBe(true);
    expect(sandbox.github.mintedInstallationTokens()).toHaveLength(3);
    expect(sandbox.github.liveInstallationTokens()).toEqual([]);

    sandbox.clock.advance(31 * DAY);
    refuseWritesTo(sandbox, /orgs\/globex\/actions\/secrets\/CF_ACCESS_CLIENT_SECRET/);
    expect(statuses(await run(NAME))).toEqual(['failed']);
    expect(sandbox.github.liveInstallationTokens()).toEqual([]);
    sandbox.clock.advance(7 * DAY);
    for (const target of targets) expect(await logsIn(target)).toBe(true);
  });

  it('rotates nothing where the App is not installed at one owner', async () => {
    const { sandbox, run } = await scene({ prepare, installations: everywhere.slice(0, 2) });
    const failed = await run(NAME);
    expect(statuses(failed)).toEqual(['failed']);
    expect(actionSteps(failed)[0]?.outputs['message']).toMatch(/not installed/);
    expect(sandbox.cloudflare.findByName('shared')).toEqual([]);
  });
});
