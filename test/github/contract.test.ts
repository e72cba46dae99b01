import { describe, expect, it } from 'vitest';
import { PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { APPS, type OrganizationPlace, type Target } from '../../src/model/target.ts';
import { openapiCheck } from '../contracts/openapi-check.ts';
import { appBench, repository } from './app-bench.ts';
import { Bench } from './bench.ts';

const TARGETS: readonly Target[] = [
  PRODUCTION,
  ...APPS.map((app) => repository('acme', 'web', app)),
  ...APPS.map((app): Target => {
    const repositories = ['web', 'api'];
    const place: OrganizationPlace = {
      kind: 'organization',
      organization: 'acme',
      app,
      visibility: 'selected',
      repositories,
    };
    return { ...WEB, place };
  }),
];

async function everything(bench: Bench, target: Target): Promise<void> {
  const { stores } = bench;
  const state = await bench.observed(target);
  await stores.prove(state);
  await stores.write(state, target.clientSecretName, 'secret');
  await stores.write(state, target.clientIdName, 'id');
  await stores.read(state, target.clientIdName);
  const { place } = target;
  const kept: Target =
    place.kind === 'organization'
      ? { ...target, place: { ...place, visibility: undefined, repositories: undefined } }
      : target;
  await stores.write(await bench.observed(kept), target.clientSecretName, 'another');
  await stores.remove(target, target.clientIdName);
  await stores.remove(target, target.clientIdName);
}

async function violations(bench: Bench): Promise<readonly string[]> {
  return (await Promise.all(bench.log.map((exchange) => openapiCheck(exchange)))).flat();
}

describe("what is sent is what GitHub's OpenAPI document describes", () => {
  it.each(TARGETS)('to the $place.app secrets of the $place.kind', async (target) => {
    const bench = new Bench();
    await everything(bench, target);
    expect(bench.log.length).toBeGreaterThan(10);
    expect(await violations(bench)).toEqual([]);
  });

  it('to create an environment', async () => {
    const place = { ...PRODUCTION.place, environment: 'new one' } as typeof PRODUCTION.place;
    const bench = new Bench({ settings: { createEnvironment: true } });
    bench.sandbox.github.grant('github_pat_sandbox_write', 'administration', 'write');
    const state = await bench.stores.observe({ ...PRODUCTION, place });
    if (state.kind !== 'environment-missing') throw new Error(state.kind);
    await bench.stores.createEnvironment(state);
    expect(await violations(bench)).toEqual([]);
  });

  it('by a GitHub App', async () => {
    const targets = [WEB, PRODUCTION, repository('acme', 'nix'), repository('octo', 'blog')];
    const bench = appBench({ targets });
    await Promise.all(targets.map((target) => bench.stores.observe(target)));
    await bench.stores.close();
    expect(await violations(bench)).toEqual([]);
  });
});
