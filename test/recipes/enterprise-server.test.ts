import { describe, expect, it } from 'vitest';
import { API, WEB, type Sandbox } from '../../sandbox/sandbox.ts';
import { installation, scene, statuses, targetAt } from './scene.ts';

describe('GitHub Enterprise Server', () => {
  const server = {
    githubBasePath: '/api/v3',
    githubSwitches: { enterpriseServer: true },
    machine: { origins: { github: 'https://github.example.com' } },
  };
  const github = { api_url: 'https://github.example.com/api/v3', server_url: 'https://github.example.com' };

  it('is found by its own runner', async () => {
    const { sandbox, run, logsIn } = await scene({
      ...server,
      installations: [installation('acme', { secrets: 'write', dependabot_secrets: 'write' })],
      surroundings: { github },
    });
    expect(statuses(await run('Rotate on an Enterprise Server'))).toEqual(['created']);
    const dependabot = targetAt({ kind: 'repository', owner: 'acme', repository: 'web', app: 'dependabot' });
    for (const target of [WEB, dependabot]) expect(await logsIn(target)).toBe(true);
    expect(sandbox.github.liveInstallationTokens()).toEqual([]);
  });

  const FROM_GITHUB = 'Rotate from github.com for an Enterprise Server';
  const withToken = ({ github: service }: Sandbox): void => {
    const token = 'ghp_of_the_server';
    service.addToken({ token, kind: 'classic', scopes: ['repo'] });
    service.setSecret(WEB.place, 'ENTERPRISE_SERVER_TOKEN', token);
  };

  it('is delivered to from github.com', async () => {
    const { run, logsIn } = await scene({ ...server, prepare: withToken });
    expect(statuses(await run(FROM_GITHUB))).toEqual(['created']);
    for (const target of [WEB, API]) expect(await logsIn(target)).toBe(true);
  });

  it('that cannot be reached costs no rotation', async () => {
    const { sandbox, run } = await scene({ prepare: withToken });
    expect(statuses(await run(FROM_GITHUB))).toEqual(['failed']);
    expect(sandbox.cloudflare.findByName('ci')).toEqual([]);
  });
});
