import { afterAll, describe, expect, it } from 'vitest';
import { API, WEB, type Sandbox } from '../../sandbox/sandbox.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { race, type Race } from './race.ts';
import { inUse } from './scenarios.ts';

const ONE = { inputs: {}, targets: [WEB] };
const OTHER = { inputs: { repository: 'acme/api' }, targets: [API] };
const BOTH = { inputs: { repository: 'acme/web\nacme/api' }, targets: [WEB, API] };
/** What one run leaves out it can have when the grace of the other's rotation is over. */
const LATER = { ...BOTH, after: 37 * HOUR };
const NO_GRACE = { inputs: { 'grace-period': '0s' }, targets: [WEB] };
const REVOKE = { inputs: { operation: 'revoke' }, targets: [WEB] };

/** The token was rotated a day ago, and nobody has its secret. */
function undelivered(box: Sandbox): void {
  inUse([WEB])(box);
  const [token] = box.cloudflare.findByName('ci');
  if (token !== undefined)
    box.cloudflare.rotate(token.id, { previousExpiresAt: pendingMark(box.clock.now()) });
  box.clock.advance(DAY);
}

/** The token was rotated a day ago, and its grace still runs. */
function inGrace(box: Sandbox): void {
  inUse([WEB])(box);
  const [token] = box.cloudflare.findByName('ci');
  if (token === undefined) return;
  const { secret } = box.cloudflare.rotate(token.id, {
    previousExpiresAt: pendingMark(box.clock.now()) - 30 * DAY + 36 * HOUR - 26_000,
  });
  box.github.setSecret(WEB.place, WEB.clientSecretName, secret);
  box.clock.advance(DAY);
}

const RACES: readonly Race[] = [
  { name: 'both rotate', prepare: inUse([WEB]), racers: [ONE, ONE], repair: ONE },
  {
    name: 'both rotate without a grace',
    prepare: inUse([WEB]),
    racers: [NO_GRACE, NO_GRACE],
    repair: NO_GRACE,
  },
  { name: 'both create', prepare: () => undefined, racers: [ONE, ONE], repair: ONE },
  { name: 'both recover', prepare: undelivered, racers: [ONE, ONE], repair: ONE },
  { name: 'one rotates, one revokes', prepare: inUse([WEB]), racers: [ONE, REVOKE], repair: ONE },
  {
    name: 'one rotates by force in a grace, one revokes',
    prepare: inGrace,
    racers: [{ ...ONE, inputs: { force: 'true' } }, REVOKE],
    repair: ONE,
  },
  {
    name: 'they have different targets',
    prepare: inUse([WEB, API], { rotated: true }),
    racers: [ONE, OTHER],
    repair: LATER,
  },
  {
    name: 'one has a target more',
    prepare: inUse([WEB, API], { rotated: true }),
    racers: [ONE, BOTH],
    repair: LATER,
  },
];

/** All but those within the four reads that a run begins with, which come at once and change nothing. */
function steps(requests: number): readonly number[] {
  return Array.from({ length: requests + 1 }, (_, index) => index).filter((step) => step < 1 || step > 3);
}

function overtaking(leader: number, k: number, m: number): Parameters<typeof race>[1] {
  return async (lanes) => {
    const [a, b] = leader === 0 ? lanes : [lanes[1], lanes[0]];
    await a.advance(k);
    await b.advance(m);
    await a.advance(Infinity);
    await b.advance(Infinity);
  };
}

async function free(lanes: Parameters<Parameters<typeof race>[1]>[0]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.advance(Infinity)));
}

const counts = { schedules: 0, logins: 0, lockedOut: 0, conceded: 0 };

describe.each(RACES)('two runs at the same moment: $name', (given) => {
  it('are safe whenever one overtakes the other', async () => {
    const failures: string[] = [];
    const { requests } = await race(given, async ([first, second]) => {
      await first.advance(Infinity);
      await second.advance(Infinity);
    });
    const [first, second] = given.racers;
    // Two of a kind are the same the other way round.
    for (const leader of first === second ? [0] : [0, 1]) {
      for (const k of steps(requests[leader] ?? 0)) {
        for (const m of steps(14)) {
          const result = await race(given, overtaking(leader, k, m));
          counts.schedules += 1;
          counts.logins += result.logins;
          counts.lockedOut += result.lockedOut;
          if (result.conceded) counts.conceded += 1;
          if (result.failure !== undefined) {
            failures.push(`run ${leader} first does ${k}, then the other ${m}\n${result.failure}`);
          }
        }
      }
    }
    expect(failures.length, failures.slice(0, 3).join('\n\n')).toBe(0);
  });
});

describe('two runs on a slow network', () => {
  it.each(RACES)('are safe in whatever order their requests arrive: $name', async (given) => {
    const failures: string[] = [];
    for (let seed = 1; seed <= 25; seed += 1) {
      const result = await race(given, free, `seed ${seed}`);
      counts.schedules += 1;
      counts.logins += result.logins;
      counts.lockedOut += result.lockedOut;
      if (result.conceded) counts.conceded += 1;
      if (result.failure !== undefined) failures.push(`seed ${seed}\n${result.failure}`);
    }
    expect(failures.length, failures.slice(0, 3).join('\n\n')).toBe(0);
  });
});

afterAll(() => {
  console.log(JSON.stringify(counts));
});
