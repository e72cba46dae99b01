import { describe, expect, it } from 'vitest';
import { listen } from '../../sandbox/server.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import {
  SECRET,
  WRITER,
  ZONE,
  all,
  clientOf,
  inAccount,
  inZone,
  refusal,
  reply,
  scope,
  setUp,
} from './cloudflare-sdk.ts';

describe('the seven operations, through the official SDK', () => {
  it('creates, lists, gets, updates, rotates, refreshes and deletes in an account', async () => {
    const { clock, cloudflare, tokens } = setUp();
    const created = await reply(tokens.create({ ...inAccount, name: 'ci' }));
    expect(created.client_secret).toMatch(SECRET);
    expect(created.client_id).toMatch(/^[0-9a-f]{32}\.access$/);
    expect(created).toMatchObject({ name: 'ci', duration: '8760h', enabled: true, client_secret_version: 1 });
    expect(created.expires_at).toBe(clock.rfc3339(clock.now() + 365 * DAY));
    expect(created).not.toHaveProperty('previous_client_secret_expires_at');

    const listed = await all(tokens.list(inAccount));
    expect(listed).toHaveLength(1);
    const got = await reply(tokens.get(created.id, inAccount));
    expect(got).toEqual(listed[0]);
    expect(got).toMatchObject({ id: created.id, last_seen_at: null });
    expect(got).not.toHaveProperty('client_secret');

    clock.advance(DAY);
    const updated = await reply(tokens.update(created.id, { ...inAccount, name: 'renamed' }));
    expect(updated).toMatchObject({ name: 'renamed', updated_at: clock.rfc3339() });
    expect(updated.expires_at).toBe(created.expires_at);
    expect(updated).not.toHaveProperty('client_secret');

    const rotated = await reply(tokens.rotate(created.id, inAccount));
    expect(rotated).toMatchObject({ client_id: created.client_id, client_secret_version: 2 });
    expect(rotated.client_secret).toMatch(SECRET);
    expect(rotated.previous_client_secret_expires_at).toBe(clock.rfc3339());
    expect(cloudflare.mintedSecrets).toEqual([created.client_secret, rotated.client_secret]);

    const refreshed = await reply(tokens.refresh(created.id, inAccount));
    expect(refreshed.expires_at).toBe(clock.rfc3339(clock.now() + 365 * DAY));
    expect(refreshed).not.toHaveProperty('client_secret');

    const deleted = await reply(tokens.delete(created.id, inAccount));
    expect(deleted.id).toBe(created.id);
    expect(await refusal(tokens.get(created.id, inAccount))).toEqual({ status: 404, codes: [12135] });
    expect(await refusal(tokens.delete(created.id, inAccount))).toEqual({ status: 404, codes: [12135] });
  });

  it('has neither refresh nor rotate for a zone, and keeps its tokens apart', async () => {
    const { cloudflare, tokens } = setUp();
    const created = await reply(tokens.create({ ...inZone, name: 'ci' }));
    const rotated = await reply(
      tokens.update(created.id, { ...inZone, client_secret_version: 2, name: 'still' }),
    );
    expect(rotated.client_secret).toMatch(SECRET);
    expect(await all(tokens.list(inAccount))).toEqual([]);
    expect(await all(tokens.list(inZone))).toHaveLength(1);
    for (const action of ['refresh', 'rotate']) {
      const url = `https://api.cloudflare.com/client/v4/zones/${ZONE}/access/service_tokens/${created.id}/${action}`;
      const request = new Request(url, { method: 'POST', headers: { authorization: `Bearer ${WRITER}` } });
      const response = await cloudflare.handle(request);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        success: false,
        errors: [{ code: 7003 }, { code: 7000 }],
      });
    }
    await tokens.delete(created.id, inZone);
  });

  it('is the same over TCP', async () => {
    const { clock, cloudflare } = setUp();
    const { origin, close } = await listen(cloudflare.handle);
    try {
      const tokens = clientOf({ apiToken: WRITER, baseURL: `${origin}/client/v4` });
      const { data, response } = await tokens.create({ ...inAccount, name: 'ci' }).withResponse();
      expect(response.status).toBe(201);
      expect(response.headers.get('date')).toBe(clock.httpDate());
      expect(response.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-[A-Z]{3}$/);
      expect(response.headers.get('ratelimit')).toBe('"default";r=1199;t=300');
      expect(await all(tokens.list(inAccount))).toHaveLength(1);
      expect(await refusal(tokens.get(data.id?.replace(/^./, 'g') ?? '', inAccount))).toEqual({
        status: 404,
        codes: [7003, 7000],
      });
    } finally {
      await close();
    }
  });
});

describe('rotating by an update', () => {
  it('rotates only to a higher version', async () => {
    const { clock, cloudflare, tokens } = setUp();
    const { id } = await reply(tokens.create({ ...inAccount, name: 'ci' }));
    const secret = () => cloudflare.find(id)?.secret;
    const first = secret();
    const end = clock.rfc3339(clock.now() + DAY);
    const put = (version: number, end?: string) =>
      reply(
        tokens.update(id, {
          ...inAccount,
          client_secret_version: version,
          ...(end === undefined ? {} : { previous_client_secret_expires_at: end }),
        }),
      );

    const second = await put(2, end);
    expect(second.client_secret).toMatch(SECRET);
    expect(second.client_secret).not.toBe(first);
    expect(second).toMatchObject({ client_secret_version: 2, previous_client_secret_expires_at: end });

    const later = clock.rfc3339(clock.now() + 2 * DAY);
    for (const version of [2, 1, 0]) {
      const ignored = await put(version, later);
      expect(ignored).not.toHaveProperty('client_secret');
      expect(ignored).toMatchObject({ client_secret_version: 2, previous_client_secret_expires_at: later });
      expect(secret()).toBe(second.client_secret);
    }

    const third = await put(3);
    expect(new Set([first, second.client_secret, third.client_secret]).size).toBe(3);
    expect(third.previous_client_secret_expires_at).toBe(clock.rfc3339());
    expect((await put(7)).client_secret_version).toBe(7);
  });

  it('moves the end of the previous secret, or the expiry, and nothing else', async () => {
    const { clock, cloudflare, tokens } = setUp();
    const { id, expiresAt } = cloudflare.createToken({ scope, name: 'ci' });
    cloudflare.rotate(id, { previousExpiresAt: clock.now() + DAY });
    const before = await reply(tokens.get(id, inAccount));
    clock.advance(HOUR);
    const end = clock.rfc3339(clock.now() - DAY);
    const moved = await reply(tokens.update(id, { ...inAccount, previous_client_secret_expires_at: end }));
    expect(moved).toEqual({
      ...before,
      previous_client_secret_expires_at: end,
      updated_at: clock.rfc3339(),
    });
    expect(cloudflare.find(id)?.expiresAt).toBe(expiresAt);
    const renewed = await reply(tokens.update(id, { ...inAccount, duration: '60m' }));
    expect(renewed).toMatchObject({ duration: '60m', expires_at: clock.rfc3339(clock.now() + HOUR) });
  });
});

describe('which pairs are accepted', () => {
  it('keeps one previous secret, until its end', () => {
    const { clock, cloudflare } = setUp();
    const first = cloudflare.createToken({ scope, name: 'ci' });
    const judge = (secret: string) => {
      const result = cloudflare.authenticate(first.clientId, secret);
      return result.ok ? result.used : result.why;
    };
    const second = cloudflare.rotate(first.id, { previousExpiresAt: clock.now() + HOUR });
    expect([judge(first.secret), judge(second.secret)]).toEqual(['previous', 'current']);
    clock.advance(HOUR - 1);
    expect(judge(first.secret)).toBe('previous');
    clock.advance(1);
    expect([judge(first.secret), judge(second.secret)]).toEqual(['previous-expired', 'current']);
    const third = cloudflare.rotate(first.id, { previousExpiresAt: clock.now() + HOUR });
    expect([first, second, third].map(({ secret }) => judge(secret))).toEqual([
      'wrong-secret',
      'previous',
      'current',
    ]);
    expect(cloudflare.authenticate('nobody.access', third.secret)).toMatchObject({
      why: 'unknown-client-id',
    });
    cloudflare.setEnabled(first.id, false);
    expect([judge(second.secret), judge(third.secret)]).toEqual(['disabled', 'disabled']);
    cloudflare.setEnabled(first.id, true);
    clock.advance(365 * DAY);
    expect(judge(third.secret)).toBe('expired');
    cloudflare.renew(first.id);
    expect(judge(third.secret)).toBe('current');
  });

  it('notes a use only when told that it is one', () => {
    const { clock, cloudflare } = setUp({ updatedAtMovesOnUse: true });
    const { id, clientId, secret, updatedAt } = cloudflare.createToken({ scope, name: 'ci' });
    clock.advance(MINUTE);
    cloudflare.authenticate(clientId, secret);
    expect(cloudflare.find(id)).toMatchObject({ lastSeenAt: undefined, updatedAt });
    cloudflare.authenticate(clientId, secret, { use: true });
    expect(cloudflare.find(id)).toMatchObject({ lastSeenAt: clock.now(), updatedAt: clock.now() });
  });
});

describe('lists', () => {
  it('come in pages of 20 unless asked otherwise', async () => {
    const { cloudflare, tokens } = setUp();
    for (let i = 0; i < 45; i += 1) cloudflare.createToken({ scope, name: `token ${i % 10}` });
    const first = await tokens.list(inAccount);
    expect(first.result_info).toEqual({ page: 1, per_page: 20, count: 20, total_count: 45, total_pages: 3 });
    const third = await tokens.list({ ...inAccount, page: 3 });
    expect(third.result).toHaveLength(5);
    expect((await tokens.list({ ...inAccount, per_page: 100 })).result).toHaveLength(45);
    const listed = await all(tokens.list({ ...inAccount, per_page: 7 }));
    expect(listed.map(({ id }) => id)).toEqual(cloudflare.list().map(({ id }) => id));
    expect((await tokens.list({ ...inAccount, name: 'token 3' })).result).toHaveLength(5);
    expect((await tokens.list({ ...inAccount, name: 'Token' })).result).toHaveLength(0);
    expect((await tokens.list({ ...inAccount, search: 'OKEN 3' })).result).toHaveLength(5);
  });

  it('may ignore paging, and match names by part', async () => {
    const { cloudflare, tokens } = setUp({ ignorePaging: true, substringNames: true });
    for (let i = 0; i < 25; i += 1) cloudflare.createToken({ scope, name: `token ${i}` });
    const list = await tokens.list({ ...inAccount, name: 'TOKEN 1', page: 9 });
    expect(list.result).toHaveLength(11);
    expect(list.result_info).toEqual({});
  });
});
