import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { credentialsToMask } from '../../src/settings/read-settings.ts';
import { VERIFY, complaintsOf, newPrivateKey, settingsOf, verifySettingsOf, type Given } from './step.ts';

const { pkcs1, pkcs8 } = newPrivateKey();
const noInput = { 'cloudflare-api-token': undefined };
const token = { kind: 'api-token', token: 'T' };
const pair = { kind: 'api-key', key: 'K', email: 'E' };
const tokenVariable = { CLOUDFLARE_API_TOKEN: 'T' };
const pairVariables = { CLOUDFLARE_API_KEY: 'K', CLOUDFLARE_EMAIL: 'E' };

describe('credentials for Cloudflare', () => {
  it.each<[Given, object]>([
    [{ 'cloudflare-api-token': 'T' }, token],
    [{ 'cloudflare-api-key': 'K', 'cloudflare-email': 'E' }, pair],
    [tokenVariable, token],
    [{ CLOUDFLARE_API_TOKEN: ' T\n' }, token],
    [pairVariables, pair],
    [{ CLOUDFLARE_API_TOKEN: '', ...pairVariables }, pair],
    [{ ...tokenVariable, ...pairVariables }, token],
    [{ 'cloudflare-api-token': 'T', CLOUDFLARE_API_TOKEN: 'x', CLOUDFLARE_API_KEY: 'x' }, token],
    [{ 'cloudflare-api-key': 'K', 'cloudflare-email': 'E', CLOUDFLARE_API_TOKEN: 'x' }, pair],
    [{ 'cloudflare-api-key': 'K', CLOUDFLARE_EMAIL: 'E', CLOUDFLARE_API_TOKEN: 'x' }, pair],
    [{ 'cloudflare-email': 'E', CLOUDFLARE_API_KEY: 'K', CLOUDFLARE_API_TOKEN: 'x' }, pair],
  ])('of %j', (given, credentials) => {
    expect(settingsOf({ ...noInput, ...given }).cloudflare.credentials).toEqual(credentials);
  });

  it.each<[Given, string]>([
    [{}, 'cloudflare-api-token: not given'],
    [{ 'cloudflare-api-key': 'K' }, 'cloudflare-email: not given'],
    [{ 'cloudflare-email': 'E', ...tokenVariable }, 'cloudflare-api-key: not given'],
    [{ CLOUDFLARE_API_KEY: 'K' }, 'cloudflare-email: not given'],
    [{ CLOUDFLARE_EMAIL: 'E' }, 'cloudflare-api-key: not given'],
    [
      { 'cloudflare-api-token': 'T', 'cloudflare-api-key': 'K', 'cloudflare-email': 'E' },
      'cloudflare-api-key: given beside',
    ],
    [{ 'cloudflare-api-token': 'T', 'cloudflare-email': 'E' }, 'cloudflare-email: given beside'],
    [
      { CLOUDFLARE_API_TOKEN: 'a\nb' },
      'cloudflare-api-token (from CLOUDFLARE_API_TOKEN): got a line break in it;',
    ],
  ])('are refused of %j', (given, start) => {
    const complaints = complaintsOf({ ...noInput, ...given });
    expect(complaints.map((line) => line.slice(0, start.length))).toEqual([start]);
  });
});

describe('the scope', () => {
  const id = (name: string): string => name.padEnd(32, '0');
  const none = { 'cloudflare-account-id': undefined };

  it.each<[Given, object]>([
    [{ 'cloudflare-account-id': id('a') }, { kind: 'account', id: id('a') }],
    [{ CLOUDFLARE_ACCOUNT_ID: id('b') }, { kind: 'account', id: id('b') }],
    [
      { 'cloudflare-account-id': id('a'), CLOUDFLARE_ACCOUNT_ID: id('b') },
      { kind: 'account', id: id('a') },
    ],
    [{ 'cloudflare-zone-id': id('c') }, { kind: 'zone', id: id('c') }],
    [
      { 'cloudflare-zone-id': id('c'), CLOUDFLARE_ACCOUNT_ID: id('b') },
      { kind: 'zone', id: id('c') },
    ],
  ])('of %j', (given, scope) => {
    expect(settingsOf({ ...none, ...given }).scope).toEqual(scope);
  });

  it.each<[Given, string]>([
    [{}, 'cloudflare-account-id: not given, and neither are CLOUDFLARE_ACCOUNT_ID and `cloudflare-zone-id`,'],
    [
      { CLOUDFLARE_ACCOUNT_ID: '' },
      'cloudflare-account-id: not given, and neither are CLOUDFLARE_ACCOUNT_ID and `cloudflare-zone-id`,',
    ],
    [
      { 'cloudflare-account-id': 'acme' },
      'cloudflare-account-id: got "acme"; accepts the ID of an account, 32 hexadecimal digits; the dashboard shows',
    ],
    [
      { 'cloudflare-zone-id': 'example.com' },
      'cloudflare-zone-id: got "example.com"; accepts the ID of a zone, 32 hexadecimal digits; the dashboard shows',
    ],
    [
      // Not shown, because it may be an API token.
      { 'cloudflare-account-id': 'v1.0-0123456789abcdef0123456789abcdef0123' },
      'cloudflare-account-id: got 41 characters; accepts the ID',
    ],
    [{ 'cloudflare-account-id': id('a'), 'cloudflare-zone-id': id('c') }, 'cloudflare-zone-id: given beside'],
    [{ CLOUDFLARE_ACCOUNT_ID: '../x' }, 'cloudflare-account-id (from CLOUDFLARE_ACCOUNT_ID): got "../x";'],
  ])('is refused of %j', (given, start) => {
    const complaints = complaintsOf({ ...none, ...given });
    expect(complaints.map((line) => line.slice(0, start.length))).toEqual([start]);
  });

  it("is reached at the address of the input, of the environment, or Cloudflare's own", () => {
    const variable = { CLOUDFLARE_BASE_URL: 'http://127.0.0.1:1/v4/' };
    expect(settingsOf(variable).cloudflare.apiUrl).toBe('http://127.0.0.1:1/v4');
    expect(settingsOf({ ...variable, 'cloudflare-api-url': 'https://x.test' }).cloudflare.apiUrl).toBe(
      'https://x.test',
    );
    expect(complaintsOf({ CLOUDFLARE_BASE_URL: 'http://x.test' })[0]).toMatch(
      /^cloudflare-api-url \(from CLOUDFLARE_BASE_URL\): /,
    );
  });
});

describe('the private key of an App', () => {
  const app = { 'github-token': undefined, 'github-app-client-id': 'Iv1.a' };
  const read = (key: string): unknown =>
    settingsOf({ ...app, 'github-app-private-key': key }).github.credentials;

  it.each([
    ['PKCS #1', pkcs1],
    ['PKCS #8', pkcs8],
    ['CRLF', pkcs1.replaceAll('\n', '\r\n')],
    ['\\n', pkcs1.replaceAll('\n', '\\n')],
    ['\\r\\n', pkcs8.replaceAll('\n', '\\r\\n')],
    ['spaces for line breaks', pkcs1.replaceAll('\n', ' ')],
    ['base64', Buffer.from(pkcs1).toString('base64')],
    ['base64 in lines', Buffer.from(pkcs8).toString('base64').replace(/.{76}/g, '$&\n')],
  ])('is read from %s', (_form, key) => {
    expect(read(key)).toEqual({ kind: 'app', clientId: 'Iv1.a', privateKey: pkcs8 });
  });

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const { privateKey: rsa, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  it.each([
    ['elliptic curve', ec.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['public', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    [
      'encrypted',
      rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    ],
    ['cut off', pkcs8.slice(0, -100)],
    ['damaged', pkcs8.replace(/\n.{20}/, '\n')],
    ['no PEM', 'bm90IGEga2V5'],
  ])('is refused if it is %s, and not shown', (_flaw, key) => {
    const complaints = complaintsOf({ ...app, 'github-app-private-key': key });
    expect(complaints).toEqual([
      expect.stringMatching(/^github-app-private-key: got something else; accepts /),
    ]);
    for (const line of key.split('\n').filter((part) => part !== ''))
      expect(complaints[0]).not.toContain(line);
  });

  it.each<[Given, string[]]>([
    [
      { 'github-app-client-id': 'a' },
      ['github-app-private-key: not given. It is needed beside `github-app-client-id`.'],
    ],
    [
      { 'github-app-private-key': pkcs8 },
      ['github-app-client-id: not given. It is needed beside `github-app-private-key`.'],
    ],
    [
      { 'github-app-private-key': pkcs8, 'github-app-client-id': 'a', 'github-token': 'g' },
      ['github-app-client-id: given beside `github-token`; accepts one of the two kinds of credentials.'],
    ],
  ])('goes with the id alone (%#)', (given, complaints) => {
    expect(complaintsOf({ 'github-token': undefined, ...given })).toEqual(complaints);
  });
});

describe('a credential that is empty', () => {
  const empty = 'came out empty; is the secret defined here? Runs from forks and Dependabot get none.';
  const { pkcs8: key } = newPrivateKey();

  it.each<[name: string, Given, start: string]>([
    ['cloudflare-api-token', { 'cloudflare-api-token': '' }, 'not given, or it '],
    [
      'cloudflare-api-token',
      { 'cloudflare-api-token': '', CLOUDFLARE_API_TOKEN: '' },
      'not given, and CLOUDFLARE_API_TOKEN ',
    ],
    [
      'cloudflare-api-key',
      { 'cloudflare-api-token': '', 'cloudflare-api-key': '', 'cloudflare-email': 'E' },
      'not given, or it ',
    ],
    [
      'cloudflare-email',
      { 'cloudflare-api-token': '', 'cloudflare-api-key': 'K', CLOUDFLARE_EMAIL: '' },
      'not given, and CLOUDFLARE_EMAIL ',
    ],
    ['github-token', { 'github-token': '' }, 'not given, or it '],
    [
      'github-app-client-id',
      { 'github-token': '', 'github-app-client-id': '', 'github-app-private-key': key },
      'not given, or it ',
    ],
    [
      'github-app-private-key',
      { 'github-token': '', 'github-app-client-id': '1', 'github-app-private-key': ' ' },
      'not given, or it ',
    ],
    ['client-id', { ...VERIFY, 'client-id': '' }, 'not given, or it '],
    ['client-secret', { ...VERIFY, 'client-secret': '' }, 'not given, or it '],
  ])('%s is explained as an expression that came out empty (%j)', (name, given, start) => {
    const complaints = complaintsOf(given);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]?.startsWith(`${name}: ${start}${empty}`)).toBe(true);
  });

  it('is only called missing if no expression can be behind it', () => {
    expect(complaintsOf({ 'github-token': undefined })[0]).toMatch(
      /^github-token: not given\. Accepts a token, /,
    );
  });
});

describe('what is masked', () => {
  it('is the tokens', () => {
    expect(credentialsToMask(settingsOf())).toEqual(['cloudflare-token', 'ghs_token']);
  });

  it('is the API key, and what the private key holds', () => {
    const settings = settingsOf({
      ...noInput,
      ...{ 'cloudflare-api-key': 'the-key', 'cloudflare-email': 'me@example.com' },
      ...{ 'github-token': undefined, 'github-app-client-id': '1', 'github-app-private-key': pkcs1 },
    });
    const masked = credentialsToMask(settings);
    expect(masked[0]).toBe('the-key');
    const left = masked.slice(1).reduce((text, line) => text.replace(line, '***'), pkcs8);
    expect(left).toMatch(
      /^-----BEGIN PRIVATE KEY-----\n(?:\*{3}\n)+(?:.{1,7}\n)?-----END PRIVATE KEY-----\n$/,
    );
    expect(masked.slice(1).every((line) => line.length >= 8)).toBe(true);
  });

  it('is the Cloudflare credential alone where there is no other', () => {
    expect(credentialsToMask(settingsOf({ operation: 'renew', 'github-token': undefined }))).toEqual([
      'cloudflare-token',
    ]);
  });

  it('is both token credentials of verify', () => {
    expect(credentialsToMask(verifySettingsOf())).toEqual(['hush-hush', 'id.access']);
  });
});
