import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/model/time.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { rule, Stage } from './stage.ts';

const BOTH = { 'admit-to': 'application=staging.example.com\npolicy=Robots' };
const APPLICATION = { 'admit-to': 'application=staging.example.com' };
const DELETE = { operation: 'delete', 'token-name': 'ci' };

describe('delete with admit-to', () => {
  it('withdraws the token first, and takes nothing but the token out of a reusable policy', async () => {
    const stage = new Stage();
    const { id, fields } = stage.reusable();
    await stage.run(BOTH);
    stage.sandbox.faults.log.length = 0;
    const { exitCode, outputs } = await stage.run({ ...BOTH, ...DELETE });
    expect([exitCode, outputs['status']]).toEqual([0, 'deleted']);
    expect(stage.names()).toEqual([]);
    expect(stage.sandbox.access.policies.record(id).fields).toMatchObject(fields);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
  });

  it('tries again as long as Cloudflare counts what was withdrawn', async () => {
    const stage = new Stage({ accessSwitches: { inUseLag: 20_000 } });
    await stage.run(APPLICATION);
    stage.sandbox.clock.advance(MINUTE);
    const { exitCode } = await stage.run({ ...APPLICATION, ...DELETE });
    expect(exitCode).toBe(0);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
  });

  it('refuses if a policy that is not named still includes the token', async () => {
    const stage = new Stage();
    await stage.run(APPLICATION);
    const { id } = stage.token();
    const other = { name: 'Machines', decision: 'non_identity', include: [rule(id)] };
    stage.sandbox.access.policies.create({ application: stage.admin, ...other });
    const { outputs, exitCode } = await stage.run({ ...APPLICATION, ...DELETE });
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('token-admitted-elsewhere');
    expect(outputs['message']).toContain('policy "Machines" of application "Admin"');
    expect(stage.names()).toHaveLength(1);
    expect(stage.requests().filter((request) => request.startsWith('DELETE'))).toEqual([]);
  });

  it('refuses to leave a reusable policy without any rule', async () => {
    const stage = new Stage();
    const { id } = stage.reusable();
    await stage.run(BOTH);
    stage.sandbox.access.policies.change(id, { include: [rule(stage.token().id)] });
    const { outputs } = await stage.run({ ...BOTH, ...DELETE });
    expect(outputs['reason']).toBe('policy-last-rule');
    expect(stage.requests().filter((request) => request.startsWith('DELETE'))).toEqual([]);
    expect(stage.names()).toHaveLength(1);
    expect(stage.token().enabled).toBe(true);
  });

  it('restores what was withdrawn if the rest cannot be withdrawn', async () => {
    const stage = new Stage();
    const { id } = stage.reusable();
    await stage.run(BOTH);
    const body = '{"success":false,"errors":[{"code":12130,"message":"no"}],"messages":[],"result":null}';
    stage.sandbox.faults.add({
      name: 'refused',
      method: 'PUT',
      path: new RegExp(`/policies/${id}$`),
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 400, body },
    });
    stage.sandbox.faults.log.length = 0;
    const { exitCode } = await stage.run({ ...BOTH, ...DELETE });
    expect(exitCode).toBe(1);
    expect(stage.requests().filter((request) => request.startsWith('DELETE'))).toHaveLength(1);
    expect(stage.names()).toEqual([`ci (${stage.token().id})`]);
  });

  it('restores the admission if the token cannot be deleted, and names what refers to it', async () => {
    const stage = new Stage();
    stage.reusable();
    await stage.run(BOTH);
    const { id, clientId } = stage.token();
    const before = stage.sandbox.access.snapshot();
    const authentication = { scheme: 'access_service_token', client_id: clientId };
    stage.sandbox.access.applications.change(stage.admin, { scim_config: { authentication } });
    const { exitCode, outputs } = await stage.run({ ...BOTH, ...DELETE });
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('token-referenced');
    expect(outputs['message']).toContain('nothing that could be read does');
    expect(stage.names()).toEqual([`ci (${id})`]);
    expect(stage.sandbox.access.policies.list()).toHaveLength(before.policies.length);
    expect(stage.sandbox.storedPair).toBeDefined();
  });

  it('names the policies behind a refusal even without admit-to', async () => {
    const stage = new Stage();
    await stage.run({});
    const { id } = stage.token();
    const { access } = stage.sandbox;
    access.policies.create({
      application: stage.admin,
      name: 'A',
      decision: 'non_identity',
      include: [rule(id)],
    });
    access.groups.create({ name: 'G', include: [rule(id)] });
    const { outputs } = await stage.run(DELETE);
    expect(outputs['reason']).toBe('token-referenced');
    expect(outputs['message']).toContain('policy "A" of application "Admin" (admin.example.com), group "G"');
  });

  it('says what it could not read behind a refusal', async () => {
    const stage = new Stage();
    await stage.run({});
    const include = [rule(stage.token().id)];
    stage.sandbox.access.policies.create({ name: 'A', decision: 'non_identity', include });
    const token = 'cfat_tokens_only';
    const none = { appsAndPolicies: 'none', organizations: 'none' } as const;
    stage.sandbox.cloudflare.addApiToken({ token, permission: 'write', ...none, accounts: [ACCOUNT] });
    const { log, outputs } = await stage.run({ ...DELETE, 'cloudflare-api-token': token });
    expect(outputs['reason']).toBe('token-referenced');
    expect(log.join('\n')).toContain('Access: Apps and Policies Read');
    expect(stage.token()).toBeDefined();
  });

  it.each([
    ['application', 'application-not-found'],
    ['policy', 'policy-not-found'],
  ])('goes on if an %s is gone', async (kind) => {
    const stage = new Stage();
    const { id } = stage.reusable();
    await stage.run(BOTH);
    if (kind === 'application') stage.sandbox.access.applications.remove(stage.staging);
    else stage.removeReusable(id);
    const { exitCode, annotations } = await stage.run({ ...BOTH, ...DELETE });
    expect(annotations.filter(({ kind: level }) => level === 'error')).toEqual([]);
    expect(exitCode).toBe(0);
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
  });

  it('deletes nothing if it may not read policies', async () => {
    const stage = new Stage();
    await stage.run(APPLICATION);
    const token = 'cfat_tokens_only';
    stage.sandbox.cloudflare.addApiToken({
      token,
      permission: 'write',
      appsAndPolicies: 'none',
      accounts: [ACCOUNT],
    });
    const { outputs } = await stage.run({ ...APPLICATION, ...DELETE, 'cloudflare-api-token': token });
    expect(outputs['reason']).toBe('policies-permission-missing');
    expect(stage.names()).toHaveLength(1);
    expect(stage.token()).toBeDefined();
  });

  it('does not touch a policy of its own that somebody made reusable', async () => {
    const stage = new Stage({ accessSwitches: { hideReusable: true } });
    await stage.run(APPLICATION);
    const [own] = stage.policies(stage.staging);
    const { operations, store } = stage.sandbox.access;
    operations.policies.makeReusable(stage.sandbox.access.applications.record(stage.staging), own?.id ?? '');
    expect(store.state.policies.size).toBeGreaterThan(0);
    const { exitCode } = await stage.run({ ...APPLICATION, ...DELETE });
    expect(exitCode).toBe(1);
    expect(stage.sandbox.access.policies.record(own?.id ?? '').fields).toEqual(own?.fields);
    expect(stage.token()).toBeDefined();
  });
});

describe('end-sessions', () => {
  const revocations = (stage: Stage): number =>
    stage.sandbox.access.sessions.revocations(stage.staging).length;

  it('is done last in a forced rotation without a grace period, and once more after a minute', async () => {
    const stage = new Stage();
    await stage.run(APPLICATION);
    stage.sandbox.faults.log.length = 0;
    const began = stage.sandbox.clock.now();
    const leak = { ...APPLICATION, force: 'true', 'grace-period': '0s', 'end-sessions': 'true' };
    const { exitCode, annotations } = await stage.run(leak);
    expect(exitCode).toBe(0);
    const [first = 0, second = 0, ...more] = stage.sandbox.access.sessions.revocations(stage.staging);
    expect(more).toEqual([]);
    expect(second - first).toBeGreaterThanOrEqual(MINUTE);
    expect(first).toBeGreaterThanOrEqual(began);
    expect(stage.sandbox.faults.log.at(-1)?.path).toContain('revoke_tokens');
    expect(annotations.map(({ text }) => text).join('\n')).toContain('people must log in again');
  });

  it('is repeated by revoke, although no previous secret works any more', async () => {
    const stage = new Stage();
    await stage.run({ ...APPLICATION });
    stage.sandbox.faults.add({
      name: 'forbidden',
      path: /revoke_tokens/,
      effect: { kind: 'reply', when: 'before', status: 400, body: '{"success":false,"errors":[]}' },
    });
    const revoke = { ...APPLICATION, operation: 'revoke', 'token-name': 'ci', 'end-sessions': 'true' };
    const failed = await stage.run(revoke);
    expect(failed.exitCode).toBe(1);
    expect(failed.outputs['reason']).toBe('sessions-not-ended');
    const { exitCode, outputs } = await stage.run(revoke);
    expect([exitCode, outputs['status'], outputs['changed']]).toEqual([0, 'revoked', 'true']);
    expect(outputs['message']).toContain('sessions');
    expect(revocations(stage)).toBe(2);
  });

  it.each(['empty-result', 'null-result', 'no-body'] as const)(
    'takes %s for an answer',
    async (revokeReply) => {
      const stage = new Stage({ accessSwitches: { revokeReply } });
      await stage.run(APPLICATION);
      const revoke = { ...APPLICATION, operation: 'revoke', 'token-name': 'ci', 'end-sessions': 'true' };
      expect((await stage.run(revoke)).exitCode).toBe(0);
      expect(revocations(stage)).toBe(2);
    },
  );

  it('names the permission that is missing', async () => {
    const stage = new Stage();
    await stage.run(APPLICATION);
    const token = 'cfat_may_read_policies';
    stage.sandbox.cloudflare.addApiToken({
      token,
      permission: 'write',
      appsAndPolicies: 'read',
      accounts: [ACCOUNT],
    });
    const revoke = { ...APPLICATION, operation: 'revoke', 'token-name': 'ci', 'end-sessions': 'true' };
    const { outputs, log } = await stage.run({ ...revoke, 'cloudflare-api-token': token });
    expect(outputs['reason']).toBe('sessions-not-ended');
    expect(log.join('\n')).toContain('(in the dashboard: Edit) or Revoke');
  });
});
