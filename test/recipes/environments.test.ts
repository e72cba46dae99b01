import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../src/model/time.ts';
import { environmentOfWeb, refuseWritesTo, scene, statuses, withEnvironments } from './scene.ts';

describe.each(['Rotate each environment', 'Rotate each environment in one job'])('%s', (NAME) => {
  const [staging, production] = [environmentOfWeb('staging'), environmentOfWeb('production')];

  it('gives each environment a token of its own, and rotates the others where one fails', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare: withEnvironments('staging') });
    expect(statuses(await run(NAME))).toEqual(['created', 'created']);
    for (const target of [staging, production]) expect(await logsIn(target)).toBe(true);
    expect(sandbox.storedPair(staging).clientId).not.toBe(sandbox.storedPair(production).clientId);

    const before = sandbox.storedPair(production).clientSecret;
    sandbox.clock.advance(31 * DAY);
    refuseWritesTo(sandbox, /environments\/staging\/secrets\//);
    const failed = await run(NAME);
    expect(failed.conclusion).toBe('failure');
    expect(statuses(failed)).toEqual(['failed', 'rotated']);
    expect(await logsIn(staging)).toBe(true);
    expect(await logsIn(production)).toBe(true);
    expect(sandbox.storedPair(production).clientSecret).not.toBe(before);

    sandbox.faults.clear();
    sandbox.clock.advance(HOUR);
    expect((await run(NAME)).conclusion).toBe('success');
    sandbox.clock.advance(31 * DAY);
    expect(await logsIn(staging)).toBe(true);
  });
});

describe('Rotate one token for all regions', () => {
  const NAME = 'Rotate one token for all regions';
  const [eu, us] = [environmentOfWeb('production-eu'), environmentOfWeb('production-us')];
  const prepare = withEnvironments('production-eu', 'production-us');

  it('delivers one pair to every environment, and rotates nothing where one is not there', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare });
    expect(statuses(await run(NAME))).toEqual(['created']);
    const before = sandbox.storedPair(eu);
    expect(sandbox.storedPair(us)).toEqual(before);
    sandbox.clock.advance(31 * DAY);
    sandbox.github.removeEnvironment('acme', 'web', 'production-us');
    expect(statuses(await run(NAME))).toEqual(['failed']);
    expect(sandbox.storedPair(eu)).toEqual(before);
    expect(await logsIn(eu)).toBe(true);
  });

  it('keeps the old secret alive for one that failed after the rotation, until a later run reaches it', async () => {
    const { sandbox, run, logsIn } = await scene({ prepare });
    await run(NAME);
    sandbox.clock.advance(31 * DAY);
    refuseWritesTo(sandbox, /production-us\/secrets\/CF_ACCESS_CLIENT_SECRET/);
    expect(statuses(await run(NAME))).toEqual(['failed']);
    expect(sandbox.storedPair(eu).clientSecret).not.toBe(sandbox.storedPair(us).clientSecret);
    sandbox.clock.advance(7 * DAY);
    for (const target of [eu, us]) expect(await logsIn(target)).toBe(true);
    sandbox.faults.clear();
    expect(statuses(await run(NAME))).toEqual(['rotated']);
    expect(sandbox.storedPair(eu)).toEqual(sandbox.storedPair(us));
    expect(await logsIn(us)).toBe(true);
  });
});
