import { describe, expect, test } from 'vitest';
import { isSameRefusal, readReply, type Reading } from '../../src/access/reply.ts';

const AT = new URL('https://app.acme.com/health');
const LOGIN = 'https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.acme.com';
const SECRET = 'cfast_AbCdEf';

function read(status: number, headers: Record<string, string> = {}, body = ''): Reading {
  const mayBeShown = (value: string): boolean => !value.toLowerCase().includes(SECRET.toLowerCase());
  return readReply({ status, headers: new Headers(headers), body }, AT, mayBeShown);
}

function meta(claims: unknown): string {
  return `${LOGIN}?meta=x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
}

describe('Access refuses', () => {
  test.each([
    ['its login page', 302, { location: `${LOGIN}?kid=1` }, '302 to acme.cloudflareaccess.com'],
    ['its path on any host', 303, { location: '/cdn-cgi/access/login' }, '303 to app.acme.com'],
    ['its audience', 403, { 'cf-access-aud': 'ab' }, '403 with cf-access headers'],
    ['its domain', 401, { 'cf-access-domain': 'app.acme.com' }, '401 with cf-access headers'],
    [
      'its challenge',
      401,
      { 'www-authenticate': 'cloudflare-access' },
      '401 with a Cloudflare-Access challenge',
    ],
    [
      'the challenge of Managed OAuth',
      401,
      {
        'www-authenticate':
          'Bearer error="invalid_token", resource_metadata="https://app.acme.com/.well-known/cloudflare-access-protected-resource/"',
      },
      '401 with a Cloudflare-Access challenge',
    ],
  ])('with %s', (_name, status, headers, brief) => {
    expect(read(status, headers)).toMatchObject({ kind: 'refused', meaning: 'unknown', brief });
  });

  test.each([
    [true, 'policy', /no Service Auth policy .*an Allow policy is not enough/],
    [false, 'credentials', /does not accept the credentials/],
    ['true', 'unknown', /^Access refused: 302/],
  ])('and tells why where it knows: service_token_status %s', (status, meaning, text) => {
    const reading = read(302, { location: meta({ service_token_status: status }) });
    expect(reading).toMatchObject({ kind: 'refused', meaning });
    expect(reading.text).toMatch(text);
  });

  test.each(['x', 'x.!!!.y', `x.${Buffer.from('null').toString('base64url')}.y`, 'x.e30.y'])(
    'and tells nothing by the meta %s',
    (token) => {
      const reading = read(302, { location: `${LOGIN}?meta=${token}` });
      expect(reading).toMatchObject({ kind: 'refused', meaning: 'unknown' });
    },
  );
});

describe('something before Access, or in its stead, answers', () => {
  test.each([
    ['a bot check', 403, { 'cf-mitigated': 'challenge' }, '', '403 with a bot check'],
    ['a blocked signature', 403, {}, 'error code: 1010\n', '403 with error code 1010'],
    [
      'the same as JSON',
      403,
      {},
      '{"error_code":1020, "cloudflare_error": true}',
      '403 with error code 1020',
    ],
    ['an unnumbered error', 403, {}, '{"cloudflare_error":true}', '403 with a Cloudflare error'],
    [
      'a block page',
      403,
      {},
      '<title>Attention Required! | Cloudflare</title>',
      "403 with Cloudflare's block page",
    ],
    ['a rate limit', 429, {}, '', '429'],
    ['an origin that is down', 502, {}, '', '502'],
    ['a tunnel that is down', 530, {}, 'error code: 1033', '530'],
    ['an origin that times out', 522, {}, '', '522'],
  ])('%s decides nothing', (_name, status, headers, body, brief) => {
    expect(read(status, headers, body)).toMatchObject({ kind: 'undecided', brief });
  });
});

describe('the application answers', () => {
  test.each([200, 204, 400, 404, 405, 500, 501])('%i', (status) => {
    expect(read(status)).toMatchObject({ kind: 'passed', brief: String(status) });
  });

  test('a redirect of its own', () => {
    const reading = read(302, { location: 'https://login.acme.com/?next=%2Fhealth' });
    expect(reading).toMatchObject({ kind: 'passed', text: 'the application answered 302 to login.acme.com' });
  });

  test('a redirect to a host that only ends like the login page', () => {
    expect(read(302, { location: 'https://evilcloudflareaccess.com/' })).toMatchObject({ kind: 'passed' });
  });

  test('a redirect to nowhere', () => {
    expect(read(302, { location: 'https://[' })).toMatchObject({ kind: 'passed', brief: '302' });
    expect(read(304)).toMatchObject({ kind: 'passed', brief: '304' });
  });

  test.each([401, 403])('a %i without marks may be either', (status) => {
    expect(read(status)).toMatchObject({ kind: 'unmarked' });
  });

  test('an invalid_token of its own may be either', () => {
    expect(read(401, { 'www-authenticate': 'Bearer error="invalid_token"' })).toMatchObject({
      kind: 'unmarked',
    });
  });
});

describe('what is printed', () => {
  test('has the ids that support asks for, cleaned', () => {
    const headers = { 'cf-ray': '8f1e::error::-FRA', 'cf-access-aud': `a/b${'c'.repeat(100)}` };
    expect(read(403, headers).trace).toBe(` (cf-ray 8f1eerror-FRA, aud ab${'c'.repeat(78)})`);
    expect(read(200).trace).toBe('');
  });

  test('has nothing of a redirect but its host', () => {
    const { text, brief } = read(302, { location: 'https://user:pass@login.acme.com:8443/path?query#hash' });
    expect(text + brief).not.toMatch(/user|pass|path|query|hash/);
  });

  test('echoes no credential, in any case', () => {
    const location = `https://${SECRET.toUpperCase()}.cloudflareaccess.com/`;
    const reading = read(302, { location, 'cf-ray': SECRET, 'cf-access-aud': `x${SECRET}` });
    expect(reading).toMatchObject({ kind: 'refused', brief: '302', trace: '' });
    expect(JSON.stringify(reading)).not.toMatch(/cfast/i);
  });
});

describe('two refusals', () => {
  const body = (ray: string, time: string, cause = 'not allowed') =>
    `<p>${cause}</p><p>Ray ID: ${ray}</p><p>${time} UTC</p>`;

  test('are the same though ids and times differ', () => {
    const one = read(403, {}, body('8f1e2d3c4b5a6978', '06:00:01'));
    const other = read(403, {}, body('a1b2c3d4e5f60718', '06:02:59'));
    expect(isSameRefusal(one.fingerprint, other.fingerprint)).toBe(true);
  });

  test.each([
    ['status', read(401, {}, body('8f1e2d3c4b5a6978', '06:00:01'))],
    ['cause', read(403, {}, body('8f1e2d3c4b5a6978', '06:00:01', 'no such user'))],
  ])('differ by %s', (_name, other) => {
    const one = read(403, {}, body('8f1e2d3c4b5a6978', '06:00:01'));
    expect(isSameRefusal(one.fingerprint, other.fingerprint)).toBe(false);
  });
});
