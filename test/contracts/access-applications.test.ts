import type { ApplicationUpdateParams } from 'cloudflare/resources/zero-trust/access/applications/applications';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/model/time.ts';
import { ask, object, setUp, shown } from './access-sdk.ts';
import { ACCOUNT, all, inAccount, inZone, refusal } from './cloudflare-sdk.ts';

const invalid = { status: 400, codes: [12130] };
const SELF_HOSTED = { type: 'self_hosted', name: 'app', domain: 'app.example.com' } as const;

describe('applications, through the official SDK', () => {
  it.each([inAccount, inZone])('are created, listed, read, replaced and deleted in %o', async (where) => {
    const { clock, access, applications } = setUp();
    const body = { ...where, ...SELF_HOSTED, tags: ['b', 'a'] };
    const { data, response } = await applications.create(body).withResponse();
    expect(response.status).toBe(201);
    const created = object(data);
    const id = String(created['id']);
    expect(created).toMatchObject({
      ...SELF_HOSTED,
      session_duration: '24h',
      app_launcher_visible: true,
      http_only_cookie_attribute: true,
      self_hosted_domains: ['app.example.com'],
      tags: ['a', 'b'],
      policies: [],
      created_at: clock.rfc3339(),
    });
    expect(created['aud']).toMatch(/^[0-9a-f]{64}$/);
    expect(await all(applications.list(where))).toEqual([created]);
    expect(await applications.get(id, where)).toEqual(created);
    expect(access.applications.read(id)).toEqual(created);

    clock.advance(SECOND);
    const change = { ...SELF_HOSTED, session_duration: '1h' };
    const updated = await shown(applications.update(id, { ...where, ...change }));
    const { tags, ...rest } = created;
    expect(tags).toBeDefined();
    expect(updated).toEqual({ ...rest, ...change, updated_at: clock.rfc3339() });

    const deleted = await applications.delete(id, where).withResponse();
    expect(deleted.response.status).toBe(202);
    expect(deleted.data).toEqual({ id });
    expect(await refusal(applications.get(id, where))).toEqual({ status: 404, codes: [11021] });
  });

  it('are found by domain, name, audience tag and text', async () => {
    const { access, applications } = setUp();
    const one = access.applications.create({ name: 'One', domain: 'one.example.com' });
    const two = access.applications.create({
      name: 'Two',
      domain: 'two.example.com',
      self_hosted_domains: ['two.example.com', 'one.example.com/two'],
    });
    const find = async (query: object) =>
      (await all(applications.list({ ...inAccount, ...query }))).map(({ id }) => id);
    expect(await find({ domain: 'one.example.com', exact: true })).toEqual([one.id]);
    expect(await find({ domain: 'example.com', exact: true })).toEqual([]);
    expect(await find({ domain: 'EXAMPLE.com' })).toEqual([one.id, two.id]);
    expect(await find({ name: 'two' })).toEqual([two.id]);
    expect(await find({ name: 'two', exact: true })).toEqual([]);
    expect(await find({ aud: one.audience })).toEqual([one.id]);
    expect(await find({ search: 'tw' })).toEqual([two.id]);
  });

  it('come in pages', async () => {
    const { access, applications } = setUp();
    const ids = Array.from(
      { length: 60 },
      (_, index) => access.applications.create({ name: 'app', domain: `${index}.example.com` }).id,
    );
    const first = await applications.list(inAccount);
    expect(first.result_info).toEqual({ page: 1, per_page: 25, count: 25, total_count: 60, total_pages: 3 });
    expect((await all(applications.list({ ...inAccount, per_page: 7 }))).map(({ id }) => id)).toEqual(ids);
  });

  it('are refused without a type, and once per domain', async () => {
    const { applications, access } = setUp();
    const create = (body: object) => applications.create({ ...inAccount, ...SELF_HOSTED, ...body });
    await create({});
    expect(await refusal(create({}))).toEqual({ status: 409, codes: [11010] });
    expect(await refusal(create({ type: 'castle' }))).toEqual(invalid);
    expect(await refusal(create({ domain: undefined }))).toEqual(invalid);
    expect(access.applications.list()).toHaveLength(1);
  });

  it('have settings of their own', async () => {
    const { cloudflare, access, application } = setUp();
    const { id } = application();
    for (const [method, body] of [
      ['PATCH', { allow_iframe: true }],
      ['PUT', { skip_interstitial: true }],
    ] as const) {
      const path = `accounts/${ACCOUNT}/access/apps/${id}/settings`;
      expect((await ask(cloudflare, method, path, body)).status).toBe(202);
    }
    expect(access.applications.read(id)).toMatchObject({ allow_iframe: true, skip_interstitial: true });
  });

  it('never show the secrets of a SCIM configuration, and lose those that an update leaves out', async () => {
    const { access, applications, switches } = setUp();
    const authentication = { scheme: 'oauthbearertoken', token: 'scim-secret' } as const;
    const body = {
      ...inAccount,
      ...SELF_HOSTED,
      scim_config: { idp_uid: 'x', remote_uri: 'y', authentication },
    };
    const created = await shown(applications.create(body));
    const id = String(created['id']);
    expect(JSON.stringify(created)).not.toContain('scim-secret');
    const echo = async () => {
      const read = await shown(applications.get(id, inAccount));
      await applications.update(id, { ...inAccount, ...SELF_HOSTED, ...read });
      return JSON.stringify(access.applications.record(id).fields).includes('scim-secret');
    };
    switches.keepScimSecrets = true;
    expect(await echo()).toBe(true);
    switches.keepScimSecrets = false;
    expect(await echo()).toBe(false);
  });

  it('end sessions on request', async () => {
    const { access, application, applications, switches } = setUp();
    const { id } = application();
    const revoke = () => applications.revokeTokens(id, inAccount).withResponse();
    const { data, response } = await revoke();
    expect(response.status).toBe(202);
    expect(data).toEqual({});
    switches.revokeReply = 'null-result';
    expect((await revoke()).data).toBeNull();
    switches.revokeReply = 'no-body';
    const bare = await applications.revokeTokens(id, inAccount).asResponse();
    expect([bare.status, await bare.text()]).toEqual([202, '']);
    expect(access.sessions.revocations(id)).toHaveLength(3);
    const unknown = applications.revokeTokens(id.replace(/^./, 'g'), inAccount);
    expect(await refusal(unknown)).toEqual({ status: 404, codes: [7003, 7000] });
  });
});

describe('the policies of an application', () => {
  it('are linked by id, by object and inline, and numbered from the one before', async () => {
    const { access, applications, serviceAuth } = setUp();
    const [one, two] = ['one', 'two'].map((name) => access.policies.create({ ...serviceAuth(), name }));
    if (one === undefined || two === undefined) throw new Error('no policies');
    const policies = [{ id: one.id, precedence: 4 }, two.id, { ...serviceAuth(), name: 'inline' }];
    const created = await shown(applications.create({ ...inAccount, ...SELF_HOSTED, policies }));
    expect(created['policies']).toMatchObject([
      { id: one.id, precedence: 4, name: 'one', exclude: [] },
      { id: two.id, precedence: 5 },
      { name: 'inline', precedence: 6 },
    ]);
    expect(JSON.stringify(created)).not.toMatch(/reusable|app_count/);
    expect(access.policies.list()).toHaveLength(3);
  });

  it('stay if an update does not send them, and go if it sends others', async () => {
    const { access, applications, application, serviceAuth, switches } = setUp();
    const { id } = application();
    const own = access.policies.create({ application: id, ...serviceAuth() });
    const shared = access.policies.create(serviceAuth());
    access.policies.link(id, shared.id);
    const update = (body: object = {}) => applications.update(id, { ...inAccount, ...SELF_HOSTED, ...body });
    await update();
    expect(access.policies.list(id).map((policy) => policy['id'])).toEqual([own.id, shared.id]);
    switches.droppedOwnedPolicy = 'refused';
    expect(await refusal(update({ policies: [shared.id] }))).toEqual(invalid);
    switches.droppedOwnedPolicy = 'deleted';
    await update({ policies: [shared.id] });
    expect(access.policies.find(own.id)).toBeUndefined();
    await update({ policies: [] });
    expect(access.policies.list(id)).toEqual([]);
    expect(access.policies.read(shared.id)).toMatchObject({ app_count: 0 });
  });

  it('are updated by an echo of the whole application', async () => {
    const { access, applications, application, serviceAuth } = setUp();
    const { id } = application();
    const own = access.policies.create({ application: id, ...serviceAuth() });
    const before = access.snapshot();
    const read = await shown(applications.get(id, inAccount));
    await applications.update(id, { ...inAccount, ...SELF_HOSTED, ...read });
    expect(access.policies.read(own.id)).toEqual(before.policies[0]);
  });

  it('cannot be unknown, of another application, a group, or twice in one place', async () => {
    const { access, applications, application, serviceAuth } = setUp();
    const { id } = application();
    const other = access.applications.create({ name: 'other', domain: 'other.example.com' });
    const foreign = access.policies.create({ application: other.id, ...serviceAuth() });
    const shared = access.policies.create(serviceAuth());
    const group = access.groups.create({ name: 'people', include: [{ everyone: {} }] });
    const update = (policies: NonNullable<ApplicationUpdateParams.SelfHostedApplication['policies']>) =>
      refusal(applications.update(id, { ...inAccount, ...SELF_HOSTED, policies }));
    expect(await update([foreign.id])).toEqual(invalid);
    expect(await update([id])).toEqual(invalid);
    expect(await update([group.id])).toMatchObject({ status: 500 });
    const twice = { ...serviceAuth(), precedence: 2 };
    expect(await update([{ id: shared.id, precedence: 2 }, twice])).toEqual(invalid);
    expect(access.policies.list(id)).toEqual([]);
  });
});
