import { describe, expect, it } from 'vitest';
import { quote } from '../../src/settings/complaints.ts';
import { suggestion } from '../../src/settings/suggestions.ts';
import { INPUT_NAMES } from '../../src/settings/inputs.ts';
import { complaintsOf, environmentOf, type Given } from './step.ts';
import { readInputs } from '../../src/settings/read-settings.ts';

describe('an input that does not exist', () => {
  it.each([
    ['environments', 'environment'],
    ['enviroment', 'environment'],
    ['env', 'environment'],
    ['repositories', 'repository'],
    ['repo', 'repository'],
    ['target', 'targets'],
    ['token_name', 'token-name'],
    ['name', 'token-name'],
    ['account-id', 'cloudflare-account-id'],
    ['cloudflare-acount-id', 'cloudflare-account-id'],
    ['api-token', 'cloudflare-api-token'],
    ['github_token', 'github-token'],
    ['grace', 'grace-period'],
    ['dryrun', 'dry-run'],
    ['operatoin', 'operation'],
  ])('%s: did you mean %s?', (name, meant) => {
    expect(complaintsOf({ [name]: '' })).toEqual([`"${name}": did you mean \`${meant}\`?`]);
    expect(complaintsOf({ [name]: 'x' })).toEqual([`"${name}": did you mean \`${meant}\`?`]);
  });

  it.each(['color', 'x', 'ab'])('%s is like none', (name) => {
    expect(complaintsOf({ [name]: 'x' })).toEqual([`"${name}": there is no such input.`]);
  });

  it('is told from other variables', () => {
    expect(complaintsOf({ MY_INPUT_X: 'x', INPUTS: 'x', STATE_X: 'x' })).toEqual([]);
    expect(complaintsOf({ 'INPUT_::WARNING::X': 'x' })).toEqual([
      '":\\u{3a}warning:\\u{3a}x": there is no such input.',
    ]);
  });

  it('is never one that exists', () => {
    for (const name of INPUT_NAMES) expect(suggestion(name, INPUT_NAMES)).toBe(name);
  });
});

describe('all problems', () => {
  it('come in one error, a line each', () => {
    const given: Given = {
      ...{ environments: 'x', operation: 'create', 'token-id': '1', 'cloudflare-api-token': undefined },
      ...{
        'cloudflare-account-id': '',
        duration: '1y',
        'grace-period': '31d',
        'github-token': '',
        force: 'yes',
      },
      ...{ 'client-id-name': 'a-b', repository: '', environment: '', 'verify-url': 'http://x.test' },
    };
    expect(complaintsOf(given).map((line) => line.split(':')[0])).toEqual([
      ...['"environments"', 'operation', 'cloudflare-api-token', 'cloudflare-account-id', 'repository'],
      ...['environment', 'token-id', 'duration', 'grace-period', 'client-id-name', 'force', 'verify-url'],
    ]);
  });

  it('say what to do', () => {
    expect(() => readInputs(environmentOf({ force: 'yes' }))).toThrow(
      expect.objectContaining({
        code: 'settings',
        text: 'force: got "yes"; accepts `true` or `false`. No API was called. Fix the step.',
      }),
    );
  });

  it.each<[string, Given]>([
    ['a line break', { 'cloudflare-api-token': 'hush\nhush' }],
    ['a line break', { 'github-token': 'hush\r\nhush' }],
    ['a space', { 'cloudflare-api-token': 'Bearer hush' }],
    [
      'a space',
      { 'cloudflare-api-token': undefined, 'cloudflare-api-key': 'hush hush', 'cloudflare-email': 'a@b.c' },
    ],
    ['a character', { 'github-token': 'hush\u00e9' }],
    [
      'something else',
      { 'github-token': undefined, 'github-app-client-id': '1', 'github-app-private-key': 'hush' },
    ],
    [
      'something else',
      { 'github-token': undefined, 'github-app-client-id': 'hush hush', 'github-app-private-key': undefined },
    ],
    ['a URL with an `@`', { 'cloudflare-api-url': 'https://me:hush@example.com' }],
    ['a URL with an `@`', { 'verify-url': 'hush@example.com' }],
    ['"http://example.com" and a query', { 'verify-url': 'http://example.com?token=hush' }],
    ['"https://example.com/" and a query', { 'github-api-url': 'https://example.com/#hush' }],
  ])('show no credential: got %s', (got, given) => {
    const complaints = complaintsOf(given);
    expect(complaints.filter((line) => line.includes(`got ${got}`))).toHaveLength(1);
    expect(complaints.join('\n')).not.toContain('hush');
  });
});

describe('a value that is shown', () => {
  it.each([
    ['plain é 😀', '"plain é 😀"'],
    ['say "hi" \\', '"say \\"hi\\" \\\\"'],
    ['a\nb\r\tc\u0000\u007f\u009b', '"a\\u{a}b\\u{d}\\u{9}c\\u{0}\\u{7f}\\u{9b}"'],
    ['\u2028\u2029\u202e\u200b\ufeff', '"\\u{2028}\\u{2029}\\u{202e}\\u{200b}\\u{feff}"'],
    ['::error::x', '":\\u{3a}error:\\u{3a}x"'],
    [':::', '":\\u{3a}\\u{3a}"'],
    ['##[error]x', '"##\\u{5b}error]x"'],
    ['x'.repeat(100), `"${'x'.repeat(100)}"`],
    ['😀'.repeat(101), `"${'😀'.repeat(100)}…"`],
    ['\ud800', '"\\u{d800}"'],
  ])('%j is written as %s', (value, shown) => {
    expect(quote(value)).toBe(shown);
  });
});
