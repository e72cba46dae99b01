import { describe, expect, it } from 'vitest';
import { ask, clientOf, setUp } from './access-sdk.ts';
import { ACCOUNT, OTHER_ACCOUNT, all, inAccount, inZone, refusal } from './cloudflare-sdk.ts';

describe('what is refused', () => {
  it('gives code 12130 for a bad policy, and changes nothing', async () => {
    const { cloudflare, access, application, serviceAuth } = setUp();
    const { id: app } = application();
    const good = serviceAuth();
    const { id } = access.policies.create({ application: app, ...good });
    const before = access.snapshot();
    const paths = [
      ['POST', `accounts/${ACCOUNT}/access/policies`],
      ['POST', `accounts/${ACCOUNT}/access/apps/${app}/policies`],
      ['PUT', `accounts/${ACCOUNT}/access/apps/${app}/policies/${id}`],
    ] as const;
    for (const body of [
      { ...good, name: '' },
      { ...good, name: undefined },
      { ...good, name: 'x'.repeat(351) },
      { ...good, decision: undefined },
      { ...good, decision: 'service_auth' },
      { ...good, include: undefined },
      { ...good, include: {} },
      { ...good, include: [] },
      { ...good, include: ['everyone'] },
      { ...good, include: [{}] },
      { ...good, include: [{ everyone: {}, certificate: {} }] },
      { ...good, exclude: 'nobody' },
      { ...good, require: [{ service_token: { token_id: '0'.repeat(36) } }] },
      { ...good, session_duration: 'a day' },
      { id },
      id,
    ]) {
      for (const [method, path] of paths) {
        const response = await ask(cloudflare, method, path, body);
        expect(response.status, `${path} ${JSON.stringify(body)}`).toBe(400);
        expect(await response.json()).toMatchObject({ errors: [{ code: 12130 }], success: false });
      }
    }
    expect(access.snapshot()).toEqual(before);
  });

  it('says what it is by Cloudflare’s own words', async () => {
    const { cloudflare, access, application, serviceAuth } = setUp();
    const { id: app } = application();
    const { id } = access.policies.create(serviceAuth());
    access.policies.link(app, id);
    const apps = `accounts/${ACCOUNT}/access/apps`;
    const message = async (method: string, path: string, body?: unknown) => {
      const reply = (await (await ask(cloudflare, method, path, body)).json()) as {
        errors: { message: string }[];
      };
      return reply.errors[0]?.message;
    };
    const prefix = 'access.api.error.invalid_request: ';
    expect(await message('PUT', `${apps}/${app}/policies/${id}`, serviceAuth())).toBe(
      `${prefix}can not update reusable policies through this endpoint`,
    );
    expect(await message('POST', `${apps}/${app}/policies`, { ...serviceAuth(), precedence: 1 })).toBe(
      `${prefix}policy precedences must be unique`,
    );
    expect(await message('POST', `${apps}/${app}/policies`, { id })).toBe(
      `${prefix}unrecognized policy decision`,
    );
    expect(await message('POST', apps, {})).toBe(`${prefix}app type is missing or invalid`);
  });

  it('is PATCH, an id of the wrong shape, and a path that leads nowhere', async () => {
    const { cloudflare, application } = setUp();
    const { id } = application();
    const access = `accounts/${ACCOUNT}/access`;
    expect((await ask(cloudflare, 'PATCH', `${access}/apps/${id}`, {})).status).toBe(405);
    expect((await ask(cloudflare, 'PATCH', `${access}/policies/${id}`, {})).status).toBe(405);
    for (const path of ['apps/x', `apps/${id}/policies/x`, 'groups/x', `apps/${id}/x`, 'policies/x/y']) {
      const response = await ask(cloudflare, 'GET', `${access}/${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ code: 7003 }, { code: 7000 }] });
    }
    expect((await ask(cloudflare, 'DELETE', `${access}/policies/`)).status).toBe(404);
  });
});

describe('who may do what', () => {
  const forbidden = { status: 403, codes: [10000] };

  /** The status of each operation with an API token of these permissions. */
  async function attempts(permissions: {
    readonly appsAndPolicies?: 'write' | 'read' | 'revoke' | 'none';
    readonly organizations?: 'write' | 'read' | 'revoke' | 'none';
  }): Promise<readonly string[]> {
    const { cloudflare, access, application, serviceAuth, switches } = setUp();
    cloudflare.addApiToken({ token: 'some', permission: 'none', ...permissions });
    switches.deleteLinkedPolicy = 'unlink';
    const { id: app } = application();
    const { id: group } = access.groups.create({ name: 'people', include: [{ everyone: {} }] });
    const { id: policy } = access.policies.create(serviceAuth());
    const sdk = clientOf(cloudflare, 'some');
    const body = { ...inAccount, ...serviceAuth() };
    const operations: Record<string, () => PromiseLike<unknown>> = {
      'list tokens': () => sdk.tokens.list(inAccount),
      'list apps': () => sdk.applications.list(inAccount),
      'get app': () => sdk.applications.get(app, inAccount),
      'list policies': () => sdk.reusable.list(inAccount),
      'list policies of app': () => sdk.owned.list(app, inAccount),
      'create policy': () => sdk.owned.create(app, body),
      'update policy': () => sdk.reusable.update(policy, body),
      'revoke tokens': () => sdk.applications.revokeTokens(app, inAccount),
      'delete policy': () => sdk.reusable.delete(policy, inAccount),
      'list groups': () => sdk.groups.list(inAccount),
      'get organization': () => sdk.organizations.list(inAccount),
      'update group': () =>
        sdk.groups.update(group, { ...inAccount, name: 'x', include: [{ everyone: {} }] }),
      'delete group': () => sdk.groups.delete(group, inAccount),
      'revoke user': () => sdk.organizations.revokeUsers({ ...inAccount, email: 'a@example.com' }),
    };
    const allowed: string[] = [];
    for (const [name, operation] of Object.entries(operations)) {
      const outcome = await refusal(operation()).catch(() => undefined);
      if (outcome === undefined) allowed.push(name);
      else expect(outcome, name).toEqual(forbidden);
    }
    return allowed;
  }

  const READ_APPS = ['list apps', 'get app'];
  const READ_POLICIES = ['list policies', 'list policies of app'];
  const READ_ORGANIZATION = ['list groups', 'get organization'];

  it('follows three families of permissions', async () => {
    expect(await attempts({})).toEqual([]);
    expect(await attempts({ appsAndPolicies: 'read' })).toEqual([...READ_APPS, ...READ_POLICIES]);
    expect(await attempts({ appsAndPolicies: 'revoke' })).toEqual([...READ_APPS, 'revoke tokens']);
    expect(await attempts({ appsAndPolicies: 'write' })).toEqual([
      ...READ_APPS,
      ...READ_POLICIES,
      ...['create policy', 'update policy', 'revoke tokens', 'delete policy'],
    ]);
    expect(await attempts({ organizations: 'read' })).toEqual(READ_ORGANIZATION);
    expect(await attempts({ organizations: 'revoke' })).toEqual(['revoke user']);
    expect(await attempts({ organizations: 'write' })).toEqual([
      ...READ_ORGANIZATION,
      ...['update group', 'delete group', 'revoke user'],
    ]);
  });

  it('tells unknown, misplaced and Zero-Trust-less apart', async () => {
    const { cloudflare, applications } = setUp();
    expect(await refusal(clientOf(cloudflare, 'unknown').applications.list(inAccount))).toEqual(forbidden);
    expect(await refusal(applications.list({ account_id: OTHER_ACCOUNT }))).toEqual({
      status: 403,
      codes: [9109],
    });
    cloudflare.addAccount(OTHER_ACCOUNT, { zeroTrust: false });
    expect(await refusal(applications.list({ account_id: OTHER_ACCOUNT }))).toEqual({
      status: 403,
      codes: [9999],
    });
  });

  it('shows an API token of narrowed permission only its applications', async () => {
    const { cloudflare, access, application } = setUp();
    const { id: seen } = application();
    const hidden = access.applications.create({ name: 'hidden', domain: 'hidden.example.com' });
    cloudflare.addApiToken({ token: 'narrow', permission: 'write', visibleApplicationIds: [seen] });
    const narrow = clientOf(cloudflare, 'narrow');
    expect((await all(narrow.applications.list(inAccount))).map(({ id }) => id)).toEqual([seen]);
    const unknown = { status: 404, codes: [11021] };
    expect(await refusal(narrow.applications.get(hidden.id, inAccount))).toEqual(unknown);
    expect(await refusal(narrow.owned.list(hidden.id, inAccount))).toEqual(unknown);
  });

  it('keeps accounts and zones apart', async () => {
    const { access, applications, application, groups } = setUp();
    const { id } = application();
    const group = access.groups.create({ name: 'people', include: [{ everyone: {} }] });
    expect(await all(applications.list(inZone))).toEqual([]);
    expect(await refusal(applications.get(id, inZone))).toEqual({ status: 404, codes: [11021] });
    expect(await refusal(groups.get(group.id, inZone))).toEqual({ status: 404, codes: [12152] });
  });
});
