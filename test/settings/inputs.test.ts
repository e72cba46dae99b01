import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/model/time.ts';
import { INPUT_NAMES, type InputName } from '../../src/settings/inputs.ts';
import { CLOUDFLARE_ROWS } from './cloudflare-rows.ts';
import { GITHUB_ROWS } from './github-rows.ts';
import type { Row } from './row.ts';
import { RUN_ROWS } from './run-rows.ts';
import { readInputs } from '../../src/settings/read-settings.ts';
import { complaintsOf, environmentOf, settingsOf } from './step.ts';

/** `manifest` and the two of `verify` have tests of their own. */
type InRows = Exclude<InputName, 'manifest' | 'client-id' | 'client-secret'>;
const ROWS: Readonly<Record<InRows, Row>> = { ...CLOUDFLARE_ROWS, ...GITHUB_ROWS, ...RUN_ROWS };
const NAMES = INPUT_NAMES.filter((name): name is InRows => name in ROWS);

describe.each(NAMES)('%s', (name) => {
  const { beside = {}, good, bad, empty } = ROWS[name];

  it.each(good)('takes %j', (value, read, as) => {
    expect(complaintsOf({ ...beside, [name]: value })).toEqual([]);
    expect(read(settingsOf({ ...beside, [name]: value }))).toEqual(as);
  });

  it.each(bad)('refuses %j in one line that names the input', (value) => {
    const complaints = complaintsOf({ ...beside, [name]: value });
    expect(complaints).toHaveLength(1);
    const named =
      name === 'client-id-name' && value === 'CF_ACCESS_CLIENT_SECRET' ? 'client-secret-name' : name;
    expect(complaints[0]).toMatch(new RegExp(`^${named}(?:, line 1)?(?:, [a-z]+)?: .+\\.$`));
  });

  if (empty === undefined) {
    it.each(['', '  \n '])('%j counts as not given', (value) => {
      expect(settingsOf({ ...beside, [name]: value })).toEqual(settingsOf({ ...beside, [name]: undefined }));
    });
  } else {
    it.each(['', '  \n '])('%j is refused', (value) => {
      expect(complaintsOf({ ...beside, [name]: value }).map((line) => line.slice(0, empty.length))).toEqual([
        empty,
      ]);
    });
  }
});

it('without inputs has the defaults', () => {
  expect(readInputs(environmentOf({}))).toEqual({
    operation: 'rotate',
    scope: { kind: 'account', id: '0123456789abcdef0123456789abcdef' },
    cloudflare: {
      credentials: { kind: 'api-token', token: 'cloudflare-token' },
      apiUrl: 'https://api.cloudflare.com/client/v4',
    },
    github: { credentials: { kind: 'token', token: 'ghs_token' }, apiUrl: 'https://api.github.com' },
    requestTimeout: 30 * SECOND,
    maxWait: 15 * MINUTE,
    dryRun: false,
    tokens: [
      {
        tokenName: 'deploy',
        tokenId: undefined,
        targets: [
          {
            place: { kind: 'repository', owner: 'acme', repository: 'web', app: 'actions' },
            clientIdName: 'CF_ACCESS_CLIENT_ID',
            clientSecretName: 'CF_ACCESS_CLIENT_SECRET',
            clientIdKind: 'secret',
          },
        ],
        targetsNamed: false,
        createEnvironment: false,
        duration: undefined,
        rotateAfter: 0,
        renewBefore: undefined,
        gracePeriod: 36 * HOUR,
        force: false,
        adopt: false,
        admitTo: [],
        endSessions: false,
        leavePending: false,
        secretVersion: undefined,
        verifyUrl: undefined,
        verifyTimeout: 120 * SECOND,
        outputClientSecret: false,
      },
    ],
    renewBefore: undefined,
    manifest: undefined,
    warnings: [],
  });
});
