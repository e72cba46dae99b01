import { describe, expect, it } from 'vitest';
import { isUpToDate, pendingMark, rotationStateOf } from '../../src/observe/rotation-state.ts';
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

const WAYS: readonly Way[] = ['update', 'rotate'];

/** A token whose previous secret ends then, last updated then, version 2 unless it says otherwise. */
function ending(previousSecretExpiresAt: Instant | undefined, fields: Partial<ServiceToken>): ServiceToken {
  return { ...TOKEN, version: 2, ...fields, previousSecretExpiresAt };
}

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
