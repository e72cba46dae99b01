import { describe, expect, test } from 'vitest';
import type { ApplicationSettings } from '../../sandbox/application/settings.ts';
import { SECOND } from '../../src/model/time.ts';
import { protectedUrl } from './protected-url.ts';

type Settings = Partial<ApplicationSettings>;

const MODES: [string, Settings, string][] = [
  ['only Service Auth policies', { access: 'service-auth-only' }, '403 with cf-access headers'],
  ['an Allow policy, too', { access: 'mixed' }, '302 to acme.cloudflareaccess.com'],
  ['strict authentication', { access: 'strict' }, '403 with cf-access headers'],
  ['strict, 401', { access: 'strict', strictStatus: 401 }, '403 with cf-access headers'],
  ['strict without headers', { access: 'strict', strictWithoutHeaders: true }, '403 with cf-access headers'],
  [
    'strict, 401 without headers',
    { access: 'strict', strictStatus: 401, strictWithoutHeaders: true },
    '403 with cf-access headers',
  ],
  ['strict with an Allow policy', { access: 'strict-mixed' }, '302 to acme.cloudflareaccess.com'],
  [
    'strict with an Allow policy, without headers',
    { access: 'strict-mixed', strictWithoutHeaders: true },
    '302 to acme.cloudflareaccess.com',
  ],
  ['the 401 flag', { access: '401-flag' }, '401 with cf-access headers'],
  ['Managed OAuth', { access: 'managed-oauth' }, '401 with cf-access headers'],
];

describe.each(MODES)('where Access refuses with %s', (_name, settings, how) => {
  test('the URL is protected, and the pair is accepted', async () => {
    const { judge, lines, time } = protectedUrl(settings);
    const { control, verdict } = await judge();
    expect(control).toMatchObject({ kind: 'protected', how });
    expect(verdict.kind).toBe('accepted');
    expect(verdict.seen).toMatch(/^let in twice in a row: the application answered 200 \(cf-ray \w+-FRA\)$/);
    expect(time.slept).toEqual([1 * SECOND]);
    expect(lines).toHaveLength(1);
  });

  test('a wrong secret is refused, also before an application that refuses all', async () => {
    for (const origin of [200, 401, 403] as const) {
      const { judge, wrong } = protectedUrl({ ...settings, origin });
      expect((await judge(wrong)).verdict.kind).toBe('refused');
    }
  });

  test.each([204, 401, 403, 404, 405, 500] as const)(
    'an application that answers %i was reached',
    async (origin) => {
      const { judge } = protectedUrl({ ...settings, origin });
      const { verdict } = await judge();
      expect(verdict.kind).toBe('accepted');
      expect(verdict.seen).toContain(`the application answered ${origin}`);
    },
  );

  test('a token that no policy admits is refused', async () => {
    const { judge } = protectedUrl({ ...settings, admits: [] });
    const { verdict } = await judge();
    expect(verdict).toMatchObject({
      kind: 'refused',
      meaning: settings.access === 'mixed' ? 'policy' : 'unknown',
    });
  });
});

describe('what a refusal means', () => {
  test('good credentials without a policy are told from bad ones', async () => {
    const { judge, wrong } = protectedUrl({ access: 'mixed', admits: [] });
    expect((await judge()).verdict.seen).toContain('an Allow policy is not enough');
    expect((await judge(wrong)).verdict).toMatchObject({ kind: 'refused', meaning: 'credentials' });
  });

  test.each(['disabled', 'expired'])('a token that is %s is refused', async (state) => {
    const { judge, cloudflare, token, clock } = protectedUrl({ access: 'mixed' });
    if (state === 'disabled') cloudflare.setEnabled(token.id, false);
    else clock.advance(token.expiresAt - clock.now());
    expect((await judge()).verdict).toMatchObject({ kind: 'refused', meaning: 'credentials' });
  });
});

describe('waiting', () => {
  test('goes on until the secret is known, with one line for each thing seen', async () => {
    const { judge, application, lines, time } = protectedUrl({
      access: 'mixed',
      propagationDelay: 20 * SECOND,
    });
    expect((await judge()).verdict.kind).toBe('accepted');
    expect(time.slept.map((wait) => wait / SECOND)).toEqual([1, 2, 4, 8, 15, 1]);
    expect(application.refused).toBe(5);
    expect(lines).toEqual([
      'Waiting at most 2 minutes until app.acme.com lets the credentials in. Seen now: Access does not accept the credentials: 302 to acme.cloudflareaccess.com',
      'app.acme.com let the credentials in once, asking again: the application answered 200',
    ]);
  });

  test('ends with the timeout, with a last look then', async () => {
    const { judge, clock, wrong, time } = protectedUrl();
    const start = clock.now();
    expect((await judge(wrong)).verdict).toMatchObject({ kind: 'refused', meaning: 'unknown' });
    expect(clock.now() - start).toBe(120 * SECOND);
    expect(time.slept.map((wait) => wait / SECOND)).toEqual([1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15]);
  });

  test('a secret that is known at the last moment is accepted', async () => {
    const { judge } = protectedUrl({ propagationDelay: 120 * SECOND });
    expect((await judge()).verdict.kind).toBe('accepted');
  });

  test('a timeout of nothing leaves one look, and a second one after a pass', async () => {
    const refused = protectedUrl({}, { timeout: 0 });
    expect((await refused.judge(refused.wrong)).verdict.kind).toBe('refused');
    expect(refused.application.logins).toHaveLength(1);
    const accepted = protectedUrl({}, { timeout: 0 });
    expect((await accepted.judge()).verdict.kind).toBe('accepted');
  });

  test('one pass is not enough while points of presence disagree', async () => {
    const { judge, application, time, lines } = protectedUrl({ flapping: { kind: 'requests', count: 6 } });
    expect((await judge()).verdict.kind).toBe('accepted');
    expect(time.slept.map((wait) => wait / SECOND)).toEqual([1, 1, 1, 2, 1, 4, 1]);
    expect(lines.filter((line) => line.startsWith('Waiting at most 2 minutes'))).toHaveLength(1);
    expect(application.logins.map(({ accepted }) => accepted)).toEqual([
      ...[true, false, true, false, true, false],
      ...[true, true],
    ]);
  });

  test('points of presence that never agree are a refusal', async () => {
    const { judge } = protectedUrl({ flapping: { kind: 'until', instant: Infinity } });
    const { verdict } = await judge();
    expect(verdict.kind).toBe('refused');
    expect(verdict.seen).toContain('not every point of presence agrees');
  });
});

describe('a URL that proves nothing', () => {
  test.each([200, 404, 500] as const)(
    'is not protected, with an application that answers %i',
    async (origin) => {
      const { judge, faults } = protectedUrl({ access: 'unprotected', origin });
      const { control, verdict } = await judge();
      expect(control).toMatchObject({ kind: 'unprotected' });
      expect(verdict.kind).toBe('undecided');
      expect(verdict.seen).toContain(`without credentials, the application answered ${origin}`);
      // An application that Access does not shield would see the pair.
      expect(faults.log).toHaveLength(1);
    },
  );

  test.each([401, 403] as const)('answers everyone with its own %i', async (origin) => {
    const { judge } = protectedUrl({ access: 'unprotected', origin });
    const { control, verdict } = await judge();
    expect(control).toMatchObject({ kind: 'protected', how: `${origin} without a sign of Access` });
    expect(verdict).toMatchObject({ kind: 'refused', meaning: 'unknown' });
    expect(verdict.seen).toContain('the same as without credentials');
  });

  test.each([
    [{ edge: 'waf-1010' }, '403 with error code 1010'],
    [{ edge: 'challenge' }, '403 with a bot check'],
  ] as const)('is shut before Access: %o', async (settings, seen) => {
    const { judge, faults, clock } = protectedUrl(settings);
    const start = clock.now();
    const { control, verdict } = await judge();
    expect(control.kind).toBe('undecided');
    expect(verdict.kind).toBe('undecided');
    expect(verdict.seen).toContain(seen);
    expect(clock.now() - start).toBe(120 * SECOND);
    expect(faults.log.some(({ requestHeaders }) => 'cf-access-client-secret' in requestHeaders)).toBe(false);
  });

  test('leads to an application that is down', async () => {
    const { judge } = protectedUrl({ origin: 'down-502' });
    const { control, verdict } = await judge();
    expect(control.kind).toBe('protected');
    expect(verdict).toMatchObject({ kind: 'undecided' });
    expect(verdict.seen).toContain('the application is down: 502');
  });

  test('is down only for a moment', async () => {
    const { judge, faults } = protectedUrl();
    const bad = { when: 'before', kind: 'reply', status: 503 } as const;
    faults.add({ name: 'restart', times: 3, effect: bad });
    const { control, verdict } = await judge();
    expect(control).toMatchObject({ kind: 'undecided' });
    expect(verdict.kind).toBe('accepted');
    expect(faults.unused()).toEqual([]);
  });

  test('became unprotected only when it was asked again', async () => {
    const { probe, application, pair } = protectedUrl({ edge: 'challenge' });
    const control = await probe.control();
    application.settings.edge = 'open';
    application.settings.access = 'unprotected';
    expect((await probe.verify(pair, control)).kind).toBe('undecided');
  });
});

describe('no reply', () => {
  test('a hang is bounded at 15 seconds, and only delays', async () => {
    const { judge, faults, lines } = protectedUrl();
    faults.add({ name: 'hang', skip: 1, effect: { kind: 'hang', when: 'before' } });
    expect((await judge()).verdict.kind).toBe('accepted');
    expect(lines[0]).toContain('no reply within 15 seconds');
    expect(faults.unused()).toEqual([]);
  });

  test('resets to the end decide nothing, and what was seen before them is told', async () => {
    const { judge, faults, wrong } = protectedUrl();
    faults.add({ name: 'resets', skip: 3, times: Infinity, effect: { kind: 'reset', when: 'after' } });
    const { verdict } = await judge(wrong);
    expect(verdict).toEqual({
      kind: 'undecided',
      cause: 'down',
      seen: 'the connection failed; before that, Access refused: 403 with cf-access headers',
    });
  });

  test('a reset of the control request decides nothing yet', async () => {
    const { probe, faults } = protectedUrl();
    faults.add({ name: 'reset', effect: { kind: 'reset', when: 'before' } });
    expect(await probe.control()).toEqual({
      kind: 'undecided',
      cause: 'down',
      seen: 'the connection failed',
    });
  });

  test('a comparison that fails is made again', async () => {
    const { judge, faults } = protectedUrl({ origin: 401 });
    faults.add({ name: 'reset', skip: 2, effect: { kind: 'reset', when: 'before' } });
    expect((await judge()).verdict.kind).toBe('accepted');
    expect(faults.unused()).toEqual([]);
  });
});

describe('a cancelled run', () => {
  test('skips what is left of waiting', async () => {
    const { judge, time, canceller, wrong, faults } = protectedUrl();
    time.onSleep = (count) => {
      if (count === 3) canceller.abort(new Error('cancelled'));
    };
    const { verdict } = await judge(wrong);
    expect(verdict.kind).toBe('skipped');
    expect(verdict.seen).toBe('the run was cancelled; seen last: Access refused: 403 with cf-access headers');
    expect(faults.log).toHaveLength(4);
    expect(time.slept).toHaveLength(2);
  });

  test('does not wait for a reply', async () => {
    const { judge, faults, canceller } = protectedUrl();
    faults.add({ name: 'hang', skip: 1, effect: { kind: 'hang', when: 'before' } });
    faults.onExchange = ({ fault }) => {
      if (fault === 'hang') canceller.abort(new Error('cancelled'));
    };
    expect((await judge()).verdict).toEqual({ kind: 'skipped', seen: 'the run was cancelled' });
  });

  test('asks nothing more', async () => {
    const { probe, pair, canceller, faults } = protectedUrl();
    const control = await probe.control();
    canceller.abort(new Error('cancelled'));
    expect((await probe.verify(pair, control)).kind).toBe('skipped');
    expect(faults.log).toHaveLength(1);
  });
});
