import { describe, expect, it } from 'vitest';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { complaintsOf, settingsOf } from './step.ts';

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
    ['app=actions actions', 'names the same place as line 1'],
    ['repository=web', 'got "web"; accepts `owner/name`'],
    ['repository=acme/api acme/web', 'got "acme/api acme/web"; accepts `owner/name`'],
    ['environment=..', 'got ".."; accepts a name'],
    ['environment=x, app=dependabot', '`environment` does not go with `app=dependabot`'],
    ['environment=x, app=actions agents', '`environment` does not go with `app=agents`'],
    ['organization=acme, repository=acme/api', '`repository` does not go with `organization`'],
    ['organization=acme, environment=x', '`environment` does not go with `organization`'],
    ['organization=acme/web', 'got "acme/web"; accepts the name of an organization'],
    ['visibility=all', '`visibility` goes with `organization` alone'],
    ['repository=acme/api, repositories=web', '`repositories` goes with `organization` alone'],
    ['organization=acme, visibility=public', 'got "public"; accepts `all`, `private` or `selected`'],
    ['organization=acme, visibility=all, repositories=web', '`repositories` goes with `visibility=selected`'],
    ['organization=acme, repositories=other/web', 'got "other/web"; accepts names of repositories of "acme"'],
    ['organization=acme, repositories="web,api"', 'got "web,api"; accepts names of repositories'],
    ['organization=acme, repositories=..', 'got ".."; accepts names of repositories'],
    ['client-id-name=GITHUB_ID', 'got "GITHUB_ID"; accepts a name that does not start with'],
    ['client-id-name=x, client-secret-name=X', 'got "X" for the client ID and the client secret alike'],
    ['client-id-name=cf_access_client_secret', 'got "CF_ACCESS_CLIENT_SECRET" for the client ID'],
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

  it.each([
    ['repository=acme/a\nrepository=Acme/A', 1],
    ['app=actions agents\nrepository=acme/web, app=agents', 1],
    ['environment=Prod\nenvironment=prod', 1],
    ['organization=acme\norganization=ACME, visibility=all', 1],
    ['app=actions\n# again\napp=actions\napp=actions', 2],
    ['repository=acme/a\nrepository=acme/a, app=agents', 0],
    ['repository=acme/a\nrepository=acme/a, environment=x', 0],
    ['organization=acme\nrepository=acme/acme', 0],
  ])('%j names %d places again', (targets, again) => {
    const complaints = complaintsOf({ targets });
    expect(complaints).toHaveLength(again);
    for (const line of complaints)
      expect(line).toMatch(/^targets, line [234]: names the same place as line 1\.$/);
  });

  it('need a repository or an organization where the workflow has no repository', () => {
    const elsewhere = { GITHUB_REPOSITORY: undefined, repository: undefined };
    expect(complaintsOf({ ...elsewhere, targets: 'repository=acme/a' })).toEqual([]);
    expect(complaintsOf({ ...elsewhere, targets: 'app=agents' })).toEqual([
      "targets, line 1: needs `repository` or `organization`, since the workflow's own repository is not known there.",
    ]);
  });
});
