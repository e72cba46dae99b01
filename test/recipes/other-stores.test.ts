import { describe, expect, it } from 'vitest';
import { WEB } from '../../sandbox/sandbox.ts';
import type { OtherStores } from '../../sandbox/workflow/other-stores.ts';
import { DAY } from '../../src/model/time.ts';
import { actionSteps, scene, statuses } from './scene.ts';

type Read = (stores: OtherStores) => Promise<readonly string[]> | readonly string[];

/** Client ID and client secret as the store has them. */
const STORES: readonly (readonly [string, Read])[] = [
  [
    'Rotate for a Worker',
    (stores) =>
      ['CF_ACCESS_CLIENT_ID', 'CF_ACCESS_CLIENT_SECRET'].map(
        (name) => stores.stored(`workers/shop/${name}`) ?? '',
      ),
  ],
  ['Rotate for a secret manager', (stores) => (stores.stored('secrets/access-batch') ?? '').split('\n')],
  [
    'Rotate for a server',
    async (stores) =>
      [...((await stores.file('access.env')) ?? '').matchAll(/^CF_ACCESS_CLIENT_\w+=(.*)$/gm)].map(
        ([, value = '']) => value,
      ),
  ],
];

async function play() {
  return scene({
    prepare: ({ github }) => {
      github.setSecret(WEB.place, 'WORKERS_API_TOKEN', 'cfat_workers_token');
      github.setSecret(WEB.place, 'SERVER_SSH_KEY', '-----BEGIN OPENSSH PRIVATE KEY-----');
    },
    surroundings: {
      vars: {
        GCP_WORKLOAD_IDENTITY_PROVIDER: 'projects/1/providers/github',
        GCP_SERVICE_ACCOUNT: 'rotation@example.com',
        GCP_PROJECT: 'example',
        SERVER_KNOWN_HOSTS: 'server.example.com ssh-ed25519 AAAA',
      },
      outside: { 'google-github-actions/auth': () => ({}) },
    },
  });
}

describe.each(STORES)('%s', (NAME, read) => {
  it('completes the rotation once the other store has the new secret', async () => {
    const { sandbox, machine, run } = await play();
    const opens = async () => {
      const [clientId = '', clientSecret = ''] = await read(machine.stores);
      return sandbox.cloudflare.authenticate(clientId, clientSecret).ok;
    };
    expect(statuses(await run(NAME))).toEqual(['created', 'completed']);
    expect(await opens()).toBe(true);
    sandbox.clock.advance(31 * DAY);
    const [, before] = await read(machine.stores);
    expect(statuses(await run(NAME))).toEqual(['rotated', 'completed']);
    const [, after] = await read(machine.stores);
    expect(after).not.toBe(before);
    expect(after).toBe(sandbox.storedPair(WEB).clientSecret);
    sandbox.clock.advance(2 * DAY);
    expect(await opens()).toBe(true);
  });

  it('keeps the old secret alive if the other store fails, and does not rotate again', async () => {
    const { sandbox, machine, run } = await play();
    await run(NAME);
    const stored = await read(machine.stores);
    sandbox.clock.advance(31 * DAY);
    machine.stores.down = true;
    const failed = await run(NAME);
    expect(failed.conclusion).toBe('failure');
    expect(statuses(failed)).toEqual(['rotated', '']);
    machine.stores.down = false;
    sandbox.clock.advance(7 * DAY);
    const again = await run(NAME);
    expect(actionSteps(again)[0]?.outputs).toMatchObject({ status: 'failed', reason: 'completion-missing' });
    expect(await read(machine.stores)).toEqual(stored);
    const [clientId = '', clientSecret = ''] = stored;
    expect(sandbox.cloudflare.authenticate(clientId, clientSecret).ok).toBe(true);
  });
});

describe('Rotate for a secret manager', () => {
  const NAME = 'Rotate for a secret manager';

  it('redeploys the consumers after a rotation, and only then', async () => {
    const { sandbox, machine, run } = await play();
    await run(NAME);
    const redeployed = { path: 'workflows/deploy.yml', body: 'acme/web' };
    expect(machine.stores.received).toEqual([redeployed]);
    sandbox.clock.advance(DAY);
    const idle = await run(NAME);
    expect(statuses(idle)[0]).toBe('unchanged');
    expect(idle.jobs.map(({ conclusion }) => conclusion)).toEqual(['success', 'skipped']);
    expect(machine.stores.received).toHaveLength(1);
  });
});
