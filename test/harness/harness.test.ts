import { describe, expect, it } from 'vitest';
import { API, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { DAY, HOUR } from '../../src/model/time.ts';
import { unrepaired, violationsOf } from './judge.ts';
import { inUse } from './found.ts';
import { open, ci, ROTATE_ONE, SCENARIOS } from './scenarios.ts';
import { standingOf, type Watched } from './standing.ts';
import { playWatched, Story } from './story.ts';
import { failWith } from './tell.ts';
import { PROTECTED_APPLICATION, Watch, type Door } from './watch.ts';
import { excusesIn, tells, WORLDS } from './worlds.ts';

/** Somebody who has what acme/web stores and is no target. */
const OUTSIDER: readonly Watched[] = [
  { name: 'ci', targets: [], holders: [{ name: 'a laptop', pair: (sandbox) => sandbox.storedPair(WEB) }] },
];

/** Lets something happen while a request is answered, and says who was locked out by it. */
async function lockedOutBy(
  does: (sandbox: Sandbox, id: string) => void,
  watched: readonly Watched[] = ci(WEB),
  door?: Door,
): Promise<readonly string[]> {
  const sandbox = new Sandbox();
  inUse([WEB, API])(sandbox);
  const watch = new Watch(sandbox, watched, door === undefined ? {} : { door });
  watch.begin([{}]);
  for (const { id } of sandbox.cloudflare.findByName('ci')) does(sandbox, id);
  await sandbox.fetch('https://app.example.com/');
  return watch.lockOuts.map(
    ({ who, what, unavoidable }) => `${who} ${what}${unavoidable ? ' unavoidable' : ''}`,
  );
}

describe('the watcher', () => {
  it('sees a previous secret that ends before its target has the new one', async () => {
    const rotates = (end: number) => (sandbox: Sandbox, id: string) => {
      sandbox.cloudflare.rotate(id, { previousExpiresAt: sandbox.clock.now() + end });
    };
    expect(await lockedOutBy(rotates(0))).toEqual(['acme/web stored', 'acme/web taken']);
    expect(await lockedOutBy(rotates(HOUR))).toEqual(['acme/web taken']);
    expect(await lockedOutBy(rotates(30 * DAY))).toEqual([]);
  });

  it('sees who holds the credentials and is no target', async () => {
    const rotates = (sandbox: Sandbox, id: string): void => {
      sandbox.cloudflare.rotate(id, { previousExpiresAt: sandbox.clock.now() + HOUR });
    };
    expect(await lockedOutBy(rotates, OUTSIDER)).toEqual(['a laptop taken']);
  });

  it('sees a token that is deleted, disabled, or admitted no more', async () => {
    const removes = (sandbox: Sandbox, id: string): void => {
      sandbox.cloudflare.remove(id);
    };
    const disables = (sandbox: Sandbox, id: string): void => {
      sandbox.cloudflare.setEnabled(id, false);
    };
    const excludes = (sandbox: Sandbox): void => {
      sandbox.application.settings.admits = [];
    };
    for (const does of [removes, disables])
      expect(await lockedOutBy(does)).toEqual(['acme/web stored', 'acme/web taken']);
    expect(await lockedOutBy(excludes)).toEqual([]);
    expect(await lockedOutBy(excludes, ci(WEB), PROTECTED_APPLICATION)).toEqual(['acme/web stored']);
  });

  it('sees a target of any of several tokens', async () => {
    const breaks = ({ github }: Sandbox): void => {
      github.setSecret(API.place, API.clientSecretName, 'wrong');
    };
    const several = [...ci(WEB), { name: 'ci', targets: [API] }];
    expect(await lockedOutBy(breaks, several)).toEqual(['acme/api stored']);
  });
});

describe('the judge', () => {
  /** A run that did nothing wrong, with something else changed behind its back. */
  async function foundAfter(does: (sandbox: Sandbox) => void): Promise<readonly string[]> {
    const sandbox = open(ROTATE_ONE);
    const { tokens } = ROTATE_ONE;
    const judged = await playWatched(sandbox, new Watch(sandbox, tokens), [{ inputs: {}, tokens }]);
    expect([...violationsOf(judged), ...unrepaired(judged)]).toEqual([]);
    does(sandbox);
    const after = standingOf(sandbox, tokens);
    const runs = [{ ...judged.played.runs[0], ended: after }] as const;
    const changed = { ...judged, after, played: { ...judged.played, runs } };
    return [...violationsOf(changed), ...unrepaired(changed)];
  }

  const all = (name: string, does: (sandbox: Sandbox, id: string) => unknown) => (sandbox: Sandbox) => {
    for (const { id } of sandbox.cloudflare.findByName(name)) does(sandbox, id);
  };
  const store = (name: string) => (sandbox: Sandbox) => {
    sandbox.github.setSecret(WEB.place, name, 'wrong');
  };

  it.each<[string, (sandbox: Sandbox) => void]>([
    ['acme/web holds dead', store(WEB.clientSecretName)],
    ['CF_ACCESS_WRITE_PROOF was left behind', store('CF_ACCESS_WRITE_PROOF')],
    ['rotated ci 2 times', all('ci', ({ cloudflare }, id) => cloudflare.rotate(id, {}))],
    ['ci is disabled', all('ci', ({ cloudflare }, id) => cloudflare.setEnabled(id, false))],
    ['a token that nobody named was changed', all('another', (box, id) => box.cloudflare.renew(id, '1h'))],
    [
      'there are several tokens ci',
      all('another', (box) =>
        box.cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'ci' }),
      ),
    ],
  ])('finds that %s', async (text, does) => {
    expect((await foundAfter(does)).some((found) => found.includes(text))).toBe(true);
  });
});

describe.each(WORLDS)('where $name', (world) => {
  const played = SCENARIOS.filter(({ needs = [] }) => needs.every((told) => tells(world, told)));
  it.each(played.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const story = new Story(open(scenario, world), scenario, excusesIn(world.switches));
    await story.job();
    await story.repair(HOUR);
    failWith(story.failure(world.name));
  });
});
