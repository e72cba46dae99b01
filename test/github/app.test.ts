import { describe, expect, it } from 'vitest';
import { PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import { ALL, appBench, organization, repository } from './app-bench.ts';
import type { Target } from '../../src/model/target.ts';
import { failureOf, type Bench } from './bench.ts';

function minted(bench: Bench): unknown[] {
  return bench.sandbox.github
    .mintedInstallationTokens()
    .map(({ owner, permissions, repositories }) => ({ owner, permissions, repositories }));
}

describe('an installation token', () => {
  it('serves one owner, for the repositories and the permissions that its targets need', async () => {
    const targets = [WEB, PRODUCTION, repository('acme', 'api', 'dependabot'), repository('octo', 'blog')];
    const bench = appBench({ targets });
    for (const target of targets) {
      const state = await bench.observed(target);
      await bench.stores.checkWrite(state);
      await bench.write(state, 'NAME', 'value');
    }
    expect(minted(bench)).toEqual([
      {
        owner: 'acme',
        permissions: {
          metadata: 'read',
          secrets: 'write',
          environments: 'write',
          dependabot_secrets: 'write',
        },
        repositories: ['acme/web', 'acme/api'],
      },
      { owner: 'octo', permissions: { metadata: 'read', secrets: 'write' }, repositories: ['octo/blog'] },
    ]);
  });

  it('only reads where nothing is to be written', async () => {
    const bench = appBench({ access: 'read' });
    await bench.observed();
    expect(minted(bench)).toMatchObject([{ permissions: { metadata: 'read', secrets: 'read' } }]);
  });

  it('may create environments where that is asked for', async () => {
    const bench = appBench({ targets: [PRODUCTION], createsEnvironments: true });
    await bench.observed(PRODUCTION);
    expect(minted(bench)).toMatchObject([
      { permissions: { environments: 'write', administration: 'write' } },
    ]);
  });

  it('reaches all repositories for the secrets of an organization', async () => {
    const targets = [WEB, organization('acme')];
    const bench = appBench({ targets });
    await Promise.all(targets.map((target) => bench.observed(target)));
    expect(minted(bench)).toMatchObject([
      { permissions: { secrets: 'write', organization_secrets: 'write' }, repositories: 'all' },
    ]);
  });

  it('has the permissions of agents and of variables, and no others', async () => {
    const permissions = {
      ...ALL,
      actions_variables: 'write',
      agent_variables: 'write',
      organization_agent_secrets: 'write',
      organization_agent_variables: 'write',
      organization_actions_variables: 'write',
    } as const;
    const inVariables = (target: Target): Target => ({ ...target, clientIdKind: 'variable' });
    const cases: readonly [Target, object][] = [
      [repository('acme', 'web', 'agents'), { agent_secrets: 'write' }],
      [inVariables(WEB), { secrets: 'write', actions_variables: 'write' }],
      [inVariables(PRODUCTION), { environments: 'write' }],
      [
        inVariables(repository('acme', 'web', 'agents')),
        { agent_secrets: 'write', agent_variables: 'write' },
      ],
      [
        inVariables(organization('acme', 'agents')),
        { organization_agent_secrets: 'write', organization_agent_variables: 'write' },
      ],
      [
        inVariables(organization('acme')),
        { organization_secrets: 'write', organization_actions_variables: 'write' },
      ],
    ];
    for (const [target, needed] of cases) {
      const bench = appBench({ targets: [target], permissions });
      await bench.stores.checkWrite(await bench.observed(target));
      const [token] = bench.sandbox.github.mintedInstallationTokens();
      expect(token?.permissions).toEqual({ metadata: 'read', ...needed });
    }
  });

  it('is obtained once for many targets at once, and masked before it is used', async () => {
    const targets = [WEB, PRODUCTION, repository('acme', 'api')];
    const bench = appBench({ targets });
    await Promise.all(targets.map((target) => bench.observed(target)));
    const [token] = bench.sandbox.github.mintedInstallationTokens();
    expect(bench.masked).toEqual([token?.token]);
    expect(bench.requests.filter((request) => request.endsWith('/installation'))).toHaveLength(1);
  });

  it('is revoked in the end, and so is one that was replaced', async () => {
    const bench = appBench({ targets: [WEB, repository('octo', 'blog')] });
    await Promise.all([bench.observed(), bench.observed(repository('octo', 'blog'))]);
    bench.sandbox.clock.advance(56 * MINUTE);
    await bench.observed();
    expect(bench.sandbox.github.liveInstallationTokens()).toHaveLength(3);
    bench.waitBudget.end();
    await bench.stores.close();
    expect(bench.sandbox.github.liveInstallationTokens()).toEqual([]);
  });

  it('that cannot be revoked fails nothing', async () => {
    const bench = appBench();
    await bench.observed();
    const effect = { kind: 'reply', when: 'before', status: 500 } as const;
    bench.sandbox.faults.add({ name: 'down', method: 'DELETE', times: Infinity, effect });
    await bench.stores.close();
    expect(bench.lines.at(-1)).toMatch(/^debug: .*could not be revoked/);
  });

  it('is renewed before it ends, by the clock of GitHub', async () => {
    const bench = appBench({ wallError: 400 * 24 * 60 * MINUTE });
    const state = await bench.observed();
    bench.sandbox.clock.advance(54 * MINUTE);
    await bench.write(state, 'ONE', 'value');
    expect(minted(bench)).toHaveLength(1);
    bench.sandbox.clock.advance(MINUTE);
    await bench.write(state, 'TWO', 'value');
    expect(minted(bench)).toHaveLength(2);
  });

  it('that is refused is replaced once for all who use it', async () => {
    const bench = appBench();
    const state = await bench.observed();
    const [token] = bench.sandbox.github.mintedInstallationTokens();
    bench.sandbox.github.revokeToken(token?.token ?? '');
    await Promise.all(['A', 'B', 'C'].map((name) => bench.write(state, name, 'value')));
    expect(bench.sandbox.github.secretNames(WEB.place)).toEqual(['A', 'B', 'C']);
    expect(minted(bench)).toHaveLength(2);
  });

  it('that replaced another is not given up for a late refusal of that one', async () => {
    const renewed = Promise.withResolvers<undefined>();
    const bench = appBench({
      fetch: (fetch) => async (input, init) => {
        const response = await fetch(input, init);
        if (response.status === 401 && (input as string).endsWith('/LATE')) await renewed.promise;
        return response;
      },
    });
    const state = await bench.observed();
    const [token] = bench.sandbox.github.mintedInstallationTokens();
    bench.sandbox.github.revokeToken(token?.token ?? '');
    const late = bench.write(state, 'LATE', 'value');
    await bench.write(state, 'NAME', 'value');
    renewed.resolve(undefined);
    await late;
    expect(minted(bench)).toHaveLength(2);
  });

  it('that is refused again and again is given up', async () => {
    const bench = appBench();
    const state = await bench.observed();
    const effect = { kind: 'reply', when: 'before', status: 401 } as const;
    bench.sandbox.faults.add({ name: 'x', method: 'PUT', times: Infinity, effect });
    expect(await failureOf(bench.write(state, 'NAME', 'value'))).toMatchObject({
      code: 'github-bad-credentials',
      applied: 'no',
    });
    expect(minted(bench)).toHaveLength(3);
  });

  it.each(['before', 'after'] as const)('is asked for again where the reply is lost %s it', async (when) => {
    const bench = appBench();
    bench.sandbox.faults.add({ name: 'lost', method: 'POST', effect: { kind: 'reset', when } });
    await bench.observed();
    expect(bench.sandbox.faults.unused()).toEqual([]);
  });

  it('is asked for again where the reply has none', async () => {
    const bench = appBench();
    const effect = { kind: 'reply', when: 'before', status: 201, body: '{"permissions":{}}' } as const;
    bench.sandbox.faults.add({ name: 'empty', method: 'POST', effect });
    await bench.observed();
    expect(minted(bench)).toHaveLength(1);
  });
});

describe('a clock that is wrong', () => {
  it.each([-1, 1])('by %i years on the runner changes nothing', async (years) => {
    const bench = appBench({ wallError: years * 365 * 24 * 60 * MINUTE });
    await bench.write(await bench.observed(), 'NAME', 'value');
    expect(bench.elapsed).toBe(0);
    expect(bench.log.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  it('by seconds costs nothing', async () => {
    const bench = appBench({ wallError: -30 * SECOND });
    await bench.observed();
    expect(bench.log.filter(({ status }) => status === 401)).toHaveLength(0);
  });
});
