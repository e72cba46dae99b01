import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../src/model/time.ts';
import { readInputs } from '../../src/settings/read-settings.ts';
import { complaintsOf, environmentOf, settingsOf, type Given } from './step.ts';

const none = { 'github-token': undefined };
const UUID = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
const named: readonly Given[] = [
  { environment: 'prod' },
  { repository: 'acme/api' },
  { targets: 'repository=acme/web' },
];
const needsCredentials = expect.stringMatching(
  /^github-token: not given\. Accepts a token, which .+ needs, or `github-app-client-id`/,
) as string;

describe('targets and credentials for GitHub', () => {
  it.each(['rotate', 'delete', 'check', 'revoke', 'complete'])(
    '%s with credentials looks at the own repository, or at what is named',
    (operation) => {
      expect(settingsOf({ operation }).targets).toHaveLength(1);
      for (const given of named) {
        const settings = settingsOf({ operation, ...given });
        expect(settings.targets).toHaveLength(1);
        expect(settings.targetsNamed).toBe(true);
      }
    },
  );

  it.each(['renew', 'lease'])('%s looks at no target', (operation) => {
    expect(settingsOf({ operation })).toMatchObject({ targets: [], targetsNamed: false });
  });

  it.each(['rotate', 'delete', 'complete'])('%s needs credentials', (operation) => {
    expect(complaintsOf({ operation, ...none })).toEqual([needsCredentials]);
  });

  it.each(['check', 'revoke'])('%s needs credentials for a named target alone', (operation) => {
    const settings = settingsOf({ operation, ...none });
    expect(settings.targets).toEqual([]);
    expect(settings.targetsNamed).toBe(false);
    expect(settings.github.credentials).toBeUndefined();
    for (const given of named)
      expect(complaintsOf({ operation, ...none, ...given })).toEqual([needsCredentials]);
  });

  it.each(['check', 'revoke', 'renew', 'lease'])(
    '%s without credentials needs no repository',
    (operation) => {
      const nowhere = { repository: undefined, GITHUB_REPOSITORY: undefined };
      expect(complaintsOf({ operation, ...none, ...nowhere })).toEqual([]);
    },
  );
});

describe('the token', () => {
  const unnamed = { 'token-name': undefined };

  it.each(['rotate', 'renew', 'revoke', 'delete'])('%s needs its name or id', (operation) => {
    expect(complaintsOf({ operation, ...unnamed })).toEqual([
      `token-name: not given; \`${operation}\` needs \`token-name\` or \`token-id\`.`,
    ]);
    expect(settingsOf({ operation, ...unnamed, 'token-id': UUID })).toMatchObject({ tokenId: UUID });
    expect(settingsOf({ operation, 'token-id': UUID })).toMatchObject({ tokenName: 'deploy', tokenId: UUID });
  });

  it('check without name and ID is of the whole account', () => {
    const account = { operation: 'check', ...unnamed };
    expect(readInputs(environmentOf({ ...account, 'renew-before': '7d' }))).toMatchObject({
      tokens: [],
      renewBefore: 7 * DAY,
    });
    for (const given of [...named, { force: 'true' }, { 'rotate-after': '1d' }]) {
      const [name = ''] = Object.keys(given);
      expect(complaintsOf({ ...account, ...given })).toEqual([
        `${name}: does not go with a check of the whole account; give \`token-name\` or \`token-id\` as well.`,
      ]);
    }
  });

  it('lease creates its own, whose name leaves room for an ending', () => {
    expect(settingsOf({ operation: 'lease', ...unnamed }).tokenName).toBe('lease');
    expect(settingsOf({ operation: 'lease', 'token-name': 'é'.repeat(230) }).tokenName).toHaveLength(230);
    expect(complaintsOf({ operation: 'lease', 'token-name': 'é'.repeat(231) })[0]).toMatch(
      /^token-name: got 231 characters \("é{100}…"\); accepts at most 230\.$/,
    );
  });
});

describe('defaults that depend on the operation', () => {
  it.each([
    ['rotate', 0, undefined],
    ['check', 'never', undefined],
    ['lease', 'never', { kind: 'span', milliseconds: HOUR, text: '1h' }],
  ])('%s rotates after %s and has the duration %j', (operation, rotateAfter, duration) => {
    expect(settingsOf({ operation })).toMatchObject({ rotateAfter, duration });
    expect(settingsOf({ operation, duration: '90d' })).toMatchObject({ duration: { text: '2160h' } });
  });
});

it.each(['renew', 'revoke', 'delete', 'complete'])('%s does not know when a rotation is due', (operation) => {
  expect(settingsOf({ operation })).toMatchObject({ rotateAfter: 'never' });
});

describe('a warning', () => {
  const shorter =
    'rotate-after (24 hours) is shorter than grace-period (36 hours): nothing is rotated while a grace period runs.';

  it.each<[Given, string[]]>([
    [{ 'rotate-after': '24h' }, [shorter]],
    [{ 'rotate-after': '24h', operation: 'check' }, [shorter]],
    [{ 'rotate-after': '24h', operation: 'complete' }, []],
    [{ 'rotate-after': '36h' }, []],
    [{ 'rotate-after': '0s' }, []],
    [{ 'rotate-after': 'never' }, []],
    [{ 'rotate-after': '24h', 'grace-period': '24h' }, []],
    [
      { operation: 'lease', duration: 'forever' },
      ['duration is forever: a leased token outlives its job if the runner is lost before the post step.'],
    ],
    [{ duration: 'forever' }, []],
  ])('of %j', (given, warnings) => {
    expect(settingsOf(given).warnings).toEqual(warnings);
  });
});
