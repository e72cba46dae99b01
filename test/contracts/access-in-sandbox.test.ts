import { describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { pair } from './protected-application.ts';

const scope = { kind: 'account', id: ACCOUNT } as const;

describe('in a sandbox', () => {
  it('there may be more applications, each with its policies', async () => {
    const sandbox = new Sandbox();
    const { clientId, secret, id } = sandbox.cloudflare.createToken({ scope, name: 'ci' });
    const strict = sandbox.protect({ domain: 'strict.example.com', type: 'self_hosted' });
    const visit = async (origin: string) =>
      (await sandbox.fetch(`${origin}/health`, { headers: pair(clientId, secret) })).status;
    expect(await visit('https://app.example.com')).toBe(200);
    expect(await visit('https://strict.example.com')).toBe(403);
    sandbox.access.policies.create({
      application: strict.id,
      name: 'CI',
      decision: 'non_identity',
      include: [{ service_token: { token_id: id } }],
    });
    expect(await visit('https://strict.example.com')).toBe(200);
    expect(sandbox.faults.log.map(({ service }) => service)).toEqual(Array(3).fill('application'));
  });

  it('somebody else may write between two requests', async () => {
    const sandbox = new Sandbox();
    const { policyId } = sandbox.application;
    const path = `/client/v4/accounts/${ACCOUNT}/access/apps/${sandbox.application.id}/policies/${policyId}`;
    const names: string[] = [];
    const get = async () => {
      const response = await sandbox.fetch(`https://api.cloudflare.com${path}`, {
        headers: { authorization: 'Bearer cfat_sandbox_write' },
      });
      const { result } = (await response.json()) as { result: { name: string } };
      names.push(result.name);
    };
    const rename = (name: string) => () => {
      sandbox.access.policies.change(policyId, { name });
    };
    sandbox.secondWriter.add({ when: 'after', method: 'GET', path: /policies/, act: rename('second') });
    sandbox.secondWriter.add({ when: 'before', path: /policies/, skip: 2, act: rename('third') });
    sandbox.secondWriter.add({ when: 'after', method: 'DELETE', act: rename('never') });
    await get();
    await get();
    await get();
    expect(names).toEqual(['Service tokens', 'second', 'third']);
    expect(sandbox.secondWriter.unused()).toMatchObject([{ method: 'DELETE' }]);
  });
});
