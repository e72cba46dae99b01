import { describe, expect, it } from 'vitest';
import { API } from '../../sandbox/sandbox.ts';
import { DAY } from '../../src/model/time.ts';
import {
  actionSteps,
  environmentOfWeb,
  FILES,
  refuseWritesTo,
  scene,
  statuses,
  withEnvironments,
} from './scene.ts';

const FLEET = 'Rotate the fleet';
const [STAGING, PRODUCTION] = [environmentOfWeb('staging'), environmentOfWeb('production')];
const ALL = [STAGING, PRODUCTION, API];
const prepare = withEnvironments('staging');

function pullRequest(from = 'acme/web') {
  return { event: 'pull_request', payload: { pull_request: { head: { repo: { full_name: from } } } } };
}

describe(FLEET, () => {
  it('creates, delivers and admits every token of the file, and rotates the others if one fails', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare });
    expect(statuses(await run(FLEET))).toEqual(['created']);
    for (const target of ALL) expect(await logsIn(target)).toBe(true);
    const before = ALL.map((target) => sandbox.storedPair(target).clientSecret);
    expect(new Set(before).size).toBe(3);

    sandbox.clock.advance(31 * DAY);
    refuseWritesTo(sandbox, /environments\/staging\/secrets\//);
    const failed = await run(FLEET);
    expect(failed.conclusion).toBe('failure');
    expect(ALL.map((target, index) => sandbox.storedPair(target).clientSecret === before[index])).toEqual([
      true,
      false,
      false,
    ]);
    for (const target of ALL) expect(await logsIn(target)).toBe(true);
  });

  it('shows the plan to a pull request, changes nothing, and is not for forks', async () => {
    const { sandbox, run } = await scene({ prepare });
    const planned = await run(FLEET, pullRequest());
    expect(statuses(planned)).toEqual(['planned']);
    expect(sandbox.cloudflare.list()).toEqual([]);
    expect(sandbox.github.secretNames(API.place)).toEqual([]);
    const forked = await run(FLEET, pullRequest('mallory/web'));
    expect(forked.jobs.map(({ conclusion }) => conclusion)).toEqual(['skipped', 'skipped']);
  });

  it('refuses a file with a mistake, with its line', async () => {
    const [path = '', text = ''] = Object.entries(FILES)[0] ?? [];
    const files = { [path]: text.replace('grace-period: 72h', 'grace-perid: 72h') };
    const { run } = await scene({ prepare, surroundings: { files } });
    const failed = await run(FLEET, pullRequest());
    expect(failed.conclusion).toBe('failure');
    const line = files[path]?.split('\n').findIndex((one) => one.includes('grace-perid')) ?? -2;
    expect(actionSteps(failed)[0]?.log).toContain(`service-tokens.yml:${line + 1}:`);
  });
});

describe('Rotate the fleet in parts', () => {
  it('works on every entry once', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare });
    const parts = await run('Rotate the fleet in parts');
    expect(statuses(parts)).toEqual(['created', 'created']);
    const names = actionSteps(parts).map(({ outputs }) =>
      (JSON.parse(outputs['tokens'] ?? '[]') as { readonly name: string }[]).map(({ name }) => name),
    );
    expect(names).toEqual([['web-staging', 'web-production'], ['api']]);
    for (const target of ALL) expect(await logsIn(target)).toBe(true);
    sandbox.clock.advance(2 * DAY);
    expect(statuses(await run(FLEET))).toEqual(['unchanged']);
  });
});

describe('Replace a leaked secret of the fleet', () => {
  it('ends the secret of the entry that is named, and touches no other', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare });
    await run(FLEET);
    sandbox.clock.advance(DAY);
    const [staging, production] = [sandbox.storedPair(STAGING), sandbox.storedPair(PRODUCTION)];
    const leak = { event: 'workflow_dispatch', inputs: { token: 'web-production' } };
    expect(statuses(await run('Replace a leaked secret of the fleet', leak))).toEqual(['rotated']);
    const { clientId = '', clientSecret = '' } = production;
    expect(sandbox.cloudflare.authenticate(clientId, clientSecret).ok).toBe(false);
    expect(sandbox.storedPair(STAGING)).toEqual(staging);
    for (const target of ALL) expect(await logsIn(target)).toBe(true);
  });

  it('refuses an empty name', async () => {
    const { sandbox, run } = await scene({ prepare });
    await run(FLEET);
    const before = sandbox.clientSecrets.length;
    const empty = { event: 'workflow_dispatch', inputs: { token: '' } };
    expect(statuses(await run('Replace a leaked secret of the fleet', empty))).toEqual(['failed']);
    expect(sandbox.clientSecrets).toHaveLength(before);
  });
});

describe('Rotate from a manifest in the workflow', () => {
  it('takes over from single steps without a rotation', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare });
    await run('Rotate when it is due');
    await run('Rotate each environment in one job');
    sandbox.clock.advance(7 * DAY);
    await run('Rotate each environment in one job');
    sandbox.clock.advance(4 * DAY);
    const before = sandbox.clientSecrets.length;
    const minted = [STAGING, PRODUCTION].map((target) => sandbox.storedPair(target));
    expect(statuses(await run('Rotate from a manifest in the workflow'))).toEqual(['unchanged']);
    expect(sandbox.clientSecrets).toHaveLength(before);
    expect([STAGING, PRODUCTION].map((target) => sandbox.storedPair(target))).toEqual(minted);
    sandbox.clock.advance(31 * DAY);
    expect(statuses(await run('Rotate from a manifest in the workflow'))).toEqual(['rotated']);
    for (const target of [STAGING, PRODUCTION]) expect(await logsIn(target)).toBe(true);
  });
});
