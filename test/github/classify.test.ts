import { describe, expect, it } from 'vitest';
import { classify } from '../../src/github/classify.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';

const NOW = Date.UTC(2026, 5, 15, 12, 0, 0);
const USED_UP = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / SECOND + 600) };
const LEFT = { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': String(NOW / SECOND + 600) };

describe('a rate limit of GitHub', () => {
  it.each<[string, Readonly<Record<string, string>>, number, number, boolean]>([
    ['of the hour, until its reset', USED_UP, 0, 10 * MINUTE, false],
    ['of the hour, with a time to wait', { ...USED_UP, 'retry-after': '7' }, 0, 7 * SECOND, false],
    ['of requests that come too fast', { ...LEFT, 'retry-after': '7' }, 0, 7 * SECOND, true],
    ['of requests that come too fast, without an end', LEFT, 0, MINUTE, true],
    ['of requests that come too fast, without an end, for the third time', LEFT, 2, 4 * MINUTE, true],
  ])(
    'is waited for, and slows writes down only if they came too fast: %s',
    (_name, headers, limits, wait, tooFast) => {
      for (const status of [403, 429]) {
        const reply = { status, headers: new Headers(headers), body: { message: 'a secondary rate limit' } };
        const verdict = classify(reply, { success: [200], now: NOW, limits, submitted: [] });
        expect(verdict).toMatchObject({ kind: 'limited', wait, tooFast });
      }
    },
  );
});
