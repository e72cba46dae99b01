import { describe, expect, it } from 'vitest';
import { filesOf, recordingRunner, runInProcess, stepEnvironment } from '../../sandbox/in-process-run.ts';
import { Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { ACCOUNT, GITHUB_TOKENS } from '../../sandbox/world.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import { DAY } from '../../src/model/time.ts';
import { run } from '../../src/main.ts';
import { inUse } from '../harness/found.ts';
import { asApp } from '../harness/scenarios.ts';

/** A refusal with that status and no more. */
function refuse(sandbox: Sandbox, status: number, request: { method?: string; path?: RegExp }): void {
  const body = '{"message":"Validation Failed"}';
  sandbox.faults.add({
    name: `${status}`,
    ...request,
    times: 99,
    effect: { kind: 'reply', when: 'before', status, body },
  });
}

describe('what one refusal leaves behind', () => {
  it('is a pair of another token that still works, where the secret that replaces it is refused', async () => {
    const sandbox = new Sandbox();
    const { cloudflare, github, clock } = sandbox;
    const scope = { kind: 'account', id: ACCOUNT } as const;
    const other = cloudflare.createToken({ scope, name: 'other' });
    cloudflare.createToken({ scope, name: 'ci' });
    clock.advance(60 * DAY);
    github.setSecret(WEB.place, WEB.clientIdName, other.clientId);
    github.setSecret(WEB.place, WEB.clientSecretName, other.secret);
    clock.advance(60 * DAY);
    refuse(sandbox, 422, { method: 'PUT', path: /CF_ACCESS_CLIENT_SECRET$/ });
    const { outputs } = await runInProcess(sandbox, { inputs: { force: 'true' } });
    expect(outputs).toMatchObject({ status: 'failed', reason: 'github-rejected' });
    const { clientId = '', clientSecret = '' } = sandbox.storedPair(WEB);
    expect(cloudflare.authenticate(clientId, clientSecret).ok).toBe(true);
  });

  it('is told as a change, where one of two secrets was deleted', async () => {
    const sandbox = new Sandbox();
    inUse([WEB])(sandbox);
    refuse(sandbox, 403, { method: 'DELETE', path: /CF_ACCESS_CLIENT_ID$/ });
    const inputs = { operation: 'delete', 'token-name': 'gone', targets: 'repository=acme/web' };
    const { outputs } = await runInProcess(sandbox, { inputs });
    expect(outputs).toMatchObject({ status: 'failed', changed: 'true' });
    expect(sandbox.storedPair(WEB).clientSecret).toBeUndefined();
  });

  it('is said, where the workflow’s own repository keeps the secrets of a token that is gone', async () => {
    const sandbox = new Sandbox();
    inUse([WEB])(sandbox);
    refuse(sandbox, 403, { method: 'DELETE', path: /secrets/ });
    await runInProcess(sandbox, { inputs: { operation: 'delete' } });
    sandbox.faults.clear();
    const { outputs } = await runInProcess(sandbox, { inputs: { operation: 'delete' } });
    expect(outputs['message']).toContain('what acme/web stores is deleted only if `targets` names it');
  });
});

describe('what is told', () => {
  it('by a revocation by force, names the target that it cuts off', async () => {
    const sandbox = new Sandbox();
    inUse([WEB])(sandbox);
    const [token] = sandbox.cloudflare.findByName('ci');
    sandbox.cloudflare.rotate(token?.id ?? '', {
      previousExpiresAt: pendingMark(sandbox.clock.now(), 'update'),
    });
    const { exitCode, annotations } = await runInProcess(sandbox, {
      inputs: { operation: 'revoke', force: 'true' },
    });
    expect(exitCode).toBe(0);
    expect(annotations.map(({ text }) => text)).toEqual([
      expect.stringContaining('acme/web was locked out, as force asks for'),
    ]);
  });

  it('is that an environment was created, though the token was deleted again', async () => {
    const sandbox = new Sandbox();
    sandbox.github.grant(GITHUB_TOKENS.write, 'administration', 'write');
    refuse(sandbox, 403, { method: 'PUT', path: /CF_ACCESS_CLIENT_SECRET$/ });
    const inputs = { environment: 'staging', 'create-environment': 'true' };
    const { outputs } = await runInProcess(sandbox, { inputs });
    expect(outputs).toMatchObject({ status: 'failed', changed: 'true' });
    expect(sandbox.cloudflare.findByName('ci')).toEqual([]);
  });

  it('is each target, though Cloudflare could not be read', async () => {
    const sandbox = new Sandbox();
    refuse(sandbox, 403, { path: /service_tokens/ });
    const { outputs } = await runInProcess(sandbox);
    expect(JSON.parse(outputs['targets'] ?? '')).toMatchObject([
      { repository: 'acme/web', status: 'skipped' },
    ]);
  });
});

it.each(['cancelled', 'max-wait over'])('renewing goes no other way: %s', async (how) => {
  const sandbox = new Sandbox();
  inUse([WEB])(sandbox);
  const cancelled = new AbortController();
  refuse(sandbox, 500, { method: 'PUT' });
  sandbox.faults.onExchange = ({ method }) => {
    if (method === 'PUT' && how === 'cancelled') cancelled.abort();
  };
  const inputs = { operation: 'renew', duration: '17520h', 'max-wait': '60s' };
  const { outputs } = await runInProcess(sandbox, { inputs, cancelled: cancelled.signal });
  expect(outputs).toMatchObject({ status: 'failed', changed: 'false' });
  expect(sandbox.faults.log.filter(({ path }) => path.endsWith('/refresh'))).toEqual([]);
});

it('a summary that cannot be written is a warning', async () => {
  const sandbox = new Sandbox();
  inUse([WEB])(sandbox);
  const { runner, transcript } = recordingRunner();
  await run({
    env: stepEnvironment(sandbox.inputs()),
    runner: { ...runner, writeSummary: () => Promise.reject(new Error('Unable to access summary file')) },
    fetch: sandbox.fetch,
    time: sandbox.time,
    files: filesOf({}),
    randomBytes: sandbox.random,
    cancelled: new AbortController().signal,
  });
  const { exitCode, outputs, annotations } = transcript();
  expect([exitCode, outputs['status']]).toEqual([0, 'rotated']);
  expect(annotations.map(({ kind }) => kind)).toEqual(['warning']);
});

it('no token of a GitHub App is left behind by reads that outlast a refusal of Cloudflare’s', async () => {
  const sandbox = new Sandbox();
  inUse([WEB])(sandbox);
  const inputs = asApp(sandbox);
  refuse(sandbox, 403, { path: /service_tokens/ });
  const { outputs } = await runInProcess(sandbox, { inputs });
  expect(outputs['status']).toBe('failed');
  const ended = sandbox.faults.log.length;
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const later = sandbox.faults.log.slice(ended).filter(({ path }) => path.endsWith('/access_tokens'));
  expect(later).toEqual([]);
  const minted = sandbox.faults.log.filter(({ path }) => path.endsWith('/access_tokens')).length;
  const revoked = sandbox.faults.log.filter(({ path }) => path === '/installation/token').length;
  expect(revoked).toBe(minted);
});
