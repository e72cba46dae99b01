import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/model/time.ts';
import { ask, object, setUp, shown } from './access-sdk.ts';
import { ACCOUNT, ZONE, all, inAccount, inZone, refusal } from './cloudflare-sdk.ts';

const invalid = { status: 400, codes: [12130] };
const gone = { status: 404, codes: [12135] };

describe('reusable policies, through the official SDK', () => {
  it('are created, listed, read, replaced and deleted', async () => {
    const { clock, reusable, serviceAuth, byToken, access } = setUp();
    const response = await reusable.create({ ...inAccount, ...serviceAuth() }).withResponse();
    expect(response.response.status).toBe(201);
    const created = object(response.data);
    const id = String(created['id']);
    expect(created).toEqual({
      ...serviceAuth(),
      id,
      account_id: ACCOUNT,
      reusable: true,
      app_count: 0,
      exclude: [],
      require: [],
      approval_required: false,
      isolation_required: false,
      purpose_justification_required: false,
      session_duration: '24h',
      created_at: clock.rfc3339(),
      updated_at: clock.rfc3339(),
    });
    expect(await all(reusable.list(inAccount))).toEqual([created]);
    expect(await reusable.get(id, inAccount)).toEqual(created);
    expect(access.policies.read(id)).toEqual(created);

    clock.advance(SECOND);
    const everyone = [{ everyone: {} }];
    const body = { name: 'Staff', decision: 'allow' as const, include: everyone, exclude: byToken() };
    const updated = await shown(reusable.update(id, { ...inAccount, ...body }));
    expect(updated).toEqual({ ...created, ...body, updated_at: clock.rfc3339() });

    const deleted = await reusable.delete(id, inAccount).withResponse();
    expect(deleted.response.status).toBe(202);
    expect(deleted.data).toEqual({ id });
    expect(await refusal(reusable.get(id, inAccount))).toEqual(gone);
    expect(await refusal(reusable.delete(id, inAccount))).toEqual(gone);
    expect(access.policies.list()).toEqual([]);
  });

  it('do not exist in a zone', async () => {
    const { cloudflare } = setUp();
    expect((await ask(cloudflare, 'GET', `zones/${ZONE}/access/policies`)).status).toBe(404);
  });

  it('keep unknown keys and kinds of rules, and lose what an update leaves out', async () => {
    const { cloudflare, access, reusable } = setUp();
    const include = [{ everyone: {} }, { moon_phase: { phases: ['full'] } }];
    const body = {
      name: 'odd',
      decision: 'bypass',
      include,
      exclude: [{ email: { email: 'a@example.com' } }],
      mfa_config: { mfa_disabled: true },
      future: { deep: [1, null, { x: 'y' }] },
    };
    const created = await ask(cloudflare, 'POST', `accounts/${ACCOUNT}/access/policies`, body);
    const { result } = (await created.json()) as { result: { id: string } };
    expect(result).toMatchObject(body);
    const read = await shown(reusable.get(result.id, inAccount));
    await ask(cloudflare, 'PUT', `accounts/${ACCOUNT}/access/policies/${result.id}`, read);
    expect(access.policies.read(result.id)).toEqual(result);

    const { name, decision } = body;
    const small = { name, decision, include };
    await ask(cloudflare, 'PUT', `accounts/${ACCOUNT}/access/policies/${result.id}`, small);
    const left = access.policies.read(result.id);
    expect(left).toMatchObject({ ...small, exclude: [] });
    expect(left).not.toHaveProperty('future');
    expect(left).not.toHaveProperty('mfa_config');
  });

  it('cannot be deleted while an application uses them', async () => {
    const { access, application, reusable, serviceAuth } = setUp();
    const { id: app } = application();
    const { id } = access.policies.create(serviceAuth());
    access.policies.link(app, id);
    expect(await shown(reusable.get(id, inAccount))).toMatchObject({ app_count: 1 });
    expect(await refusal(reusable.delete(id, inAccount))).toEqual({ status: 409, codes: [11010] });
    access.applications.remove(app);
    expect(await shown(reusable.get(id, inAccount))).toMatchObject({ app_count: 0 });
    await reusable.delete(id, inAccount);
  });
});

describe('policies of an application, through the official SDK', () => {
  it.each([inAccount, inZone])('are created, listed, read, replaced and deleted in %o', async (where) => {
    const { clock, access, owned, applications, serviceAuth } = setUp();
    const app = await applications.create({
      ...where,
      type: 'self_hosted',
      domain: 'app.example.com',
      name: 'app',
    });
    const appId = app.id ?? '';
    const { data, response } = await owned.create(appId, { ...where, ...serviceAuth() }).withResponse();
    expect(response.status).toBe(201);
    const created = object(data);
    const id = String(created['id']);
    expect(created).toMatchObject({ ...serviceAuth(), precedence: 1, exclude: [], require: [] });
    for (const key of ['reusable', 'app_count', 'account_id']) expect(created).not.toHaveProperty(key);
    expect(await all(owned.list(appId, where))).toEqual([created]);
    expect(await owned.get(id, { ...where, app_id: appId })).toEqual(created);
    expect(access.policies.list(appId)).toEqual([created]);

    clock.advance(SECOND);
    const change = { ...serviceAuth([{ any_valid_service_token: {} }]), session_duration: '1h' };
    const updated = await shown(owned.update(id, { ...where, app_id: appId, ...change }));
    expect(updated).toEqual({ ...created, ...change, updated_at: clock.rfc3339() });

    const deleted = await owned.delete(id, { ...where, app_id: appId }).withResponse();
    expect(deleted.response.status).toBe(202);
    expect(deleted.data).toEqual({ id });
    expect(await refusal(owned.get(id, { ...where, app_id: appId }))).toEqual(gone);
    expect(await all(owned.list(appId, where))).toEqual([]);
  });

  it('come after the last one unless they say where', async () => {
    const { access, application, owned, serviceAuth } = setUp();
    const { id: app } = application();
    const create = (precedence?: number) =>
      shown(
        owned.create(app, {
          ...inAccount,
          ...serviceAuth(),
          ...(precedence === undefined ? {} : { precedence }),
        }),
      );
    const created = [await create(4), await create(), await create(1)];
    expect(created.map(({ precedence }) => precedence)).toEqual([4, 5, 1]);
    expect(await refusal(create(4))).toEqual(invalid);
    expect(await refusal(create(0))).toEqual(invalid);
    expect(access.policies.list(app).map(({ precedence }) => precedence)).toEqual([1, 4, 5]);
    const id = String(created[1]?.['id']);
    const update = (precedence?: number) =>
      shown(
        owned.update(id, {
          ...inAccount,
          app_id: app,
          ...serviceAuth(),
          ...(precedence === undefined ? {} : { precedence }),
        }),
      );
    expect(await update()).toMatchObject({ precedence: 5 });
    expect(await update(2)).toMatchObject({ precedence: 2 });
    expect(await refusal(update(1))).toEqual(invalid);
  });

  it('are read together with reusable ones, which only their own path changes', async () => {
    const { access, application, owned, reusable, serviceAuth } = setUp();
    const { id: app } = application();
    const own = access.policies.create({ application: app, ...serviceAuth() });
    const shared = access.policies.create({ ...serviceAuth(), name: 'shared' });
    access.policies.link(app, shared.id);
    const listed = (await all(owned.list(app, inAccount))).map(object);
    expect(
      listed.map(({ id, reusable, app_count, precedence }) => [id, reusable, app_count, precedence]),
    ).toEqual([
      [own.id, undefined, undefined, 1],
      [shared.id, true, 1, 2],
    ]);
    const inApp = { ...inAccount, app_id: app };
    expect(await shown(owned.get(shared.id, inApp))).toMatchObject({ reusable: true });
    expect(await refusal(owned.update(shared.id, { ...inApp, ...serviceAuth() }))).toEqual(invalid);
    expect(await refusal(owned.delete(shared.id, inApp))).toEqual(invalid);
    expect(await refusal(reusable.get(own.id, inAccount))).toEqual(gone);
    expect(await refusal(reusable.update(own.id, { ...inAccount, ...serviceAuth() }))).toEqual(gone);
  });

  it('become reusable and keep their id and place', async () => {
    const { access, application, client, reusable, serviceAuth } = setUp();
    const { id: app } = application();
    const { id } = access.policies.create({ application: app, ...serviceAuth() });
    await client.put(`/accounts/${ACCOUNT}/access/apps/${app}/policies/${id}/make_reusable`);
    expect(await shown(reusable.get(id, inAccount))).toMatchObject({ id, reusable: true, app_count: 1 });
    expect(access.applications.record(app).links).toEqual([{ policy: id, precedence: 1 }]);
  });

  it('are gone with their application, and are not found through another one', async () => {
    const { access, application, owned, applications, serviceAuth } = setUp();
    const { id: app } = application();
    const other = access.applications.create({ name: 'other', domain: 'other.example.com' });
    const { id } = access.policies.create({ application: app, ...serviceAuth() });
    expect(await refusal(owned.get(id, { ...inAccount, app_id: other.id }))).toEqual(gone);
    await applications.delete(app, inAccount);
    expect(access.policies.find(id)).toBeUndefined();
    expect(await refusal(owned.list(app, inAccount))).toEqual({ status: 404, codes: [11021] });
  });
});
