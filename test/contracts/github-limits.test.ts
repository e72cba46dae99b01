import { afterEach, describe, expect, test } from 'vitest';
import { contractProblems, refusal, setUp, WRITER } from './github-octokit.ts';

afterEach(async () => {
  expect(await contractProblems()).toEqual([]);
});

const web = { owner: 'acme', repo: 'web' };
const variable = { ...web, name: 'A' };
const HOUR = 3_600_000;

/** Makes that many calls one after another, whether they are refused or not. */
async function times(count: number, call: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += 1) await call().catch(() => undefined);
}

describe('900 points a minute', () => {
  test('are used up by reads at one point and writes at five, and then everything waits a minute', async () => {
    const { octokit, clock, github } = setUp();
    const { actions } = octokit().rest;
    const read = () => actions.listRepoVariables(web);
    const remove = () => actions.deleteRepoVariable(variable);
    await times(100, remove);
    clock.advance(30_000);
    await times(399, read);
    expect(github.traffic.peakPointsPerMinute).toBe(899);
    const refused = await refusal(remove());
    expect(refused).toMatchObject({ status: 403, headers: { 'retry-after': '60' } });
    expect(refused.message).toMatch(/^You have exceeded a secondary rate limit\. Please wait/);
    github.switches.secondaryLimitStatus = 429;
    clock.advance(59_000);
    expect(await refusal(read())).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    clock.advance(1_000);
    expect((await read()).status).toBe(200);
    expect(github.traffic.peakPointsPerMinute).toBe(904);
  });

  test('slide: what is a minute old does not count any more', async () => {
    const { octokit, clock, github } = setUp();
    const { actions } = octokit().rest;
    for (let minute = 0; minute < 3; minute += 1) {
      await times(90, () => actions.deleteRepoVariable(variable));
      clock.advance(30_000);
    }
    expect((await actions.listRepoVariables(web)).status).toBe(200);
    expect(github.traffic.peakPointsPerMinute).toBe(900);
  });

  test('are those of an installation with all its tokens, and not of others', async () => {
    const { octokit, github } = setUp();
    const permissions = { actions_variables: 'write' } as const;
    for (const token of ['one', 'two']) {
      github.addToken({ token, kind: 'installation', permissions, installationId: 1 });
    }
    await times(180, () => octokit('one').rest.actions.deleteRepoVariable(variable));
    expect(await refusal(octokit('two').rest.actions.listRepoVariables(web))).toMatchObject({ status: 403 });
    expect((await octokit(WRITER).rest.actions.listRepoVariables(web)).status).toBe(200);
  });

  test('do not exist on an Enterprise Server, or if they are switched off', async () => {
    for (const world of [setUp({ enterpriseServer: true }), setUp({ documentedLimits: false })]) {
      const { actions } = world.octokit().rest;
      await times(181, () => actions.deleteRepoVariable(variable));
      expect((await actions.listRepoVariables(web)).status).toBe(200);
      expect(world.github.traffic.peakPointsPerMinute).toBe(906);
    }
  });
});

test('no more than 100 requests are answered at once', async () => {
  const { octokit, github } = setUp();
  const { actions } = octokit().rest;
  const read = () => actions.listRepoVariables(web);
  expect(await Promise.all(Array.from({ length: 100 }, read))).toHaveLength(100);
  expect(github.traffic.peakConcurrency).toBe(100);
  const results = await Promise.allSettled(Array.from({ length: 101 }, read));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect((await read()).status).toBe(200);
});

describe('content may be created 80 times a minute and 500 times an hour', () => {
  async function world() {
    const made = setUp({ changesCountAsContent: true });
    const { actions } = made.octokit().rest;
    await actions.createRepoVariable({ ...variable, value: 'x' });
    return { ...made, actions, write: () => actions.updateRepoVariable({ ...variable, value: 'y' }) };
  }

  test('if secrets and variables count as content, and reads and removals go on', async () => {
    const { clock, write, github, actions } = await world();
    await times(79, write);
    expect(github.traffic.peakChangesPerMinute).toBe(80);
    const refused = await refusal(write());
    expect(refused).toMatchObject({ status: 403, headers: { 'retry-after': '60' } });
    expect(refused.message).toMatch(/temporarily blocked from content creation/);
    expect((await actions.deleteRepoVariable(variable)).status).toBe(204);
    clock.advance(60_000);
    await actions.createRepoVariable({ ...variable, value: 'x' });
  });

  test('so that the 501st of an hour waits until the first is an hour old', async () => {
    const { clock, write, github } = await world();
    const start = clock.now();
    for (let i = 1; i < 500; i += 1) {
      clock.advance(1_000);
      await write();
    }
    clock.advance(1_000);
    expect(await refusal(write())).toMatchObject({ status: 403, headers: { 'retry-after': '3100' } });
    clock.advance(start + HOUR - clock.now());
    expect((await write()).status).toBe(204);
    expect(github.traffic.peakChangesPerHour).toBe(501);
  });

  test('and not if they do not count', async () => {
    const { write, github } = await world();
    github.switches.changesCountAsContent = false;
    await times(100, write);
    expect((await write()).status).toBe(204);
    expect(github.traffic.peakChangesPerMinute).toBe(102);
  });
});
