import { describe, expect, it } from 'vitest';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { complaintsOf, settingsOf, type Given } from './step.ts';

const placesOf = (targets: string): readonly Target['place'][] =>
  settingsOf({ targets }).targets.map(({ place }) => place);

const organization = (more: object): object => ({
  kind: 'organization',
  organization: 'acme',
  app: 'actions',
  visibility: undefined,
  repositories: undefined,
  ...more,
});

describe('a line of targets', () => {
  it.each([
    ['repository=acme/api', ['acme/api']],
    ['app=dependabot', ['acme/web (dependabot)']],
    ['environment=production', ['acme/web, environment production']],
    ['repository=acme/api, environment=(none)', ['acme/api']],
    ['  repository = acme/api ,  environment = eu west  ', ['acme/api, environment eu west']],
    ['environment="a, b"', ['acme/web, environment a, b']],
    ['environment="say ""hi"""', ['acme/web, environment say "hi"']],
    ['environment="a=b" , repository="acme/api"', ['acme/api, environment a=b']],
    ['environment=a=b', ['acme/web, environment a=b']],
    ['repository=acme/api, app=actions dependabot', ['acme/api', 'acme/api (dependabot)']],
    ['app="codespaces   agents"', ['acme/web (codespaces)', 'acme/web (agents)']],
    ['organization=acme, app=dependabot actions', ['organization acme (dependabot)', 'organization acme']],
  ])('%s names %j', (line, described) => {
    expect(settingsOf({ targets: line }).targets.map(describeTarget)).toEqual(described);
  });

  it.each([
    ['organization=acme', {}],
    ['organization=acme, visibility=all', { visibility: 'all' }],
    ['organization=acme, visibility=private', { visibility: 'private' }],
    ['organization=acme, visibility=selected', { visibility: 'selected' }],
    ['organization=acme, repositories=web', { visibility: 'selected', repositories: ['web'] }],
    [
      'organization=acme, visibility=selected, repositories=web  api',
      { visibility: 'selected', repositories: ['web', 'api'] },
    ],
    [
      'organization=acme, repositories=Acme/web api acme/API',
      { visibility: 'selected', repositories: ['web', 'API'] },
    ],
  ])('%s is an organization with its own visibility', (line, more) => {
    expect(placesOf(line)).toEqual([organization(more)]);
  });

  it('has its own secret names, else those of the step', () => {
    const targets = 'repository=acme/a, client-id-name=id, client-secret-name=secret\nrepository=acme/b';
    const names = settingsOf({ targets, 'client-id-name': 'step_id' }).targets.map((target) => [
      target.clientIdName,
      target.clientSecretName,
    ]);
    expect(names).toEqual([
      ['ID', 'SECRET'],
      ['STEP_ID', 'CF_ACCESS_CLIENT_SECRET'],
    ]);
  });

  it.each([
    ['acme/api', 'the key "acme/api" has no value'],
    ['repository', 'the key "repository" has no value'],
    ['repository=', 'the key "repository" has no value'],
    ['repository=""', 'the key "repository" has no value'],
    ['=acme/api', 'the value "acme/api" has no key'],
    ['app=actions,', 'a comma has no pair beside it'],
    [',app=actions', 'a comma has no pair beside it'],
    ['app=actions,,repository=acme/api', 'a comma has no pair beside it'],
    ['environment="a', 'a quote stands where none can'],
    ['environment=a"b"', 'a quote stands where none can'],
    ['environment="a"b', 'a quote stands where none can'],
    ['"environment=a"', 'a quote stands where none can'],
    ['app=actions, app=dependabot', 'the key `app` stands there twice'],
    ['repo=acme/api', 'got the key "repo" (did you mean `repository`?)'],
    ['env=production', 'got the key "env" (did you mean `environment`?)'],
    ['org=acme', 'got the key "org" (did you mean `organization`?)'],
    ['organization=acme, repos=web', 'got the key "repos" (did you mean `repositories`?)'],
    ['Repository=acme/api', 'got the key "Repository" (did you mean `repository`?)'],
    ['apps=actions', 'got the key "apps" (did you mean `app`?)'],
    ['client_id_name=X', 'got the key "client_id_name" (did you mean `client-id-name`?)'],
    ['color=red', 'got the key "color"; accepts `repository`, '],
    ['app=Actions', 'got "Actions"; accepts `actions`, `dependabot`, `codespaces` or `agents`'],
    ['app=actions;agents', 'got "actions;agents"; accepts `actions`'],
    [
      'app=actions actions',
      'writes the client secret to CF_ACCESS_CLIENT_SECRET in acme/web, where line 1 writes the client secret; accepts each name once in one place.',
    ],
    ['repository=web', 'got "web"; accepts `owner/name`'],
    ['repository=acme/api acme/web', 'got "acme/api acme/web"; accepts `owner/name`'],
    ['environment=..', 'got ".."; accepts a name'],
    ['environment=x, app=dependabot', '`environment` does not go with the app `dependabot`: environments'],
    ['environment=x, app=actions agents', '`environment` does not go with the app `agents`: environments'],
    ['organization=acme, repository=acme/api', '`repository` does not go with `organization`'],
    ['organization=acme, environment=x', '`environment` does not go with `organization`'],
    ['organization=acme/web', 'got "acme/web"; accepts the name of an organization'],
    ['visibility=all', '`visibility` goes with `organization` alone'],
    ['repository=acme/api, repositories=web', '`repositories` goes with `organization` alone'],
    ['organization=acme, visibility=public', 'got "public"; accepts `all`, `private` or `selected`'],
    [
      'organization=acme, visibility=all, repositories=web',
      '`repositories` goes with the visibility `selected`',
    ],
    ['organization=acme, repositories=other/web', 'got "other/web"; accepts names of repositories of "acme"'],
    ['organization=acme, repositories="web,api"', 'got "web,api"; accepts names of repositories'],
    [
      'organization=acme, repositories=web, api',
      'got "api" after a comma; the words of `repositories` are separated by spaces: "repositories=web api".',
    ],
    [
      'app=actions, agents',
      'got "agents" after a comma; the words of `app` are separated by spaces: "app=actions agents".',
    ],
    ['repository=acme/a, acme/b', 'the key "acme/b" has no value'],
    ['organization=acme, repositories=web, app=', 'the key "app" has no value'],
    ['client-id-kind=Variable', 'got "Variable"; accepts `secret` or `variable`.'],
    [
      'app=dependabot, client-id-kind=variable',
      'a client ID of kind `variable` does not go with the app `dependabot`, which has no variables;',
    ],
    [
      'app=actions codespaces, client-id-kind=variable',
      'a client ID of kind `variable` does not go with the app `codespaces`,',
    ],
    ['client-id-kind=variable, client-id-kind=secret', 'the key `client-id-kind` stands there twice'],
    ['organization=acme, repositories=..', 'got ".."; accepts names of repositories'],
    ['client-id-name=GITHUB_ID', 'got "GITHUB_ID"; accepts a name that does not start with'],
    [
      'client-id-name=x, client-secret-name=X',
      'got "X" for both the client ID and the client secret; accepts two different names',
    ],
    ['client-id-name=cf_access_client_secret', 'got "CF_ACCESS_CLIENT_SECRET" for both the client ID'],
  ])('%s is refused: %s', (line, sentence) => {
    const complaints = complaintsOf({ targets: line });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(/^targets, line 1(?:, [a-z-]+)?: /);
    expect(complaints[0]?.replace(/^.*?: /, '').slice(0, sentence.length)).toBe(sentence);
  });
});

describe('the lines of targets', () => {
  it('may be blank or comments, with any line breaks', () => {
    const targets = '\n  # both\r\nrepository=acme/a\r\n\r\n   \n#repository=acme/b\n  repository=acme/c  ';
    expect(settingsOf({ targets }).targets.map(describeTarget)).toEqual(['acme/a', 'acme/c']);
  });

  it('are counted with the blank ones', () => {
    const complaints = complaintsOf({ targets: '\n# one\nrepository=acme/a\n\nfoo=1\nbar=2' });
    expect(complaints.map((line) => line.split(':')[0])).toEqual(['targets, line 5', 'targets, line 6']);
  });

  const again = (place: string, line = 1): string =>
    `writes the client secret to CF_ACCESS_CLIENT_SECRET in ${place}, where line ${line} writes the client secret`;

  it.each<[targets: string, complaints: string[]]>([
    ['repository=acme/a\nrepository=Acme/A', [again('Acme/A')]],
    ['app=actions agents\nrepository=acme/web, app=agents', [again('acme/web (agents)')]],
    ['environment=Prod\nenvironment=prod', [again('acme/web, environment prod')]],
    ['app=actions\n# again\napp=actions\napp=actions', [again('acme/web'), again('acme/web')]],
    ['organization=acme\norganization=ACME, client-id-name=OTHER', [again('organization ACME')]],
    [
      'client-secret-name=a\nclient-id-name=A, client-secret-name=b',
      ['writes the client ID to A in acme/web, where line 1 writes the client secret'],
    ],
    [
      'client-id-name=a, client-secret-name=b\nclient-id-name=c, client-secret-name=a',
      ['writes the client secret to A in acme/web, where line 1 writes the client ID'],
    ],
    [
      'organization=acme\norganization=acme, client-secret-name=b, visibility=all',
      [
        'gives the client ID CF_ACCESS_CLIENT_ID in organization acme another visibility than line 1; accepts one for each name',
      ],
    ],
  ])('%j are refused: %j', (targets, complaints) => {
    const found = complaintsOf({ targets });
    expect(
      found.map((line) => line.replace(/^targets, line \d: /, '').replace(/(; accepts each.*)?\.$/, '')),
    ).toEqual(complaints);
    expect(found.every((line) => /^targets, line [234]: /.test(line))).toBe(true);
  });

  it.each([
    ['other apps', 'repository=acme/a\nrepository=acme/a, app=agents'],
    ['an environment', 'repository=acme/a\nrepository=acme/a, environment=x'],
    ['an organization of the same name', 'organization=acme\nrepository=acme/acme'],
    ['other names', 'repository=acme/a\nrepository=acme/a, client-id-name=x, client-secret-name=y'],
    ['a shared client ID', 'repository=acme/a\nrepository=acme/a, client-secret-name=y'],
    [
      'a variable and a secret of one name',
      'client-id-name=x, client-secret-name=X, client-id-kind=variable',
    ],
    [
      'a variable with the name of another secret',
      'client-secret-name=x\nclient-id-name=x, client-secret-name=y, client-id-kind=variable',
    ],
    [
      'one organization for two names with two visibilities',
      'organization=acme\norganization=acme, client-id-name=x, client-secret-name=y, visibility=all',
    ],
  ])('may name %s', (_what, targets) => {
    expect(complaintsOf({ targets })).toEqual([]);
    expect(settingsOf({ targets }).targets).toHaveLength(targets.split('\n').length);
  });

  it('may store the client ID as a variable, each line for itself', () => {
    const kinds = (given: Given): readonly string[] =>
      settingsOf(given).targets.map(({ clientIdKind }) => clientIdKind);
    const targets = 'client-id-kind=variable\napp=dependabot, client-id-kind=secret\napp=agents';
    expect(kinds({ targets })).toEqual(['variable', 'secret', 'secret']);
    expect(kinds({ targets, 'client-id-kind': 'variable' })).toEqual(['variable', 'secret', 'variable']);
    expect(complaintsOf({ targets: 'app=dependabot', 'client-id-kind': 'variable' })).toEqual([
      expect.stringMatching(/^targets, line 1: a client ID of kind `variable` does not go with the app `dep/),
    ]);
    expect(
      complaintsOf({ 'client-id-kind': 'variable', 'client-id-name': 'CF_ACCESS_CLIENT_SECRET' }),
    ).toEqual([]);
  });

  it('need a repository or an organization where the workflow has no repository', () => {
    const elsewhere = { GITHUB_REPOSITORY: undefined, repository: undefined };
    expect(complaintsOf({ ...elsewhere, targets: 'repository=acme/a' })).toEqual([]);
    expect(complaintsOf({ ...elsewhere, targets: 'app=agents' })).toEqual([
      "targets, line 1: needs `repository` or `organization`, because the workflow's own repository is not known there.",
    ]);
  });
});
