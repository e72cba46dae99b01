import { describe, expect, it } from 'vitest';
import type { AccessSwitches } from '../../sandbox/cloudflare/access/switches.ts';
import { rule, Stage } from './stage.ts';

const APPLICATION = { 'admit-to': 'application=staging.example.com', 'rotate-after': '30d' };

describe('two runs at once', () => {
  it('leave one policy of their own for the same token', async () => {
    const stage = new Stage();
    await stage.run({});
    const runs = await Promise.all([stage.run(APPLICATION), stage.run(APPLICATION), stage.run(APPLICATION)]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(stage.requests().filter((request) => request.startsWith('POST')).length).toBeGreaterThan(1);
    expect(stage.names()).toEqual([`ci (${stage.token().id})`]);
  });

  it('create no policy beside one that the other created since the first read', async () => {
    const stage = new Stage();
    await stage.run({});
    const { id } = stage.token();
    stage.sandbox.secondWriter.add({
      method: 'GET',
      path: /\/apps\/[^/]+\/policies/,
      skip: 1,
      when: 'before',
      act: () => {
        const own = { name: `ci (${id})`, decision: 'non_identity', include: [rule(id)] };
        stage.sandbox.access.policies.create({ application: stage.staging, ...own });
      },
    });
    expect((await stage.run(APPLICATION)).exitCode).toBe(0);
    expect(stage.sandbox.secondWriter.unused()).toEqual([]);
    expect(stage.requests().filter((request) => request.startsWith('POST'))).toEqual([]);
    expect(stage.names()).toEqual([`ci (${id})`]);
  });

  it('each get their token into the same reusable policy', async () => {
    const stage = new Stage();
    const { id, fields } = stage.reusable();
    const names = ['A', 'B', 'C', 'D'];
    const runs = await Promise.all(
      names.map((name) =>
        stage.run({
          'token-name': name,
          'admit-to': 'policy=Robots',
          'client-id-name': `${name}_ID`,
          'client-secret-name': `${name}_SECRET`,
        }),
      ),
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    const { include } = stage.sandbox.access.policies.record(id).fields;
    const rules = names.map((name) => rule(stage.token(name).id));
    expect(include).toHaveLength(6);
    expect(include).toEqual(expect.arrayContaining([...(fields['include'] as unknown[]), ...rules]));
  });
});

const PAGINGS: readonly AccessSwitches['paging'][] = [
  'as-asked',
  'ignored',
  'repeats-a-page',
  'empty-page-before-the-last',
];

describe('an account with many applications and policies', () => {
  it.each(PAGINGS)('is read whole, with paging %s', async (paging) => {
    const stage = new Stage({ accessSwitches: { paging } });
    const { access } = stage.sandbox;
    for (let index = 0; index < 450; index += 1) {
      access.applications.create({ name: `App ${index}`, domain: `app${index}.example.com` });
    }
    for (let index = 0; index < 250; index += 1) {
      access.policies.create({
        name: `Policy ${index}`,
        decision: 'non_identity',
        include: [{ everyone: {} }],
      });
    }
    const inputs = { 'admit-to': 'application=app449.example.com\npolicy=Policy 249' };
    const { exitCode, annotations } = await stage.run(inputs);
    expect(annotations.filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(exitCode).toBe(0);
    const policies = access.policies.list();
    expect(policies).toHaveLength(252);
    expect(JSON.stringify(policies).split(stage.token().id)).toHaveLength(4);
  });
});

describe('a hostile reply', () => {
  const ok = (result: unknown): string => JSON.stringify({ success: true, errors: [], messages: [], result });

  it.each([
    ['null', ok(null)],
    ['an object instead of a list', ok({ id: 'x' })],
    ['a list of nothing that is an application', ok([null, 1, 'x', {}, { id: '' }, { id: 7 }])],
    ['no JSON', '<html>'],
    [
      'success: false',
      JSON.stringify({ success: false, errors: [{ code: 1, message: '::error::x' }], result: [] }),
    ],
  ])('to the list of applications changes nothing: %s', async (_name, body) => {
    const stage = new Stage();
    await stage.run({});
    const before = stage.token();
    stage.sandbox.faults.add({
      name: 'hostile',
      path: /\/access\/apps\?/,
      times: Infinity,
      effect: { kind: 'reply', when: 'before', status: 200, body },
    });
    const { exitCode, log } = await stage.run({ ...APPLICATION, 'rotate-after': '0s', 'max-wait': '30s' });
    expect(exitCode).toBe(1);
    expect(log.join('\n')).not.toContain('::error::');
    expect(stage.token()).toEqual(before);
    expect(stage.names()).toEqual([]);
  });

  it('that never comes to the creation of a policy is made up for by looking, not by another one', async () => {
    const stage = new Stage();
    await stage.run({});
    stage.sandbox.faults.add({
      name: 'lost',
      method: 'POST',
      path: /\/policies$/,
      effect: { kind: 'reset', when: 'after' },
    });
    expect((await stage.run(APPLICATION)).exitCode).toBe(0);
    expect(stage.requests().filter((request) => request.startsWith('POST'))).toHaveLength(1);
    expect(stage.names()).toHaveLength(1);
  });

  it('to the creation of a policy leaves one policy, and a run that says what it knows', async () => {
    const stage = new Stage();
    await stage.run({});
    stage.sandbox.faults.add({
      name: 'hostile',
      method: 'POST',
      path: /\/policies$/,
      effect: { kind: 'reply', when: 'after', status: 201, body: ok(null) },
    });
    expect((await stage.run(APPLICATION)).exitCode).toBe(0);
    expect(stage.names()).toHaveLength(1);
  });

  it('of 403 without a code is waited out, as a burst of writes may be answered so', async () => {
    const stage = new Stage();
    stage.sandbox.faults.add({
      name: 'burst',
      method: 'POST',
      path: /\/policies$/,
      times: 2,
      effect: { kind: 'reply', when: 'before', status: 403, body: '' },
    });
    expect((await stage.run(APPLICATION)).exitCode).toBe(0);
    expect(stage.names()).toHaveLength(1);
  });
});
