import { describe, expect, it } from 'vitest';
import { classify, type ClassifyContext } from '../../src/cloudflare/classify.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';

const NOW = Date.UTC(2026, 5, 15, 12, 0, 0);
const CONTEXT: ClassifyContext = {
  doing: 'do it',
  family: 'service-tokens',
  now: NOW,
  limits: 0,
  token: 'cfat_1',
};

type Headers = Readonly<Record<string, string>>;

function verdictOn(status: number, body: unknown, headers: Headers = {}, context = {}) {
  return classify({ status, headers: new Headers(headers), body }, { ...CONTEXT, ...context });
}

const failure = (code: number, message: string) => ({ success: false, errors: [{ code, message }] });

describe('a reply of Cloudflare', () => {
  it.each<[string, number, unknown, string]>([
    ['a success', 200, { success: true, result: {} }, 'done'],
    ['202 without a body', 202, '', 'done'],
    ['a server error', 500, failure(1, 'No.'), 'lost'],
    ['a timeout', 408, '', 'lost'],
    ['a page instead of JSON', 200, '<html>', 'lost'],
    ['a list instead of an envelope', 200, [], 'lost'],
    ['200 without success', 200, failure(1, 'No.'), 'lost'],
    ['a redirect', 302, '', 'refused'],
    ['a refusal', 400, failure(1, 'No.'), 'refused'],
    ['a refusal for want of a permission', 403, failure(10000, 'Authentication error'), 'refused'],
    ['a rate limit', 429, '', 'limited'],
  ])('about service tokens: %s', (_name, status, body, kind) => {
    expect(verdictOn(status, body).kind).toBe(kind);
  });

  it('about policies that says no success is a refusal', () => {
    const other = { family: 'policies' };
    expect(verdictOn(200, failure(1, 'No.'), {}, other).kind).toBe('refused');
  });
});

describe('a rate limit of Cloudflare', () => {
  it.each<[string, Headers, number, number]>([
    ['seconds', { 'retry-after': '7', ratelimit: '"default";r=0;t=30' }, 0, 7 * SECOND],
    ['a date', { 'retry-after': new Date(NOW + 20 * SECOND).toUTCString() }, 0, 20 * SECOND],
    ['a date in the past', { 'retry-after': new Date(NOW - MINUTE).toUTCString() }, 0, SECOND],
    ['the reset of the limit', { ratelimit: '"default";r=0;t=30' }, 0, 30 * SECOND],
    ['nothing', {}, 0, MINUTE],
    ['nothing for the third time', {}, 2, 3 * MINUTE],
    ['an hour', { 'retry-after': '3600' }, 0, 310 * SECOND],
  ])('is waited for as it says: %s', (_name, headers, limits, wait) => {
    expect(verdictOn(429, '', headers, { limits })).toMatchObject({ kind: 'limited', wait, tooFast: true });
  });
});
