import { entry, target, type BadManifest } from './bad-manifest.ts';

const TARGETS: readonly BadManifest[] = [
  { title: 'no targets', text: entry('targets: []'), says: ['3:14: targets: got an empty list; accepts at'] },
  { title: 'empty targets', text: entry('targets:'), says: ['3:13: targets: got nothing; accepts a list'] },
  {
    title: 'comments alone',
    text: entry('targets: "# none"'),
    says: ['3:14: targets: holds comments alone; accepts at least one target.'],
    beyondSchema: 'form',
  },
  {
    title: 'a map of targets',
    text: entry('targets: {repository: acme/web}'),
    says: ['3:14: targets: got a map; accepts a list of targets, or the lines of the input.'],
  },
  {
    title: 'text for a target',
    text: target('acme/web'),
    says: ['4:9: targets: got the text "acme/web"; accepts a map with the keys `repository`'],
  },
  {
    title: 'a misspelt key of a target',
    text: target('repo: acme/web'),
    says: ['4:9: targets: got the key "repo" (did you mean `repository`?); accepts `repository`'],
  },
  {
    title: 'a misspelt key beside a target that it would be without it',
    text: target('repo: acme/api\n      - app: actions'),
    says: ['4:9: targets: got the key "repo" (did you mean `repository`?); accepts `repository`'],
  },
  {
    title: 'a repository without owner',
    text: target('repository: [acme/web, api]'),
    says: ['4:32: targets, repository: got "api"; accepts `owner/name`'],
  },
  {
    title: 'an empty list of repositories',
    text: target('repository: []'),
    says: ['4:21: targets, repository: got an empty list; accepts text, or a list of texts.'],
  },
  {
    title: 'a number among environments',
    text: target('environment: [a, 1]'),
    says: ['4:26: targets, environment: got the number 1; accepts text, or a list of texts, in quotes if it'],
  },
  {
    title: 'an app that is none',
    text: target('app: [actions, action]'),
    says: ['4:24: targets, app: got "action"; accepts `actions`'],
  },
  {
    title: 'words in a list',
    text: target('app: [actions agents]'),
    says: ['4:15: targets, app: got "actions agents"; accepts `actions`'],
  },
  {
    title: 'an environment of Dependabot',
    text: target('{environment: x, app: dependabot}'),
    says: ['4:9: targets: `environment` does not go with the app `dependabot`'],
  },
  {
    title: 'a variable of Codespaces',
    text: target('{app: [actions, codespaces], client-id-kind: variable}'),
    says: [
      '4:54: targets, client-id-kind: a client ID of kind `variable` does not go with the app `codespaces`',
    ],
  },
  {
    title: 'an organization with a repository',
    text: target('{organization: acme, repository: acme/web}'),
    says: ['4:9: targets: `repository` does not go with `organization`.'],
  },
  {
    title: 'a visibility without organization',
    text: target('visibility: all'),
    says: ['4:9: targets: `visibility` goes with `organization` alone.'],
  },
  {
    title: 'repositories with another visibility',
    text: target('{organization: acme, visibility: all, repositories: [web]}'),
    says: ['4:9: targets: `repositories` goes with the visibility `selected`'],
  },
  {
    title: 'a list of organizations',
    text: target('organization: [acme, umbrella]'),
    says: ['4:23: targets, organization: got a list; accepts text.'],
  },
  {
    title: 'wrong lines of targets',
    text: 'tokens:\n  - name: web\n    targets: |\n      # the first\n\n      repository=web\n      repositories=a, b\n',
    says: [
      '6:7: targets, line 3, repository: got "web"; accepts `owner/name`',
      '7:7: targets, line 4: got "b" after a comma; the words of `repositories` are separated by spaces',
    ],
    beyondSchema: 'form',
  },
];

const ADMISSIONS: readonly BadManifest[] = [
  {
    title: 'text in the list of admit-to',
    text: entry('admit-to: [app.example.com]'),
    says: ['3:16: admit-to: got the text "app.example.com"; accepts a map with the keys `application`'],
  },
  {
    title: 'a misspelt key of admit-to',
    text: entry('admit-to: [{app: x}]'),
    says: ['3:17: admit-to: got the key "app" (did you mean `application`?)', '3:16: admit-to: got neither'],
  },
  {
    title: 'both keys in one item of admit-to',
    text: entry('admit-to: [{application: x, policy: y}]'),
    says: ['3:16: admit-to: got both keys in one item; accepts one of `application` and `policy`.'],
  },
  {
    title: 'a URL for an application',
    text: entry('admit-to: [{application: "https://x.test"}]'),
    says: ['3:30: admit-to, application: got "https://x.test"; accepts the domain of an application'],
    beyondSchema: 'form',
  },
  {
    title: 'wrong lines of admit-to',
    text: 'tokens:\n  - name: web\n    admit-to: |\n      application=x\n      x\n',
    says: ['5:7: admit-to, line 2: got "x"; accepts `application=`'],
    beyondSchema: 'form',
  },
  {
    title: 'a map for admit-to',
    text: entry('admit-to: {application: x}'),
    says: ['3:15: admit-to: got a map;'],
  },
];

const CONFLICTS: readonly BadManifest[] = [
  {
    title: 'one name twice',
    text: 'tokens:\n  - {name: a, targets: app=agents}\n  - {name: a}\n',
    says: ['3:12: name: got "a", as tokens.yml:2:12 does; accepts one entry for each token.'],
    beyondSchema: 'relation',
  },
  {
    title: 'one ID twice, in other letters',
    text: [
      'tokens:',
      '  - {id: f174e90a-fafe-4643-bbbc-4a0ed4fc8415, targets: app=agents}',
      '  - {id: F174E90A-fafe-4643-bbbc-4a0ed4fc8415}',
    ].join('\n'),
    says: ['3:10: id: got "f174e90a-fafe-4643-bbbc-4a0ed4fc8415", as tokens.yml:2:10 does;'],
    beyondSchema: 'relation',
  },
  {
    title: 'two entries that write one secret',
    text: [
      'tokens:',
      '  - name: a',
      '    targets:',
      '      - repository: acme/web',
      '  - name: b',
      '    client-id-name: B_ID',
      '    client-secret-name: cf_access_client_secret',
      '    targets: repository=Acme/Web',
    ].join('\n'),
    says: [
      '8:14: targets, line 1: writes the client secret to CF_ACCESS_CLIENT_SECRET in Acme/Web, where tokens.yml:4:9 writes the client secret for the token "a"; accepts each name once in one place.',
    ],
    beyondSchema: 'relation',
  },
  {
    title: 'two entries that share a client ID',
    text: [
      'tokens:',
      '  - {name: a, targets: app=agents, client-secret-name: a}',
      '  - {name: b, targets: app=agents, client-secret-name: b}',
    ].join('\n'),
    says: ['3:24: targets, line 1: writes the client ID to CF_ACCESS_CLIENT_ID in acme/web (agents), where'],
    beyondSchema: 'relation',
  },
  {
    title: 'two entries that leave their targets out',
    text: 'tokens:\n  - name: a\n  - {name: b, client-id-name: x}\n',
    says: ['3:5: targets: writes the client secret to CF_ACCESS_CLIENT_SECRET in acme/web, where'],
    beyondSchema: 'relation',
  },
  {
    title: 'one place twice in a list',
    text: target('repository: [acme/web, acme/web]'),
    says: ['4:9: targets: writes the client secret to CF_ACCESS_CLIENT_SECRET in acme/web, where'],
    beyondSchema: 'relation',
  },
];

/** Wrong targets and admissions, and entries that do not go together. */
export const BAD_TARGETS = [...TARGETS, ...ADMISSIONS, ...CONFLICTS];
