import { describe, expect, it } from 'vitest';
import { inputVariable } from '../../sandbox/runner/action-definition.ts';
import { ACCOUNT } from '../../sandbox/world.ts';
import { leaseStep } from './process.ts';
import { Stage } from './stage.ts';

/** The runner evaluates the inputs of a step anew for its post step, after the job may have changed what they refer to. */
describe('a lease ends whatever the inputs are after the job', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['nothing but the credentials', {}],
    ['another operation', { operation: 'rotate' }],
    ['no operation', { operation: '' }],
    ['one that reads no token', { operation: 'verify' }],
    ['waits that are none', { 'max-wait': 'soon', 'request-timeout': 'never' }],
    ['a duration that is none', { duration: 'short', 'rotate-after': '?' }],
    ['an admission that is none', { 'admit-to': 'nobody' }],
    ['an input that does not exist', { 'token-nmae': 'x' }],
    ['no account', { 'cloudflare-account-id': '' }],
  ])('%s', async (_name, inputs) => {
    const stage = new Stage();
    const step = leaseStep(stage, { 'admit-to': 'application=staging.example.com' });
    const { outputs } = await step.main();
    expect([outputs['status'], stage.names().length]).toEqual(['leased', 1]);
    const { 'cloudflare-api-token': token = '' } = stage.sandbox.inputs();
    const given = { 'cloudflare-api-token': token, ...inputs };
    const ended = await step.postWith(
      Object.fromEntries(Object.entries(given).map(([name, value]) => [inputVariable(name), value])),
    );
    expect(ended.annotations).toEqual([]);
    expect(ended.masks).toContain(token);
    expect([stage.sandbox.cloudflare.list(), stage.names()]).toEqual([[], []]);
  });

  it('but not without credentials, which is a warning that names the token', async () => {
    const stage = new Stage();
    const step = leaseStep(stage, {});
    await step.main();
    const ended = await step.postWith({ [inputVariable('cloudflare-account-id')]: ACCOUNT });
    const [token] = stage.sandbox.cloudflare.list();
    expect(ended.annotations.map(({ kind }) => kind)).toEqual(['warning']);
    expect(ended.annotations[0]?.text).toContain(token?.name);
  });
});
