import { verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ApplicationSettings } from '../../sandbox/application/settings.ts';
import { DAY, SECOND } from '../../src/model/time.ts';
import { accessHeaders, claims, metaOf, setUp } from './protected-application.ts';

describe('a pair that Access accepts', () => {
  it.each(['service-auth-only', 'mixed', '401-flag', 'managed-oauth'] as const)(
    'reaches the origin and gets a cookie: %s',
    async (access) => {
      const { application, token, clock, withSecret } = setUp({ access });
      const response = await withSecret(token.secret);
      expect(response.status).toBe(200);
      expect(accessHeaders(response)).toEqual([]);
      expect(response.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-[A-Z]{3}$/);
      const jwt = /^CF_Authorization=([^;]+);/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';
      expect(claims(jwt)).toMatchObject({
        type: 'app',
        aud: application.audience,
        sub: '',
        common_name: token.clientId,
        exp: (clock.now() + DAY) / SECOND,
      });
      const [header, payload, signature] = jwt.split('.');
      const signed = Buffer.from(`${header ?? ''}.${payload ?? ''}`);
      const bytes = Buffer.from(signature ?? '', 'base64url');
      expect(verify('RSA-SHA256', signed, application.publicKey, bytes)).toBe(true);
    },
  );

  it.each(['strict', 'strict-mixed'] as const)('gets no cookie: %s', async (access) => {
    const { token, withSecret } = setUp({ access });
    const response = await withSecret(token.secret);
    expect(response.status).toBe(200);
    expect(response.headers.has('set-cookie')).toBe(false);
  });

  it.each([200, 204, 401, 403, 404, 405, 500] as const)(
    'gets what the origin answers: %d',
    async (origin) => {
      const { token, withSecret } = setUp({ origin });
      const response = await withSecret(token.secret);
      expect(response.status).toBe(origin);
      expect(response.headers.get('www-authenticate') ?? '').not.toContain('Cloudflare-Access');
      expect([...response.headers.keys()].filter((name) => name.startsWith('cf-access-'))).toEqual([]);
    },
  );

  it.each([
    ['down-502', 502],
    ['down-530', 530],
  ] as const)('gets a page of the edge where the application is %s', async (origin, status) => {
    const { token, get, withSecret } = setUp({ origin });
    const response = await withSecret(token.secret);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(accessHeaders(response)).toEqual([]);
    expect((await get()).status).toBe(403);
  });
});

describe('a request that Access refuses', () => {
  type Case = readonly [access: ApplicationSettings['access'], without: number, wrong: number];
  it.each<Case>([
    ['service-auth-only', 403, 403],
    ['mixed', 302, 302],
    ['strict', 403, 401],
    ['strict-mixed', 302, 401],
    ['401-flag', 401, 401],
    ['managed-oauth', 401, 401],
  ])('in %s gets %d without a pair, %d with a bad one', async (access, without, wrong) => {
    const { clock, cloudflare, token, get, withSecret } = setUp({ access, strictStatus: 401 });
    const refused = async (response: Promise<Response>): Promise<number> => {
      const { status, headers } = await response;
      expect(headers.get('set-cookie') ?? '').not.toContain('CF_Authorization');
      return status;
    };
    expect(await refused(get())).toBe(without);
    expect(await refused(withSecret('wrong'))).toBe(wrong);
    cloudflare.setEnabled(token.id, false);
    expect(await refused(withSecret(token.secret))).toBe(wrong);
    cloudflare.setEnabled(token.id, true);
    clock.advance(366 * DAY);
    expect(await refused(withSecret(token.secret))).toBe(wrong);
  });

  it('gets a page or JSON, as it accepts, with the headers of Access', async () => {
    const { application, get } = setUp();
    const html = await get();
    expect(html.headers.get('content-type')).toContain('text/html');
    expect(html.headers.get('cf-access-aud')).toBe(application.audience);
    expect(html.headers.get('cf-access-domain')).toBe('app.example.com');
    const json = await get({ accept: 'application/json' });
    expect(json.headers.get('content-type')).toBe('application/json');
    expect(await json.json()).toHaveProperty('message');
  });

  it('is sent to the login page where people may log in, too', async () => {
    const { application, get } = setUp({ access: 'mixed' });
    const response = await get();
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.origin).toBe('https://acme.cloudflareaccess.com');
    expect(location.pathname).toBe('/cdn-cgi/access/login/app.example.com');
    expect(location.searchParams.get('kid')).toBe(application.audience);
    expect(location.searchParams.get('redirect_url')).toBe('/health?deep=1');
    expect(response.headers.get('set-cookie')).toMatch(/^CF_AppSession=/);
    expect(response.headers.get('www-authenticate')).toMatch(/^Cloudflare-Access resource_metadata="/);
    expect(metaOf(response)).toMatchObject({ service_token_status: false, auth_status: 'NONE' });
    const script = await get({ 'X-Requested-With': 'XMLHttpRequest' });
    expect(script.status).toBe(401);
    expect(script.headers.has('location')).toBe(false);
  });

  it('hears of OAuth where that is managed', async () => {
    const response = await setUp({ access: 'managed-oauth' }).get();
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await response.json()).toMatchObject({ error: 'invalid_token' });
  });

  it('may get a strict refusal that does not say it is of Access', async () => {
    const { get, withSecret } = setUp({ access: 'strict', strictWithoutHeaders: true });
    expect(accessHeaders(await withSecret('wrong'))).toEqual([]);
    expect(accessHeaders(await get())).toContain('cf-access-aud');
  });

  it.each([
    ['service-auth-only', 403],
    ['mixed', 302],
    ['strict', 403],
    ['401-flag', 401],
  ] as const)('in %s gets %d where no Service Auth policy names its token', async (access, status) => {
    const { application, token, withSecret } = setUp({ access, admits: [] });
    const response = await withSecret(token.secret);
    expect(response.status).toBe(status);
    if (status === 302) expect(metaOf(response)).toMatchObject({ service_token_status: true });
    expect(application.logins).toMatchObject([{ accepted: false, used: 'current', why: 'not-admitted' }]);
    application.settings.admits = [token.id];
    expect((await withSecret(token.secret)).status).toBe(200);
  });
});
