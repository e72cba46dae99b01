import { describe, expect, it } from 'vitest';
import {
  completedMark,
  graceEnd,
  isUpToDate,
  rotationStateOf,
  pendingMark,
  endedMark,
} from '../../src/observe/rotation-state.ts';
import { DAY, HOLD, HOUR, MINUTE, SECOND, type Instant } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import { GRACE, NOW, TOKEN, completedToken, foreignToken, pendingToken } from '../plan/situation.ts';

function revokedToken(rotatedAt: Instant, now: Instant): ServiceToken {
  const end = endedMark(rotatedAt, now);
  return { ...completedToken(rotatedAt), updatedAt: now, previousSecretExpiresAt: end };
}

const at = (time: string): Instant => Date.parse(`2026-06-15T${time}Z`);
const text = (instant: Instant): string => new Date(instant).toISOString();
const current = (token: ServiceToken, storedAt: Instant, grace = GRACE): boolean =>
  isUpToDate(token, rotationStateOf(token, grace), storedAt);

describe('the end of the previous secret', () => {
  it.each([
    ['12:00:00', '2026-07-15T12:00:43.000Z'],
    ['12:00:43', '2026-07-15T12:00:43.000Z'],
    ['12:00:43.001', '2026-07-15T12:01:43.000Z'],
    ['12:00:44', '2026-07-15T12:01:43.000Z'],
    ['23:59:59', '2026-07-16T00:00:43.000Z'],
  ])('of an open rotation at %s is %s', (rotatedAt, end) => {
    expect(text(pendingMark(at(rotatedAt)))).toBe(end);
  });

  it.each<[string, number, string]>([
    ['12:00:00', GRACE, '2026-06-17T00:00:17.000Z'],
    ['12:00:17', GRACE, '2026-06-17T00:00:17.000Z'],
    ['12:00:18', GRACE, '2026-06-17T00:01:17.000Z'],
    ['12:00:18', SECOND, '2026-06-15T12:01:17.000Z'],
    ['12:00:00', HOLD, '2026-07-15T12:00:17.000Z'],
    ['12:00:30', HOLD, '2026-07-15T12:00:17.000Z'],
    ['12:00:50', HOLD, '2026-07-15T12:01:17.000Z'],
  ])(
    'of a rotation at %s closed with a grace of %d ms is %s, never later than it stood',
    (rotated, grace, end) => {
      const hold = pendingMark(at(rotated));
      expect(text(completedMark(at(rotated), grace, at(rotated) + 30 * SECOND, hold))).toBe(end);
      expect(Date.parse(end)).toBeLessThanOrEqual(hold);
    },
  );

  it('of a rotation that is closed without a grace is past', () => {
    for (const after of [0, 1, 30 * SECOND, 5 * MINUTE, 3 * HOUR]) {
      const end = completedMark(NOW, 0, NOW + after, pendingMark(NOW));
      expect(end).toBeLessThanOrEqual(NOW + after);
      expect(new Date(end).getUTCSeconds()).toBe(17);
    }
  });

  it('that is revoked is past, and tells when the rotation was', () => {
    const end = endedMark(NOW, NOW + 10 * DAY);
    expect(end).toBeGreaterThan(NOW - MINUTE);
    expect(end).toBeLessThanOrEqual(NOW + MINUTE);
    expect(endedMark(undefined, NOW)).toBeLessThanOrEqual(NOW);
    expect(endedMark(NOW, NOW)).toBeLessThanOrEqual(NOW);
  });
});

describe('the last rotation', () => {
  it.each<[string, ServiceToken, string]>([
    ['of a token with an end at :43', pendingToken(NOW), 'pending'],
    ['of a token with an end at :17', completedToken(NOW), 'completed'],
    ['of a token with another end', foreignToken(NOW), 'foreign'],
    ['of a new token', TOKEN, 'never'],
    ['of a rotated token without an end', { ...TOKEN, version: 2 }, 'unknown'],
    ['of a token without version that nobody touched', { ...TOKEN, version: undefined }, 'never'],
    ['of another without version and end', { ...TOKEN, version: undefined, updatedAt: NOW }, 'unknown'],
  ])('%s is %s', (_name, token, kind) => {
    expect(rotationStateOf(token, GRACE).kind).toBe(kind);
  });

  it('that never was is the creation', () => {
    expect(rotationStateOf(TOKEN, GRACE)).toEqual({ kind: 'never', at: TOKEN.createdAt });
  });
});

describe('a running grace', () => {
  const end = completedToken(NOW).previousSecretExpiresAt ?? 0;
  const graceAt = (token: ServiceToken, now: Instant): Instant | undefined =>
    graceEnd(rotationStateOf(token, GRACE), GRACE, now);

  it.each<[string, ServiceToken, Instant, Instant | undefined]>([
    ['completed', completedToken(NOW), NOW, end],
    ['closed, in its last moment', completedToken(NOW), end - 1, end],
    ['closed, and over', completedToken(NOW), end, undefined],
    ['pending', pendingToken(NOW), NOW, undefined],
    ["a person's", foreignToken(NOW), NOW, NOW + GRACE + 5 * SECOND],
    ['never rotated', TOKEN, NOW, undefined],
    ['unknown', { ...TOKEN, version: 2, updatedAt: NOW }, NOW, NOW + GRACE],
    ['untold, and over', { ...TOKEN, version: 2, updatedAt: NOW - GRACE }, NOW, undefined],
  ])('%s', (_name, token, now, expected) => {
    expect(graceAt(token, now)).toBe(expected);
  });
});

describe('a stored client secret', () => {
  const week = NOW + 7 * DAY;
  const H = 60;
  const D = 24 * H;

  /** Minutes after the rotation at which one may be stored and is not current, and at which it is. */
  it.each<[string, ServiceToken, readonly number[], readonly number[]]>([
    ['pending', pendingToken(NOW), [-D, -2], [0, 1, 59, 61, 20 * D]],
    ['completed', completedToken(NOW), [-D, -3, 62, D, 36 * H + 30, 20 * D], [0, 1, 59]],
    ['revoked', revokedToken(NOW, week), [-D, -3, 62, D], [0, 1, 59]],
    ["a person's", foreignToken(NOW), [-D, -1, 0], [1, 20 * D]],
    ['never rotated', { ...TOKEN, createdAt: NOW }, [-D, -3, 61], [-1, 0, 59]],
    ['unknown', { ...TOKEN, version: 2, updatedAt: NOW }, [-D, -61, 61], [-60, 0, 60]],
    ['untold, with no last update', { ...TOKEN, version: 2, updatedAt: undefined }, [-D, 0, 1], []],
  ])('%s', (_name, token, stale, fresh) => {
    const storedAt = [...stale, ...fresh].map((minutes) => NOW + minutes * MINUTE);
    expect(storedAt.map((moment) => current(token, moment))).toEqual([
      ...stale.map(() => false),
      ...fresh.map(() => true),
    ]);
  });

  it('is judged alike where no grace was given', () => {
    const token = completedToken(NOW, 0);
    expect([-D, -4, 62].map((minutes) => current(token, NOW + minutes * MINUTE, 0))).toEqual([
      false,
      false,
      false,
    ]);
    expect([0, 1, 58].map((minutes) => current(token, NOW + minutes * MINUTE, 0))).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('a grace that was changed between runs', () => {
  it.each([0, SECOND, HOUR, 24 * HOUR, 3 * DAY, HOLD])('to %d ms, leaves current what was', (grace) => {
    const token = completedToken(NOW, GRACE);
    expect(current(token, NOW + 30 * SECOND, grace)).toBe(true);
    expect(current(token, NOW - DAY, grace)).toBe(false);
  });

  it('does not make current what was stored before the rotation, where it was not changed', () => {
    expect(current(completedToken(NOW), NOW - 30 * MINUTE)).toBe(false);
  });
});
