import { expect, it } from 'vitest';
import { queueJob } from '../../sandbox/consumer.ts';
import { runInProcess } from '../../sandbox/in-process-run.ts';
import { PRODUCTION, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { FULL, WORLDS } from '../harness/worlds.ts';

const WEEKS = 53;
const INPUTS = {
  targets: 'repository=acme/web\nrepository=acme/web, environment=production',
  'renew-before': '60d',
};

/** Of the other worlds some, other ones on each side. */
const PLAYED = WORLDS.filter((_, index) => FULL || [0, 1, 4, 5, 7].includes(index));

it.each(PLAYED.map((world) => [world.name, world] as const))(
  'in a year of weekly rotations no job is refused, and no run asks for adopt: %s',
  async (_name, { switches }) => {
    const sandbox = new Sandbox({ cloudflareSwitches: switches });
    const runs: string[] = [];
    const refused: string[] = [];
    for (let week = 1; week <= WEEKS; week += 1) {
      // Jobs read their secrets when they are queued, and use them before and after the rotation.
      const jobs = week === 1 ? [] : [queueJob(sandbox, WEB), queueJob(sandbox, PRODUCTION)];
      sandbox.clock.advance(HOUR);
      const { exitCode, outputs } = await runInProcess(sandbox, { inputs: INPUTS });
      runs.push(`${exitCode} ${outputs['status'] ?? ''}`);
      for (const wait of [10 * MINUTE, 20 * HOUR]) {
        sandbox.clock.advance(wait);
        for (const job of jobs) if (!(await job.logIn()).accepted) refused.push(`week ${week}`);
      }
      sandbox.clock.advance(7 * DAY - 21 * HOUR - 10 * MINUTE);
    }
    expect(refused).toEqual([]);
    expect(runs).toEqual(['0 created', ...Array<string>(WEEKS - 1).fill('0 rotated')]);
  },
);
