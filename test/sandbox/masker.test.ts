import { describe, expect, it } from 'vitest';
import { Masker } from '../../sandbox/runner/masker.ts';

function masked(secret: string, text: string): string {
  const masker = new Masker();
  masker.add(secret);
  return masker.mask(text);
}

const SECRET = 'cfast_Ab"c\'d<e>&f/Zz';

describe('a masked value', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it.each([
    ['itself', SECRET],
    ['JSON-escaped', JSON.stringify(SECRET).slice(1, -1)],
    ['URI-escaped', encodeURIComponent(SECRET).replaceAll("'", '%27')],
    ['XML-escaped', 'cfast_Ab&quot;c&apos;d&lt;e&gt;&amp;f/Zz'],
    ['escaped in an expression', SECRET.replaceAll("'", "''")],
    ['in base64', base64(SECRET)],
  ])('is replaced %s', (_form, text) => {
    expect(masked(SECRET, `before ${text} after`)).toBe('before *** after');
  });

  it.each([1, 2, 3])('is replaced at the end of a longer base64 text, %i bytes in', (before) => {
    const text = base64('x'.repeat(before) + SECRET);
    expect(masked(SECRET, text)).toMatch(/^.{0,4}\*\*\*$/);
  });

  it('is not replaced in hex, in base64url or in part', () => {
    for (const text of [Buffer.from(SECRET).toString('hex'), SECRET.slice(1)]) {
      expect(masked(SECRET, text)).toBe(text);
    }
  });
});

describe('the masker', () => {
  it('masks each line of a value of several lines', () => {
    expect(masked('first line\n  second line\r\nthird', 'a first line, b second line, c third')).toBe(
      'a ***, b ***, c ***',
    );
  });

  it('has no shortest value', () => {
    expect(masked('1', 'v1.2.1')).toBe('v***.2.***');
  });

  it('makes one of what overlaps or adjoins', () => {
    const masker = new Masker();
    masker.add('abcd');
    masker.add('cdef');
    expect(masker.mask('-abcdef-abcdabcd-')).toBe('-***-***-');
  });

  it('ignores white space alone', () => {
    expect(masked(' \n ', 'a b')).toBe('a b');
  });
});
