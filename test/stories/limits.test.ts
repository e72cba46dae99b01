import { expect } from 'vitest';
import { GITHUB_TOKENS } from '../../sandbox/world.ts';
import { DAY, MINUTE } from '../../src/model/time.ts';
import { storyInProcess } from './story.ts';

storyInProcess('an hourly limit of GitHub that is used up is waited out', async (stage) => {
  const { run, existing, later, sandbox, logsIn } = stage;
  existing();
  later(DAY);
  sandbox.github.setRateLimit(GITHUB_TOKENS.write, 5000, 2, 10 * MINUTE);
  const before = sandbox.clock.now();
  const step = await run();
  expect(step.outputs['status']).toBe('rotated');
  expect(step.log).toContain('Waiting 10 minutes: the hourly limit of GitHub is used up (403)');
  expect(sandbox.clock.now() - before).toBeGreaterThanOrEqual(10 * MINUTE);
  expect(step.requests.filter(({ status }) => status === 403).length).toBeLessThanOrEqual(2);
  expect(await logsIn()).toBe(true);
});

storyInProcess('a limit that outlasts max-wait fails the run, before anything is rotated', async (stage) => {
  const { run, existing, later, sandbox, token, logsIn } = stage;
  existing();
  later(DAY);
  sandbox.github.setRateLimit(GITHUB_TOKENS.write, 5000, 2, 40 * MINUTE);
  const before = sandbox.clock.now();
  const step = await run();
  expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
  expect(step.outputs['message']).toContain('max-wait left no time to try again (the hourly limit');
  expect(sandbox.clock.now() - before).toBeLessThan(MINUTE);
  expect([await logsIn(), token().version]).toEqual([true, 2]);
});

storyInProcess(
  'a limit that strikes in the middle of the delivery leaves the hold, and the next run repairs',
  async (stage) => {
    const { run, existing, later, sandbox, queue, logsIn } = stage;
    existing();
    later(DAY);
    sandbox.github.setRateLimit(GITHUB_TOKENS.write, 5000, 3, 40 * MINUTE);
    const step = await run();
    expect(step.outputs).toMatchObject({ status: 'failed', changed: 'true' });
    expect(step.annotations[0]?.message).toContain('Raise max-wait');
    later(29 * DAY);
    expect((await queue().logIn()).accepted).toBe(true);
    expect((await run()).outputs).toMatchObject({ status: 'rotated', reason: 'delivery-incomplete' });
    expect(await logsIn()).toBe(true);
  },
);

for (const secondaryLimit of [
  { writesPerMinute: 3, status: 403, retryAfter: true },
  { writesPerMinute: 3, status: 429, retryAfter: false, text: 'blocked' },
] as const) {
  storyInProcess(
    `a secondary limit is waited out, and from then on it goes slowly: ${JSON.stringify(secondaryLimit)}`,
    async (stage) => {
      const { run, sandbox, logsIn, later } = stage;
      sandbox.github.switches.secondaryLimit = secondaryLimit;
      const step = await run();
      expect(step.outputs['status']).toBe('created');
      expect(step.log).toContain('GitHub asks to slow down');
      expect(step.requests.filter(({ status }) => status === secondaryLimit.status)).toHaveLength(1);
      later(DAY);
      expect(await logsIn()).toBe(true);
    },
  );
}

storyInProcess("Cloudflare's limit is waited out, too, even for the rotation itself", async (stage) => {
  const { run, existing, later, sandbox, token, logsIn } = stage;
  existing();
  later(DAY);
  Object.assign(sandbox.cloudflare.switches, { rateLimit: 1, rateLimitSeconds: 120 });
  const step = await run();
  expect(step.outputs['status']).toBe('rotated');
  expect(step.log).toContain('Waiting 2 minutes: Cloudflare limits the rate of requests (429)');
  expect([await logsIn(), token().version]).toEqual([true, 3]);
});

storyInProcess('services that are down for a while are waited for', async (stage) => {
  const { run, existing, later, sandbox, logsIn } = stage;
  existing();
  later(DAY);
  const down = { kind: 'reply', when: 'before', status: 503 } as const;
  sandbox.faults.add({ name: 'Cloudflare is down', service: 'cloudflare', times: 4, effect: down });
  sandbox.faults.add({ name: 'GitHub is down', service: 'github', method: 'PUT', times: 3, effect: down });
  const step = await run();
  expect(step.outputs['status']).toBe('rotated');
  expect(step.annotations).toEqual([]);
  expect(await logsIn()).toBe(true);
});

storyInProcess(
  'a rotation whose reply is lost is repaired in the same run, and said to have hurt',
  async (stage) => {
    const { run, existing, later, sandbox, token, logsIn } = stage;
    existing();
    later(DAY);
    const effect = { kind: 'reset', when: 'after' } as const;
    sandbox.faults.add({ name: 'lost', service: 'cloudflare', method: 'PUT', effect });
    const step = await run();
    expect(step.outputs['status']).toBe('rotated');
    expect(step.annotations.map(({ level }) => level)).toEqual(['warning']);
    expect([await logsIn(), token().version]).toEqual([true, 4]);
  },
);

storyInProcess('a service that never replies is given up after request-timeout', async (stage) => {
  const { run, existing, later, sandbox, token } = stage;
  existing();
  later(DAY);
  const effect = { kind: 'hang', when: 'before' } as const;
  sandbox.faults.add({ name: 'silence', service: 'cloudflare', method: 'GET', effect });
  const step = await run({ 'request-timeout': '300ms' });
  expect(step.outputs['status']).toBe('rotated');
  expect(token().version).toBe(3);
});
