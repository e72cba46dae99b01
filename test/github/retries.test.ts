import { afterEach, describe, expect, it } from 'vitest';
import type { Effect } from '../../sandbox/faults.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import { Bench, failureOf, problemOf } from './bench.ts';

const SECRET = /CF_ACCESS_CLIENT_SECRET$/;
const NAME = WEB.clientSecretName;
let bench: Bench;

/** A bench whose PUT of the client secret goes wrong that way, that often. */
function withFault(
  effect: Effect,
  options: { times?: number; method?: string; maxWait?: number } = {},
): Bench {
  bench = new Bench(options.maxWait === undefined ? {} : { maxWait: options.maxWait });
  const { method = 'PUT', times = 1 } = options;
  bench.sandbox.faults.add({ name: 'fault', method, path: SECRET, times, effect });
  return bench;
}

async function written(): Promise<void> {
  await bench.write(await bench.observed(), NAME, 'value');
}

function stored(): string | undefined {
  return bench.sandbox.github.secret(WEB.place, NAME)?.value;
}

function writes(): number {
  return bench.requests.filter((request) => request.startsWith('PUT')).length;
}

const reply = (
  status: number,
  headers: Record<string, string> = {},
  body = '',
  when: 'before' | 'after' = 'before',
): Effect => ({ kind: 'reply', when, status, headers, body });

const json = { 'content-type': 'application/json' };
const HOUR_LEFT = { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': '1999999999' };
const SECONDARY = '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}';

afterEach(() => {
  expect(bench.sandbox.faults.unused()).toEqual([]);
});

describe('a reply that is lost', () => {
  it.each<[string, Effect]>([
    ['500 before it took effect', reply(500)],
    ['502 after it', reply(502, {}, '<html>', 'after')],
    ['408', reply(408)],
    ['a reset before', { kind: 'reset', when: 'before' }],
    ['a reset after', { kind: 'reset', when: 'after' }],
    ['a hang before', { kind: 'hang', when: 'before' }],
    ['a hang after', { kind: 'hang', when: 'after' }],
    ['a success that no write has', reply(202, json, '{}')],
    ['another', reply(200, json, '{"ok":true}')],
  ])('is asked for again: %s', async (_what, effect) => {
    withFault(effect);
    await written();
    expect(stored()).toBe('value');
    expect(writes()).toBe(2);
  });

  it('is asked for again after 1, 2, 4 … 30 seconds, until max-wait is over', async () => {
    withFault(reply(503), { times: Infinity });
    const problem = await failureOf(written());
    expect(problem).toMatchObject({ code: 'github-max-wait', applied: 'unknown', status: undefined });
    expect(problem.text).toContain('acme/web: GitHub did not write CF_ACCESS_CLIENT_SECRET');
    expect(bench.elapsed).toBe(871);
    expect(bench.lines).toContain('info: Waiting 4 seconds: GitHub answered 503');
  });

  it('leaves it in doubt whether it took effect, although a later reply refuses', async () => {
    withFault(reply(502, {}, '', 'after'));
    bench.sandbox.faults.onExchange = ({ status }) => {
      if (status === 502) bench.sandbox.github.revokeToken('github_pat_sandbox_write');
    };
    expect(await failureOf(written())).toMatchObject({
      code: 'github-bad-credentials',
      applied: 'unknown',
      status: 401,
    });
    expect(stored()).toBe('value');
  });

  it('ends within max-wait, which is named', async () => {
    withFault(reply(500), { times: 3, maxWait: 5 * SECOND });
    const problem = await failureOf(written());
    expect(problem).toMatchObject({ code: 'github-max-wait', applied: 'unknown' });
    expect(problem.text).toContain('max-wait');
    expect(bench.elapsed).toBe(3);
  });
});

describe('a reply that cannot be read', () => {
  const key = /public-key$/;

  it.each<[string, Effect]>([
    ['HTML', reply(200, { 'content-type': 'text/html' }, '<html>')],
    ['half of it', reply(200, json, '{"key_id":"1","ke')],
    ['nothing', reply(200)],
    ['a field missing', reply(200, json, '{"key_id":"568250167242549743"}')],
    ['a key of 33 bytes', reply(200, json, `{"key_id":"1","key":"${Buffer.alloc(33).toString('base64')}"}`)],
    [
      'an id that is a number',
      reply(200, json, `{"key_id":1,"key":"${Buffer.alloc(32).toString('base64')}"}`),
    ],
    ['a content type that is none', reply(200, { 'content-type': ';;=' }, '{}')],
  ])('is asked for again: %s', async (_what, effect) => {
    bench = new Bench();
    bench.sandbox.faults.add({ name: 'garbage', path: key, effect });
    await bench.stores.checkWrite(await bench.observed());
    expect(bench.requests.filter((request) => request.endsWith('/public-key'))).toHaveLength(2);
  });

  it('makes the target unreadable in the end', async () => {
    bench = new Bench();
    await bench.observed();
    const effect = reply(200, json, '{"secrets":[]}');
    bench.sandbox.faults.add({ name: 'garbage', times: Infinity, effect });
    expect(problemOf(await bench.observe(WEB))).toMatch(/^github-max-wait: .*cannot be read/);
  });

  it('is a date that is none, too', async () => {
    bench = new Bench();
    bench.sandbox.github.setSecret(WEB.place, NAME, 'old');
    const date = '2026-01-01T00:00:00Z';
    const secrets = [{ name: NAME, created_at: date, updated_at: 'soon' }];
    const effect = reply(200, json, JSON.stringify({ total_count: 1, secrets }));
    bench.sandbox.faults.add({ name: 'garbage', path: /secrets\?/, effect });
    expect((await bench.observed()).clientSecret?.updatedAt).toBe(bench.log[0]?.at);
  });
});

describe('a limit', () => {
  it.each<[string, Effect, number]>([
    ['429 with Retry-After', reply(429, { 'retry-after': '7' }), 7],
    ['429 without', reply(429), 60],
    ['403 with Retry-After', reply(403, { ...json, 'retry-after': '7' }, '{"message":"slow"}'), 7],
    ['403 beside an hour that is not used up', reply(403, { ...json, ...HOUR_LEFT }, SECONDARY), 60],
    ['403 by its words', reply(403, json, SECONDARY), 60],
    [
      '403 by older words',
      reply(403, json, '{"message":"You have triggered an abuse detection mechanism."}'),
      60,
    ],
  ])('is waited out: %s', async (_what, effect, seconds) => {
    withFault(effect);
    await written();
    expect(stored()).toBe('value');
    expect(bench.elapsed).toBe(seconds);
    expect(bench.lines.join('\n')).toMatch(/^info: Waiting .*: GitHub asks to slow down \(4/m);
  });

  it('is waited out by a date', async () => {
    bench = new Bench();
    const until = new Date(bench.sandbox.clock.now() + 90 * SECOND).toUTCString();
    const effect = reply(429, { 'retry-after': until });
    bench.sandbox.faults.add({ name: 'limit', method: 'PUT', effect });
    await written();
    expect(bench.elapsed).toBe(90);
  });

  it('of the hour is waited out until its reset, by the clock of GitHub', async () => {
    bench = new Bench({ wallError: 400 * 24 * 60 * MINUTE });
    bench.sandbox.github.setRateLimit('github_pat_sandbox_write', 5000, 2, 10 * MINUTE);
    await written();
    expect(stored()).toBe('value');
    expect(bench.elapsed).toBe(600);
    expect(bench.lines).toContain('info: Waiting 10 minutes: the hourly limit of GitHub is used up (403)');
  });

  it('doubles its wait where GitHub names none', async () => {
    withFault(reply(429), { times: 3 });
    await written();
    expect(bench.elapsed).toBe(60 + 120 + 240);
  });

  it('that outlasts max-wait is not waited for, and the request had no effect', async () => {
    withFault(reply(429, { 'retry-after': '3600' }));
    const problem = await failureOf(written());
    expect(problem).toMatchObject({ code: 'github-max-wait', applied: 'no' });
    expect(bench.elapsed).toBe(0);
  });

  it('holds back every other request, which learns nothing anew', async () => {
    bench = new Bench();
    const state = await bench.observed();
    bench.sandbox.faults.add({ name: 'limit', method: 'PUT', effect: reply(429, { 'retry-after': '20' }) });
    await Promise.all([
      bench.write(state, NAME, 'value'),
      bench.sandbox.time.sleep(SECOND).then(() => bench.read(state, NAME)),
      bench.sandbox.time.sleep(2 * SECOND).then(() => bench.write(state, WEB.clientIdName, 'id')),
    ]);
    const after = bench.log.slice(3);
    expect(after.map(({ at }) => at - (bench.log[0]?.at ?? 0)).every((at) => at >= 20 * SECOND)).toBe(true);
    expect(bench.log.filter(({ fault }) => fault === 'limit')).toHaveLength(1);
  });

  it('that is shorter does not end a longer one', async () => {
    bench = new Bench();
    const state = await bench.observed();
    for (const seconds of ['20', '5']) {
      bench.sandbox.faults.add({
        name: 'limit',
        method: 'PUT',
        effect: reply(429, { 'retry-after': seconds }),
      });
    }
    await Promise.all(['A', 'B'].map((name) => bench.write(state, name, 'x')));
    expect(bench.elapsed).toBe(21);
    expect(bench.log.slice(4).map(({ status }) => status)).toEqual([201, 201]);
  });

  it('that outlasts max-wait stops every other request before it is sent', async () => {
    bench = new Bench();
    const state = await bench.observed();
    const effect = reply(429, { 'retry-after': '3600' });
    bench.sandbox.faults.add({ name: 'limit', method: 'PUT', effect });
    await failureOf(bench.write(state, NAME, 'value'));
    const before = bench.log.length;
    expect(await failureOf(bench.read(state, NAME))).toMatchObject({ code: 'github-max-wait' });
    expect(bench.log).toHaveLength(before);
  });
});

describe('a refusal', () => {
  it.each([400, 401, 403, 404, 409, 410, 422, 451])('is never tried again: %i', async (status) => {
    withFault(reply(status, json, '{"message":"No."}'));
    expect(await failureOf(written())).toMatchObject({ applied: 'no', status });
    expect(writes()).toBe(1);
    expect(bench.elapsed).toBe(0);
  });
});

describe('a cancelled run', () => {
  it('ends its waits at once, and tries once more what it was about', async () => {
    withFault(reply(429, { 'retry-after': '600' }));
    const state = await bench.observed();
    const done = bench.write(state, NAME, 'value');
    await bench.sandbox.time.sleep(5 * SECOND);
    bench.cancellation.abort();
    await done;
    expect(stored()).toBe('value');
    expect(bench.elapsed).toBe(5);
  });

  it('gives up what hangs in time', async () => {
    withFault({ kind: 'hang', when: 'before' }, { times: 2 });
    const state = await bench.observed();
    bench.cancellation.abort();
    expect(await failureOf(bench.write(state, NAME, 'value'))).toMatchObject({ applied: 'unknown' });
    expect(bench.elapsed).toBe(3 + 1 + 3);
  });
});

describe('an address that never answered', () => {
  it('is given up after half a minute, since it is more likely wrong than down', async () => {
    bench = new Bench();
    bench.sandbox.faults.add({ name: 'nobody', times: Infinity, effect: { kind: 'reset', when: 'before' } });
    expect(problemOf(await bench.observe(WEB))).toMatch(/^github-unreachable: /);
    expect(bench.elapsed).toBe(31);
  });
});
