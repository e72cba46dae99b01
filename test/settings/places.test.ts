import { describe, expect, it } from 'vitest';
import { describeTarget } from '../../src/model/target.ts';
import { complaintsOf, settingsOf, type Given } from './step.ts';

const described = (given: Given): readonly string[] => settingsOf(given).targets.map(describeTarget);

describe('repository and environment', () => {
  it.each<[Given, string[], boolean]>([
    [{}, ['acme/web'], false],
    [{ repository: undefined, environment: undefined }, ['acme/web'], false],
    [{ repository: 'Acme/Web' }, ['Acme/Web'], false],
    [{ GITHUB_REPOSITORY: 'Acme/Web' }, ['acme/web'], false],
    [{ repository: 'acme/api' }, ['acme/api'], true],
    [{ repository: '\n acme/web \n\n acme/api\r\n' }, ['acme/web', 'acme/api'], true],
    [{ environment: 'prod' }, ['acme/web, environment prod'], true],
    [{ environment: '\n(none)\n' }, ['acme/web'], false],
    [
      { repository: 'acme/a\nacme/b', environment: 'x, y\nz' },
      [
        'acme/a, environment x, y',
        'acme/a, environment z',
        'acme/b, environment x, y',
        'acme/b, environment z',
      ],
      true,
    ],
    [{ repository: 'acme/a', GITHUB_REPOSITORY: undefined }, ['acme/a'], true],
    [
      { repository: 'octo_short/a.b_c-d', environment: 'x'.repeat(255) },
      [`octo_short/a.b_c-d, environment ${'x'.repeat(255)}`],
      true,
    ],
  ])('%j are %j', (given, targets, named) => {
    expect(described(given)).toEqual(targets);
    expect(settingsOf(given).targetsNamed).toBe(named);
  });

  it.each<[Given, string[]]>([
    [{ repository: 'acme/a\nAcme/A' }, ['repository: got "Acme/A" twice; accepts the same place once.']],
    [{ environment: 'prod\nProd' }, ['environment: got "Prod" twice; accepts the same place once.']],
    [
      { environment: '(none)\nprod' },
      ['environment: got `(none)` beside "prod"; accepts either names or `(none)`; `targets` takes both.'],
    ],
    [
      { repository: 'web\napi' },
      [
        'repository: got "web"; accepts `owner/name` as GitHub spells it.',
        'repository: got "api"; accepts `owner/name` as GitHub spells it.',
      ],
    ],
    [
      { repository: undefined, GITHUB_REPOSITORY: undefined },
      ['repository: not given, and GITHUB_REPOSITORY is ""; accepts `owner/name` as GitHub spells it.'],
    ],
    [
      { repository: undefined, GITHUB_REPOSITORY: 'web' },
      ['repository: not given, and GITHUB_REPOSITORY is "web"; accepts `owner/name` as GitHub spells it.'],
    ],
  ])('%j are refused', (given, complaints) => {
    expect(complaintsOf(given)).toEqual(complaints);
  });
});

describe('both forms at once', () => {
  const targets = 'repository=acme/api';

  it.each<[Given, string]>([
    [{ environment: 'prod' }, 'environment'],
    [{ repository: 'acme/other' }, 'repository'],
    [{ repository: 'acme/web\nacme/other' }, 'repository'],
    [{ repository: 'acme/other', environment: 'prod' }, 'repository'],
  ])('are refused: targets and %j', (given, beside) => {
    expect(complaintsOf({ targets, ...given })).toEqual([
      `targets: given beside \`${beside}\`; accepts one of the two forms, and \`targets\` can say it all.`,
    ]);
  });

  it.each<Given>([
    { environment: '(none)', repository: 'ACME/web' },
    { environment: undefined, repository: undefined },
  ])('are not meant by the defaults %j', (given) => {
    expect(described({ targets, ...given })).toEqual(['acme/api']);
  });

  it.each(['repository', 'environment'])('do not excuse an empty %s', (name) => {
    expect(complaintsOf({ targets, [name]: '' })).toHaveLength(1);
  });
});

describe("another GitHub than the runner's", () => {
  const other = { 'github-api-url': 'https://ghe.example.com/api/v3' };
  const needs =
    "github-api-url: another one than the runner's, where the workflow's own repository is not; it needs `repository` or `targets`.";

  it.each<[Given, string[]]>([
    [{}, [needs]],
    [{ environment: 'prod' }, [needs]],
    [{ repository: 'acme/api' }, []],
    [{ targets: 'repository=acme/web' }, []],
    [{ targets: 'organization=acme' }, []],
    [
      { targets: 'app=agents' },
      [
        "targets, line 1: needs `repository` or `organization`, because the workflow's own repository is not known there.",
      ],
    ],
    [{ GITHUB_API_URL: 'https://GHE.example.com/api/v3/' }, []],
  ])('with %j', (given, complaints) => {
    expect(complaintsOf({ ...other, ...given })).toEqual(complaints);
  });

  it("is not meant by the runner's own address, or by GitHub's where the runner says none", () => {
    expect(settingsOf({ GITHUB_API_URL: 'http://127.0.0.1:3000' }).github.apiUrl).toBe(
      'http://127.0.0.1:3000',
    );
    expect(complaintsOf({ GITHUB_API_URL: undefined, 'github-api-url': 'https://api.github.com/' })).toEqual(
      [],
    );
  });

  it('is told where the address comes from the runner', () => {
    expect(complaintsOf({ GITHUB_API_URL: 'http://ghe.example.com' })).toEqual([
      'github-api-url (from GITHUB_API_URL): got "http://ghe.example.com"; accepts an https URL, or an http one on loopback, without credentials, query and fragment.',
    ]);
  });
});
