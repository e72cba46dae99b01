import type { InputName } from '../../src/settings/inputs.ts';
import { apiUrls, badApiUrls, booleans, type Row } from './row.ts';

const UUID = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
const ID = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const noToken = { 'cloudflare-api-token': undefined };
const noAccount = { 'cloudflare-account-id': undefined };

/** Which token, whose, and with what it is reached. */
export const CLOUDFLARE_ROWS = {
  'token-name': {
    good: [
      ['deploy', (s) => s.tokenName, 'deploy'],
      ['  two words ', (s) => s.tokenName, 'two words'],
      ['é😀'.repeat(175), (s) => s.tokenName, 'é😀'.repeat(175)],
    ],
    bad: ['x'.repeat(351), 'a\nb', 'a\u0000b', 'a\u2028b'],
    empty: 'token-name: not given',
  },
  'token-id': {
    good: [
      [UUID, (s) => s.tokenId, UUID],
      [UUID.toUpperCase(), (s) => s.tokenId, UUID],
    ],
    bad: ['x', UUID.slice(1), `${UUID}0`, `{${UUID}}`, UUID.replaceAll('-', '')],
  },
  adopt: booleans((s) => s.adopt),
  'cloudflare-api-token': {
    good: [[' abc-_.1\n', (s) => s.cloudflare.credentials, { kind: 'api-token', token: 'abc-_.1' }]],
    bad: ['a\nb', 'a\r\nb', 'Bearer abc', 'a\tb', 'a\u0000b', 'clé'],
    empty: 'cloudflare-api-token: not given',
  },
  'cloudflare-api-key': {
    beside: { ...noToken, 'cloudflare-email': 'me@example.com' },
    good: [
      ['abc', (s) => s.cloudflare.credentials, { kind: 'api-key', key: 'abc', email: 'me@example.com' }],
    ],
    bad: ['a\nb', 'a b', 'clé'],
    empty: 'cloudflare-api-key: not given',
  },
  'cloudflare-email': {
    beside: { ...noToken, 'cloudflare-api-key': 'key' },
    good: [['a@b.c', (s) => s.cloudflare.credentials, { kind: 'api-key', key: 'key', email: 'a@b.c' }]],
    bad: ['a\nb', 'Me <a@b.c>'],
    empty: 'cloudflare-email: not given',
  },
  'cloudflare-account-id': {
    good: [
      [ID, (s) => s.scope, { kind: 'account', id: ID }],
      [ID.toUpperCase(), (s) => s.scope, { kind: 'account', id: ID }],
    ],
    bad: ['abc123', ID.slice(1), `${ID}0`, ID.replace('a', 'g'), 'a/b', '..', 'a b', 'a%2fb', UUID],
    empty: 'cloudflare-account-id: not given',
  },
  'cloudflare-zone-id': {
    beside: noAccount,
    good: [[ID, (s) => s.scope, { kind: 'zone', id: ID }]],
    bad: ['example.com', ID.slice(1), `${ID}0`, '..', 'a b'],
    empty: 'cloudflare-account-id: not given',
  },
  'admit-to': {
    good: [
      ['application=a.example.com/x', (s) => s.admitTo, [{ kind: 'application', value: 'a.example.com/x' }]],
      ['\n policy = Team = A \n# no', (s) => s.admitTo, [{ kind: 'policy', value: 'Team = A' }]],
    ],
    bad: ['example.com', 'application=', 'app=x', '# nothing', 'application=https://example.com'],
  },
  'end-sessions': booleans((s) => s.endSessions, {
    ...{ force: 'true', 'grace-period': '0s', 'admit-to': 'application=x' },
  }),
  'cloudflare-api-url': { good: apiUrls((s) => s.cloudflare.apiUrl), bad: badApiUrls },
} satisfies Partial<Record<InputName, Row>>;
