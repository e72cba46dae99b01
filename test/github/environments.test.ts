import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import type { Target } from '../../src/model/target.ts';
import { Bench, failureOf, problemOf } from './bench.ts';

function inEnvironment(environment: string): Target {
  return {
    ...WEB,
    place: { kind: 'environment', owner: 'acme', repository: 'web', environment, app: 'actions' },
  };
}

describe('an environment', () => {
  const staging = inEnvironment('prod/eu west');
  const creating = { createsEnvironments: true };

  async function missing(bench: Bench): Promise<{ kind: 'environment-missing'; target: Target }> {
    const state = await bench.observe(staging);
    if (state.kind !== 'environment-missing') throw new Error(problemOf(state));
    return state;
  }

  it('may have any name', async () => {
    const bench = new Bench();
    bench.sandbox.github.addEnvironment('acme', 'web', 'prod/eu west');
    await bench.write(await bench.observed(staging), 'NAME', 'value');
    expect(bench.sandbox.github.secret(staging.place, 'NAME')?.value).toBe('value');
    expect(bench.requests.every((request) => request.includes('/environments/prod%2Feu%20west/'))).toBe(true);
  });

  it('that is missing is told from a repository that is', async () => {
    const bench = new Bench();
    const state = await bench.observe(staging);
    expect(problemOf(state)).toMatch(
      /^environment-not-found: .*acme\/web is there, but it has no environment/,
    );
    expect(problemOf(state)).toContain('create-environment: true');
    const elsewhere: Target = {
      ...staging,
      place: { kind: 'environment', owner: 'acme', repository: 'nix', environment: 'x', app: 'actions' },
    };
    expect(problemOf(await bench.observe(elsewhere))).toMatch(/^repository-not-found: /);
    const mayCreate = new Bench(creating);
    expect(problemOf(await mayCreate.observe(elsewhere))).toMatch(/^repository-not-found: /);
  });

  it('is created without a field, and read', async () => {
    const bench = new Bench(creating);
    bench.sandbox.github.grant('github_pat_sandbox_write', 'administration', 'write');
    const state = await bench.stores.createEnvironment(await missing(bench));
    const put = bench.log.find(({ method }) => method === 'PUT');
    expect(put?.requestBody).toBe('');
    await bench.write(state, 'NAME', 'value');
    expect(bench.sandbox.github.secret(staging.place, 'NAME')?.value).toBe('value');
    expect(bench.sandbox.github.environmentPuts).toMatchObject([{ existed: false }]);
  });

  it('names the permission that creating takes', async () => {
    const bench = new Bench(creating);
    const problem = await failureOf(bench.stores.createEnvironment(await missing(bench)));
    expect(problem).toMatchObject({ code: 'github-permission-missing', status: 403 });
    expect(problem.text).toContain('Administration: read and write');
  });

  it.each(['before', 'after'] as const)('is never put twice: reply lost %s the effect', async (when) => {
    const bench = new Bench(creating);
    bench.sandbox.github.grant('github_pat_sandbox_write', 'administration', 'write');
    bench.sandbox.faults.add({ name: 'lost', method: 'PUT', effect: { kind: 'reset', when } });
    const state = await bench.stores.createEnvironment(await missing(bench));
    expect(state.kind).toBe('readable');
    expect(bench.sandbox.github.environmentPuts).toMatchObject([{ existed: false }]);
    expect(bench.sandbox.faults.unused()).toEqual([]);
  });

  it('that someone creates while a limit is waited out is left as it is', async () => {
    const bench = new Bench(creating);
    bench.sandbox.github.grant('github_pat_sandbox_write', 'administration', 'write');
    const state = await missing(bench);
    const effect = { kind: 'reply', when: 'before', status: 429 } as const;
    bench.sandbox.faults.add({ name: 'limit', method: 'PUT', effect });
    bench.sandbox.faults.onExchange = ({ fault }) => {
      if (fault === 'limit')
        bench.sandbox.github.addEnvironment('acme', 'web', 'prod/eu west', { wait_timer: 30 });
    };
    expect((await bench.stores.createEnvironment(state)).kind).toBe('readable');
    expect(bench.sandbox.github.environmentPuts).toEqual([]);
  });

  it('that takes a moment to be seen is waited for', async () => {
    const bench = new Bench(creating);
    bench.sandbox.github.grant('github_pat_sandbox_write', 'administration', 'write');
    const state = await missing(bench);
    const effect = { kind: 'reply', when: 'before', status: 404 } as const;
    bench.sandbox.faults.add({ name: 'late', path: /\/secrets\?/, times: 2, effect });
    expect((await bench.stores.createEnvironment(state)).kind).toBe('readable');
    expect(bench.elapsed).toBe(3);
  });
});
describe('removing', () => {
  it('tells what was there from what was not', async () => {
    const bench = new Bench();
    bench.sandbox.github.setSecret(WEB.place, 'NAME', 'value');
    expect(await bench.remove(WEB, 'NAME')).toBe('deleted');
    expect(await bench.remove(WEB, 'NAME')).toBe('absent');
    expect(bench.sandbox.github.secretNames(WEB.place)).toEqual([]);
  });

  it('takes the secrets of an environment that is gone for gone', async () => {
    const bench = new Bench();
    expect(await bench.remove(inEnvironment('staging'), 'NAME')).toBe('absent');
  });

  it('takes nothing for gone that cannot be seen', async () => {
    const bench = new Bench();
    const target: Target = {
      ...WEB,
      place: { kind: 'repository', owner: 'acme', repository: 'nix', app: 'actions' },
    };
    expect(await failureOf(bench.remove(target, 'NAME'))).toMatchObject({
      code: 'repository-not-found',
    });
  });
});
