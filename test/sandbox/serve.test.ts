import { expect, it, onTestFinished } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { serve } from '../../sandbox/serve.ts';
import { runAction } from '../../sandbox/runner/run-action.ts';
import { actionFolder } from './action-folder.ts';

it('hands a step the addresses and credentials of the sandbox, under what the caller gives', async () => {
  const served = await serve(new Sandbox());
  onTestFinished(served.close);
  const step = await runAction(
    served.step({
      action: await actionFolder('console.log(JSON.stringify(process.env))'),
      inputs: { 'token-name': 'other' },
      env: { MORE: 'yes' },
      github: { run_id: '7' },
      secrets: ['of-the-caller'],
    }),
  );
  expect(JSON.parse(step.rawStdout)).toMatchObject({
    'INPUT_TOKEN-NAME': 'other',
    'INPUT_CLOUDFLARE-API-URL': `${served.origins.cloudflare}/client/v4`,
    'INPUT_CLOUDFLARE-API-TOKEN': 'cfat_sandbox_write',
    GITHUB_API_URL: served.origins.github,
    GITHUB_RUN_ID: '7',
    MORE: 'yes',
    SANDBOX_CLOCK_URL: served.origins.control,
  });
  expect(step.masks).toEqual(['cfat_sandbox_write', 'github_pat_sandbox_write', 'of-the-caller']);
});

it('answers its control port, and closes every port', async () => {
  const sandbox = new Sandbox();
  const served = await serve(sandbox);
  const before = sandbox.clock.now();
  const ask = async (path: string, method = 'GET') =>
    (await fetch(`${served.origins.control}${path}`, { method })).status;
  expect(await ask('/advance?ms=1500', 'POST')).toBe(200);
  expect(sandbox.clock.now()).toBe(before + 1500);
  for (const wrong of ['/advance', '/advance?ms=-1', '/advance?ms=x'])
    expect(await ask(wrong, 'POST')).toBe(400);
  expect(await ask('/advance?ms=1')).toBe(404);
  await served.close();
  for (const origin of Object.values(served.origins))
    await expect(fetch(origin)).rejects.toThrow('fetch failed');
});

it('gives up a request whose client has gone', async () => {
  const sandbox = new Sandbox();
  sandbox.faults.add({ name: 'hang', effect: { kind: 'hang', when: 'before' } });
  const served = await serve(sandbox);
  const leaving = new AbortController();
  sandbox.faults.onHang = () => {
    leaving.abort(new Error('left'));
  };
  await expect(fetch(served.origins.github, { signal: leaving.signal })).rejects.toThrow('left');
  await served.close();
  expect(sandbox.faults.log).toMatchObject([{ status: undefined, fault: 'hang' }]);
});
