import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../sandbox/application/settings.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { DAY, SECOND } from '../../src/model/time.ts';
import { metaOf, pair, setUp as setUpDefault } from './protected-application.ts';

const EVERYONE = [{ everyone: {} }];
const ANY_TOKEN = [{ any_valid_service_token: {} }];
const scope = { kind: 'account', id: ACCOUNT } as const;

type Policy = Readonly<Record<string, unknown>>;

/** An application with these policies and nothing else, and two service tokens. */
function setUp() {
  const { clock, cloudflare, application, token, get, withSecret } = setUpDefault({ admits: [] });
  const { access } = cloudflare;
  const other = cloudflare.createToken({ scope, name: 'other' });
  const add = (decision: string, include: readonly Policy[], rest: Policy = {}) =>
    access.policies.create({ application: application.id, name: decision, decision, include, ...rest });
  const named = (id = token.id) => [{ service_token: { token_id: id } }];
  const status = async (headers: Record<string, string>) => (await get(headers)).status;
  return {
    clock,
    cloudflare,
    access,
    application,
    token,
    other,
    get,
    add,
    named,
    withSecret,
    /** The status with the token's pair, and with the other token's. */
    both: async () => [
      await status(pair(token.clientId, token.secret)),
      await status(pair(other.clientId, other.secret)),
    ],
    anonymous: () => status({}),
  };
}

describe('whom policies let in', () => {
  it('is nobody without a policy, and the tokens that a Service Auth policy names', async () => {
    const { add, both, named, other, access } = setUp();
    expect(await both()).toEqual([403, 403]);
    const { id } = add('non_identity', named());
    expect(await both()).toEqual([200, 403]);
    add('non_identity', named(other.id));
    expect(await both()).toEqual([200, 200]);
    access.policies.remove(id);
    expect(await both()).toEqual([403, 200]);
  });

  it('is every valid token of the account with any_valid_service_token', async () => {
    const { add, both, cloudflare, token, other, clock } = setUp();
    add('non_identity', ANY_TOKEN);
    expect(await both()).toEqual([200, 200]);
    cloudflare.setEnabled(token.id, false);
    expect(await both()).toEqual([403, 200]);
    clock.advance(366 * DAY);
    expect(cloudflare.find(other.id)?.expiresAt).toBeLessThan(clock.now());
    expect(await both()).toEqual([403, 403]);
  });

  it('is not a token of another account', async () => {
    const { add, cloudflare, get } = setUp();
    add('non_identity', ANY_TOKEN);
    cloudflare.addAccount('f'.repeat(32));
    const { clientId, secret } = cloudflare.createToken({
      scope: { kind: 'account', id: 'f'.repeat(32) },
      name: 'far',
    });
    expect((await get(pair(clientId, secret))).status).toBe(403);
  });

  it('is narrowed by require and exclude', async () => {
    const { access, add, application, both, named } = setUp();
    const office = [{ ip: { ip: '198.51.100.0/24' } }];
    const { id } = add('non_identity', ANY_TOKEN, { require: office });
    expect(await both()).toEqual([403, 403]);
    application.settings.address = '198.51.100.9';
    expect(await both()).toEqual([200, 200]);
    access.policies.change(id, { require: [{ geo: { country_code: 'FR' } }] });
    expect(await both()).toEqual([403, 403]);
    application.settings.country = 'FR';
    expect(await both()).toEqual([200, 200]);
    access.policies.change(id, { exclude: named() });
    expect(await both()).toEqual([403, 200]);
    access.policies.change(id, { exclude: [], require: [{ email: { email: 'a@example.com' } }] });
    expect(await both()).toEqual([403, 403]);
  });

  it('is nobody new by Allow and Block, in whatever order', async () => {
    const { access, add, both, named, anonymous } = setUp();
    add('deny', EVERYONE, { precedence: 1 });
    const { id } = add('allow', named(), { precedence: 2 });
    expect(await both()).toEqual([302, 302]);
    access.policies.change(id, { include: EVERYONE });
    expect(await both()).toEqual([302, 302]);
    add('non_identity', named(), { precedence: 3 });
    expect(await both()).toEqual([200, 302]);
    expect(await anonymous()).toBe(302);
  });

  it('is everybody by Bypass, without a session', async () => {
    const { add, anonymous, withSecret, application, token } = setUp();
    add('bypass', [{ ip: { ip: '203.0.113.7' } }]);
    expect(await anonymous()).toBe(200);
    for (const response of [await withSecret(token.secret), await withSecret('wrong')]) {
      expect(response.status).toBe(200);
      expect(response.headers.has('set-cookie')).toBe(false);
    }
    application.settings.address = '2001:db8::1';
    expect(await anonymous()).toBe(403);
  });

  it('is nobody without a service token by Service Auth, whatever it includes', async () => {
    const { add, anonymous, both, withSecret } = setUp();
    add('non_identity', EVERYONE);
    expect(await both()).toEqual([200, 200]);
    expect(await anonymous()).toBe(403);
    expect((await withSecret('wrong')).status).toBe(403);
  });

  it('is a reusable policy’s choice, too, in every application that it is in', async () => {
    const { access, application, both, named } = setUp();
    const { id } = access.policies.create({ name: 'CI', decision: 'non_identity', include: named() });
    expect(await both()).toEqual([403, 403]);
    access.policies.link(application.id, id);
    expect(await both()).toEqual([200, 403]);
    access.policies.change(id, { include: ANY_TOKEN });
    expect(await both()).toEqual([200, 200]);
  });

  it('does not come from rules that nobody knows', async () => {
    const { add, both } = setUp();
    add('non_identity', [{ moon_phase: { phase: 'full' } }, { linked_app_token: { app_uid: 'x' } }]);
    expect(await both()).toEqual([403, 403]);
  });

  it('comes from a group only with the switch, however deep', async () => {
    const { access, add, both, named } = setUp();
    const inner = access.groups.create({ name: 'inner', include: named() });
    const outer = access.groups.create({ name: 'outer', include: [{ group: { id: inner.id } }] });
    access.groups.change(inner.id, { include: [...named(), { group: { id: outer.id } }] });
    add('non_identity', [{ group: { id: outer.id } }]);
    expect(await both()).toEqual([403, 403]);
    access.switches.groupsAdmit = true;
    expect(await both()).toEqual([200, 403]);
    access.groups.change(inner.id, { include: ANY_TOKEN, exclude: named() });
    expect(await both()).toEqual([403, 200]);
  });

  it('is everybody once the application is gone', async () => {
    const { access, anonymous, application } = setUp();
    access.applications.remove(application.id);
    expect(await anonymous()).toBe(200);
  });
});

describe('how Access refuses by its configuration', () => {
  it('follows the policies', async () => {
    const { add, anonymous, named, other, withSecret, token } = setUp();
    add('non_identity', named(other.id));
    expect(await anonymous()).toBe(403);
    add('allow', EVERYONE);
    const response = await withSecret(token.secret);
    expect(response.status).toBe(302);
    expect(metaOf(response)).toMatchObject({ service_token_status: true });
    expect(metaOf(await withSecret('wrong'))).toMatchObject({ service_token_status: false });
  });

  it('follows flags of the application', async () => {
    const { access, add, anonymous, application, get } = setUp();
    add('allow', EVERYONE);
    access.applications.change(application.id, { service_auth_401_redirect: true });
    expect(await anonymous()).toBe(302);
    add('non_identity', ANY_TOKEN);
    expect(await anonymous()).toBe(401);
    access.applications.change(application.id, { oauth_configuration: { enabled: true } });
    expect(await (await get()).json()).toMatchObject({ error: 'invalid_token' });
  });

  it('is strict in a strict organization', async () => {
    const { access, add, anonymous, application, get, named, token, other, withSecret } = setUp();
    access.organization.change({ strict_service_token_auth: true });
    application.settings.strictStatus = 'by-cause';
    add('non_identity', named());
    const passed = await withSecret(token.secret);
    expect([passed.status, passed.headers.has('set-cookie')]).toEqual([200, false]);
    expect((await withSecret('wrong')).status).toBe(401);
    expect((await get(pair(other.clientId, other.secret))).status).toBe(403);
    expect(await anonymous()).toBe(403);
    add('allow', EVERYONE);
    expect((await withSecret('wrong')).status).toBe(401);
    expect((await get(pair(other.clientId, other.secret))).status).toBe(403);
    expect(await anonymous()).toBe(302);
  });

  it('takes no half or double credentials where it is strict', async () => {
    const { access, add, application, get, token } = setUp();
    access.organization.change({ strict_service_token_auth: true });
    Object.assign(application.settings, { strictStatus: 'by-cause', singleHeader: 'x-token' });
    add('allow', EVERYONE);
    add('non_identity', ANY_TOKEN);
    const headers = pair(token.clientId, token.secret);
    const json = JSON.stringify({
      'cf-access-client-id': token.clientId,
      'cf-access-client-secret': token.secret,
    });
    expect((await get(headers)).status).toBe(200);
    expect((await get({ 'x-token': json })).status).toBe(200);
    expect((await get({ ...headers, 'x-token': json })).status).toBe(401);
    expect((await get({ 'CF-Access-Client-Id': token.clientId })).status).toBe(401);
    const twice = new Headers(headers);
    twice.append('CF-Access-Client-Secret', token.secret);
    expect((await get(Object.fromEntries(twice))).status).toBe(401);
  });
});

describe('a change of a policy', () => {
  it('takes a while to reach the edge', async () => {
    const { access, add, both, clock, named } = setUp();
    access.switches.edgeDelay = 20 * SECOND;
    clock.advance(DAY);
    const { id } = add('non_identity', named());
    clock.advance(20 * SECOND - 1);
    expect(await both()).toEqual([403, 403]);
    clock.advance(1);
    expect(await both()).toEqual([200, 403]);
    access.policies.remove(id);
    expect(await both()).toEqual([200, 403]);
    clock.advance(20 * SECOND);
    expect(await both()).toEqual([403, 403]);
  });

  it('may reach some places at once', async () => {
    const { access, add, clock, named, withSecret, token } = setUp();
    Object.assign(access.switches, { edgeDelay: 20 * SECOND, edgesDiffer: true });
    clock.advance(DAY);
    add('non_identity', named());
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await withSecret(token.secret)).status);
    expect(statuses).toEqual([200, 403, 200, 403]);
  });
});

describe('the setting admits', () => {
  it('is a policy that the API reads and changes', async () => {
    const { access, application, both, token } = setUp();
    expect(access.policies.list(application.id)).toEqual([]);
    application.settings.admits = 'any-valid';
    expect(access.policies.list(application.id)).toMatchObject([
      { id: application.policyId, decision: 'non_identity', include: ANY_TOKEN, precedence: 1 },
    ]);
    expect(await both()).toEqual([200, 200]);
    access.policies.change(application.policyId, {
      include: [{ service_token: { token_id: token.id } }],
    });
    expect(application.settings.admits).toEqual([token.id]);
    expect(await both()).toEqual([200, 403]);
    Object.assign(application.settings, DEFAULT_SETTINGS);
    expect(application.settings.admits).toBe('any-valid');
    application.settings.admits = [];
    expect(access.policies.find(application.policyId)).toBeUndefined();
  });
});
