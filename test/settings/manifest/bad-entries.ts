import { entry, type BadManifest } from './bad-manifest.ts';

const VALUES: readonly BadManifest[] = [
  {
    title: 'a number for a duration',
    text: entry('duration: 30'),
    says: [
      '3:15: duration: got the number 30; accepts a duration with its unit, such as `90d`, or `forever`.',
    ],
  },
  {
    title: 'a number for an age',
    text: entry('rotate-after: 30'),
    says: ['3:19: rotate-after: got the number 30; accepts a duration with its unit, such as `30d` or `0s`,'],
  },
  {
    title: 'a duration without a unit in quotes',
    text: entry('grace-period: "36"'),
    says: ['3:19: grace-period: got "36"; accepts a duration of at most 30 days'],
  },
  {
    title: 'a number for a name',
    text: 'tokens:\n  - name: 12\n',
    says: [
      '2:11: name: got the number 12; accepts the exact name of a service token, in quotes if it is meant.',
    ],
  },
  {
    title: 'a boolean for a name',
    text: 'tokens:\n  - name: true\n',
    says: ['2:11: name: got true; accepts the exact name of a service token, in quotes if it is meant.'],
  },
  {
    title: 'no name',
    text: 'tokens:\n  - name:\n',
    says: ['2:10: name: got nothing; accepts the exact name'],
  },
  { title: 'an empty name', text: 'tokens:\n  - name: " "\n', says: ['2:11: name: got nothing; accepts'] },
  {
    title: 'a list for a name',
    text: 'tokens:\n  - name: [a, b]\n',
    says: ['2:11: name: got a list; accepts the exact name of a service token.'],
  },
  {
    title: 'an ID that is none',
    text: 'tokens:\n  - id: web\n',
    says: ['2:9: id: got "web"; accepts a UUID'],
  },
  {
    title: 'text for a boolean',
    text: entry('adopt: yes'),
    says: ['3:12: adopt: got the text "yes"; accepts `true` or `false`, without quotes.'],
  },
  {
    title: 'a boolean in quotes',
    text: entry("create-environment: 'true'"),
    says: ['3:25: create-environment: got the text "true"; accepts `true` or `false`, without quotes.'],
  },
  {
    title: 'a kind that is none',
    text: entry('client-id-kind: public'),
    says: ['3:21: client-id-kind: got "public"; accepts `secret` or `variable`.'],
  },
  {
    title: 'a name that GitHub reserves',
    text: entry('client-id-name: github_id'),
    says: ['3:21: client-id-name: got "github_id"; accepts a name that does not start with'],
  },
  {
    title: 'two equal names',
    text: entry('client-id-name: cf_access_client_secret'),
    says: ['2:5: client-secret-name: got "CF_ACCESS_CLIENT_SECRET" for both'],
    beyondSchema: 'relation',
  },
  {
    title: 'a URL that is none',
    text: entry('verify-url: app.example.com'),
    says: ['3:17: verify-url: got "app.example.com"; accepts an https URL'],
  },
];

const KEYS: readonly BadManifest[] = [
  {
    title: 'a misspelt key',
    text: entry('rotate_after: 30d'),
    says: ['3:5: tokens: got the key "rotate_after" (did you mean `rotate-after`?); accepts `name`, `id`'],
  },
  {
    title: 'the name of an input',
    text: 'tokens:\n  - name: a\n    token-id: x\n',
    says: ['3:5: tokens: got the key "token-id" (did you mean `id`?)'],
  },
  {
    title: 'a credential',
    text: entry('cloudflare-api-token: x'),
    says: [
      '3:5: tokens: got the key "cloudflare-api-token", which is an input of the step; accepts only `name`',
    ],
  },
  {
    title: 'an input for all of the step',
    text: entry('force: true'),
    says: ['3:5: tokens: got the key "force", which is an input of the step'],
  },
  {
    title: 'a name in the defaults',
    text: 'defaults:\n  name: x\ntokens:\n  - name: a\n',
    says: ['2:3: defaults: got the key "name", which only entries have; accepts `duration`'],
  },
  {
    title: 'targets in the defaults',
    text: 'defaults: {targets: repository=acme/x}\ntokens:\n  - name: a\n',
    says: ['1:12: defaults: got the key "targets", which only entries have'],
  },
  {
    title: 'a wrong default that no entry uses',
    text: 'defaults:\n  duration: 1y\ntokens:\n  - name: a\n    duration: 90d\n',
    says: ['2:13: duration: got "1y"; accepts'],
  },
  {
    title: 'a wrong default that entries use',
    text: 'defaults:\n  duration: 1y\ntokens:\n  - name: a\n  - {name: b, targets: app=agents}\n',
    says: ['2:13: duration: got "1y"; accepts'],
  },
  {
    title: 'a key beside tokens',
    text: 'version: 1\ntokens:\n  - name: a\n',
    says: ['1:1: manifest: got the key "version"; accepts `defaults` or `tokens`.'],
  },
  { title: 'no tokens', text: 'defaults: {}\n', says: ['1:1: tokens: got no such key; accepts a list'] },
  { title: 'an empty list of tokens', text: 'tokens: []\n', says: ['1:9: tokens: got an empty list;'] },
  {
    title: 'a map of tokens',
    text: 'tokens:\n  web: {}\n',
    says: ['2:3: tokens: got a map; accepts a list'],
  },
  {
    title: 'a list at the top',
    text: '- name: web\n',
    says: ['1:1: manifest: got a list; accepts a map with the keys `defaults` or `tokens`.'],
  },
  { title: 'text at the top', text: 'web\n\n', says: ['1:1: manifest: got the text "web"; accepts a map'] },
  {
    title: 'text for an entry',
    text: 'tokens:\n  - web\n',
    says: ['2:5: tokens: got the text "web"; accepts a map with the keys `name`'],
  },
  {
    title: 'an entry with neither name nor ID',
    text: 'tokens:\n  - duration: 90d\n',
    says: ['2:5: tokens: the entry has neither `name` nor `id`; accepts one of them, or both.'],
  },
];

/** Wrong values and keys of entries, of `defaults` and of the whole. */
export const BAD_ENTRIES = [...VALUES, ...KEYS];
