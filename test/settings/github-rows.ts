import type { InputName } from '../../src/settings/inputs.ts';
import { apiUrls, badApiUrls, booleans, type Row } from './row.ts';
import { newPrivateKey } from './step.ts';

const { pkcs8 } = newPrivateKey();
const app = { 'github-token': undefined, 'github-app-client-id': '123', 'github-app-private-key': pkcs8 };

/** Where the pair goes, and with what that is reached. */
export const GITHUB_ROWS = {
  'github-token': {
    good: [['ghs_a.b-c', (s) => s.github.credentials, { kind: 'token', token: 'ghs_a.b-c' }]],
    bad: ['a\nb', 'token abc', 'clé'],
    empty: 'github-token: not given',
  },
  'github-app-client-id': {
    beside: app,
    good: ['Iv23liABC', 'Iv1.abc', '123456'].map((id) => [
      id,
      (s) => s.github.credentials,
      { kind: 'app', clientId: id, privateKey: pkcs8 },
    ]),
    bad: ['a b', 'a/b', pkcs8],
    empty: 'github-app-client-id: not given',
  },
  'github-app-private-key': {
    beside: app,
    good: [[pkcs8, (s) => s.github.credentials, { kind: 'app', clientId: '123', privateKey: pkcs8 }]],
    bad: ['x', pkcs8.slice(0, 500), pkcs8.replace('M', '*'), 'a\nb'],
    empty: 'github-app-private-key: not given',
  },
  'github-api-url': {
    beside: { repository: 'acme/other' },
    good: apiUrls((s) => s.github.apiUrl),
    bad: badApiUrls,
  },
  repository: {
    good: [
      [
        'acme/api',
        (s) => s.targets.map(({ place }) => place),
        [{ kind: 'repository', owner: 'acme', repository: 'api', app: 'actions' }],
      ],
    ],
    bad: [
      'web',
      'acme/',
      '/web',
      'a/b/c',
      'acme/..',
      'https://github.com/acme/web',
      'ac me/web',
      'acme/w@b',
      `${'a'.repeat(40)}/web`,
      `acme/${'w'.repeat(101)}`,
    ],
    empty: 'repository: got nothing',
  },
  environment: {
    good: [
      [
        'eu/prod 1',
        (s) => s.targets.map(({ place }) => place),
        [{ kind: 'environment', owner: 'acme', repository: 'web', environment: 'eu/prod 1', app: 'actions' }],
      ],
    ],
    bad: ['x'.repeat(256), '..', '.', 'a\u0007b'],
    empty: 'environment: got nothing',
  },
  targets: {
    good: [['repository=acme/api', (s) => [s.targets.length, s.targetsNamed], [1, true]]],
    bad: ['acme/api', 'repository', '# nothing', 'repository=api'],
  },
  'create-environment': booleans((s) => s.createEnvironment),
  'client-id-name': {
    good: [
      ['_id2', (s) => s.targets[0]?.clientIdName, '_ID2'],
      ['NOT_GITHUB_ID', (s) => s.targets[0]?.clientIdName, 'NOT_GITHUB_ID'],
    ],
    bad: ['2ID', 'MY-ID', 'MY ID', 'GITHUB_ID', 'github_id', 'ÏD', 'CF_ACCESS_CLIENT_SECRET'],
  },
  'client-id-kind': {
    good: [
      ['variable', (s) => s.targets[0]?.clientIdKind, 'variable'],
      ['secret', (s) => s.targets[0]?.clientIdKind, 'secret'],
    ],
    bad: ['Variable', 'variables', 'secret variable'],
  },
  'client-secret-name': {
    good: [['cf_secret', (s) => s.targets[0]?.clientSecretName, 'CF_SECRET']],
    bad: ['2ID', 'MY-ID', 'GITHUB_X', 'cf_access_client_id'],
  },
} satisfies Partial<Record<InputName, Row>>;
