import { describe, expect, it } from 'vitest';
import { graceEnd, isOwn, pendingMark, rotationStateOf } from '../../src/observe/rotation-state.ts';
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
const WAYS: readonly Way[] = ['update', 'rotate'];

/** A token whose previous secret ends then, last updated then, version 2 unless it says otherwise. */
function ending(previousSecretExpiresAt: Instant | undefined, fields: Partial<ServiceToken>): ServiceToken {
  return { ...TOKEN, version: 2, ...fields, previousSecretExpiresAt };
}

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
