import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SEED } from '../harness/seed.ts';
import { code, fullColumns, plain, prose } from '../../src/report/summary/markdown.ts';

const NASTY = fc.string({
  unit: fc.constantFrom(...'ab `|\\*_[]()<>&#@:$!~-+=.1\n\r\t\u202e\u2028é'.split(''), 'www.', '://', '```'),
  maxLength: 40,
});

/**
 * The text without its code spans, as CommonMark finds them: a run of backticks up to the next such run. What a
 * backslash escapes begins none, be it a backtick or another backslash.
 */
function outsideOfCode(markdown: string): string {
  return markdown.replace(/\\[\s\S]|(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g, (found) =>
    found.startsWith('\\') ? found : '',
  );
}

describe('text from outside as code', () => {
  test.each([
    ['deploy-web', '`deploy-web`'],
    ['a`b', '``a`b``'],
    ['`a`', '`` `a` ``'],
    ['a``b`c', '```a``b`c```'],
    ['two\nlines\tand  more', '`two lines and more`'],
    ['<b>&amp;</b>', '`<b>&amp;</b>`'],
    ['a|b', '<code>a&#124;b</code>'],
    ['@acme|x@y.z', '<code><span>@</span>acme&#124;x<span>@</span>y&#46;z</code>'],
    ['', '(empty)'],
    ['\n', '(empty)'],
    ['left\u202eright', '`left\ufffdright`'],
  ])('%j becomes %j', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  test('is one span on one line, whatever it says', () => {
    fc.assert(
      fc.property(NASTY, (text) => {
        const result = code(text);
        expect(result).not.toMatch(/[\n\r\u2028\u202e]/);
        if (result.startsWith('<code>')) {
          expect(result.slice(6, -7)).not.toMatch(/[`|*_[\]\\:$]|<(?!\/?span>)/);
          return;
        }
        expect(result).not.toContain('|');
        expect(outsideOfCode(result)).toBe(result === '(empty)' ? result : '');
      }),
      { seed: SEED },
    );
  });

  test('is cut between characters', () => {
    expect(plain('🎉🎉🎉', 4)).toBe('🎉…');
    expect(plain(`a${'🎉'.repeat(9)}`, 4)).toBe('a🎉…');
    expect(plain('abcd', 4)).toBe('abcd');
    expect(plain('\ud800')).toBe('\ufffd');
  });
});

describe('sentences from outside', () => {
  test.each([
    ['Plain words, with commas; and more.', 'Plain words, with commas; and more.'],
    ['a_b *c* [d] <e> ~f~ g|h i&j', 'a\\_b \\*c\\* \\[d\\] \\<e\\> \\~f\\~ g\\|h i\\&j'],
    ['tell @acme/all.', 'tell `@acme/all`.'],
    ['(see https://x.example/a_b)', '(see `https://x.example/a_b`)'],
    ['mail a@b.example, now', 'mail `a@b.example`, now'],
    ['www.x.example', '`www.x.example`'],
    ['fixes acme/web#12', 'fixes `acme/web#12`'],
    ['fixes GH-12', 'fixes `GH-12`'],
    ['of 0123abc.', 'of `0123abc`.'],
    ['costs $5$', 'costs `$5$`'],
    ['# no heading', '\\# no heading'],
    ['- no item', '\\- no item'],
    ['1. no item', '1\\. no item'],
    ['12) no item', '12\\) no item'],
    ['=== no heading', '\\=== no heading'],
    ['> no quote', '\\> no quote'],
    ['one\n- two\r\n3. three', 'one<br>\\- two<br>3\\. three'],
    ['until 2026-11-22T20:01:17Z (in 14 hours)', 'until 22 Nov 2026, 20:01 UTC (in 14 hours)'],
    ['until 2026-99-22T20:01:17Z', 'until `2026-99-22T20:01:17Z`'],
    ['give `token-id`, or `(none)`.', 'give `token-id`, or `(none)`.'],
    ['a ` b', 'a \\` b'],
    ['`a`@b', '`a` `@b`'],
  ])('%j becomes %j', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });

  test('show an emoji code as its letters', () => {
    expect(prose('well :tada: done')).toBe('well `:tada`: done');
  });

  test('hold no markup outside of code, whatever they say', () => {
    fc.assert(
      fc.property(NASTY, (text) => {
        const outside = outsideOfCode(prose(text))
          .replaceAll('<br>', '')
          .replace(/<code>.*?<\/code>/g, '');
        expect(outside.replace(/\\[\\`*_[\]<>~|&#!\-+=.)]/g, '')).not.toMatch(
          /[\\`*_[\]<>~|&#!@$\n]|:\/\/|www\./,
        );
      }),
      { numRuns: 2_000, seed: SEED },
    );
  });
});

test('a column in which nothing stands is left out', () => {
  expect(
    fullColumns(
      ['A', 'B', 'C'],
      [
        ['1', '', '3'],
        ['4', '', ''],
      ],
    ),
  ).toBe('| A | C |\n| --- | --- |\n| 1 | 3 |\n| 4 |  |');
});
