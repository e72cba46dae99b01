import { describe, expect, it } from 'vitest';
import { environmentOfWeb, scene, statuses } from './scene.ts';

describe('Rotate with a client ID variable', () => {
  it('stores a client ID that can be read, and logs in with it', async () => {
    const { sandbox, run } = await scene();
    const { place } = environmentOfWeb('production');
    const { conclusion, jobs, ...rest } = await run('Rotate with a client ID variable');
    expect(conclusion).toBe('success');
    expect(statuses({ conclusion, jobs, ...rest })).toEqual(['created']);
    const stored = sandbox.github.variable(place, 'CF_ACCESS_CLIENT_ID')?.value;
    expect(stored).toBe(sandbox.cloudflare.findByName('web-production')[0]?.clientId);
    expect(sandbox.github.secretNames(place)).toEqual(['CF_ACCESS_CLIENT_SECRET']);
    expect(sandbox.application.logins.map(({ accepted }) => accepted)).toEqual([true]);
  });
});
