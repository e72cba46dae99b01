import { describe, expect, it } from 'vitest';
import { cleanEcho } from '../../src/model/safe-text.ts';

describe('text from outside', () => {
  it('becomes one line', () => {
    expect(cleanEcho('a\r\nb\u0007\tc\u2028d\u001b[31m')).toBe('a b c d [31m');
  });

  it.each([
    '::add-mask::x',
    '\n::error::x',
    '##[error]x',
    ':\u0000:error::x',
    '###[error]x',
    '#\u200b#[error]x',
  ])('holds no workflow command: %j', (text) => {
    expect(cleanEcho(text)).not.toMatch(/::|##\[/);
  });

  it('loses the values that were submitted, the longest first', () => {
    expect(cleanEcho('got s3cr3t-long and s3cr3t', 300, ['s3cr3t', 's3cr3t-long'])).toBe('got *** and ***');
  });

  it('loses a value that control characters were put into', () => {
    expect(cleanEcho('"se\u200bcret\nvalue"', 300, ['secret value'])).not.toContain('secret value');
    expect(cleanEcho('"secret\nvalue"', 300, ['secret\nvalue'])).toBe('"***"');
  });

  it('keeps words although a submitted value is as short as one', () => {
    expect(cleanEcho('an error', 300, ['an'])).toBe('an error');
  });

  it('loses what looks like a sealed value or a client secret', () => {
    const sealed = Buffer.alloc(60, 7).toString('base64');
    expect(cleanEcho(`${sealed} does not match`)).toBe('*** does not match');
    expect(cleanEcho(`${'ab12'.repeat(16)}!`)).toBe('***!');
    expect(cleanEcho('ab12'.repeat(10))).toBe('ab12'.repeat(10));
  });

  it('is cut without splitting a character', () => {
    expect(cleanEcho('🔑 '.repeat(200), 5)).toBe('🔑 …');
    expect(cleanEcho('ab '.repeat(200), 5)).toBe('ab a…');
  });
});
