import { describe, expect, it } from 'vitest';
import { completedMark, endedMark, pendingMark, rotationMoment } from '../../src/observe/rotation-state.ts';
import type { Way } from '../../src/cloudflare/rotation.ts';
import { DAY, HOLD, HOUR, MINUTE, SECOND, type Instant } from '../../src/model/time.ts';
import { GRACE, NOW } from '../plan/situation.ts';

const at = (time: string): Instant => Date.parse(`2026-06-15T${time}Z`);
const text = (instant: Instant): string => new Date(instant).toISOString();

describe('the end of the previous secret of a pending rotation', () => {
  it.each<[string, Way, string]>([
    ['12:00:00', 'update', '2026-07-15T12:00:43.000Z'],
    ['12:00:42.999', 'update', '2026-07-15T12:00:43.000Z'],
    ['12:00:43', 'update', '2026-07-15T12:00:43.000Z'],
    ['12:00:43.001', 'update', '2026-07-15T12:01:43.000Z'],
    ['23:59:59', 'update', '2026-07-16T00:00:43.000Z'],
    ['12:00:43.001', 'rotate', '2026-07-15T12:00:53.000Z'],
    ['12:00:53', 'rotate', '2026-07-15T12:00:53.000Z'],
    ['12:00:53.001', 'rotate', '2026-07-15T12:01:53.000Z'],
  ])('of %s by %s is %s', (rotatedAt, way, end) => {
    expect(text(pendingMark(at(rotatedAt), way))).toBe(end);
  });
});

describe('the end of the previous secret of a completed rotation', () => {
  const completed = (
    rotated: string,
    gracePeriod: number,
    way: Way = 'update',
    after = 30 * SECOND,
  ): string => {
    const rotatedAt = at(rotated);
    const stands = pendingMark(rotatedAt, way);
    return text(completedMark({ rotatedAt, way, gracePeriod, now: rotatedAt + after, stands }));
  };

  it.each<[string, number, string]>([
    ['12:00:00', GRACE, '2026-06-17T00:00:17.000Z'],
    ['12:00:17', GRACE, '2026-06-17T00:00:17.000Z'],
    ['12:00:17.001', GRACE, '2026-06-17T00:01:17.000Z'],
    ['12:00:18', 1, '2026-06-15T12:01:17.000Z'],
    ['12:00:00', HOLD, '2026-07-15T12:00:17.000Z'],
  ])('of %s with a grace period of %d ms is %s', (rotated, grace, end) => {
    expect(completed(rotated, grace)).toBe(end);
  });

  it('has other seconds if /rotate brought the secret', () => {
    expect(completed('12:00:00', GRACE, 'rotate')).toBe('2026-06-17T00:00:23.000Z');
    expect(completed('12:00:23.001', GRACE, 'rotate')).toBe('2026-06-17T00:01:23.000Z');
  });

  it('is never later than the end that stands', () => {
    const rotatedAt = at('12:00:30');
    const complete = (stands: Instant): string =>
      text(completedMark({ rotatedAt, way: 'update', gracePeriod: GRACE, now: rotatedAt, stands }));
    expect(complete(Date.parse('2026-06-17T00:01:17Z'))).toBe('2026-06-17T00:01:17.000Z');
    expect(complete(Date.parse('2026-06-17T00:01:16.999Z'))).toBe('2026-06-17T00:00:17.000Z');
    expect(complete(Date.parse('2026-06-16T09:00:00Z'))).toBe('2026-06-16T08:59:17.000Z');
  });

  it('is the moment of the rotation without a grace period, and past', () => {
    expect(completed('12:00:00', 0)).toBe('2026-06-15T12:00:17.000Z');
    expect(completed('12:00:00', 0, 'update', 16_999)).toBe('2026-06-15T11:59:17.000Z');
    expect(completed('12:00:00', 0, 'update', 3 * HOUR)).toBe('2026-06-15T12:00:17.000Z');
    expect(completed('12:00:00', 0, 'rotate', 3 * HOUR)).toBe('2026-06-15T12:00:23.000Z');
  });

  it('without a grace period is not later than the end that stands either', () => {
    const rotatedAt = at('12:00:00');
    const stands = at('11:58:43');
    const end = completedMark({ rotatedAt, way: 'update', gracePeriod: 0, now: NOW + HOUR, stands });
    expect(text(end)).toBe('2026-06-15T11:58:17.000Z');
  });
});

describe('the end of a previous secret that must not work any more', () => {
  it('lies within a minute after the rotation, and says when it was', () => {
    expect(text(endedMark(NOW, NOW + 10 * DAY, 'update'))).toBe('2026-06-15T12:00:17.000Z');
    expect(text(endedMark(NOW + 17_001, NOW + 10 * DAY, 'update'))).toBe('2026-06-15T12:01:17.000Z');
    expect(text(endedMark(NOW, NOW + 10 * DAY, 'rotate'))).toBe('2026-06-15T12:00:23.000Z');
  });

  it('is not later than now', () => {
    expect(text(endedMark(NOW, NOW + 17_000, 'update'))).toBe('2026-06-15T12:00:17.000Z');
    expect(text(endedMark(NOW, NOW + 16_999, 'update'))).toBe('2026-06-15T11:59:17.000Z');
  });

  it('is the last such moment if nobody knows when the rotation was', () => {
    expect(text(endedMark(undefined, NOW, 'update'))).toBe('2026-06-15T11:59:17.000Z');
    expect(text(endedMark(undefined, NOW + 30_000, 'rotate'))).toBe('2026-06-15T12:00:23.000Z');
  });
});

describe('the moment that a rotation counts from', () => {
  it('is the reading, or two minutes after the youngest secret that is stored', () => {
    expect(rotationMoment(NOW, [])).toBe(NOW);
    expect(rotationMoment(NOW, [NOW - 2 * MINUTE])).toBe(NOW);
    expect(rotationMoment(NOW, [NOW - 2 * MINUTE + 1])).toBe(NOW + 1);
    expect(rotationMoment(NOW, [NOW - DAY, NOW + SECOND, NOW - HOUR])).toBe(NOW + SECOND + 2 * MINUTE);
  });
});
