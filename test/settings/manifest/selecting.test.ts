import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../src/model/time.ts';
import { USES } from '../../../src/settings/uses.ts';
import { INPUT_NAMES } from '../../../src/settings/inputs.ts';
import type { Given } from '../step.ts';
import { manifestProblem, manifestSettings } from './read.ts';

const UUID = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
const FLEET = [
  'defaults: {grace-period: 72h}',
  'tokens:',
  '  - name: web',
  '    admit-to: [{application: web.example.com}]',
  '  - name: api',
  '    grace-period: 1h',
  '    targets: repository=acme/api',
  `  - id: ${UUID}`,
  '    targets: app=agents',
  '  - name: old',
  '    id: 00000000-0000-4000-8000-000000000000',
  '    targets: app=codespaces',
].join('\n');

const complaints = async (given: Given): Promise<readonly string[]> =>
  (await manifestProblem(FLEET, given)).lines;
const selected = async (given: Given): Promise<readonly (string | undefined)[]> =>
  (await manifestSettings(FLEET, given)).tokens.map(({ tokenName, tokenId }) => tokenName ?? tokenId);

describe('token-name beside a manifest', () => {
  it.each<[string | undefined, string[]]>([
    [undefined, ['web', 'api', UUID, 'old']],
    ['api', ['api']],
    ['\n old \n web\n', ['web', 'old']],
    [UUID.toUpperCase(), [UUID]],
    ['web\nweb', ['web']],
  ])('%j selects %j', async (name, tokens) => {
    expect(await selected({ 'token-name': name })).toEqual(tokens);
  });

  it('selects nothing that does not exist', async () => {
    const accepts = `accepts names of entries of the manifest: "web", "api", "${UUID}", "old".`;
    expect(await complaints({ 'token-name': 'webb' })).toEqual([
      `token-name: got "webb" (did you mean \`web\`?); ${accepts}`,
    ]);
    expect(await complaints({ 'token-name': 'web\nWeb2\n00000000-0000-4000-8000-000000000000' })).toEqual([
      `token-name, line 2: got "Web2" (did you mean \`web\`?); ${accepts}`,
      `token-name, line 3: got "00000000-0000-4000-8000-000000000000"; ${accepts}`,
    ]);
  });

  it('leaves every entry in the manifest, for a check of what no entry names', async () => {
    const { manifest } = await manifestSettings(FLEET, { operation: 'check', 'token-name': 'api' });
    expect(manifest?.entries.map(({ tokenName, tokenId }) => tokenName ?? tokenId)).toEqual([
      ...['web', 'api', UUID, 'old'],
    ]);
  });

  it('does not keep quiet about an entry that is not selected', async () => {
    const { lines } = await manifestProblem(`${FLEET}\n    duration: 30\n`, { 'token-name': 'web' });
    expect(lines).toEqual([expect.stringMatching(/^tokens\.yml:13:15: duration: got the number 30/)]);
  });

  it.each(['delete', 'revoke', 'complete'])('is needed by %s', async (operation) => {
    expect(await complaints({ operation })).toEqual([
      `token-name: not given, or it came out empty; \`${operation}\` with \`manifest\` needs the names of the entries to work on.`,
    ]);
    expect(await selected({ operation, 'token-name': 'web\napi' })).toEqual(['web', 'api']);
  });

  it.each(['rotate', 'renew', 'check'])('is not needed by %s', async (operation) => {
    expect(await selected({ operation })).toHaveLength(4);
  });
});

describe('inputs beside a manifest', () => {
  const CHOSEN: Given = {
    ...{ 'token-id': UUID, 'admit-to': 'application=x', duration: '90d', 'rotate-after': '1d' },
    ...{ 'renew-before': '1d', repository: 'acme/x', environment: 'x', targets: 'app=agents' },
    ...{ 'create-environment': 'true', 'client-id-name': 'a', 'client-secret-name': 'b' },
    ...{ 'client-id-kind': 'variable', 'verify-url': 'https://x.test', 'verify-timeout': '1s' },
  };
  const describing = INPUT_NAMES.filter(
    (name) => USES[name].besideManifest === 'no' && USES[name].operations.includes('rotate'),
  );

  it.each(describing)('%s describes one token, and is refused', async (name) => {
    expect(await complaints({ [name]: CHOSEN[name] })).toEqual([
      `${name}: does not go with \`manifest\`, where it is a key of an entry or of \`defaults\`.`,
    ]);
  });

  it.each<[name: string, Given, needs: Given]>([
    ['force', { force: 'true' }, {}],
    ['adopt', { adopt: 'true' }, {}],
    ['grace-period', { 'grace-period': '0s' }, {}],
    ['end-sessions', { 'end-sessions': 'true' }, { force: 'true', 'grace-period': '0s' }],
    ['leave-pending', { 'leave-pending': 'true' }, {}],
    ['output-client-secret', { 'output-client-secret': 'true' }, {}],
  ])('%s needs selected entries', async (name, given, needs) => {
    expect(await complaints(given)).toContain(
      `${name}: needs \`token-name\` beside \`manifest\`, with the entries that it applies to.`,
    );
    expect(await complaints({ ...given, ...needs, 'token-name': 'web' })).toEqual([]);
  });

  it.each<[Given, string]>([
    [{ 'leave-pending': 'true' }, 'leave-pending'],
    [{ 'output-client-secret': 'true' }, 'output-client-secret'],
    [{ 'secret-version': '2', operation: 'complete' }, 'secret-version'],
  ])('%j needs exactly one entry', async (given, name) => {
    expect(await complaints({ ...given, 'token-name': 'web\napi' })).toEqual([
      `${name}: needs exactly one entry in \`token-name\` beside \`manifest\`, not 2.`,
    ]);
    expect(await complaints({ ...given, 'token-name': 'api' })).toEqual([]);
  });

  it('override what the selected entries say', async () => {
    const graces = async (given: Given): Promise<readonly number[]> =>
      (await manifestSettings(FLEET, given)).tokens.map(({ gracePeriod }) => gracePeriod);
    expect(await graces({})).toEqual([3 * DAY, HOUR, 3 * DAY, 3 * DAY]);
    expect(await graces({ 'token-name': 'web\napi', 'grace-period': '2h' })).toEqual([2 * HOUR, 2 * HOUR]);
    const { tokens } = await manifestSettings(FLEET, {
      ...{ 'token-name': 'api', force: 'true', adopt: 'true', 'leave-pending': 'true' },
      'output-client-secret': 'true',
    });
    expect(tokens).toMatchObject([
      { force: true, adopt: true, leavePending: true, outputClientSecret: true, gracePeriod: HOUR },
    ]);
  });

  it('end no sessions of an entry without an application', async () => {
    const end = { 'end-sessions': 'true', operation: 'revoke' };
    expect(await complaints({ ...end, 'token-name': 'web' })).toEqual([]);
    expect(await complaints({ ...end, 'token-name': 'web\napi' })).toEqual([
      'tokens.yml:5:5: admit-to: needs a line `application=…` for `end-sessions`.',
    ]);
  });

  it.each(['lease', 'verify'])('manifest does not go with %s', async (operation) => {
    expect(await complaints({ operation })).toContain(
      `manifest: does not go with \`${operation}\`; it goes with \`rotate\`, \`renew\`, \`check\`, \`revoke\`, \`delete\` or \`complete\`.`,
    );
  });

  it('a manifest with targets needs API credentials for GitHub, unless nothing looks at targets', async () => {
    const none = { 'github-token': undefined };
    for (const operation of ['rotate', 'check']) {
      expect(await complaints({ ...none, operation })).toEqual([
        expect.stringMatching(/^github-token: not given\. Accepts a token, which/),
      ]);
    }
    expect(await complaints({ ...none, operation: 'renew' })).toEqual([]);
    const { tokens } = await manifestSettings(FLEET, { operation: 'renew' });
    expect(tokens.every(({ targets, admitTo }) => targets.length === 0 && admitTo.length === 0)).toBe(true);
  });
});
