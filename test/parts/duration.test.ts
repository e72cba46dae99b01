import { describe, expect, it } from 'vitest';
import {
  describeMoment,
  describeSpan,
  formatDuration,
  isSameDuration,
  parseDuration,
  parseTokenDuration,
} from '../../src/model/duration.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/model/time.ts';

describe('a duration', () => {
  it.each([
    ['0', 0],
    ['+0', 0],
    ['0s', 0],
    ['300ms', 300],
    ['1.5h', 90 * MINUTE],
    ['.5s', 500],
    ['5.s', 5 * SECOND],
    ['2h45m', 2 * HOUR + 45 * MINUTE],
    ['1h1h', 2 * HOUR],
    ['1s1h', HOUR + SECOND],
    ['+90s', 90 * SECOND],
    ['250us', 0.25],
    ['250\u00b5s', 0.25],
    ['250\u03bcs', 0.25],
    ['250ns', 0.00025],
    ['30d', 30 * DAY],
    ['1.5d', 36 * HOUR],
    ['1d12h', 36 * HOUR],
    ['0.1s', 100],
    ['2562047h47m16.854775807s', 9223372036854.775],
  ])('%s is read', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    ...[
      '',
      ' ',
      '1',
      '00',
      '-1h',
      '-0',
      '--1h',
      '+-1h',
      '1 h',
      '1h ',
      ' 1h',
      '1h 1m',
      'h',
      '.h',
      '1..5h',
      '1,5h',
    ],
    ...['1H', '1D', '1w', '1y', '1e3s', '0x1h', '1h30', 'forever', 'never', 'PT1H', '1h-1m', '٣h', '1h\n'],
    ...['2562047h47m16.854775808s', '2562048h', '106752d', '99999999999999999999h'],
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    ['30d', '720h'],
    ['8760h', '8760h'],
    ['525600m', '8760h'],
    ['90m', '1h30m'],
    ['1.5d', '36h'],
    ['1d1s', '24h1s'],
    ['500ms', '500ms'],
    ['1.5ms', '1ms500us'],
    ['1ns', '1ns'],
    ['0', '0s'],
    ['2562047h', '2562047h'],
  ])('%s is sent as %s, which reads the same', (text, sent) => {
    const milliseconds = parseDuration(text) ?? NaN;
    expect(formatDuration(milliseconds)).toBe(sent);
    expect(parseDuration(sent)).toBe(milliseconds);
  });
});

describe('the life of a token', () => {
  it.each([
    ['90d', { kind: 'span', milliseconds: 90 * DAY, text: '2160h' }],
    ['forever', { kind: 'forever' }],
    ['0s', undefined],
    ['0', undefined],
    ['Forever', undefined],
    ['never', undefined],
  ])('%s is read', (text, duration) => {
    expect(parseTokenDuration(text)).toEqual(duration);
  });

  it.each([
    ['8760h', '8760h', true],
    ['365d', '525600m', true],
    ['8760h', '8760h0m0s', true],
    ['8760h', '8761h', false],
    ['forever', 'forever', true],
    ['forever', '8760h', false],
    ['8760h', 'forever', false],
    ['8760h', '', false],
    ['forever', '', false],
  ])('%s and an echoed %j are the same: %s', (wanted, echoed, same) => {
    const duration = parseTokenDuration(wanted);
    expect(duration).toBeDefined();
    expect(duration !== undefined && isSameDuration(duration, echoed)).toBe(same);
  });
});

describe('in words', () => {
  it.each([
    [0, '0 seconds'],
    [0.2, 'less than a millisecond'],
    [1, '1 millisecond'],
    [300, '300 milliseconds'],
    [SECOND, '1 second'],
    [1_500, '1.5 seconds'],
    [9_970, '10 seconds'],
    [12_345, '12 seconds'],
    [59_600, '1 minute'],
    [120 * SECOND, '2 minutes'],
    [90 * SECOND, '1 minute 30 seconds'],
    [HOUR - 1, '1 hour'],
    [2 * HOUR + 30 * MINUTE, '2 hours 30 minutes'],
    [36 * HOUR, '36 hours'],
    [47 * HOUR + 59 * MINUTE + 50 * SECOND, '2 days'],
    [24 * HOUR, '24 hours'],
    [30 * DAY, '30 days'],
    [3 * DAY + HOUR + 29 * MINUTE, '3 days 1 hour'],
  ])('%d ms are %s', (span, words) => {
    expect(describeSpan(span)).toBe(words);
  });

  it.each([
    [3 * DAY, 'in 3 days'],
    [-2 * HOUR, '2 hours ago'],
    [400, 'now'],
    [-400, 'now'],
  ])('a moment %d ms away is %s', (distance, words) => {
    const now = Date.UTC(2026, 0, 5);
    expect(describeMoment(now + distance, now)).toBe(words);
  });
});
