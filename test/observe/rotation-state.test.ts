import { describe, expect, it } from 'vitest';
import {
  completedMark,
  endedMark,
  graceEnd,
  isOwn,
  isUpToDate,
  pendingMark,
  rotationMoment,
  rotationStateOf,
} from '../../src/observe/rotation-state.ts';
import type { Way } from '../../src/cloudflare/rotation.ts';
import { DAY, HOLD, HOUR, MINUTE, SECOND, type Instant } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import {
  GRACE,
  NOW,
  TOKEN,
  UNMARKED,
  completedToken,
  foreignToken,
  pendingToken,
} from '../plan/situation.ts';

const at = (time: string): Instant => Date.parse(`2026-06-15T${time}Z`);
const text = (instant: Instant): string => new Date(instant).toISOString();
const WAYS: readonly Way[] = ['update', 'rotate'];

/** A token whose previous secret ends then, last updated then, version 2 unless it says otherwise. */
function ending(previousSecretExpiresAt: Instant | undefined, fields: Partial<ServiceToken>): ServiceToken {
  return { ...TOKEN, version: 2, ...fields, previousSecretExpiresAt };
}

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

describe('the rotation state', () => {
  it.each<[string, ServiceToken, string]>([
    ['of a token that nobody rotated', UNMARKED, 'never'],
    ['of a rotated token whose end is left out', ending(undefined, {}), 'unknown'],
    [
      'of a token whose version is left out, and that nobody touched',
      ending(undefined, { version: undefined }),
      'never',
    ],
    [
      'of a token whose version is left out, and that was updated',
      ending(undefined, { version: undefined, updatedAt: NOW }),
      'unknown',
    ],
    [
      'of a token of which no reply says anything',
      ending(undefined, { version: undefined, createdAt: undefined, updatedAt: undefined }),
      'unknown',
    ],
    ['of a token whose version starts at another number', ending(undefined, { version: 0 }), 'unknown'],
  ])('%s is %s', (_name, token, kind) => {
    expect(rotationStateOf(token, GRACE).kind).toBe(kind);
  });

  it('of a token that nobody rotated counts from its creation', () => {
    expect(rotationStateOf(UNMARKED, GRACE)).toEqual({ kind: 'never', at: UNMARKED.createdAt });
    expect(rotationStateOf({ ...UNMARKED, createdAt: undefined }, GRACE)).toEqual({ kind: 'never', at: 0 });
  });

  it('that nothing tells counts from the last update', () => {
    const unknown = (updatedAt: Instant | undefined): unknown =>
      rotationStateOf(ending(undefined, { updatedAt }), GRACE);
    expect(unknown(NOW)).toEqual({ kind: 'unknown', at: NOW });
    expect(unknown(undefined)).toEqual({ kind: 'unknown', at: 0 });
  });

  it.each(WAYS)('of a rotation by %s says so, and when it was', (way) => {
    const end = pendingMark(NOW, way);
    expect(rotationStateOf(pendingToken(NOW, way), GRACE)).toEqual({
      kind: 'pending',
      at: end - HOLD,
      way,
      previousSecretExpiresAt: end,
    });
    const completed = completedToken(NOW, GRACE, way).previousSecretExpiresAt ?? 0;
    expect(rotationStateOf(completedToken(NOW, GRACE, way), GRACE)).toEqual({
      kind: 'completed',
      at: completed - GRACE,
      way,
      previousSecretExpiresAt: completed,
    });
  });

  it('is read off the four seconds, and off no other', () => {
    const kinds = Array.from({ length: 60 }, (_, second): string => {
      const state = rotationStateOf(ending(NOW + second * SECOND, {}), GRACE);
      return 'way' in state ? `${state.kind} ${state.way}` : state.kind;
    });
    const marks = kinds.flatMap((kind, second) => (kind === 'foreign' ? [] : [[second, kind]]));
    expect(marks).toEqual([
      [17, 'completed update'],
      [23, 'completed rotate'],
      [43, 'pending update'],
      [53, 'pending rotate'],
    ]);
  });

  it('is read off the second, whatever its fraction', () => {
    const kindAt = (time: string): string => rotationStateOf(ending(at(time), {}), GRACE).kind;
    expect([kindAt('12:00:16.999'), kindAt('12:00:17.999'), kindAt('12:00:18')]).toEqual([
      'foreign',
      'completed',
      'foreign',
    ]);
  });

  it('is perhaps one of its own if the end is at the full minute', () => {
    const state = rotationStateOf(ending(NOW, {}), GRACE);
    expect(state).toEqual({
      kind: 'foreign',
      previousSecretExpiresAt: NOW,
      perhapsAt: [
        NOW + 43 * SECOND - HOLD,
        NOW + 53 * SECOND - HOLD,
        NOW + 17 * SECOND - GRACE,
        NOW + 23 * SECOND - GRACE,
        NOW,
      ],
    });
    expect(rotationStateOf(ending(NOW + SECOND, {}), GRACE)).toMatchObject({
      kind: 'foreign',
      perhapsAt: [],
    });
  });
});

describe('a running grace period', () => {
  const end = completedToken(NOW).previousSecretExpiresAt ?? 0;
  const unknown = (updatedAt: Instant): ServiceToken => ending(undefined, { updatedAt });

  it.each<[string, ServiceToken, Instant, Instant | undefined]>([
    ['of a completed rotation', completedToken(NOW), NOW, end],
    ['in its last millisecond', completedToken(NOW), end - 1, end],
    ['is over at its end', completedToken(NOW), end, undefined],
    ['is none while the rotation is pending', pendingToken(NOW), NOW, undefined],
    ["of a person's rotation", foreignToken(NOW), NOW, NOW + GRACE + 5 * SECOND],
    ['is none of a token that nobody rotated', UNMARKED, NOW, undefined],
    ['counts from the last update if nothing tells the end', unknown(NOW), NOW, NOW + GRACE],
    ['by the last update, in its last millisecond', unknown(NOW - GRACE + 1), NOW, NOW + 1],
    ['by the last update, over', unknown(NOW - GRACE), NOW, undefined],
  ])('%s', (_name, token, now, expected) => {
    expect(graceEnd(rotationStateOf(token, GRACE), GRACE, now)).toBe(expected);
  });
});

/** Whether a secret that was stored then is up to date. */
const read = (token: ServiceToken, storedAt: Instant, grace = GRACE): boolean =>
  isUpToDate(token, rotationStateOf(token, grace), storedAt);

/** The first and the last millisecond at which a secret may have been stored to be up to date, and their neighbours. */
function expectWindow(token: ServiceToken, from: Instant, to: Instant, grace = GRACE): void {
  expect([from - 1, from, to, to + 1].map((moment) => read(token, moment, grace))).toEqual([
    false,
    true,
    true,
    false,
  ]);
}

describe('a stored client secret is up to date', () => {
  it('from a minute before a pending rotation on, however late', () => {
    for (const way of WAYS) {
      const token = pendingToken(NOW, way);
      const moment = pendingMark(NOW, way) - HOLD;
      expect(read(token, moment - MINUTE - 1)).toBe(false);
      expect(read(token, moment - MINUTE)).toBe(true);
      expect(read(token, moment + 400 * DAY)).toBe(true);
    }
  });

  it('from two minutes before a completed rotation to an hour after it', () => {
    for (const way of WAYS) {
      const token = completedToken(NOW, GRACE, way);
      const moment = (token.previousSecretExpiresAt ?? 0) - GRACE;
      expectWindow(token, moment - 2 * MINUTE + 1, moment + HOUR);
    }
  });

  it('from two minutes before the creation to an hour after it', () => {
    const token = { ...UNMARKED, createdAt: NOW, updatedAt: NOW };
    expectWindow(token, NOW - 2 * MINUTE + 1, NOW + HOUR);
    expectWindow({ ...token, updatedAt: undefined }, NOW - 2 * MINUTE + 1, NOW + HOUR);
  });

  it('around the last update as well if the grace period was another one', () => {
    const token = ending(NOW + 5 * DAY + 17 * SECOND, { updatedAt: NOW });
    const moment = NOW + 5 * DAY + 17 * SECOND - GRACE;
    expectWindow(token, NOW - HOUR, NOW + 2 * MINUTE);
    expectWindow(token, moment - 2 * MINUTE + 1, moment + HOUR);
  });

  it('around the last update only if no moment of the rotation fits the update', () => {
    const updated = (updatedAt: Instant): ServiceToken => ending(NOW + 17 * SECOND, { updatedAt });
    const moment = NOW + 17 * SECOND - GRACE;
    // The update was up to an hour after the rotation, or two minutes before it: the rotation's own window counts.
    expect(read(updated(moment + HOUR), moment + HOUR + MINUTE)).toBe(false);
    expect(read(updated(moment + HOUR + 1), moment + HOUR + MINUTE)).toBe(true);
    expect(read(updated(moment - 2 * MINUTE), moment - 3 * MINUTE)).toBe(false);
    expect(read(updated(moment - 2 * MINUTE - 1), moment - 3 * MINUTE)).toBe(true);
  });

  it('around an end that was set into the past, which is the moment of the rotation', () => {
    const end = NOW + 17 * SECOND;
    const set = (updatedAt: Instant | undefined): ServiceToken => ending(end, { updatedAt });
    for (const token of [set(end - MINUTE), set(end + DAY), set(undefined)]) {
      expectWindow(token, end - 2 * MINUTE + 1, end + HOUR);
    }
    // An end that was still to come says nothing of what was stored around it.
    expect(read(set(end - MINUTE - 1), end + HOUR)).toBe(false);
    expect(read(set(end - MINUTE - 1), end - HOUR)).toBe(true);
    expect(read(set(end - MINUTE), end - HOUR)).toBe(false);
  });

  it("after a person's rotation, from the next millisecond on", () => {
    const token = foreignToken(NOW);
    expect([read(token, NOW), read(token, NOW + 1), read(token, NOW + 20 * DAY)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(read({ ...token, updatedAt: undefined }, NOW + DAY)).toBe(false);
  });

  it('within an hour of the last update if nothing tells the end', () => {
    expectWindow(ending(undefined, { updatedAt: NOW }), NOW - HOUR, NOW + HOUR);
    expect(read(ending(undefined, { updatedAt: undefined }), 0)).toBe(false);
  });

  it('around the moment that an end without seconds stands for, if the last update fits it too', () => {
    const end = NOW;
    for (const moment of [
      end + 43 * SECOND - HOLD,
      end + 53 * SECOND - HOLD,
      end + 17 * SECOND - GRACE,
      end + 23 * SECOND - GRACE,
      end,
    ]) {
      const inTime = ending(end, { updatedAt: moment + HOUR });
      expect(read(inTime, moment)).toBe(true);
      expect(read(ending(end, { updatedAt: moment + HOUR + MINUTE }), moment)).toBe(false);
    }
    expect(read(ending(end + SECOND, { updatedAt: end + HOUR }), end)).toBe(false);
  });

  it.each([0, SECOND, HOUR, 24 * HOUR, 3 * DAY, HOLD])(
    'as it was before the grace period was changed to %d ms',
    (grace) => {
      const token = completedToken(NOW, GRACE);
      expect(read(token, NOW + 30 * SECOND, grace)).toBe(true);
      expect(read(token, NOW - DAY, grace)).toBe(false);
    },
  );
});

describe('whoever rotated last owns the token', () => {
  const own = (token: ServiceToken, ...storedAt: readonly Instant[]): boolean =>
    isOwn(rotationStateOf(token, GRACE), storedAt);

  it.each(WAYS)('the action by a mark of %s, whatever is stored', (way) => {
    expect(own(pendingToken(NOW, way))).toBe(true);
    expect(own(completedToken(NOW, GRACE, way), 0)).toBe(true);
  });

  it('nobody of a token without a mark, whatever is stored', () => {
    expect(own(UNMARKED, UNMARKED.createdAt ?? 0)).toBe(false);
  });

  it('somebody else by an end that is no mark, even if a secret was stored right then', () => {
    const token = foreignToken(NOW);
    expect(own(token, NOW, NOW + GRACE, token.previousSecretExpiresAt ?? 0)).toBe(false);
  });

  it('the action if no reply ever tells the end', () => {
    expect(own(ending(undefined, {}))).toBe(true);
    expect(own(ending(undefined, { version: undefined, updatedAt: NOW }))).toBe(true);
  });

  it.each<[string, number]>([
    ['a pending rotation by an update', 43 * SECOND - HOLD],
    ['a pending rotation by /rotate', 53 * SECOND - HOLD],
    ['a completed rotation by an update', 17 * SECOND - GRACE],
    ['a completed rotation by /rotate', 23 * SECOND - GRACE],
    ['a rotation without a grace period', 0],
  ])('the action if the end without seconds fits a delivery after %s', (_name, shift) => {
    // With a last update that fits nothing, as after a renewal.
    const token = ending(NOW, { updatedAt: NOW + 300 * DAY });
    const moment = NOW + shift;
    expect(own(token, moment)).toBe(true);
    expect(own(token, NOW - 300 * DAY, moment)).toBe(true);
    expect(own(token)).toBe(false);
  });

  it('the action only if the delivery was within the hour', () => {
    const token = ending(NOW, {});
    expect([-2 * MINUTE, -2 * MINUTE + 1, HOUR, HOUR + 1].map((shift) => own(token, NOW + shift))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
