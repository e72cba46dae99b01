import { describe, expect, it } from 'vitest';
import { OPERATIONS, type Operation } from '../../src/model/operation.ts';
import { INPUT_NAMES, type InputName } from '../../src/settings/inputs.ts';
import { USES } from '../../src/settings/uses.ts';
import { VERIFY, complaintsOf, type Given } from './step.ts';

const UUID = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';

/** A value of each input that is not its default. */
const CHOSEN: Readonly<Partial<Record<InputName, string>>> = {
  'token-name': 'deploy',
  'token-id': UUID,
  adopt: 'true',
  'admit-to': 'application=app.example.com',
  'end-sessions': 'true',
  duration: '90d',
  'rotate-after': '30d',
  'renew-before': '7d',
  'grace-period': '1h',
  force: 'true',
  'leave-pending': 'true',
  'secret-version': '2',
  repository: 'acme/api',
  environment: 'production',
  targets: 'repository=acme/api',
  'create-environment': 'true',
  'client-id-name': 'ID',
  'client-secret-name': 'SECRET',
  'client-id-kind': 'variable',
  'verify-url': 'https://app.example.com',
  'verify-timeout': '10s',
  'client-id': 'id.access',
  'client-secret': 'hush',
  'output-client-secret': 'true',
  'request-timeout': '10s',
  'max-wait': '10s',
  'dry-run': 'true',
};

/** What else an input needs to make sense. */
const BESIDE: Readonly<Partial<Record<`${InputName} ${Operation}`, Given>>> = {
  'end-sessions rotate': { force: 'true', 'grace-period': '0s', 'admit-to': 'application=x' },
  'end-sessions revoke': { 'admit-to': 'application=x' },
  'admit-to revoke': { 'end-sessions': 'true' },
};

/** Written down once more, so that a change of the table is a change of two places: r = rotate, n = renew, ... */
const LETTERS: Readonly<Record<Operation, string>> = {
  ...{
    rotate: 'r',
    renew: 'n',
    check: 'c',
    revoke: 'v',
    delete: 'd',
    lease: 'l',
    complete: 'p',
    verify: 'y',
  },
};
const EXPECTED: Readonly<Partial<Record<InputName, string>>> = {
  manifest: 'rncvdp',
  'token-name': 'rncvdpl',
  'token-id': 'rncvdp',
  adopt: 'rcvd',
  'admit-to': 'rcvdl',
  'end-sessions': 'rv',
  duration: 'rncl',
  'rotate-after': 'rcp',
  'renew-before': 'rc',
  'grace-period': 'rcvdp',
  force: 'rcvd',
  'leave-pending': 'rc',
  'secret-version': 'p',
  repository: 'rcvdp',
  environment: 'rcvdp',
  targets: 'rcvdp',
  'create-environment': 'rc',
  'client-id-name': 'rcvdp',
  'client-secret-name': 'rcvdp',
  'client-id-kind': 'rcvdp',
  'verify-url': 'rcly',
  'verify-timeout': 'rcly',
  'client-id': 'y',
  'client-secret': 'y',
  'output-client-secret': 'rcl',
};

describe('the table of uses', () => {
  it.each(INPUT_NAMES)('%s goes with the operations that have a use for it', (name) => {
    const expected = EXPECTED[name] ?? Object.values(LETTERS).join('');
    const operations = OPERATIONS.filter((operation) => expected.includes(LETTERS[operation]));
    expect(OPERATIONS.filter((operation) => USES[name].operations.includes(operation))).toEqual(operations);
  });
});

describe.each(OPERATIONS)('%s', (operation) => {
  const step: Given = operation === 'verify' ? VERIFY : { operation };
  const chosen = INPUT_NAMES.flatMap((name) => {
    const value = CHOSEN[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const usable = chosen.filter(([name]) => USES[name].operations.includes(operation));
  const unusable = chosen.filter(([name]) => !USES[name].operations.includes(operation));

  it.each(usable)('takes %s', (name, value) => {
    expect(complaintsOf({ ...step, ...BESIDE[`${name} ${operation}`], [name]: value })).toEqual([]);
  });

  it.each(unusable)('refuses %s, and says what it goes with', (name, value) => {
    const words = USES[name].operations.map((word) => `\`${word}\``);
    const [last = ''] = words.slice(-1);
    const list = words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${last}` : last;
    expect(complaintsOf({ ...step, [name]: value })).toEqual([
      `${name}: does not go with \`${operation}\`; it goes with ${list}.`,
    ]);
  });

  it('does not mind defaults and empty inputs, which the runner passes too', () => {
    const defaults: Given = {
      ...{
        repository: 'ACME/web',
        environment: '(none)',
        force: 'false',
        adopt: 'False',
        'grace-period': '36h',
      },
      ...{
        'client-id-kind': 'secret',
        'verify-timeout': '120s',
        'output-client-secret': 'false',
        targets: '',
      },
      ...{
        'rotate-after': '',
        'admit-to': ' ',
        'secret-version': '',
        'client-id-name': 'CF_ACCESS_CLIENT_ID',
      },
    };
    expect(complaintsOf({ ...step, ...defaults })).toEqual([]);
  });

  it('takes API credentials, used or not', () => {
    const credentials = {
      'cloudflare-api-token': 'a',
      'cloudflare-account-id': 'a'.repeat(32),
      'github-token': 'g',
    };
    expect(complaintsOf({ ...step, ...credentials })).toEqual([]);
  });
});

describe('what goes together', () => {
  const application = { 'admit-to': 'application=x' };
  const forced = { force: 'true', 'grace-period': '0s' };
  const end = { 'end-sessions': 'true' };
  const needsForce =
    'end-sessions: needs `force: true` and `grace-period: 0s` with `rotate`, or `operation: revoke`.';
  const needsApplication = 'admit-to: needs a line `application=…` for `end-sessions`.';

  it.each<[Given, string[]]>([
    [{ ...end, ...application, ...forced }, []],
    [{ ...end, ...application, operation: 'revoke' }, []],
    [{ ...end, ...application }, [needsForce]],
    [{ ...end, ...application, force: 'true' }, [needsForce]],
    [{ ...end, ...application, 'grace-period': '0s' }, [needsForce]],
    [{ ...end, ...forced }, [needsApplication]],
    [{ ...end, ...forced, 'admit-to': 'policy=x' }, [needsApplication]],
    [{ ...end, ...forced, 'admit-to': 'policy=x\napplication=y' }, []],
    [{ ...end, operation: 'revoke' }, [needsApplication]],
    [
      { ...application, operation: 'revoke' },
      ['admit-to: does not go with `revoke`, unless `end-sessions` is `true`.'],
    ],
  ])('end-sessions, an application and a rotation that ends the old secret: %j', (given, complaints) => {
    expect(complaintsOf(given)).toEqual(complaints);
  });

  it.each<[Given, string[]]>([
    [{ operation: 'lease' }, ['admit-to, line 2: `policy` does not go with `lease`; accepts `application`.']],
    [
      { 'cloudflare-account-id': undefined, 'cloudflare-zone-id': 'a'.repeat(32) },
      ['admit-to, line 2: `policy` does not go with a zone, because reusable policies belong to accounts.'],
    ],
    [{}, []],
  ])('a policy needs an account, and no lease: %j', (given, complaints) => {
    expect(complaintsOf({ ...given, 'admit-to': 'application=x\npolicy=y' })).toEqual(complaints);
  });

  it('admit-to names nothing twice', () => {
    expect(complaintsOf({ 'admit-to': 'policy=x\napplication=x\npolicy = x' })).toEqual([
      'admit-to, line 3: names the policy "x" twice; accepts it once.',
    ]);
  });
});
