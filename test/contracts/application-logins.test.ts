import { describe, expect, it } from 'vitest';
import { listen } from '../../sandbox/server.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/model/time.ts';
import { accessHeaders, pair, setUp } from './protected-application.ts';

describe('before Access', () => {
  it('a blocked client signature or a bot check refuses everyone', async () => {
    const { application, token, get, withSecret } = setUp({ edge: 'waf-1010' });
    for (const response of [await get(), await withSecret(token.secret)]) {
      expect(response.status).toBe(403);
      expect(await response.text()).toBe('error code: 1010');
      expect(accessHeaders(response)).toEqual([]);
    }
    application.settings.edge = 'challenge';
    const response = await withSecret(token.secret);
    expect(response.headers.get('cf-mitigated')).toBe('challenge');
    expect(accessHeaders(response)).toEqual([]);
    expect(application.logins).toEqual([]);
  });

  it('an unprotected URL lets everyone in', async () => {
    const { get, withSecret } = setUp({ access: 'unprotected' });
    for (const response of [await get(), await withSecret('wrong')]) {
      expect(response.status).toBe(200);
      expect(response.headers.has('set-cookie')).toBe(false);
    }
  });
});

describe('a secret that is new', () => {
  it('is accepted once it has spread; the previous one goes on working', async () => {
    const { clock, cloudflare, token, application, withSecret } = setUp({ propagationDelay: 20 * SECOND });
    clock.advance(HOUR);
    const { secret } = cloudflare.rotate(token.id, { previousExpiresAt: clock.now() + HOUR });
    clock.advance(20 * SECOND - 1);
    expect((await withSecret(secret)).status).toBe(403);
    expect((await withSecret(token.secret)).status).toBe(200);
    clock.advance(1);
    expect((await withSecret(secret)).status).toBe(200);
    expect(application.logins.map(({ used, why }) => [used, why])).toEqual([
      ['current', 'not-propagated'],
      ['previous', undefined],
      ['current', undefined],
    ]);
  });

  it('may be known at some points of presence only', async () => {
    const { application, clock, token, withSecret } = setUp({ flapping: { kind: 'requests', count: 4 } });
    const passes = async () => (await withSecret(token.secret)).status === 200;
    const attempts = async (count: number) => {
      const results = [];
      for (let i = 0; i < count; i += 1) results.push(await passes());
      return results;
    };
    expect(await attempts(6)).toEqual([true, false, true, false, true, true]);
    application.settings.flapping = { kind: 'until', instant: clock.now() + MINUTE };
    expect(await attempts(3)).toEqual([true, false, true]);
    clock.advance(MINUTE);
    expect(await attempts(2)).toEqual([true, true]);
  });
});

describe('what a request presents', () => {
  it('may be one header of JSON with lower-case keys, where the application is set to', async () => {
    const { application, token, get } = setUp();
    const lower = { 'cf-access-client-id': token.clientId, 'cf-access-client-secret': token.secret };
    const authorization = JSON.stringify(lower);
    expect((await get({ authorization })).status).toBe(403);
    application.settings.singleHeader = 'Authorization';
    expect((await get({ authorization })).status).toBe(200);
    const upper = JSON.stringify(pair(token.clientId, token.secret));
    expect((await get({ authorization: upper })).status).toBe(403);
    expect((await get({ authorization: 'Bearer x' })).status).toBe(403);
  });

  it('may be the cookie alone, in an application with an Allow policy, until it expires', async () => {
    const { application, clock, token, get, withSecret } = setUp({ access: 'mixed' });
    const cookie = (await withSecret(token.secret)).headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await get({ cookie })).status).toBe(200);
    application.settings.access = 'service-auth-only';
    expect((await get({ cookie })).status).toBe(403);
    application.settings.access = 'strict-mixed';
    expect((await get({ cookie })).status).toBe(302);
    application.settings.access = 'mixed';
    clock.advance(DAY);
    expect((await get({ cookie })).status).toBe(302);
  });
});

it('counts logins, notes each use, and never echoes what was presented', async () => {
  const { application, clock, cloudflare, token, withSecret } = setUp({ access: 'mixed' });
  clock.advance(MINUTE);
  const replies = [await withSecret(token.secret), await withSecret('not-the-secret')];
  expect([application.accepted, application.refused]).toEqual([1, 1]);
  expect(application.logins).toMatchObject([
    { at: clock.now(), clientId: token.clientId, accepted: true, used: 'current' },
    { accepted: false, used: undefined, why: 'wrong-secret' },
  ]);
  expect(cloudflare.find(token.id)?.lastSeenAt).toBe(clock.now());
  for (const response of replies) {
    const said = JSON.stringify([...response.headers]) + (await response.text());
    expect(said).not.toContain(token.secret);
    expect(said).not.toContain('not-the-secret');
  }
});

it('does not count a refused login as a use', async () => {
  const { cloudflare, token, withSecret } = setUp({ admits: [] });
  await withSecret(token.secret);
  expect(cloudflare.find(token.id)?.lastSeenAt).toBeUndefined();
});

it('is the same over TCP', async () => {
  const { application, token } = setUp({ access: 'mixed' });
  const { origin, close } = await listen(application.handle);
  try {
    const refused = await fetch(`${origin}/`, { redirect: 'manual' });
    expect(refused.status).toBe(302);
    expect(refused.headers.get('location')).toContain(`/login/${new URL(origin).host}`);
    const passed = await fetch(`${origin}/`, {
      headers: pair(token.clientId, token.secret),
      redirect: 'manual',
    });
    expect(passed.status).toBe(200);
    expect(passed.headers.get('set-cookie')).toContain('CF_Authorization=');
  } finally {
    await close();
  }
});
