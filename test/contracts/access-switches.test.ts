import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/model/time.ts';
import { ask, clientOf, object, setUp, shown } from './access-sdk.ts';
import { ACCOUNT, all, inAccount, refusal } from './cloudflare-sdk.ts';

const invalid = { status: 400, codes: [12130] };
const EVERYONE = [{ everyone: {} }];

describe('what replies look like', () => {
  it('has other statuses and other codes', async () => {
    const { application, owned, reusable, serviceAuth, token } = setUp({
      createStatus: 200,
      deleteStatus: 200,
      unknownPolicyCode: 12083,
    });
    const { id } = application();
    const created = await owned.create(id, { ...inAccount, ...serviceAuth() }).withResponse();
    expect(created.response.status).toBe(200);
    const policy = String(object(created.data)['id']);
    const deleted = await owned.delete(policy, { ...inAccount, app_id: id }).withResponse();
    expect(deleted.response.status).toBe(200);
    expect(await refusal(reusable.get(token.id, inAccount))).toEqual({ status: 404, codes: [12083] });
  });

  it('leaves out what was not sent, and what tells policies apart', async () => {
    const { access, application, applications, reusable, serviceAuth, switches } = setUp();
    const { id: app } = application();
    const { id } = access.policies.create(serviceAuth());
    access.policies.link(app, id);
    const read = () => shown(reusable.get(id, inAccount));
    const before = await read();
    switches.omittedBooleans = 'absent';
    expect(await read()).not.toHaveProperty('approval_required');
    switches.omittedSession = 'null';
    expect(await read()).toMatchObject({ session_duration: null });
    switches.omittedSession = 'absent';
    expect(await read()).not.toHaveProperty('session_duration');
    expect(access.policies.read(id)).toEqual(before);
    access.policies.change(id, { approval_required: true, session_duration: '2h' });
    expect(await read()).toMatchObject({ approval_required: true, session_duration: '2h' });

    switches.hideReusable = true;
    expect(await read()).not.toHaveProperty('reusable');
    expect(await read()).toHaveProperty('app_count', 1);
    switches.hideAppCount = true;
    expect(await read()).not.toHaveProperty('app_count');
    Object.assign(switches, { hideReusable: false, hideAppCount: false, marksInApplications: true });
    const { policies } = await shown(applications.get(app, inAccount));
    expect(policies).toMatchObject([{ reusable: true, app_count: 1 }]);
  });

  it('changes rules on the way out, and takes its own additions back', async () => {
    const { access, reusable, switches, serviceAuth } = setUp();
    const one = { ip: { ip: '203.0.113.0/24' } };
    const include = [...EVERYONE, one, one];
    const { id } = access.policies.create(serviceAuth(include));
    const before = access.policies.read(id);
    const read = () => shown(reusable.get(id, inAccount));
    switches.rules = 'reversed';
    expect((await read())['include']).toEqual([one, one, ...EVERYONE]);
    switches.rules = 'without-duplicates';
    expect((await read())['include']).toEqual([...EVERYONE, one]);
    switches.rules = 'with-empty-selectors';
    const empty = { common_name: { common_name: null } };
    const echo = await read();
    expect(echo['include']).toEqual(include.map((rule) => ({ ...rule, ...empty })));
    await reusable.update(id, { ...inAccount, ...serviceAuth(), ...echo });
    expect(access.policies.read(id)).toEqual(before);
  });

  it('comes in odd pages', async () => {
    const { access, reusable, serviceAuth, switches } = setUp();
    const ids = Array.from({ length: 5 }, () => access.policies.create(serviceAuth()).id);
    const page = async (number: number) =>
      (await reusable.list({ ...inAccount, page: number, per_page: 2 })).result.map((policy) => policy.id);
    expect(await page(2)).toEqual(ids.slice(2, 4));
    switches.paging = 'repeats-a-page';
    expect([await page(1), await page(2)]).toEqual([ids.slice(0, 2), ids.slice(0, 2)]);
    switches.paging = 'empty-page-before-the-last';
    expect([await page(2), await page(3), await page(4)]).toEqual([ids.slice(2, 4), [], ids.slice(4)]);
    const { result_info } = await reusable.list({ ...inAccount, per_page: 2 });
    expect(result_info).toMatchObject({ total_count: 5, total_pages: 4 });
    switches.paging = 'ignored';
    const list = await reusable.list({ ...inAccount, page: 9 });
    expect(list.result).toHaveLength(5);
    expect(list.result_info).toEqual({});
  });

  it('compares the domain of a search with one hostname, every hostname or nothing', async () => {
    const { access, applications, switches } = setUp();
    const { id } = access.applications.create({
      name: 'app',
      domain: 'a.example.com',
      destinations: [{ type: 'public', uri: 'b.example.com/path' }],
    });
    const find = async (domain: string) =>
      (await all(applications.list({ ...inAccount, domain, exact: true }))).length;
    expect([await find('a.example.com'), await find('b.example.com/path'), await find('c')]).toEqual([
      1, 0, 0,
    ]);
    switches.domainSearch = 'every-hostname';
    expect([await find('a.example.com'), await find('b.example.com/path'), await find('c')]).toEqual([
      1, 1, 0,
    ]);
    switches.domainSearch = 'ignored';
    expect(await find('c')).toBe(1);
    expect(access.applications.find(id)).toBeDefined();
  });

  it('is an empty list for who may not read', async () => {
    const { cloudflare, access, application, serviceAuth } = setUp({ withoutPermission: 'empty-list' });
    const { id } = application();
    access.policies.create({ application: id, ...serviceAuth() });
    cloudflare.addApiToken({ token: 'nobody', permission: 'none' });
    const nobody = clientOf(cloudflare, 'nobody');
    expect(await all(nobody.applications.list(inAccount))).toEqual([]);
    expect(await all(nobody.owned.list(id, inAccount))).toEqual([]);
    expect(await refusal(nobody.applications.get(id, inAccount))).toEqual({ status: 403, codes: [10000] });
  });

  it('needs Write to end sessions', async () => {
    const { cloudflare, application } = setUp({ revokeByRevokePermission: false });
    cloudflare.addApiToken({ token: 'revoker', permission: 'none', appsAndPolicies: 'revoke' });
    const revoke = clientOf(cloudflare, 'revoker').applications.revokeTokens(application().id, inAccount);
    expect(await refusal(revoke)).toEqual({ status: 403, codes: [10000] });
  });
});

describe('what writing does', () => {
  it('keeps what an update leaves out', async () => {
    const { access, reusable, groups, serviceAuth } = setUp({ mergeUpdates: true });
    const { id } = access.policies.create({ ...serviceAuth(), exclude: EVERYONE, future: 1 });
    await reusable.update(id, { ...inAccount, ...serviceAuth(), name: 'renamed' });
    expect(access.policies.read(id)).toMatchObject({ name: 'renamed', exclude: EVERYONE, future: 1 });
    const group = access.groups.create({ name: 'x', include: EVERYONE, require: EVERYONE });
    await groups.update(group.id, { ...inAccount, name: 'y', include: EVERYONE });
    expect(access.groups.read(group.id)).toMatchObject({ name: 'y', require: EVERYONE });
  });

  it('refuses read-only keys, or nulls', async () => {
    const { access, reusable, serviceAuth, switches } = setUp();
    const { id } = access.policies.create(serviceAuth());
    const echo = await shown(reusable.get(id, inAccount));
    const put = (body: object) => reusable.update(id, { ...inAccount, ...serviceAuth(), ...body });
    await put(echo);
    await put({ session_duration: null });
    switches.readOnlyKeys = 'refused';
    expect(await refusal(put(echo))).toEqual(invalid);
    await put({ session_duration: null });
    switches.refuseNulls = true;
    expect(await refusal(put({ session_duration: null }))).toEqual(invalid);
    await put({});
  });

  it('needs a precedence, or one that no application of the account has', async () => {
    const { access, application, owned, serviceAuth, switches } = setUp();
    const { id: one } = application();
    const { id: two } = access.applications.create({ name: 'two', domain: 'two.example.com' });
    const create = (app: string, precedence?: number) =>
      owned.create(app, {
        ...inAccount,
        ...serviceAuth(),
        ...(precedence === undefined ? {} : { precedence }),
      });
    await create(one, 1);
    switches.precedenceUniqueIn = 'account';
    expect(await refusal(create(two, 1))).toEqual(invalid);
    expect(await shown(create(two))).toMatchObject({ precedence: 2 });
    switches.precedenceUniqueIn = 'application';
    await create(two, 1);
    switches.precedenceRequired = true;
    expect(await refusal(create(two))).toEqual(invalid);
  });

  it('keeps owned and reusable policies apart', async () => {
    const { cloudflare, access, application, owned, serviceAuth } = setUp({ refuseMixedPolicies: true });
    const { id } = application();
    const shared = access.policies.create(serviceAuth());
    access.policies.link(id, shared.id);
    expect(await refusal(owned.create(id, { ...inAccount, ...serviceAuth() }))).toEqual(invalid);
    const policies = [shared.id, serviceAuth()];
    const body = { type: 'self_hosted', domain: 'app.example.com', policies };
    expect((await ask(cloudflare, 'PUT', `accounts/${ACCOUNT}/access/apps/${id}`, body)).status).toBe(400);
    expect(access.policies.list(id)).toHaveLength(1);
  });

  it('deletes a linked policy, or refuses in other words', async () => {
    const { access, application, reusable, serviceAuth, switches } = setUp();
    const { id: app } = application();
    const { id } = access.policies.create(serviceAuth());
    access.policies.link(app, id);
    switches.deleteLinkedPolicy = 'invalid-request';
    expect(await refusal(reusable.delete(id, inAccount))).toEqual(invalid);
    switches.deleteLinkedPolicy = 'unlink';
    await reusable.delete(id, inAccount);
    expect(access.applications.record(app).links).toEqual([]);
  });

  it('takes an empty include, an unknown token, and stumbles over one', async () => {
    const { access, reusable, serviceAuth, byToken, switches } = setUp({ acceptEmptyInclude: true });
    const create = (include: ReturnType<typeof byToken>) =>
      reusable.create({ ...inAccount, ...serviceAuth(include) });
    await create([]);
    const unknown = byToken('00000000-0000-4000-8000-000000000000');
    expect(await refusal(create(unknown))).toEqual(invalid);
    switches.unknownTokenInRule = 'fails';
    expect(await refusal(create(unknown))).toMatchObject({ status: 500 });
    switches.unknownTokenInRule = 'accepted';
    await create(unknown);
    expect(access.policies.list().map((policy) => policy['include'])).toEqual([[], unknown]);
  });

  it('has a longest session', async () => {
    const { reusable, serviceAuth } = setUp({ longestSession: '18h' });
    const create = (session?: string) =>
      reusable.create({
        ...inAccount,
        ...serviceAuth(),
        ...(session === undefined ? {} : { session_duration: session }),
      });
    expect(await refusal(create('24h'))).toEqual(invalid);
    await create('18h');
    await create();
  });
});

describe('what takes time', () => {
  it('shows an old state', async () => {
    const { clock, access, reusable, serviceAuth, switches } = setUp();
    const { id } = access.policies.create(serviceAuth());
    clock.advance(10 * SECOND);
    switches.staleReads = 5 * SECOND;
    await reusable.update(id, { ...inAccount, ...serviceAuth(), name: 'new' });
    const name = async () => (await shown(reusable.get(id, inAccount)))['name'];
    expect(await name()).toBe('CI');
    clock.advance(5 * SECOND);
    expect(await name()).toBe('new');
  });

  it('does not know a fresh policy in an application', async () => {
    const { clock, cloudflare, access, application, serviceAuth } = setUp({ freshPolicyLag: 5 * SECOND });
    const { id: app } = application();
    const { id } = access.policies.create(serviceAuth());
    const path = `accounts/${ACCOUNT}/access/apps/${app}`;
    const body = { type: 'self_hosted', domain: 'app.example.com', policies: [id] };
    const early = await ask(cloudflare, 'PUT', path, body);
    expect([early.status, await early.text()]).toEqual([
      400,
      expect.stringContaining(`policy ${id} not found`),
    ]);
    clock.advance(5 * SECOND);
    expect((await ask(cloudflare, 'PUT', path, body)).status).toBe(200);
  });

  it('cannot read applications while a policy of one is being deleted', async () => {
    const { clock, access, application, applications, owned, serviceAuth } = setUp({
      deletedPolicyLag: 5 * SECOND,
    });
    const { id: app } = application();
    const { id } = access.policies.create({ application: app, ...serviceAuth() });
    await applications.list(inAccount);
    await owned.delete(id, { ...inAccount, app_id: app });
    expect(await refusal(applications.list(inAccount))).toEqual(invalid);
    expect(await refusal(applications.get(app, inAccount))).toEqual(invalid);
    clock.advance(5 * SECOND);
    expect(await all(applications.list(inAccount))).toHaveLength(1);
  });
});
