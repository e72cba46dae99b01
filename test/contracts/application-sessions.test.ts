import { describe, expect, it } from 'vitest';
import { DAY, HOUR, SECOND } from '../../src/model/time.ts';
import { claims, pair, setUp as setUpDefault } from './protected-application.ts';

/** An application that people may enter, too, which is what makes sessions work without credentials. */
function setUp(allow = true) {
  const world = setUpDefault();
  const { application, cloudflare, token, withSecret, get } = world;
  const { access } = cloudflare;
  if (allow) {
    access.policies.create({
      application: application.id,
      name: 'People',
      decision: 'allow',
      include: [{ everyone: {} }],
    });
  }
  const begin = async (secret = token.secret) =>
    /^CF_Authorization=([^;]+);/.exec((await withSecret(secret)).headers.get('set-cookie') ?? '')?.[1] ?? '';
  const resume = async (jwt: string) => (await get({ cookie: `x=y; CF_Authorization=${jwt}` })).status;
  return { ...world, access, switches: access.switches, begin, resume };
}

describe('a session', () => {
  it('lasts as long as the policy says, else the application, else a day', async () => {
    const { access, application, begin, clock, resume } = setUp();
    const length = async () => {
      const { iat, exp } = claims(await begin()) as { iat: number; exp: number };
      return exp - iat;
    };
    expect(await length()).toBe(DAY / SECOND);
    access.applications.change(application.id, { session_duration: '6h' });
    expect(await length()).toBe((6 * HOUR) / SECOND);
    access.policies.change(application.policyId, { session_duration: '1h' });
    expect(await length()).toBe(HOUR / SECOND);
    const jwt = await begin();
    clock.advance(HOUR - 1);
    expect(await resume(jwt)).toBe(200);
    clock.advance(1);
    expect(await resume(jwt)).toBe(302);
  });

  it('is taken from the cookie and two headers, and not as a bearer', async () => {
    const { begin, get, resume } = setUp();
    const jwt = await begin();
    expect(await resume(jwt)).toBe(200);
    expect((await get({ 'cf-access-token': jwt })).status).toBe(200);
    expect((await get({ 'Cf-Access-Jwt-Assertion': jwt })).status).toBe(200);
    expect((await get({ authorization: `Bearer ${jwt}` })).status).toBe(302);
    expect(await resume(`${jwt}x`)).toBe(302);
  });

  it('hides a wrong secret', async () => {
    const { begin, get, token } = setUp();
    const cookie = `CF_Authorization=${await begin()}`;
    expect((await get({ ...pair(token.clientId, 'wrong'), cookie })).status).toBe(200);
    expect((await get(pair(token.clientId, 'wrong'))).status).toBe(302);
  });

  it('opens no application that has only Service Auth policies', async () => {
    const { begin, get, resume } = setUp(false);
    const jwt = await begin();
    expect(await resume(jwt)).toBe(403);
    expect((await get({ 'cf-access-token': jwt })).status).toBe(403);
  });

  it('opens a strict application only with the switch, and beside no credentials', async () => {
    const { access, begin, get, resume, switches, token } = setUp();
    const jwt = await begin();
    access.organization.change({ strict_service_token_auth: true });
    expect(await resume(jwt)).toBe(302);
    switches.strictIgnoresSessions = false;
    expect(await resume(jwt)).toBe(200);
    const cookie = `CF_Authorization=${jwt}`;
    expect((await get({ ...pair(token.clientId, 'wrong'), cookie })).status).toBe(403);
  });

  it('ends with the policy that admits its token, unless the switch says otherwise', async () => {
    const { application, begin, resume, switches } = setUp();
    const jwt = await begin();
    application.settings.admits = [];
    expect(await resume(jwt)).toBe(302);
    switches.sessionsOutlivePolicies = true;
    expect(await resume(jwt)).toBe(200);
  });

  it.each(['rotated', 'disabled', 'deleted'] as const)(
    'goes on when its token is %s, unless the switch says otherwise',
    async (what) => {
      const { begin, cloudflare, resume, switches, token } = setUp();
      const jwt = await begin();
      if (what === 'rotated') cloudflare.rotate(token.id);
      if (what === 'disabled') cloudflare.setEnabled(token.id, false);
      if (what === 'deleted') cloudflare.remove(token.id);
      expect(await resume(jwt)).toBe(200);
      switches.secretEndsSessions = true;
      expect(await resume(jwt)).toBe(302);
    },
  );
});

describe('revoking sessions', () => {
  it('ends those that have begun, and none that begin later', async () => {
    const { access, application, begin, clock, resume } = setUp();
    const before = await begin();
    clock.advance(SECOND);
    access.sessions.revoke(application.id);
    expect(await resume(before)).toBe(302);
    clock.advance(SECOND);
    expect(await resume(await begin())).toBe(200);
    expect(await resume(before)).toBe(302);
  });

  it('may take a while', async () => {
    const { access, application, begin, clock, resume, switches } = setUp();
    switches.revokeLag = 30 * SECOND;
    const jwt = await begin();
    access.sessions.revoke(application.id);
    clock.advance(30 * SECOND - 1);
    expect(await resume(jwt)).toBe(200);
    clock.advance(1);
    expect(await resume(jwt)).toBe(302);
  });

  it('may not reach service tokens, and never another application', async () => {
    const { access, application, begin, resume, switches } = setUp();
    const jwt = await begin();
    const other = access.applications.create({ name: 'other', domain: 'other.example.com' });
    access.sessions.revoke(other.id);
    expect(await resume(jwt)).toBe(200);
    switches.revokeReachesTokens = false;
    access.sessions.revoke(application.id);
    expect(await resume(jwt)).toBe(200);
    switches.revokeReachesTokens = true;
    expect(await resume(jwt)).toBe(302);
  });
});
