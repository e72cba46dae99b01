import { expect } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import { DAY } from '../../src/model/time.ts';
import { story, type Inputs, type Stage } from './story.ts';

/** A GitHub App that is installed at acme, as a step's inputs. */
function installed({ sandbox }: Stage, secrets: 'read' | 'write' = 'write'): Inputs {
  const { clientId, privateKeyPem = '' } = sandbox.github.addApp({
    installations: [{ owner: 'acme', repositories: ['web'], permissions: { metadata: 'read', secrets } }],
  });
  return { 'github-token': '', 'github-app-client-id': clientId, 'github-app-private-key': privateKeyPem };
}

story('a GitHub App delivers with a token of its own, which is revoked at the end', async (stage) => {
  const { run, later, sandbox, logsIn } = stage;
  const app = installed(stage);
  expect((await run(app)).outputs['status']).toBe('created');
  later(DAY);
  expect((await run(app)).outputs['status']).toBe('rotated');
  expect(await logsIn()).toBe(true);
  expect(sandbox.github.mintedInstallationTokens()).toHaveLength(2);
  expect(sandbox.github.liveInstallationTokens()).toEqual([]);
});

story('the private key of an App may come with its line breaks escaped, or in base64', async (stage) => {
  const { run, sandbox } = stage;
  const app = installed(stage);
  const key = app['github-app-private-key'] ?? '';
  for (const written of [key.replaceAll('\n', '\\n'), Buffer.from(key).toString('base64')]) {
    const step = await run({ ...app, 'github-app-private-key': written, 'rotate-after': 'never' });
    expect(['created', 'unchanged']).toContain(step.outputs['status']);
  }
  expect(sandbox.github.secretNames(WEB.place)).toHaveLength(2);
});

story(
  'an App whose installation may not write secrets is found out before anything is created',
  async (stage) => {
    const { run, sandbox } = stage;
    const step = await run(installed(stage, 'read'));
    expect(step.outputs).toMatchObject({ status: 'failed', changed: 'false' });
    expect(step.annotations[0]?.message).toContain('App');
    expect(sandbox.cloudflare.list()).toEqual([]);
    expect(sandbox.github.liveInstallationTokens()).toEqual([]);
  },
);
