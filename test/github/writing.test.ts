import { describe, expect, it } from 'vitest';
import { PRODUCTION, WEB } from '../../sandbox/sandbox.ts';
import { MINUTE } from '../../src/model/time.ts';
import type { Target } from '../../src/model/target.ts';
import type { ReadableTarget } from '../../src/github/stores.ts';
import { Bench, failureOf, problemOf } from './bench.ts';

const PROBE = /^(PUT|DELETE) .*\/CF_ACCESS_PROBE_[0-9A-F]{24}$/;

describe('proving', () => {
  it('deletes a secret of a random name where the client secret is to be replaced', async () => {
    const bench = new Bench();
    bench.sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'old');
    bench.sandbox.github.setSecret(WEB.place, WEB.clientIdName, 'old');
    await bench.stores.checkWrite(await bench.observed());
    const [, ...checks] = bench.requests;
    expect([...checks].sort()).toEqual([
      expect.stringMatching(PROBE),
      'GET /repos/acme/web/actions/secrets/public-key',
    ]);
    expect(bench.sandbox.github.changes.filter(({ by }) => by === 'request')).toEqual([]);
  });

  it('creates one and deletes it where it is missing', async () => {
    const bench = new Bench();
    await bench.stores.checkWrite(await bench.observed());
    const probes = bench.requests.filter((request) => !request.startsWith('GET'));
    expect(probes.map((request) => request.split(' ')[0])).toEqual(['DELETE', 'PUT', 'DELETE']);
    expect(probes[0]).toMatch(PROBE);
    expect(probes.slice(1).every((request) => request.includes('/CF_ACCESS_WRITE_PROOF'))).toBe(true);
    expect(bench.sandbox.github.secretNames(WEB.place)).toEqual([]);
  });

  it('is refused without permission, and changes nothing', async () => {
    const bench = new Bench({ token: 'github_pat_sandbox_read' });
    const problem = await failureOf(bench.stores.checkWrite(await bench.observed()));
    expect(problem).toMatchObject({ code: 'github-permission-missing', applied: 'no', status: 403 });
    expect(problem.text).toContain('acme/web: GitHub did not let its secrets be written');
    expect(problem.text).toContain('`secrets=write`');
    expect(bench.sandbox.github.changes).toEqual([]);
  });

  it('meets the limit on how many secrets there may be, before anything depends on it', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    bench.sandbox.github.switches.maximumSecrets.repository = 1;
    bench.sandbox.github.setSecret(WEB.place, 'OTHER', 'x');
    expect(await failureOf(bench.stores.checkWrite(state))).toMatchObject({
      code: 'github-rejected',
      status: 422,
    });
    expect(bench.sandbox.github.secretNames(WEB.place)).toEqual(['OTHER']);
  });

  it('cleans up where the reply to the creation was lost for good', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    const effect = { kind: 'reset', when: 'after' } as const;
    bench.sandbox.faults.add({ name: 'lost', method: 'PUT', times: Infinity, effect });
    expect(await failureOf(bench.stores.checkWrite(state))).toMatchObject({ code: 'github-max-wait' });
    expect(bench.sandbox.github.secretNames(WEB.place)).toEqual([]);
  });

  it('names the secret that it could not delete again', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    const effect = { kind: 'reset', when: 'before' } as const;
    bench.sandbox.faults.add({ name: 'lost', method: 'DELETE', skip: 1, times: Infinity, effect });
    const problem = await failureOf(bench.stores.checkWrite(state));
    const [left = ''] = bench.sandbox.github.secretNames(WEB.place);
    expect(problem.code).toBe('write-check-left-behind');
    expect(problem.text).toContain(left);
  });
});

/** The target, with a client secret to replace and the key fetched: three requests. */
async function checked(bench: Bench): Promise<ReadableTarget> {
  bench.sandbox.github.setSecret(WEB.place, WEB.clientSecretName, 'old');
  bench.sandbox.github.setSecret(WEB.place, WEB.clientIdName, 'old');
  const state = await bench.observed();
  await bench.stores.checkWrite(state);
  return state;
}

describe('a write check', () => {
  const other: Target = { ...WEB, clientIdName: 'OTHER_ID', clientSecretName: 'OTHER_SECRET' };

  it('is made once for targets in one place, and made anew after a minute', async () => {
    const bench = new Bench();
    const states = await Promise.all([WEB, other].map((target) => bench.observed(target)));
    const before = bench.log.length;
    await Promise.all(states.map((state) => bench.stores.checkWrite(state)));
    // The key, and three requests that delete, create and delete.
    expect(bench.log).toHaveLength(before + 4);
    bench.sandbox.clock.advance(MINUTE + 1);
    await Promise.all(states.map((state) => bench.stores.checkWrite(state)));
    expect(bench.log).toHaveLength(before + 8);
  });

  it('that failed is made anew for the next target', async () => {
    const bench = new Bench();
    const states = await Promise.all([WEB, other].map((target) => bench.observed(target)));
    const effect = { kind: 'reply', when: 'before', status: 422 } as const;
    bench.sandbox.faults.add({ name: 'refusal', method: 'DELETE', effect });
    const [first, second] = states;
    if (first === undefined || second === undefined) throw new Error('two targets');
    expect(await failureOf(bench.stores.checkWrite(first))).toMatchObject({ code: 'github-rejected' });
    await bench.stores.checkWrite(second);
  });
});

describe('writing', () => {
  it('trusts no key that is older than a minute, because GitHub may store nothing that it cannot open', async () => {
    const bench = new Bench({ githubSwitches: { unopenableValues: 'stored-empty' } });
    const state = await checked(bench);
    bench.sandbox.github.rotateKey(WEB.place);
    bench.sandbox.clock.advance(MINUTE + 1);
    await bench.write(state, WEB.clientSecretName, 'secret');
    await bench.stores.writeClientId(state, 'id');
    expect(bench.sandbox.storedPair(WEB)).toEqual({ clientId: 'id', clientSecret: 'secret' });
    expect(bench.requests.filter((request) => request.endsWith('/public-key'))).toHaveLength(2);
  });

  it.each([WEB, PRODUCTION])('seals to the key of the $place.kind', async (target) => {
    const bench = new Bench();
    const state = await bench.observed(target);
    await bench.write(state, target.clientSecretName, 'the secret');
    await bench.write(state, target.clientIdName, 'the id');
    expect(bench.sandbox.storedPair(target)).toEqual({ clientId: 'the id', clientSecret: 'the secret' });
    expect(bench.log.map(({ requestBody }) => requestBody).join()).not.toContain('the secret');
    expect(bench.requests).toHaveLength(4);
  });

  it('fetches a key that was replaced once more, for both secrets', async () => {
    const bench = new Bench();
    const state = await checked(bench);
    bench.sandbox.github.rotateKey(WEB.place);
    await bench.write(state, WEB.clientSecretName, 'secret');
    await bench.write(state, WEB.clientIdName, 'id');
    expect(bench.sandbox.storedPair(WEB)).toEqual({ clientId: 'id', clientSecret: 'secret' });
    expect(bench.log.slice(3).map(({ method, status }) => `${method} ${String(status)}`)).toEqual([
      'PUT 422',
      'GET 200',
      'PUT 204',
      'PUT 204',
    ]);
  });

  it('fetches it once only', async () => {
    const bench = new Bench();
    const state = await checked(bench);
    bench.sandbox.faults.onExchange = ({ method }) => {
      if (method === 'GET') bench.sandbox.github.rotateKey(WEB.place);
    };
    bench.sandbox.github.rotateKey(WEB.place);
    const problem = await failureOf(bench.write(state, 'NAME', 'value'));
    expect(problem).toMatchObject({ code: 'github-key-refused', applied: 'no', status: 422 });
    expect(bench.requests.slice(3)).toHaveLength(3);
  });

  it('keeps in doubt what was in doubt before the key was refused', async () => {
    const bench = new Bench();
    const state = await checked(bench);
    bench.sandbox.faults.onExchange = ({ method }) => {
      if (method !== 'DELETE') bench.sandbox.github.rotateKey(WEB.place);
    };
    bench.sandbox.faults.add({ name: 'lost', method: 'PUT', effect: { kind: 'reset', when: 'after' } });
    const problem = await failureOf(bench.write(state, 'NAME', 'value'));
    expect(problem).toMatchObject({ code: 'github-key-refused', applied: 'unknown' });
    expect(bench.sandbox.github.secret(WEB.place, 'NAME')?.value).toBe('value');
  });

  it('prints nothing that was submitted where GitHub echoes it', async () => {
    const bench = new Bench();
    const state = await checked(bench);
    let sealed = '';
    bench.sandbox.faults.onExchange = ({ requestBody }) => {
      sealed = (JSON.parse(requestBody) as { encrypted_value: string }).encrypted_value;
    };
    await bench.write(state, 'NAME', 'v');
    const body = JSON.stringify({ message: `Invalid request.\n\n::error::${sealed} does not match /^x$/.` });
    const effect = { kind: 'reply', when: 'before', status: 422, body } as const;
    bench.sandbox.faults.add({
      name: 'echo',
      effect: { ...effect, headers: { 'content-type': 'application/json' } },
    });
    const { text, cause } = await failureOf(bench.write(state, 'NAME', 'v'));
    expect(text).toContain('Invalid request. :error:*** does not match');
    expect(cause).toBeUndefined();
  });

  it('does not follow a redirect, and says where the repository is now', async () => {
    const bench = new Bench();
    const state = await bench.observed();
    bench.sandbox.github.moveRepository({ owner: 'acme', name: 'web' }, { owner: 'acme', name: 'site' });
    const problem = await failureOf(bench.write(state, 'NAME', 'value'));
    expect(problem).toMatchObject({ code: 'repository-moved', applied: 'no' });
    expect(problem.text).toContain('is acme/site now');
    expect(problem.remedy).toContain('Name acme/site');
    expect(bench.sandbox.github.changes).toEqual([]);
    expect(problemOf(await bench.observe(WEB))).toMatch(/^repository-moved: acme\/web: .*acme\/site/);
  });

  it('asks no other host where a redirect leads to one', async () => {
    const bench = new Bench();
    const state = await checked(bench);
    const location = 'https://evil.example.com/repositories/1';
    const effect = { kind: 'reply', when: 'before', status: 307, headers: { location } } as const;
    bench.sandbox.faults.add({ name: 'redirect', method: 'PUT', effect });
    const before = bench.log.length;
    expect(await failureOf(bench.write(state, 'NAME', 'value'))).toMatchObject({
      code: 'repository-moved',
    });
    expect(bench.log).toHaveLength(before + 1);
  });
});
