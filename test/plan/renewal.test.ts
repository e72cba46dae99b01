import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import {
  DEFAULT_DURATION,
  durationOf,
  durationText,
  isRenewed,
  renewBefore,
  renewalOf,
  renewStep,
} from '../../src/plan/renewal.ts';
import { NOW, TOKEN, factsIn, taskWith } from './situation.ts';

const YEAR = 365 * DAY;
const span = (hours: number) => ({ kind: 'span', milliseconds: hours * HOUR, text: `${hours}h` }) as const;
const forever = { kind: 'forever' } as const;

describe('when a token is renewed', () => {
  it.each<[string, Partial<ServiceToken>, Record<string, string>, string | undefined]>([
    ['far from its expiry', {}, {}, undefined],
    ['31 days before', { expiresAt: NOW + 31 * DAY }, {}, undefined],
    ['30 days before', { expiresAt: NOW + 30 * DAY }, {}, 'expires-soon'],
    ['at its expiry', { expiresAt: NOW }, {}, 'expired'],
    ['after its expiry', { expiresAt: NOW - YEAR }, {}, 'expired'],
    ['one second before', { expiresAt: NOW + 1000 }, { 'renew-before': '0s' }, undefined],
    ['at its expiry, at the last moment', { expiresAt: NOW }, { 'renew-before': '0s' }, 'expired'],
    ['91 days before, of 100', { expiresAt: NOW + 91 * DAY }, { 'renew-before': '100d' }, 'expires-soon'],
    ['a third of a short life before', { duration: '24h', expiresAt: NOW + 8 * HOUR }, {}, 'expires-soon'],
    ['more than a third before', { duration: '24h', expiresAt: NOW + 9 * HOUR }, {}, undefined],
    ['a duration that is not known', { duration: undefined, expiresAt: NOW + 31 * DAY }, {}, undefined],
    ['a duration that cannot be read', { duration: 'P1Y', expiresAt: NOW + 29 * DAY }, {}, 'expires-soon'],
    ['an expiry that is not told', { expiresAt: undefined }, {}, undefined],
    ['for ever, whatever expiry is told', { duration: 'forever', expiresAt: NOW - DAY }, {}, undefined],
    ['the same duration, otherwise written', { duration: '525600m' }, { duration: '365d' }, undefined],
    ['another duration', {}, { duration: '90d' }, 'duration-changed'],
    ['another duration, near the expiry', { expiresAt: NOW }, { duration: '90d' }, 'duration-changed'],
    ['for ever from now on', {}, { duration: 'forever' }, 'duration-changed'],
    ['no longer for ever', { duration: 'forever' }, { duration: '90d' }, 'duration-changed'],
    ['a duration asked for that is not told', { duration: undefined }, { duration: '90d' }, undefined],
  ])('%s', (_name, token, inputs, reason) => {
    const renewed = { ...TOKEN, ...token };
    const facts = factsIn({ token: renewed, inputs });
    const step = renewalOf(renewed, facts);
    expect(step?.reason).toBe(reason);
    if (step === undefined) return;
    expect(step.duration).toEqual(durationOf(renewed, facts.settings));
    expect(step.token).toBe(renewed);
  });
});

describe('the life that a token is to have', () => {
  it.each<[Partial<ServiceToken>, Record<string, string>, string]>([
    [{ duration: '24h' }, {}, '24h'],
    [{ duration: '24h' }, { duration: '90d' }, '2160h'],
    [{ duration: 'forever' }, {}, 'forever'],
    [{ duration: undefined }, {}, '8760h'],
    [{ duration: 'P1Y' }, {}, '8760h'],
  ])('of %j with %j is %s', (token, inputs, text) => {
    expect(durationText(durationOf({ ...TOKEN, ...token }, taskWith(inputs).settings))).toBe(text);
  });

  it('is renewed 30 days, or a third of it, before its end', () => {
    expect(renewBefore(TOKEN, taskWith().settings)).toBe(30 * DAY);
    expect(renewBefore({ ...TOKEN, duration: '720h' }, taskWith().settings)).toBe(10 * DAY);
    expect(renewBefore({ ...TOKEN, duration: 'forever' }, taskWith().settings)).toBe(0);
    expect(renewBefore(TOKEN, taskWith({ 'renew-before': '0s' }).settings)).toBe(0);
  });
});

describe('the requests of a renewal', () => {
  const zone = { 'cloudflare-zone-id': 'b'.repeat(32) };
  it.each<[string, Partial<ServiceToken>, Record<string, string>, readonly string[]]>([
    ['a refresh first if it gives the year that is meant', {}, {}, ['refresh', 'update']],
    ['an update first if an input asks for the year', {}, { duration: '365d' }, ['update', 'refresh']],
    ['an update first for another duration', { duration: '720h' }, {}, ['update', 'refresh']],
    ['an update first for ever', {}, { duration: 'forever' }, ['update', 'refresh']],
    ['an update alone in a zone', {}, zone, ['update']],
  ])('are %s', (_name, token, inputs, requests) => {
    const renewed = { ...TOKEN, ...token, expiresAt: NOW + DAY };
    const task = taskWith({ operation: 'renew', 'rotate-after': '', ...inputs });
    const step = renewStep(
      renewed,
      { ...task, now: NOW },
      'renewal-asked',
      durationOf(renewed, task.settings),
    );
    expect(step.requests).toEqual(requests);
  });

  it('carry when the token expired, if it has', () => {
    const expiredAt = (expiresAt: number | undefined): number | undefined => {
      const token = { ...TOKEN, expiresAt };
      return renewStep(token, { ...taskWith(), now: NOW }, 'renewal-asked', DEFAULT_DURATION).expiredAt;
    };
    expect([NOW - 1, NOW, NOW + 1, undefined].map(expiredAt)).toEqual([NOW - 1, NOW, undefined, undefined]);
  });
});

describe('whether a renewal did what it was meant to', () => {
  const before = NOW + DAY;
  it.each<[string, Partial<ServiceToken>, ReturnType<typeof durationOf>, number | undefined, boolean]>([
    ['moved as meant', { expiresAt: NOW + YEAR }, DEFAULT_DURATION, before, true],
    ['by a clock that is a little behind', { expiresAt: NOW + YEAR - HOUR }, DEFAULT_DURATION, before, true],
    ['longer than meant', { expiresAt: NOW + YEAR + DAY }, DEFAULT_DURATION, before, true],
    ['not moved', { expiresAt: before }, DEFAULT_DURATION, before, false],
    ['moved too little', { expiresAt: NOW + 300 * DAY }, DEFAULT_DURATION, before, false],
    ['kept another duration', { duration: '24h', expiresAt: NOW + YEAR }, DEFAULT_DURATION, before, false],
    ['shortened as meant', { duration: '720h', expiresAt: NOW + 30 * DAY }, span(720), NOW + YEAR, true],
    ['not shortened', { duration: '720h', expiresAt: NOW + YEAR + 1 }, span(720), NOW + YEAR, false],
    ['a short life, a tenth off', { duration: '1h', expiresAt: NOW + 0.89 * HOUR }, span(1), NOW, false],
    ['a short life', { duration: '1h', expiresAt: NOW + 0.91 * HOUR }, span(1), NOW, true],
    ['expiry not told', { expiresAt: undefined }, DEFAULT_DURATION, before, true],
    ['duration not told', { duration: undefined, expiresAt: NOW + YEAR }, DEFAULT_DURATION, before, true],
    ['for ever', { duration: 'forever', expiresAt: NOW }, forever, before, true],
    ['not for ever', { duration: '8760h', expiresAt: NOW + YEAR }, forever, before, false],
  ])('%s', (_name, token, duration, earlier, expected) => {
    expect(isRenewed({ ...TOKEN, ...token }, duration, earlier, NOW)).toBe(expected);
  });
});
