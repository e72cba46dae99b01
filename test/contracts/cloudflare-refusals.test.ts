import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sandbox/clock.ts';
import { HOUR, MINUTE } from '../../src/model/time.ts';
import {
  ACCOUNT,
  OTHER_ACCOUNT,
  WRITER,
  all,
  clientOf,
  inAccount,
  inProcess,
  inZone,
  refusal,
  scope,
  setUp,
} from './cloudflare-sdk.ts';

describe('who may do what', () => {
  it('tells malformed, unknown, misplaced and insufficient API tokens apart', async () => {
    const { cloudflare, sdk } = setUp();
    const { id } = cloudflare.createToken({ scope, name: 'ci' });
    cloudflare.addApiToken({ token: 'reader', permission: 'read', accounts: [ACCOUNT] });
    cloudflare.addApiToken({ token: 'nobody', permission: 'none' });
    const list = (apiToken: string) => sdk(apiToken).list(inAccount);
    expect(await refusal(list('two words'))).toEqual({ status: 400, codes: [6003] });
    expect(await refusal(list('unknown'))).toEqual({ status: 403, codes: [10000] });
    expect(await refusal(list('nobody'))).toEqual({ status: 403, codes: [10000] });
    expect(await all(list('reader'))).toHaveLength(1);
    expect(await all(sdk('reader').list(inZone))).toEqual([]);
    expect(await refusal(sdk('reader').list({ account_id: OTHER_ACCOUNT }))).toEqual({
      status: 403,
      codes: [9109],
    });
    for (const write of [
      sdk('reader').create({ ...inAccount, name: 'x' }),
      sdk('reader').update(id, { ...inAccount, name: 'x' }),
      sdk('reader').rotate(id, inAccount),
      sdk('reader').refresh(id, inAccount),
      sdk('reader').delete(id, inAccount),
    ]) {
      expect(await refusal(write)).toEqual({ status: 403, codes: [10000] });
    }
    cloudflare.switches.authErrorStatus = 401;
    expect(await refusal(list('unknown'))).toEqual({ status: 401, codes: [10000] });
  });

  it('knows the pair of email and API key', async () => {
    const { cloudflare } = setUp();
    cloudflare.addApiKey({ email: 'ops@example.com', key: 'a'.repeat(37) });
    const list = (apiEmail: string, apiKey: string) =>
      clientOf({ apiEmail, apiKey, fetch: inProcess(cloudflare) }).list(inAccount);
    expect(await all(list('ops@example.com', 'a'.repeat(37)))).toEqual([]);
    expect(await refusal(list('ops@example.com', 'b'.repeat(37)))).toEqual({ status: 403, codes: [10000] });
    expect(await refusal(list('ops@example.com', 'not a key'))).toEqual({ status: 400, codes: [6003] });
  });

  it('shows an API token of narrowed permission only what it may see', async () => {
    const { cloudflare, sdk } = setUp();
    const [seen, hidden] = ['a', 'b'].map((name) => cloudflare.createToken({ scope, name }));
    if (seen === undefined || hidden === undefined) throw new Error('no tokens');
    cloudflare.addApiToken({ token: 'narrow', permission: 'write', visibleTokenIds: [seen.id] });
    const ids = async () => (await all(sdk('narrow').list(inAccount))).map(({ id }) => id);
    expect(await ids()).toEqual([seen.id]);
    expect(await refusal(sdk('narrow').get(hidden.id, inAccount))).toEqual({ status: 404, codes: [12135] });
    const created = await sdk('narrow').create({ ...inAccount, name: 'b' });
    expect(await ids()).toEqual([seen.id, created.id]);
  });

  it('verifies tokens of users and of accounts by an endpoint each', async () => {
    const { cloudflare } = setUp();
    cloudflare.addApiToken({ token: 'cfut_person', permission: 'read' });
    cloudflare.addApiToken({ token: 'cfat_account', permission: 'read', accounts: [ACCOUNT] });
    const verify = async (token: string, at = 'user') => {
      const url = `https://api.cloudflare.com/client/v4/${at}/tokens/verify`;
      const request = new Request(url, { headers: { authorization: `Bearer ${token}` } });
      const response = await cloudflare.handle(request);
      return { status: response.status, body: await response.json() };
    };
    const active = { status: 200, body: { result: { status: 'active' } } };
    const invalid = { status: 401, body: { errors: [{ code: 1000, message: 'Invalid API Token' }] } };
    expect(await verify('cfut_person')).toMatchObject(active);
    expect(await verify('cfut_person', `accounts/${ACCOUNT}`)).toMatchObject(invalid);
    expect(await verify('cfat_account', `accounts/${ACCOUNT}`)).toMatchObject(active);
    expect(await verify('cfat_account', `accounts/${OTHER_ACCOUNT}`)).toMatchObject(invalid);
    expect(await verify('cfat_account')).toMatchObject(invalid);
    expect(await verify('unknown')).toMatchObject(invalid);
    cloudflare.switches.userVerifyTakesAccountTokens = true;
    expect(await verify('cfat_account')).toMatchObject(active);
    expect(await verify('unknown')).toMatchObject(invalid);
  });

  it('throttles a credential until its window ends', async () => {
    const { clock, cloudflare, tokens } = setUp({ rateLimit: 2 });
    await tokens.list(inAccount);
    await tokens.list(inAccount);
    clock.advance(MINUTE);
    expect(await refusal(tokens.list(inAccount))).toEqual({ status: 429, codes: [971] });
    const request = new Request('https://api.cloudflare.com/client/v4/user/tokens/verify', {
      headers: { authorization: `Bearer ${WRITER}` },
    });
    expect((await cloudflare.handle(request)).headers.get('retry-after')).toBe('240');
    clock.advance(4 * MINUTE);
    expect(await all(tokens.list(inAccount))).toEqual([]);
  });
});

describe('what is refused', () => {
  it('gives code 12130 for bad fields', async () => {
    const { cloudflare, tokens } = setUp();
    const { id } = cloudflare.createToken({ scope, name: 'ci' });
    const invalid = { status: 400, codes: [12130] };
    for (const body of [
      { name: '' },
      { name: 'x'.repeat(351) },
      ...['30d', '1', '', '-1h', '0', '1h ', '9999999h'].map((duration) => ({ name: 'x', duration })),
      ...['tomorrow', '2026-01-05', '2026-13-01T00:00:00Z'].map((end) => ({
        name: 'x',
        previous_client_secret_expires_at: end,
      })),
      { name: 'x', client_secret_version: 1.5 },
    ]) {
      expect(await refusal(tokens.create({ ...inAccount, ...body })), JSON.stringify(body)).toEqual(invalid);
      expect(await refusal(tokens.update(id, { ...inAccount, ...body })), JSON.stringify(body)).toEqual(
        invalid,
      );
    }
    expect(
      await refusal(tokens.rotate(id, { ...inAccount, previous_client_secret_expires_at: 'now' })),
    ).toEqual(invalid);
    expect(cloudflare.list()).toHaveLength(1);
    expect(cloudflare.mintedSecrets).toHaveLength(1);
    for (const [duration, milliseconds] of [
      ['300ms', 300],
      ['2h45m', 165 * MINUTE],
      ['1h1h', 2 * HOUR],
      ['1.5h', 90 * MINUTE],
    ] as const) {
      await tokens.update(id, { ...inAccount, duration });
      expect(cloudflare.find(id)).toMatchObject({
        duration,
        expiresAt: new VirtualClock().now() + milliseconds,
      });
    }
  });

  it('does not delete a token that a policy names', async () => {
    const { cloudflare, tokens } = setUp();
    const { id } = cloudflare.createToken({ scope, name: 'ci' });
    cloudflare.reference(id);
    expect(await refusal(tokens.delete(id, inAccount))).toEqual({ status: 400, codes: [12139] });
    expect(cloudflare.snapshot()).toMatchObject({ tokens: [{ id }], referenced: [id] });
    cloudflare.unreference(id);
    await tokens.delete(id, inAccount);
    expect(cloudflare.list()).toEqual([]);
  });

  it('tells an id of the wrong shape from an unknown one, and other accounts apart', async () => {
    const { cloudflare, tokens } = setUp();
    const { id, clientId } = cloudflare.createToken({ scope, name: 'ci' });
    expect(await refusal(tokens.get(clientId, inAccount))).toEqual({ status: 404, codes: [7003, 7000] });
    expect(await refusal(tokens.list({ account_id: 'acme' }))).toEqual({ status: 404, codes: [7003, 7000] });
    expect(await refusal(tokens.get(id, { account_id: OTHER_ACCOUNT }))).toEqual({
      status: 404,
      codes: [12135],
    });
    expect(await refusal(tokens.list({ account_id: '0'.repeat(32) }))).toEqual({
      status: 403,
      codes: [9109],
    });
    cloudflare.addAccount(OTHER_ACCOUNT, { zeroTrust: false });
    expect(await refusal(tokens.list({ account_id: OTHER_ACCOUNT }))).toEqual({ status: 403, codes: [9999] });
  });

  it('has room for 50 tokens in an account, whatever their names', async () => {
    const { cloudflare, tokens } = setUp();
    for (let i = 0; i < 49; i += 1) cloudflare.createToken({ scope, name: 'same' });
    const last = await tokens.create({ ...inZone, name: 'same' });
    expect(await refusal(tokens.create({ ...inAccount, name: 'same' }))).toEqual({
      status: 400,
      codes: [12130],
    });
    expect(cloudflare.findByName('same')).toHaveLength(50);
    await tokens.create({ account_id: OTHER_ACCOUNT, name: 'same' });
    await tokens.delete(last.id ?? '', inZone);
    await tokens.create({ ...inAccount, name: 'same' });
  });
});
