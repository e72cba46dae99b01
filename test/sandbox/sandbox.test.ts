import { describe, expect, it } from 'vitest';
import { queueJob } from '../../sandbox/consumer.ts';
import { API, PRODUCTION, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, GITHUB_TOKENS, ORIGINS } from '../../sandbox/world.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';

const TOKENS = `${ORIGINS.cloudflare}/client/v4/accounts/${ACCOUNT}/access/service_tokens`;
const KEY = `${ORIGINS.github}/repos/acme/web/actions/secrets/public-key`;
const AS_CLOUDFLARE = { authorization: `Bearer ${CLOUDFLARE_CREDENTIALS.write}` };
const AS_GITHUB = { authorization: `Bearer ${GITHUB_TOKENS.write}` };

function createToken(sandbox: Sandbox) {
  return sandbox.cloudflare.createToken({ scope: { kind: 'account', id: ACCOUNT }, name: 'ci' });
}

function deliver(sandbox: Sandbox, target: Target, clientId: string, secret: string): void {
  sandbox.github.setSecret(target.place, target.clientIdName, clientId);
  sandbox.github.setSecret(target.place, target.clientSecretName, secret);
}

describe('the sandbox’s fetch', () => {
  it('reaches each service under its own origin, through the log', async () => {
    const sandbox = new Sandbox();
    const created = await sandbox.fetch(TOKENS, {
      method: 'POST',
      headers: AS_CLOUDFLARE,
      body: JSON.stringify({ name: 'ci' }),
    });
    const key = await sandbox.fetch(KEY, { headers: AS_GITHUB });
    const refused = await sandbox.fetch(ORIGINS.application);
    expect([created.status, key.status, refused.status]).toEqual([201, 200, 403]);
    expect(sandbox.faults.log.map(({ service, status }) => [service, status])).toEqual([
      ['cloudflare', 201],
      ['github', 200],
      ['application', 403],
    ]);
  });

  it('comes out the same for the same seed', async () => {
    const bodies = ['a', 'a', 'b'].map(async (seed) =>
      (await new Sandbox({ seed }).fetch(KEY, { headers: AS_GITHUB })).text(),
    );
    const [first, second, third] = await Promise.all(bodies);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('fails as the real one does: no such host, a reset, a redirect that was not expected', async () => {
    const sandbox = new Sandbox({ application: { access: 'mixed' } });
    sandbox.faults.add({ name: 'reset', service: 'github', effect: { kind: 'reset', when: 'before' } });
    const failure = (code: string): unknown =>
      expect.objectContaining({
        name: 'TypeError',
        message: 'fetch failed',
        cause: expect.objectContaining({ code }) as unknown,
      });
    await expect(sandbox.fetch('https://elsewhere.example')).rejects.toEqual(failure('ENOTFOUND'));
    await expect(sandbox.fetch(KEY, { headers: AS_GITHUB })).rejects.toEqual(failure('ECONNRESET'));
    await expect(sandbox.fetch(ORIGINS.application)).rejects.toEqual(failure('UND_ERR_REDIRECT'));
    expect((await sandbox.fetch(ORIGINS.application, { redirect: 'manual' })).status).toBe(302);
  });

  it('gives a request that hangs up when its signal is aborted', async () => {
    const sandbox = new Sandbox();
    sandbox.faults.add({ name: 'hang', effect: { kind: 'hang', when: 'before' } });
    const controller = new AbortController();
    const pending = sandbox.fetch(KEY, { headers: AS_GITHUB, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
  });
});

describe('the sandbox’s time', () => {
  it('jumps to the timeout of a request that hangs', async () => {
    const sandbox = new Sandbox();
    sandbox.faults.add({ name: 'hang', effect: { kind: 'hang', when: 'after' } });
    const start = sandbox.clock.now();
    const pending = sandbox.fetch(KEY, { headers: AS_GITHUB, signal: sandbox.time.timeout(30 * SECOND) });
    await expect(pending).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
    expect(sandbox.clock.now() - start).toBe(30 * SECOND);
  });

  it('lets sleeps overlap, ends them in order, and stands still while something is answered', async () => {
    const sandbox = new Sandbox();
    const { monotonic, sleep } = sandbox.time;
    sandbox.faults.onExchange = async () => {
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    const seen: unknown[] = [];
    const sleeper = async (duration: number): Promise<void> => {
      await sleep(duration);
      seen.push(monotonic());
    };
    const asker = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) await sandbox.fetch(KEY, { headers: AS_GITHUB });
      seen.push(`answered at ${monotonic()}`);
    };
    await Promise.all([sleeper(2 * MINUTE), sleeper(MINUTE), asker()]);
    expect(seen).toEqual(['answered at 0', MINUTE, 2 * MINUTE]);
  });

  it('wakes a sleeper whose signal is aborted, without time passing', async () => {
    const sandbox = new Sandbox();
    const controller = new AbortController();
    const sleeping = sandbox.time.sleep(MINUTE, controller.signal);
    controller.abort(new Error('cancelled'));
    await expect(sleeping).rejects.toThrow('cancelled');
    expect(sandbox.time.monotonic()).toBe(0);
  });

  it('is not moved by a timeout that nobody waits for', async () => {
    const sandbox = new Sandbox();
    sandbox.time.timeout(SECOND);
    await sandbox.time.sleep(0);
    expect(sandbox.time.monotonic()).toBe(0);
  });
});

describe('a stored pair', () => {
  it('logs in while Access accepts it', () => {
    const sandbox = new Sandbox();
    const token = createToken(sandbox);
    expect(sandbox.logsIn(WEB)).toBe(false);
    deliver(sandbox, WEB, token.clientId, token.secret);
    expect(sandbox.storedPair(WEB)).toEqual({ clientId: token.clientId, clientSecret: token.secret });
    expect([WEB, API, PRODUCTION].map((target) => sandbox.logsIn(target))).toEqual([true, false, false]);
    sandbox.cloudflare.rotate(token.id, { previousExpiresAt: sandbox.clock.now() + MINUTE });
    expect(sandbox.logsIn(WEB)).toBe(true);
    sandbox.clock.advance(MINUTE);
    expect(sandbox.logsIn(WEB)).toBe(false);
  });

  it('is empty where the environment is gone', () => {
    const sandbox = new Sandbox();
    sandbox.github.removeEnvironment('acme', 'web', 'production');
    expect(sandbox.storedPair(PRODUCTION)).toEqual({ clientId: undefined, clientSecret: undefined });
  });
});

describe('a consumer', () => {
  it('has the repository’s secrets from when it was queued', async () => {
    const sandbox = new Sandbox();
    const token = createToken(sandbox);
    deliver(sandbox, WEB, token.clientId, token.secret);
    const job = queueJob(sandbox, WEB);
    const rotated = sandbox.cloudflare.rotate(token.id, { previousExpiresAt: sandbox.clock.now() + MINUTE });
    deliver(sandbox, WEB, rotated.clientId, rotated.secret);
    expect(await job.logIn()).toMatchObject({ accepted: true, status: 200 });
    sandbox.clock.advance(MINUTE);
    expect(await job.logIn()).toMatchObject({ accepted: false, status: 403 });
    expect(await queueJob(sandbox, WEB).logIn()).toMatchObject({ accepted: true });
    expect(sandbox.application.logins.map(({ used, why }) => used ?? why)).toEqual([
      'previous',
      'previous-expired',
      'current',
    ]);
  });

  it('has the environment’s secrets from when it started', async () => {
    const sandbox = new Sandbox();
    const job = queueJob(sandbox, PRODUCTION);
    const token = createToken(sandbox);
    deliver(sandbox, PRODUCTION, token.clientId, token.secret);
    job.start();
    deliver(sandbox, PRODUCTION, token.clientId, 'overwritten');
    expect(await job.logIn()).toMatchObject({ accepted: true });
  });

  it('is not let in without secrets', async () => {
    expect(await queueJob(new Sandbox(), WEB).logIn()).toMatchObject({ accepted: false, status: 403 });
  });
});
