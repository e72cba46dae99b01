import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../src/model/time.ts';
import { CLOUDFLARE_CREDENTIALS, ACCOUNT } from '../../sandbox/world.ts';
import { rule, Stage } from './stage.ts';

const ADMIT = { 'admit-to': 'application=staging.example.com', 'rotate-after': '30d' };

describe('application= in admit-to', () => {
  it('gives a created token a policy of its own, after its delivery', async () => {
    const stage = new Stage();
    const { exitCode, outputs } = await stage.run(ADMIT);
    expect(exitCode).toBe(0);
    expect(outputs['status']).toBe('created');
    const { id } = stage.token();
    const [policy] = stage.policies(stage.staging);
    expect(policy?.fields).toEqual({
      name: `ci (${id})`,
      decision: 'non_identity',
      include: [rule(id)],
    });
    const { log } = stage.sandbox.faults;
    const written = log.findIndex(
      ({ method, path }) => method === 'PUT' && path.includes('/actions/secrets/'),
    );
    const created = log.findIndex(({ method, path }) => method === 'POST' && path.endsWith('/policies'));
    expect(created).toBeGreaterThan(written);
  });

  it.each(['STAGING.example.com', 'staging.example.com/', 'Staging', 'id'])(
    'finds the application by %s',
    async (value) => {
      const stage = new Stage();
      const { exitCode } = await stage.run({
        'admit-to': `application=${value === 'id' ? stage.staging : value}`,
      });
      expect(exitCode).toBe(0);
      expect(stage.names()).toHaveLength(1);
    },
  );

  it('writes nothing if the token is admitted already', async () => {
    const stage = new Stage();
    await stage.run(ADMIT);
    stage.sandbox.faults.log.length = 0;
    const { outputs } = await stage.run(ADMIT);
    expect(outputs['status']).toBe('unchanged');
    expect(stage.requests()).toEqual(['GET /apps', `GET /apps/${stage.staging}/policies`]);
  });

  it('creates no policy if any valid service token is admitted', async () => {
    const stage = new Stage();
    stage.sandbox.access.policies.create({
      application: stage.staging,
      name: 'All robots',
      decision: 'non_identity',
      include: [{ any_valid_service_token: {} }],
    });
    const { exitCode } = await stage.run(ADMIT);
    expect(exitCode).toBe(0);
    expect(stage.names()).toEqual(['All robots']);
  });

  it('restores an admission that is missing, with a warning', async () => {
    const stage = new Stage();
    await stage.run(ADMIT);
    stage.sandbox.access.policies.remove(stage.policies(stage.staging)[0]?.id ?? '');
    const { outputs, annotations, exitCode } = await stage.run(ADMIT);
    expect(exitCode).toBe(0);
    expect([outputs['status'], outputs['reason']]).toEqual(['admitted', 'not-admitted']);
    expect(stage.names()).toHaveLength(1);
    expect(annotations.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      expect.stringMatching(/^warning .*not admitted by application "Staging".*admit-to restores/),
    ]);
  });

  it('is reported by a check, which changes nothing', async () => {
    const stage = new Stage();
    await stage.run({});
    const { outputs } = await stage.run({ ...ADMIT, operation: 'check' });
    expect([outputs['status'], outputs['reason']]).toEqual(['due', 'not-admitted']);
    expect(stage.names()).toEqual([]);
  });

  it('says in a check what else admits the token', async () => {
    const stage = new Stage();
    await stage.run(ADMIT);
    const { id } = stage.token();
    const { access } = stage.sandbox;
    access.policies.create({
      application: stage.admin,
      name: 'Robots',
      decision: 'non_identity',
      include: [rule(id)],
    });
    access.groups.create({ name: 'Machines', include: [rule(id)] });
    const { annotations } = await stage.run({ ...ADMIT, operation: 'check' });
    const texts = annotations.map(({ text }) => text).join('\n');
    expect(texts).toContain('also admitted by policy "Robots" of application "Admin"');
    expect(texts).toContain('is in group "Machines"');
    expect(texts).toContain('application "Application"');
  });

  it('names the permission that is missing, and rotates nothing', async () => {
    const stage = new Stage();
    await stage.run({});
    stage.sandbox.clock.advance(40 * DAY);
    stage.sandbox.cloudflare.addApiToken({
      token: 'cfat_tokens_only',
      permission: 'write',
      appsAndPolicies: 'none',
      accounts: [ACCOUNT],
    });
    const before = stage.token();
    const inputs = { ...ADMIT, 'cloudflare-api-token': 'cfat_tokens_only' };
    const { exitCode, outputs, log } = await stage.run(inputs);
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('policies-permission-missing');
    expect(log.join('\n')).toContain('Access: Apps and Policies');
    expect(stage.token()).toEqual(before);
  });

  it('does not stop a forced rotation, though the run fails', async () => {
    const stage = new Stage();
    await stage.run({});
    const before = stage.token();
    const { exitCode, outputs } = await stage.run({
      'admit-to': 'application=nowhere.example.com',
      force: 'true',
    });
    expect(exitCode).toBe(1);
    expect(outputs['reason']).toBe('application-not-found');
    expect(stage.token().version).toBe(before.version + 1);
  });

  it('admits an own token before it is rotated', async () => {
    const stage = new Stage();
    await stage.run({});
    stage.sandbox.clock.advance(40 * DAY);
    stage.sandbox.faults.log.length = 0;
    const { exitCode } = await stage.run(ADMIT);
    expect(exitCode).toBe(0);
    const changes = stage.sandbox.faults.log
      .filter(({ service, method }) => service === 'cloudflare' && method !== 'GET')
      .map(({ method, path }) => `${method} ${path.replace(/^.*\/access/, '')}`);
    expect(changes[0]).toBe(`POST /apps/${stage.staging}/policies`);
    expect(changes[1]).toMatch(/^PUT \/service_tokens/);
  });

  it('admits a token that is taken over only after its delivery', async () => {
    const stage = new Stage();
    const token = stage.sandbox.cloudflare.createToken({
      scope: { kind: 'account', id: ACCOUNT },
      name: 'ci',
    });
    stage.sandbox.clock.advance(HOUR);
    stage.sandbox.faults.log.length = 0;
    const { exitCode } = await stage.run({ ...ADMIT, adopt: 'true' });
    expect(exitCode).toBe(0);
    const changes = stage.sandbox.faults.log
      .filter(({ method, status }) => (method === 'PUT' || method === 'POST') && status !== 404)
      .map(({ method, path }) => `${method} ${path}`);
    const rotated = changes.findIndex((change) => change.includes(`service_tokens/${token.id}`));
    const delivered = changes.findIndex((change) => /PUT .*CF_ACCESS_CLIENT_SECRET/.test(change));
    const admitted = changes.findIndex((change) => /POST .*policies/.test(change));
    expect(rotated).toBeLessThan(delivered);
    expect(delivered).toBeLessThan(admitted);
  });

  it('lists the IDs of applications that fit alike', async () => {
    const stage = new Stage();
    const twin = stage.sandbox.protect({ domain: 'twin.example.com', name: 'Staging' });
    const { outputs } = await stage.run({ 'admit-to': 'application=Staging' });
    expect(outputs['reason']).toBe('application-ambiguous');
    expect(outputs['message']).toContain(stage.staging);
    expect(outputs['message']).toContain(twin.id);
  });

  it('refuses an application that lets everyone in', async () => {
    const stage = new Stage();
    const open = { name: 'Open', decision: 'bypass', include: [{ everyone: {} }] };
    stage.sandbox.access.policies.create({ application: stage.staging, ...open });
    const { outputs } = await stage.run(ADMIT);
    expect(outputs['reason']).toBe('application-bypassed');
    expect(stage.sandbox.cloudflare.list()).toEqual([]);
  });

  it('respects a rule that keeps the token out by name', async () => {
    const stage = new Stage();
    await stage.run({});
    const { id } = stage.token();
    stage.sandbox.access.policies.create({
      application: stage.staging,
      name: 'Robots',
      decision: 'non_identity',
      include: [{ any_valid_service_token: {} }],
      exclude: [rule(id)],
    });
    const { outputs } = await stage.run(ADMIT);
    expect(outputs['reason']).toBe('policy-unsuitable');
    expect(stage.names()).toEqual(['Robots']);
  });

  it('does not loosen a policy that admits the token under conditions', async () => {
    const stage = new Stage();
    await stage.run({});
    stage.sandbox.access.policies.create({
      application: stage.staging,
      name: 'Office robots',
      decision: 'non_identity',
      include: [rule(stage.token().id)],
      require: [{ ip: { ip: '198.51.100.0/24' } }],
    });
    const { outputs, annotations } = await stage.run(ADMIT);
    expect(outputs['status']).toBe('unchanged');
    expect(annotations.map(({ text }) => text)).toEqual([
      expect.stringContaining('require and exclude rules'),
    ]);
    expect(stage.names()).toEqual(['Office robots']);
  });

  it('shortens the name of a policy to what Cloudflare takes, and recognizes the policy', async () => {
    const stage = new Stage();
    const name = 'x'.repeat(345);
    const inputs = { ...ADMIT, 'token-name': name };
    expect((await stage.run(inputs)).exitCode).toBe(0);
    expect(String(stage.names()[0])).toHaveLength(350);
    expect((await stage.run(inputs)).outputs['status']).toBe('unchanged');
  });

  it('reduces policies of its own that were doubled to one', async () => {
    const stage = new Stage();
    await stage.run(ADMIT);
    const [own] = stage.policies(stage.staging);
    stage.sandbox.access.policies.create({ application: stage.staging, ...own?.fields });
    stage.sandbox.access.policies.create({ application: stage.staging, ...own?.fields, name: 'By hand' });
    const { exitCode } = await stage.run(ADMIT);
    expect(exitCode).toBe(0);
    expect(stage.names()).toEqual([own?.fields['name'], 'By hand']);
  });

  it('says which policy a created token needs if admit-to is not given', async () => {
    const stage = new Stage();
    const { annotations } = await stage.run({});
    expect(annotations.map(({ kind }) => kind)).toEqual(['notice']);
    expect(annotations[0]?.text).toMatch(/Service Auth.*https:\/\/dash\.cloudflare\.com/);
    expect(stage.requests()).toEqual([]);
  });

  it('reads with a token that may only read', async () => {
    const stage = new Stage();
    await stage.run(ADMIT);
    const inputs = { ...ADMIT, operation: 'check', 'cloudflare-api-token': CLOUDFLARE_CREDENTIALS.read };
    expect((await stage.run(inputs)).outputs['status']).toBe('unchanged');
  });
});
