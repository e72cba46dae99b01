import { describe, expect, it } from 'vitest';
import { ACCOUNT, CLOUDFLARE_CREDENTIALS, ZONE } from '../../sandbox/world.ts';
import type { AccessSwitches } from '../../sandbox/cloudflare/access/switches.ts';
import { rule, Stage } from './stage.ts';

const ADMIT = { 'admit-to': 'policy=Robots', 'rotate-after': '30d' };

const SWITCHES: readonly (readonly [string, Partial<AccessSwitches>])[] = [
  ['as documented', {}],
  ['with updates that merge', { mergeUpdates: true }],
  ['with read-only keys refused', { readOnlyKeys: 'refused' }],
  ['with nulls refused', { refuseNulls: true, omittedSession: 'null' }],
  ['with marks and counts hidden', { hideReusable: true, hideAppCount: true }],
  ['with rules reversed', { rules: 'reversed' }],
  ['without duplicates', { rules: 'without-duplicates' }],
  ['with empty selectors', { rules: 'with-empty-selectors' }],
  ['with reads that lag', { staleReads: 3_000 }],
  ['with booleans left out', { omittedBooleans: 'absent', omittedSession: 'absent' }],
];

describe('policy= in admit-to', () => {
  it.each(SWITCHES)('adds the token and keeps everything else, %s', async (_name, accessSwitches) => {
    const stage = new Stage({ accessSwitches });
    const policy = stage.reusable(accessSwitches.refuseNulls === true ? { session_duration: undefined } : {});
    stage.sandbox.clock.advance(60_000);
    const { exitCode, annotations } = await stage.run(ADMIT);
    expect(annotations.filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(exitCode).toBe(0);
    const { include, ...rest } = stage.sandbox.access.policies.record(policy.id).fields;
    const { include: before, ...restBefore } = policy.fields;
    expect(rest).toMatchObject(withoutUndefined(restBefore));
    expect(include).toHaveLength(3);
    expect(include).toEqual(expect.arrayContaining([...(before as unknown[]), rule(stage.token().id)]));
    expect(stage.requests().filter((request) => request.startsWith('PUT'))).toHaveLength(
      accessSwitches.refuseNulls === true ? 2 : 1,
    );
  });

  it('finds the policy by its ID', async () => {
    const stage = new Stage();
    const { id } = stage.reusable();
    expect((await stage.run({ ...ADMIT, 'admit-to': `policy=${id}` })).exitCode).toBe(0);
    expect(stage.sandbox.access.policies.record(id).fields['include']).toHaveLength(3);
  });

  it('writes nothing if the token is in it, or any token is', async () => {
    const stage = new Stage();
    const { id } = stage.reusable({ include: [{ any_valid_service_token: {} }], exclude: [] });
    await stage.run(ADMIT);
    stage.sandbox.access.policies.change(id, { include: [rule(stage.token().id), { everyone: {} }] });
    stage.sandbox.faults.log.length = 0;
    expect((await stage.run(ADMIT)).outputs['status']).toBe('unchanged');
    expect(stage.requests()).toEqual(['GET /policies']);
  });

  it.each(['allow', 'deny', 'bypass'])(
    'explains why a policy with the decision %s does not admit',
    async (decision) => {
      const stage = new Stage();
      stage.reusable({ decision });
      const { outputs, log } = await stage.run(ADMIT);
      expect(outputs['reason']).toBe('policy-unsuitable');
      expect(log.join('\n')).toContain('Service Auth');
      expect(stage.sandbox.cloudflare.list()).toEqual([]);
    },
  );

  it('warns of require and exclude rules', async () => {
    const stage = new Stage();
    stage.reusable();
    const { annotations } = await stage.run(ADMIT);
    expect(annotations.map(({ text }) => text).join('\n')).toContain('require and exclude rules');
  });

  it('lists the IDs of policies of one name', async () => {
    const stage = new Stage();
    const ids = [stage.reusable().id, stage.reusable().id];
    const { outputs } = await stage.run(ADMIT);
    expect(outputs['reason']).toBe('policy-ambiguous');
    for (const id of ids) expect(outputs['message']).toContain(id);
  });

  it('says that there is no such policy', async () => {
    const stage = new Stage();
    const { outputs } = await stage.run(ADMIT);
    expect(outputs['reason']).toBe('policy-not-found');
  });

  it('writes again if a concurrent writer undid the change, and keeps what that writer added', async () => {
    const stage = new Stage();
    const { id } = stage.reusable({ exclude: [] });
    const before = stage.sandbox.access.policies.record(id).fields['include'] as unknown[];
    const added = { email: { email: 'a@example.com' } };
    stage.sandbox.secondWriter.add({
      method: 'PUT',
      path: /\/access\/policies\//,
      when: 'after',
      act: () => void stage.sandbox.access.policies.change(id, { include: [...before, added] }),
    });
    const { exitCode, annotations } = await stage.run(ADMIT);
    expect(exitCode).toBe(0);
    expect(annotations.filter(({ kind }) => kind !== 'notice')).toEqual([]);
    expect(stage.sandbox.access.policies.record(id).fields['include']).toEqual([
      ...before,
      added,
      rule(stage.token().id),
    ]);
    expect(stage.sandbox.secondWriter.unused()).toEqual([]);
  });

  it('gives up loudly if another writer always undoes the change', async () => {
    const stage = new Stage();
    const { id, fields } = stage.reusable();
    stage.sandbox.secondWriter.add({
      method: 'PUT',
      path: /\/access\/policies\//,
      times: Infinity,
      when: 'after',
      act: () => void stage.sandbox.access.policies.change(id, { include: fields['include'] }),
    });
    const { exitCode, outputs } = await stage.run(ADMIT);
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('policy-changed');
    expect(stage.requests().filter((request) => request.startsWith('PUT'))).toHaveLength(6);
    expect(stage.sandbox.access.policies.record(id).fields).toMatchObject(fields);
  });

  it('warns if a rule of somebody else is gone after the write', async () => {
    const stage = new Stage();
    const { id } = stage.reusable({ exclude: [] });
    stage.sandbox.secondWriter.add({
      method: 'PUT',
      path: /\/access\/policies\//,
      when: 'after',
      act: () => void stage.sandbox.access.policies.change(id, { include: [rule(stage.token().id)] }),
    });
    const { annotations } = await stage.run(ADMIT);
    const warnings = annotations.filter(({ kind }) => kind === 'warning').map(({ text }) => text);
    expect(warnings).toEqual([expect.stringContaining('rules of include (ip, brand_new_rule)')]);
  });

  it('says that the policy was deleted meanwhile', async () => {
    const stage = new Stage();
    const { id } = stage.reusable();
    stage.sandbox.secondWriter.add({
      method: 'POST',
      path: /\/access\/service_tokens/,
      when: 'after',
      act: () => {
        stage.removeReusable(id);
      },
    });
    const { exitCode, outputs } = await stage.run(ADMIT);
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('policy-not-found');
    expect(stage.sandbox.access.policies.find(id)).toBeUndefined();
  });

  it.each([
    ['without include', { include: undefined }],
    ['with an include that is no list', { include: { everyone: {} } }],
    ['with an exclude that is no list', { exclude: 'none' }],
    ['without a decision', { decision: undefined }],
  ])('writes nothing if the reply is a policy %s', async (_name, change) => {
    const stage = new Stage();
    const { id, fields } = stage.reusable();
    stage.sandbox.faults.add({
      name: 'hostile',
      method: 'GET',
      path: /\/access\/policies\/./,
      times: Infinity,
      effect: {
        kind: 'reply',
        when: 'before',
        status: 200,
        body: JSON.stringify({
          success: true,
          result: { ...stage.sandbox.access.policies.read(id), ...change },
        }),
      },
    });
    const { outputs, exitCode } = await stage.run(ADMIT);
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('policy-unreadable');
    expect(stage.sandbox.access.policies.record(id).fields).toEqual(fields);
  });

  it('is queued for the tokens of one manifest', async () => {
    const stage = new Stage();
    const { id } = stage.reusable({ exclude: [] });
    const entry = (name: string): string =>
      `  - name: ${name}\n    admit-to: [{ policy: Robots }]\n    client-id-name: ${name}_ID\n    client-secret-name: ${name}_SECRET\n    targets: repository=acme/web\n`;
    const manifest = `tokens:\n${['A', 'B', 'C', 'D', 'E'].map(entry).join('')}`;
    const inputs = Object.fromEntries(
      Object.entries(stage.sandbox.inputs()).filter(([name]) => name.includes('-token')),
    );
    const { exitCode, outputs } = await stage.run({ ...inputs, manifest, 'token-name': '', repository: '' });
    const told = JSON.parse(outputs['tokens'] ?? '[]') as readonly { readonly status: string }[];
    expect(told.map(({ status }) => status)).toEqual(['A', 'B', 'C', 'D', 'E'].map(() => 'created'));
    expect(exitCode).toBe(0);
    const include = stage.sandbox.access.policies.record(id).fields['include'];
    expect(include).toHaveLength(7);
    expect(stage.requests().filter((request) => request.startsWith('PUT'))).toHaveLength(5);
  });

  it('names the permission that is missing', async () => {
    const stage = new Stage();
    stage.reusable();
    const token = 'cfat_may_read_policies';
    stage.sandbox.cloudflare.addApiToken({
      token,
      permission: 'write',
      appsAndPolicies: 'read',
      accounts: [ACCOUNT],
    });
    const { outputs, log } = await stage.run({ ...ADMIT, 'cloudflare-api-token': token });
    expect(outputs['reason']).toBe('policies-permission-missing');
    expect(log.join('\n')).toContain('Access: Apps and Policies Write');
  });
});

describe('a zone', () => {
  it('has applications with policies of their own', async () => {
    const stage = new Stage();
    const scope = { kind: 'zone', id: ZONE } as const;
    const { id } = stage.sandbox.access.applications.create({
      scope,
      name: 'Zone',
      domain: 'zone.example.com',
    });
    const inputs = {
      'admit-to': 'application=zone.example.com',
      'cloudflare-account-id': '',
      'cloudflare-zone-id': ZONE,
      'cloudflare-api-token': '',
      'cloudflare-email': CLOUDFLARE_CREDENTIALS.email,
      'cloudflare-api-key': CLOUDFLARE_CREDENTIALS.key,
    };
    const { exitCode } = await stage.run(inputs);
    expect(exitCode).toBe(0);
    expect(stage.names(id)).toEqual([`ci (${stage.token().id})`]);
  });
});

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
