import { BAD_ENTRIES } from './bad-entries.ts';
import { entry, type BadManifest } from './bad-manifest.ts';
import { BAD_TARGETS } from './bad-targets.ts';

const SYNTAX: readonly BadManifest[] = [
  { title: 'a tab', text: 'tokens:\n\t- name: a\n', says: ['2:1: YAML: got a tab; accepts only spaces'] },
  { title: 'an open bracket', text: 'tokens: [\n', says: ['2:1: YAML: is not valid: '] },
  {
    title: 'a key twice',
    text: 'tokens:\n  - name: a\n    duration: 90d\n    duration: 30d\n',
    says: ['4:5: "duration": stands there twice; accepts each key once.'],
  },
  {
    title: 'several documents',
    text: 'tokens:\n  - name: a\n---\ntokens:\n  - name: b\n',
    says: ['3:1: YAML: a second document begins; accepts one.'],
  },
  { title: 'nothing', text: '\n# nothing\n', says: ['1:1: YAML: nothing is in it; accepts a map with'] },
  {
    title: 'a merge key',
    text: 'defaults: &d\n  adopt: true\ntokens:\n  - name: a\n    <<: *d\n',
    says: ['5:5: <<: merge keys are not supported; `defaults` holds what entries share.'],
  },
  {
    title: 'an alias without an anchor',
    text: entry('duration: *long'),
    says: ['3:15: YAML: the alias "long" has no anchor.'],
  },
  {
    title: 'an alias that contains itself',
    text: 'tokens: &all\n  - name: a\n  - *all\n',
    says: ['YAML: holds more than'],
  },
  {
    title: 'aliases that grow without bound',
    text: [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]',
      'c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]',
      'd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]',
      'e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]',
    ].join('\n'),
    says: ['holds more than 10000 values by aliases'],
  },
  {
    title: 'a depth without bound',
    text: `tokens: ${'['.repeat(100)}${']'.repeat(100)}\n`,
    says: ['1:49: YAML: holds more than 40 levels'],
  },
  {
    title: 'a key that is no text',
    text: 'tokens:\n  - name: a\n    1: x\n',
    says: ['3:5: YAML: a key is no text;'],
  },
  {
    title: 'a key that is a list',
    text: '? [a]\n: b\n',
    says: ['1:3: YAML: a key is no text;', '1:1: tokens: got no such key'],
  },
  {
    title: 'an unknown tag',
    text: entry('duration: !span 30d'),
    says: ['3:15: YAML: is not valid: Unresolved tag'],
  },
  {
    title: 'an older version of YAML',
    text: `%YAML 1.1\n---\n${entry('adopt: true')}`,
    says: ['1:1: YAML: got YAML 1.1; accepts YAML 1.2.'],
  },
];

export const BAD_MANIFESTS: readonly BadManifest[] = [
  ...BAD_ENTRIES,
  ...BAD_TARGETS,
  ...SYNTAX.map((bad) => ({ ...bad, beyondSchema: 'syntax' }) as const),
];

/** Manifests that are right. */
export const GOOD_MANIFESTS: Readonly<Record<string, string>> = {
  'the smallest one': 'tokens:\n  - name: web\n',
  'an ID alone': 'tokens:\n  - id: f174e90a-fafe-4643-bbbc-4a0ed4fc8415\n',
  'one in JSON': '{"tokens": [{"name": "web", "adopt": true, "targets": [{"app": ["actions", "agents"]}]}]}',
  'one with every key': [
    '# yaml-language-server: $schema=https://example.com/manifest.schema.json',
    'defaults:',
    '  rotate-after: 30d',
    '  verify-timeout: 60s',
    '  adopt: false',
    '  admit-to: application=default.example.com',
    'tokens:',
    '  - name: web-staging',
    '    id: f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
    '    duration: forever',
    '    rotate-after: never',
    '    renew-before: 7d',
    '    grace-period: 1h30m',
    '    adopt: true',
    '    admit-to:',
    '      - application: staging.example.com',
    '      - policy: Machines',
    '    targets:',
    '      - repository: [acme/web, acme/api]',
    '        environment: staging',
    '      - organization: acme',
    '        app: [actions, dependabot]',
    '        visibility: selected',
    '        repositories: [web, api]',
    '      - repository: acme/web',
    '        environment: [(none), production]',
    '        client-id-kind: variable',
    '        client-id-name: ID_IN_PUBLIC',
    '        client-secret-name: _s3',
    '      - {organization: acme, app: agents codespaces, repositories: web api}',
    '    create-environment: true',
    '    client-id-name: STAGING_ID',
    '    client-secret-name: staging_secret',
    '    client-id-kind: secret',
    '    verify-url: https://staging.example.com/health',
    '    verify-timeout: 10s',
    '  - name: deploy',
    '    targets: repository=acme/deploy # the lines of the input work as well',
  ].join('\n'),
  'one with anchors and aliases': [
    'tokens:',
    '  - name: a',
    '    duration: &long 365d',
    '    targets: &places',
    '      - repository: acme/a',
    '  - name: b',
    '    duration: *long',
    '    client-id-name: B_ID',
    '    client-secret-name: B_SECRET',
    '    targets: *places',
  ].join('\n'),
};
