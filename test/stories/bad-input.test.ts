import { expect } from 'vitest';
import { ACCOUNT, ZONE } from '../../sandbox/world.ts';
import { OUTPUTS } from '../../src/report/outputs.ts';
import { story, type Inputs } from './story.ts';

const ROWS: readonly (readonly [title: string, inputs: Inputs, says: RegExp])[] = [
  ['an unknown operation', { operation: 'rotat' }, /operation: got "rotat".*`rotate`/],
  ['no scope', { 'cloudflare-account-id': '' }, /cloudflare-account-id: not given/],
  ['both scopes', { 'cloudflare-account-id': ACCOUNT, 'cloudflare-zone-id': ZONE }, /cloudflare-zone-id/],
  ['no Cloudflare credentials', { 'cloudflare-api-token': '' }, /cloudflare-api-token: not given/],
  ['no GitHub credentials', { 'github-token': '' }, /github-token/],
  ['no name', { 'token-name': '' }, /token-name: not given/],
  ['a name that is too long', { 'token-name': 'n'.repeat(351) }, /token-name: 351|token-name: got 351/],
  ['a secret name of GitHub', { 'client-id-name': 'GITHUB_ID' }, /client-id-name: got "GITHUB_ID"/],
  ['two equal secret names', { 'client-id-name': 'CF_ACCESS_CLIENT_SECRET' }, /client-secret-name/],
  ['a malformed repository', { repository: 'web' }, /repository: got "web".*owner\/name/],
  ['an empty repository', { repository: '' }, /repository: got nothing/],
  ['an empty environment', { environment: ' ' }, /environment: got nothing/],
  ['a malformed duration', { duration: '1y' }, /duration: got "1y"/],
  ['a grace that is too long', { 'grace-period': '31d' }, /grace-period: got "31d"/],
  ['a malformed boolean', { force: 'yes' }, /force: got "yes"/],
  ['an address without TLS', { 'verify-url': 'http://app.example.com' }, /verify-url: got/],
  [
    'a line break in a credential',
    { 'github-token': 'ghp_aaaaaaaa\nbbbbbbbb' },
    /github-token: got a line break/,
  ],
  [
    'an input that does not exist',
    { environments: 'production' },
    /"environments": did you mean `environment`\?/,
  ],
  [
    'both ways to name targets',
    { targets: 'repository=acme/api', environment: 'production' },
    /targets: given beside/,
  ],
  ['a target line with a wrong key', { targets: 'repo=acme/api' }, /did you mean `repository`/],
];

for (const [title, inputs, says] of ROWS) {
  story(`${title} is one clear error, before anything is called`, async ({ run, sandbox }) => {
    const step = await run(inputs);
    expect(sandbox.faults.log).toEqual([]);
    const errors = step.annotations.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      reason: 'settings',
      changed: 'false',
      targets: '[]',
    });
    expect(Object.keys(step.outputs)).toEqual(OUTPUTS);
  });
}

story('several mistakes are told at once', async ({ run, sandbox }) => {
  const step = await run({ operation: 'x', duration: 'x', repository: 'x', 'token-name': '' });
  const [error, ...others] = step.annotations.filter(({ level }) => level === 'error');
  expect(others).toEqual([]);
  expect(error?.message.split('\n').length).toBeGreaterThanOrEqual(3);
  expect(sandbox.faults.log).toEqual([]);
});
