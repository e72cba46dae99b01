import { describe, expect, it } from 'vitest';
import { filesOf, recordingRunner, runInProcess, stepEnvironment } from '../../sandbox/in-process-run.ts';
import { API, Sandbox, WEB } from '../../sandbox/sandbox.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';
import { post } from '../../src/post.ts';
import { run } from '../../src/main.ts';
import { asApp } from '../harness/scenarios.ts';

const TARGETS = Array.from({ length: 20 }, (_, index) => `service-${index + 1}`);

function twenty(): { sandbox: Sandbox; targets: Target[]; inputs: Record<string, string> } {
  const sandbox = new Sandbox();
  for (const name of TARGETS) sandbox.github.addRepository({ owner: 'acme', name });
  const targets = TARGETS.map((repository) => ({
    ...WEB,
    place: { ...WEB.place, repository } as Target['place'],
  }));
  return { sandbox, targets, inputs: { repository: TARGETS.map((name) => `acme/${name}`).join('\n') } };
}

/** GitHub lets nobody write the secrets of the seventh. */
function refuseOne(sandbox: Sandbox): void {
  sandbox.faults.add({
    name: 'no permission',
    service: 'github',
    method: 'DELETE',
    path: /service-7\//,
    effect: {
      kind: 'reply',
      when: 'before',
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"Resource not accessible by personal access token"}',
    },
  });
}

describe('twenty targets of which one refuses', () => {
  it('keep what they have, and the next run rotates them all', async () => {
    const { sandbox, targets, inputs } = twenty();
    await runInProcess(sandbox, { inputs });
    sandbox.clock.advance(7 * DAY);
    const before = sandbox.cloudflare.findByName('ci')[0]?.version;
    refuseOne(sandbox);
    const refused = await runInProcess(sandbox, { inputs });
    expect(refused.outputs).toMatchObject({ status: 'failed', changed: 'false' });
    expect(refused.outputs['message']).toContain('acme/service-7');
    expect(sandbox.cloudflare.findByName('ci')[0]?.version).toBe(before);
    const next = await runInProcess(sandbox, { inputs });
    expect(next.outputs).toMatchObject({ status: 'rotated' });
    expect(targets.filter((target) => sandbox.logsIn(target))).toHaveLength(TARGETS.length);
  });

  it('go on without it where force asks for it, and the hold keeps it alive', async () => {
    const { sandbox, targets, inputs } = twenty();
    await runInProcess(sandbox, { inputs });
    sandbox.clock.advance(7 * DAY);
    refuseOne(sandbox);
    const forced = await runInProcess(sandbox, { inputs: { ...inputs, force: 'true' } });
    expect(forced.exitCode).toBe(1);
    const told = JSON.parse(forced.outputs['targets'] ?? '') as readonly { readonly status: string }[];
    expect(told.filter(({ status }) => status === 'delivered')).toHaveLength(TARGETS.length - 1);
    sandbox.clock.advance(20 * DAY);
    expect(targets.filter((target) => sandbox.logsIn(target))).toHaveLength(TARGETS.length);
  });
});

describe('the token of an App that expires half way', () => {
  it('is renewed, and both are revoked in the end', async () => {
    const sandbox = new Sandbox();
    const inputs = { ...asApp(sandbox), repository: 'acme/web\nacme/api', 'max-wait': '3h' };
    await runInProcess(sandbox, { inputs });
    sandbox.clock.advance(7 * DAY);
    const before = sandbox.github.mintedInstallationTokens().length;
    const headers = { 'retry-after': String((HOUR + 5 * MINUTE) / 1000) };
    sandbox.faults.add({
      name: 'a limit for longer than the token lives',
      service: 'github',
      method: 'PUT',
      path: /api\/actions\/secrets\/CF_ACCESS_CLIENT_SECRET/,
      effect: { kind: 'reply', when: 'before', status: 429, headers },
    });
    const transcript = await runInProcess(sandbox, { inputs });
    expect(transcript.outputs).toMatchObject({ status: 'rotated' });
    expect([WEB, API].every((target) => sandbox.logsIn(target))).toBe(true);
    expect(sandbox.github.mintedInstallationTokens().length).toBeGreaterThan(before + 1);
    expect(sandbox.github.liveInstallationTokens()).toEqual([]);
  });
});

describe('a lease that is killed at any request', () => {
  const inputs = { operation: 'lease', 'github-token': '', 'verify-url': 'https://app.example.com/' };

  /** Runs the main step until its request of that number is or is not sent, and then the post step. */
  async function killedAt(
    number: number,
    when: 'before' | 'after',
  ): Promise<{ left: number; requests: number }> {
    const sandbox = new Sandbox();
    const { runner } = recordingRunner();
    let requests = 0;
    const died = Promise.withResolvers<undefined>();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      requests += 1;
      if (requests > number || (requests === number && when === 'before')) return dead(died.resolve);
      const response = await sandbox.fetch(input, init);
      return requests === number ? dead(died.resolve) : response;
    };
    const deps = {
      env: stepEnvironment({ ...sandbox.inputs(), ...inputs }),
      runner,
      time: sandbox.time,
      files: filesOf({}),
      randomBytes: sandbox.random,
      cancelled: new AbortController().signal,
    };
    await Promise.race([run({ ...deps, fetch }), died.promise]);
    await post({ ...deps, fetch: sandbox.fetch });
    return { left: sandbox.cloudflare.list().length, requests };
  }

  function dead(die: (value: undefined) => void): Promise<never> {
    die(undefined);
    return new Promise(() => undefined);
  }

  it('leaves no token behind once the post step has run', async () => {
    const { requests } = await killedAt(Infinity, 'after');
    expect(requests).toBeGreaterThan(2);
    for (let number = 1; number <= requests; number += 1) {
      expect((await killedAt(number, 'before')).left).toBe(0);
      expect((await killedAt(number, 'after')).left).toBe(0);
    }
  });
});
