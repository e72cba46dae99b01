import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../src/model/time.ts';
import { inAccount, refusal, reply, scope, setUp, type Reply } from './cloudflare-sdk.ts';

describe('switches', () => {
  it('leave fields out of replies', async () => {
    const { clock, cloudflare, tokens } = setUp({
      createStatus: 200,
      omitExpiryInCreateReply: true,
      hideVersion: true,
      updateReplyWithoutSecret: true,
      secretFormat: 'hex',
    });
    const { data, response } = await tokens.create({ ...inAccount, name: 'ci' }).withResponse();
    expect(response.status).toBe(200);
    const created = data as Reply;
    expect(created.client_secret).toMatch(/^[0-9a-f]{64}$/);
    expect(created).not.toHaveProperty('expires_at');
    expect(created).not.toHaveProperty('client_secret_version');
    const end = clock.rfc3339(clock.now() + DAY);
    const update = () =>
      reply(
        tokens.update(created.id, {
          ...inAccount,
          client_secret_version: 2,
          previous_client_secret_expires_at: end,
        }),
      );
    const updated = await update();
    expect(updated).not.toHaveProperty('client_secret');
    expect(updated).toHaveProperty('expires_at');
    expect(cloudflare.find(created.id)?.secret).not.toBe(created.client_secret);

    const shown = async () => {
      const list = (await tokens.list(inAccount)).result;
      const replies = [list[0], await tokens.get(created.id, inAccount), await update()];
      return replies.map((token) => 'previous_client_secret_expires_at' in (token ?? {}));
    };
    expect(await shown()).toEqual([true, true, true]);
    cloudflare.switches.hidePreviousExpiry = 'list';
    expect(await shown()).toEqual([false, true, true]);
    cloudflare.switches.hidePreviousExpiry = 'list-and-get';
    expect(await shown()).toEqual([false, false, true]);
    cloudflare.switches.hidePreviousExpiry = 'always';
    expect(await shown()).toEqual([false, false, false]);
    cloudflare.switches.omitExpiryInAllReplies = true;
    expect(await update()).not.toHaveProperty('expires_at');
  });

  it('keep version 0 of a creation, or take it for none', async () => {
    const { cloudflare, tokens } = setUp();
    const version = async (client_secret_version: number) => {
      const { id } = await reply(tokens.create({ ...inAccount, name: 'ci', client_secret_version }));
      return cloudflare.find(id)?.version;
    };
    expect([await version(0), await version(3)]).toEqual([0, 3]);
    cloudflare.switches.versionZero = 'counts-as-none';
    expect([await version(0), await version(3)]).toEqual([1, 3]);
  });

  it('may store the end of the previous secret without its seconds', async () => {
    const { cloudflare, tokens } = setUp({ truncatePreviousExpirySeconds: true });
    const { id } = cloudflare.createToken({ scope, name: 'ci' });
    const rotated = await reply(
      tokens.rotate(id, { ...inAccount, previous_client_secret_expires_at: '2026-02-04T06:00:43Z' }),
    );
    expect(rotated.previous_client_secret_expires_at).toBe('2026-02-04T06:00:00Z');
  });

  it.each([
    ['now+1y', 365 * DAY + 3 * HOUR],
    ['expires+1y', 365 * DAY + 2 * HOUR],
    ['now+duration', 5 * HOUR],
    ['unchanged', 2 * HOUR],
  ] as const)('refreshes with %s', async (refreshBase, expected) => {
    const { clock, cloudflare, tokens } = setUp({ refreshBase });
    const { id, createdAt } = cloudflare.createToken({ scope, name: 'ci', duration: '2h' });
    clock.advance(3 * HOUR);
    await tokens.refresh(id, inAccount);
    expect(cloudflare.find(id)?.expiresAt).toBe(createdAt + expected);
  });

  it('may refuse to refresh an expired token; one that lives forever never expires', async () => {
    const { clock, cloudflare, tokens } = setUp({ refreshBase: 'refuses-expired' });
    const { id } = cloudflare.createToken({ scope, name: 'ci', duration: '2h' });
    const forever = cloudflare.createToken({ scope, name: 'ci', duration: 'forever' });
    await tokens.refresh(id, inAccount);
    clock.advance(366 * DAY);
    expect(await refusal(tokens.refresh(id, inAccount))).toEqual({ status: 400, codes: [12130] });
    await tokens.refresh(forever.id, inAccount);
    clock.advance(20 * 366 * DAY);
    expect(cloudflare.authenticate(forever.clientId, forever.secret)).toMatchObject({ ok: true });
  });
});
