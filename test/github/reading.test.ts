import { describe, expect, it } from 'vitest';
import { API, WEB } from '../../sandbox/sandbox.ts';
import { ORIGINS } from '../../sandbox/world.ts';
import type { OrganizationPlace, Target } from '../../src/model/target.ts';
import { Bench, failureOf } from './bench.ts';

describe('reading', () => {
  it('takes one list, and no more', async () => {
    const bench = new Bench();
    const at = bench.sandbox.clock.now();
    bench.sandbox.github.setSecret(WEB.place, WEB.clientIdName, 'id');
    bench.sandbox.clock.advance(60_000);
    const state = await bench.observed();
    expect(state.clientId).toEqual({ updatedAt: at });
    expect(state.clientSecret).toBeUndefined();
    expect(bench.requests).toEqual(['GET /repos/acme/web/actions/secrets?per_page=100&page=1']);
  });

  it('lists a place once for all targets in it, and gives the states in the order of the targets', async () => {
    const bench = new Bench();
    const named = (place: Target['place'], name: string): Target => {
      return { ...WEB, place, clientIdName: `${name}_ID`, clientSecretName: `${name}_SECRET` };
    };
    const targets = [
      named(WEB.place, 'A'),
      named(API.place, 'B'),
      named({ kind: 'repository', owner: 'Acme', repository: 'WEB', app: 'actions' }, 'C'),
      named(WEB.place, 'nix'),
    ];
    for (const name of ['A', 'C']) bench.sandbox.github.setSecret(WEB.place, `${name}_SECRET`, 'x');
    const states = await bench.stores.observe(targets, () => false);
    expect(states.map(({ target }) => target)).toEqual(targets);
    expect(states.map((state) => state.kind === 'readable' && state.clientSecret !== undefined)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(bench.requests.filter((request) => request.includes('/secrets'))).toHaveLength(2);
  });

  it('finds a secret on whatever page it is', async () => {
    const bench = new Bench();
    const place: OrganizationPlace = {
      ...{ kind: 'organization', organization: 'acme', app: 'actions' },
      ...{ visibility: undefined, repositories: undefined },
    };
    const sharing = { visibility: 'all', repositoryIds: [] } as const;
    for (let i = 0; i < 250; i += 1) bench.sandbox.github.setSecret(place, `A_${i}`, 'x', sharing);
    bench.sandbox.github.setSecret(place, WEB.clientSecretName, 'x', sharing);
    const target = { ...WEB, place };
    expect((await bench.observed(target)).clientSecret?.visibility).toBe('all');
    expect(await bench.stores.names(target)).toHaveLength(251);
  });

  it('looks again for what a list lacks that changed while it was read', async () => {
    const bench = new Bench();
    bench.sandbox.github.switches.maximumSecrets.repository = 1000;
    for (let i = 0; i < 99; i += 1) bench.sandbox.github.setSecret(WEB.place, `A_${i}`, 'x');
    bench.sandbox.github.setSecret(WEB.place, WEB.clientIdName, 'x');
    bench.sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'x');
    // Whoever deletes a secret of the first page moves one of the second there.
    bench.sandbox.faults.onExchange = ({ path }) => {
      if (path.endsWith('page=1')) bench.sandbox.github.removeSecret(WEB.place, 'A_0');
    };
    const state = await bench.observed();
    expect(state.clientId).toBeDefined();
    expect(state.clientSecret).toBeDefined();
  });

  it('sends the version of the API, a name of its own, and the token', async () => {
    const bench = new Bench();
    await bench.observed();
    for (const { requestHeaders } of bench.log) {
      expect(requestHeaders).toMatchObject({
        'x-github-api-version': '2022-11-28',
        authorization: 'Bearer github_pat_sandbox_write',
      });
      expect(requestHeaders['user-agent']).toMatch(/^cloudflare-access-service-token/);
    }
  });

  it('tells the time of GitHub, whatever the machine says', async () => {
    const bench = new Bench({ wallError: -365 * 24 * 3_600_000 });
    await bench.observed();
    expect(bench.stores.now()).toBe(bench.sandbox.clock.now());
  });

  it('works below a path', async () => {
    const server = 'https://github.example.com/api/v3';
    const paths: string[] = [];
    const bench = new Bench({
      apiUrl: `${server}/`,
      fetch: (fetch) => (input, init) => {
        paths.push(input as string);
        return fetch((input as string).replace(server, ORIGINS.github), init);
      },
    });
    await bench.write(await bench.observed(), 'NAME', 'value');
    expect(paths).toHaveLength(3);
    expect(paths.every((path) => path.startsWith(`${server}/repos/acme/web/actions/secrets`))).toBe(true);
    expect(bench.sandbox.github.secret(WEB.place, 'NAME')?.value).toBe('value');
  });

  it('of one secret proves that it is absent', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    expect(await bench.read(state, 'NAME')).toBeUndefined();
    await bench.write(state, 'NAME', 'value');
    expect(await bench.read(state, 'NAME')).toEqual({ updatedAt: bench.sandbox.clock.now() });
    bench.sandbox.github.moveRepository({ owner: 'acme', name: 'web' }, { owner: 'acme', name: 'site' });
    expect(await failureOf(bench.read(state, 'NAME'))).toMatchObject({ code: 'repository-moved' });
  });

  it('of one secret is no proof where nothing can be seen any more', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    bench.sandbox.faults.add({
      name: 'hidden',
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 404, body: '{"message":"Not Found"}' },
    });
    const problem = await failureOf(bench.read(state, 'NAME'));
    expect(problem).toMatchObject({ code: 'repository-not-found', status: 404 });
  });
});
