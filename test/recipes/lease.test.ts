import { describe, expect, it } from 'vitest';
import { scene, statuses, type SceneOptions } from './scene.ts';

const NAME = 'Smoke test with a leased token';
const PUSH = { event: 'push' };

describe(NAME, () => {
  it.each<[string, SceneOptions]>([
    ["the machine's curl", {}],
    ["the sandbox's curl", { machine: { ownCurl: true } }],
  ])('logs in, and leaves no token behind, with %s', async (_curl, options) => {
    const { sandbox, run } = await scene({ ...options, installations: [] });
    const { conclusion, jobs } = await run(NAME, PUSH);
    expect(conclusion).toBe('success');
    const [smoke] = jobs;
    expect(smoke?.steps[0]?.outputs['status']).toBe('leased');
    expect(smoke?.steps[1]?.log).toContain('"status":"ok"');
    expect(sandbox.application.logins.map(({ accepted }) => accepted)).toEqual([true]);
    expect(smoke?.posts.map(({ exitCode }) => exitCode)).toEqual([0]);
    expect(sandbox.clientSecrets).toHaveLength(1);
    expect(sandbox.cloudflare.list()).toEqual([]);
  });

  it('leaves no token behind either where the job fails', async () => {
    const { sandbox, run } = await scene({ installations: [], application: { origin: 500 } });
    const failed = await run(NAME, PUSH);
    expect(failed.conclusion).toBe('failure');
    expect(statuses(failed)).toEqual(['leased']);
    expect(failed.jobs[0]?.steps[1]?.conclusion).toBe('failure');
    expect(sandbox.cloudflare.list()).toEqual([]);
  });

  it('is over in an hour where the token cannot be deleted, and says which one is left', async () => {
    const { sandbox, run } = await scene({ installations: [] });
    sandbox.faults.add({
      name: 'Cloudflare deletes nothing',
      service: 'cloudflare',
      method: 'DELETE',
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 503 },
    });
    const { conclusion, jobs } = await run(NAME, PUSH);
    expect(conclusion).toBe('success');
    const [left] = sandbox.cloudflare.list();
    expect(left?.duration).toBe('1h');
    expect(jobs[0]?.posts[0]?.annotations[0]?.message).toContain(left?.name);
  });
});
