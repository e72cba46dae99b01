import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import { ask, object, setUp, shown } from './access-sdk.ts';
import { ACCOUNT, OTHER_ACCOUNT, ZONE, all, inAccount, inZone, refusal } from './cloudflare-sdk.ts';

const EVERYONE = [{ everyone: {} }];
const zone = { kind: 'zone', id: ZONE } as const;

describe('groups, through the official SDK', () => {
  it.each([inAccount, inZone])('are created, listed, read, replaced and deleted in %o', async (where) => {
    const { clock, access, groups, byToken } = setUp();
    const body = { name: 'CI', include: byToken(), exclude: EVERYONE };
    const { data, response } = await groups.create({ ...where, ...body }).withResponse();
    expect(response.status).toBe(201);
    const created = object(data);
    const id = String(created['id']);
    expect(created).toMatchObject({ ...body, require: [], created_at: clock.rfc3339() });
    expect(await all(groups.list(where))).toEqual([created]);
    expect(await groups.get(id, where)).toEqual(created);
    expect(access.groups.read(id)).toEqual(created);

    clock.advance(SECOND);
    const change = { name: 'people', include: EVERYONE };
    const updated = await shown(groups.update(id, { ...where, ...change }));
    expect(updated).toEqual({ ...created, ...change, exclude: [], updated_at: clock.rfc3339() });

    const deleted = await groups.delete(id, where).withResponse();
    expect(deleted.response.status).toBe(202);
    expect(deleted.data).toEqual({ id });
    expect(await refusal(groups.get(id, where))).toEqual({ status: 404, codes: [12152] });
  });

  it('are refused without a name or rules', async () => {
    const { groups } = setUp();
    for (const body of [
      { name: '', include: EVERYONE },
      { name: 'x', include: [] },
    ]) {
      expect(await refusal(groups.create({ ...inAccount, ...body }))).toEqual({
        status: 400,
        codes: [12130],
      });
    }
  });
});

describe('the organization, through the official SDK', () => {
  it('is one object, and takes changes', async () => {
    const { access, organizations } = setUp();
    const read = await shown(organizations.list(inAccount));
    expect(read).toMatchObject({
      auth_domain: 'acme.cloudflareaccess.com',
      strict_service_token_auth: false,
      service_token_inactivity: { enabled: false },
    });
    await organizations.update({ ...inAccount, session_duration: '1h' });
    expect(access.organization.fields).toEqual({ ...read, session_duration: '1h' });
    access.organization.change({ strict_service_token_auth: true });
    expect(await shown(organizations.list(inAccount))).toMatchObject({ strict_service_token_auth: true });
  });

  it('may lack keys, or not exist', async () => {
    const { organizations, switches } = setUp();
    const read = () => shown(organizations.list(inAccount));
    switches.organization = 'older';
    expect(Object.keys(await read())).toEqual(['name', 'auth_domain', 'session_duration', 'is_ui_read_only']);
    switches.organization = 'sparse';
    expect(Object.keys(await read())).toEqual(['name']);
    switches.organization = 'not-found';
    expect(await refusal(read())).toMatchObject({ status: 404 });
    switches.organization = 'not-enabled';
    expect(await refusal(read())).toEqual({ status: 403, codes: [9999] });
  });

  it('ends the sessions of a person', async () => {
    const { cloudflare, organizations } = setUp();
    expect(await organizations.revokeUsers({ ...inAccount, email: 'a@example.com' })).toBe(true);
    const path = `accounts/${ACCOUNT}/access/organizations/revoke_user`;
    expect((await ask(cloudflare, 'POST', path, {})).status).toBe(400);
  });
});

describe('a service token that something names', () => {
  const inUse = { status: 400, codes: [12139] };

  /** Makes one reference to the token, and says how to take it away. */
  type Reference = (world: ReturnType<typeof setUp>) => () => void;
  const references: Record<string, Reference> = {
    'a reusable policy': ({ access, serviceAuth }) => {
      const { id } = access.policies.create(serviceAuth());
      return () => {
        access.policies.remove(id);
      };
    },
    'a policy of an application': ({ access, application, serviceAuth }) => {
      const { id } = application();
      access.policies.create({ application: id, ...serviceAuth() });
      return () => {
        access.applications.remove(id);
      };
    },
    'an exclusion': ({ access, byToken, serviceAuth }) => {
      const { id } = access.policies.create({ ...serviceAuth(EVERYONE), exclude: byToken() });
      return () => {
        access.policies.change(id, { exclude: [] });
      };
    },
    'a requirement': ({ access, byToken, serviceAuth }) => {
      const { id } = access.policies.create({ ...serviceAuth(EVERYONE), require: byToken() });
      return () => {
        access.policies.change(id, { require: [] });
      };
    },
    'a group': ({ access, byToken }) => {
      const { id } = access.groups.create({ name: 'CI', include: byToken() });
      return () => {
        access.groups.change(id, { include: EVERYONE });
      };
    },
    'a group of a zone': ({ access, byToken }) => {
      const { id } = access.groups.create({ scope: zone, name: 'CI', include: byToken() });
      return () => {
        access.groups.remove(id);
      };
    },
    'a SCIM configuration': ({ access, application, token }) => {
      const { id } = application();
      const authentication = [{ scheme: 'access_service_token', client_id: token.clientId }];
      access.applications.change(id, { scim_config: { authentication } });
      return () => {
        access.applications.change(id, { scim_config: {} });
      };
    },
  };

  it.each(Object.entries(references))('cannot be deleted: %s', async (_name, reference) => {
    const world = setUp();
    const { cloudflare, token, tokens } = world;
    const release = reference(world);
    expect(await refusal(tokens.delete(token.id, inAccount))).toEqual(inUse);
    release();
    await tokens.delete(token.id, inAccount);
    expect(cloudflare.find(token.id)).toBeUndefined();
  });

  it('can be deleted if any valid service token or another account’s policy is meant', async () => {
    const { cloudflare, access, token, tokens, serviceAuth } = setUp();
    cloudflare.addAccount(OTHER_ACCOUNT);
    access.policies.create(serviceAuth([{ any_valid_service_token: {} }]));
    access.policies.create({ scope: { kind: 'account', id: OTHER_ACCOUNT }, ...serviceAuth() });
    await tokens.delete(token.id, inAccount);
  });

  it.each([
    ['an exclusion', { inUseCountsExcludeAndRequire: false }],
    ['a requirement', { inUseCountsExcludeAndRequire: false }],
    ['a group of a zone', { inUseCountsZones: false }],
  ] as const)('may be deleted all the same: %s', async (name, switches) => {
    const world = setUp(switches);
    references[name]?.(world);
    await world.tokens.delete(world.token.id, inAccount);
  });

  it('may be held by any_valid_service_token, too', async () => {
    const { access, token, tokens, serviceAuth } = setUp({ inUseCountsAnyValid: true });
    access.policies.create(serviceAuth([{ any_valid_service_token: {} }]));
    expect(await refusal(tokens.delete(token.id, inAccount))).toEqual(inUse);
  });

  it('may be held for a while after the last reference was removed', async () => {
    const { clock, access, token, tokens, serviceAuth } = setUp({ inUseLag: MINUTE });
    const { id } = access.policies.create(serviceAuth());
    clock.advance(MINUTE);
    access.policies.remove(id);
    clock.advance(MINUTE - SECOND);
    expect(await refusal(tokens.delete(token.id, inAccount))).toEqual(inUse);
    clock.advance(SECOND);
    await tokens.delete(token.id, inAccount);
  });
});
