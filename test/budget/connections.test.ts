import { expect, it } from 'vitest';
import { runAction } from '../../sandbox/runner/run-action.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { serve } from '../../sandbox/serve.ts';
import { listen } from '../../sandbox/server.ts';
import { inUse } from '../harness/found.ts';
import { THREE, THREE_INPUTS } from '../harness/scenarios.ts';

it('a rotation keeps its connections: one to Cloudflare, to GitHub as many as are under way at once', async () => {
  const sandbox = new Sandbox();
  inUse(THREE)(sandbox);
  const served = await serve(sandbox);
  const cloudflare = await listen(sandbox.handlers.cloudflare);
  const github = await listen(sandbox.handlers.github);
  try {
    const inputs = { ...THREE_INPUTS, 'cloudflare-api-url': `${cloudflare.origin}/client/v4` };
    const { exitCode } = await runAction(served.step({ inputs, github: { api_url: github.origin } }));
    expect(exitCode).toBe(0);
    expect(cloudflare.connections()).toBe(1);
    // Each target's public key and write check.
    expect(github.connections()).toBe(2 * THREE.length);
  } finally {
    await Promise.all([served, cloudflare, github].map((one) => one.close()));
  }
});
