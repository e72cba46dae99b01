import { describe, expect, it } from 'vitest';
import { PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { ClientSecret } from '../../src/model/client-secret.ts';
import { APPS, type OrganizationPlace, type Target } from '../../src/model/target.ts';
import { openapiCheck } from '../contracts/openapi-check.ts';
import { appBench, repository } from './app-bench.ts';
import { Bench } from './bench.ts';

const IN_SECRETS: readonly Target[] = [
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

const TARGETS: readonly Target[] = [
  ...IN_SECRETS,
  ...IN_SECRETS.filter(({ place }) => place.app === 'actions' || place.app === 'agents').map(
    (target): Target => ({ ...target, clientIdKind: 'variable' }),
  ),
];

async function everything(bench: Bench, target: Target): Promise<void> {
  const { stores } = bench;
  const secret = new ClientSecret('secret');
  const state = await bench.observed(target);
  await stores.checkWrite(state);
  await stores.writeClientSecret(state, secret);
  await stores.writeClientId(state, 'id');
  await stores.readClientSecret(target);
  await stores.names(target);
  const { place } = target;
  const kept: Target =
    place.kind === 'organization'
      ? { ...target, place: { ...place, visibility: undefined, repositories: undefined } }
      : target;
  const again = await bench.observed(kept);
  await stores.writeClientSecret(again, secret);
  await stores.writeClientId(again, 'another id');
  await stores.removeClientId(target);
  await stores.removeClientId(target);
}

async function violations(bench: Bench): Promise<readonly string[]> {
  return (await Promise.all(bench.log.map((exchange) => openapiCheck(exchange)))).flat();
}

describe("what is sent is what GitHub's OpenAPI document describes", () => {
  it.each(TARGETS)(
    'to the $place.app secrets of the $place.kind, the client ID in a $clientIdKind',
    async (target) => {
      const bench = new Bench();
      await everything(bench, target);
      expect(bench.log.length).toBeGreaterThan(10);
      expect(await violations(bench)).toEqual([]);
    },
  );

  it('to create an environment', async () => {
    const place = { ...PRODUCTION.place, environment: 'new one' } as typeof PRODUCTION.place;
    const bench = new Bench({ createsEnvironments: true });
    bench.sandbox.github.grant('github_pat_sandbox_write', 'administration', 'write');
    const state = await bench.observe({ ...PRODUCTION, place });
    if (state.kind !== 'environment-missing') throw new Error(state.kind);
    await bench.stores.createEnvironment(state);
    expect(await violations(bench)).toEqual([]);
  });

  it('by a GitHub App', async () => {
    const targets = [WEB, PRODUCTION, repository('acme', 'nix'), repository('octo', 'blog')];
    const bench = appBench({ targets });
    await Promise.all(targets.map((target) => bench.observe(target)));
    await bench.stores.close();
    expect(await violations(bench)).toEqual([]);
  });
});
