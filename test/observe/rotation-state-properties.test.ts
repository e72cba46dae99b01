import fc from 'fast-check';
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
import { DAY, HOLD, HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import { SEED } from '../harness/seed.ts';
import { TOKEN } from '../plan/situation.ts';

const millis = (from: Milliseconds, to: Milliseconds): fc.Arbitrary<Milliseconds> =>
  fc.oneof(fc.integer({ min: from, max: to }), fc.constantFrom(from, from + 1, to - 1, to));
const seconds = (from: Milliseconds, to: Milliseconds): fc.Arbitrary<Milliseconds> =>
  fc.integer({ min: from / SECOND, max: to / SECOND }).map((count) => count * SECOND);
const instants = millis(Date.UTC(2026, 0, 1), Date.UTC(2030, 0, 1));
const ways = fc.constantFrom<Way>('update', 'rotate');
const gracePeriods = fc.oneof(
  fc.constantFrom(0, 1, SECOND, MINUTE, HOUR, 36 * HOUR, HOLD - 1, HOLD),
  seconds(0, HOLD),
);

const always = { seed: SEED };
const often = { numRuns: 2000, ...always };

/** Every way in which a rotation can be told. */
const told = fc.record({
  rotatedAt: instants,
  way: ways,
  gracePeriod: gracePeriods,
  /** From the rotation to the last delivery. */
  delivery: seconds(0, 15 * MINUTE),
  /** From the delivery to the run that completes it, or that revokes. */
  later: seconds(0, 25 * DAY),
  how: fc.constantFrom('pending', 'completed', 'completed later', 'revoked'),
});
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

function tokenOf({ rotatedAt, way, gracePeriod, delivery, later, how }: Told): ServiceToken {
  const pending = pendingMark(rotatedAt, way);
  const delivered = rotatedAt + delivery;
  const completed = (moment: Instant, now: Instant): Instant =>
    completedMark({ rotatedAt: moment, way, gracePeriod, now, stands: pending });
  const marks = {
    pending: { updatedAt: rotatedAt, previousSecretExpiresAt: pending },
    completed: { updatedAt: delivered, previousSecretExpiresAt: completed(rotatedAt, delivered) },
    'completed later': {
      updatedAt: delivered + later,
      previousSecretExpiresAt: completed(pending - HOLD, delivered + later),
    },
    revoked: {
      updatedAt: delivered + later,
      previousSecretExpiresAt: endedMark(delivered, delivered + later, way),
    },
  };
  return { ...TOKEN, version: 2, ...marks[how] };
}

const reads = (said: Told, storedAt: Instant): boolean => {
  const token = tokenOf(said);
  return isUpToDate(token, rotationStateOf(token, said.gracePeriod), storedAt);
};

describe('a mark', () => {
  it('says pending or completed, by which way, and when to two minutes', () => {
    fc.assert(
      fc.property(told, (said) => {
        const rotation = rotationStateOf(tokenOf(said), said.gracePeriod);
        expect(rotation.kind).toBe(said.how === 'pending' ? 'pending' : 'completed');
        expect(rotation).toMatchObject({ way: said.way });
        if (said.how === 'revoked' || rotation.kind === 'foreign') return;
        expect(rotation.at).toBeGreaterThanOrEqual(said.rotatedAt - MINUTE);
        expect(rotation.at).toBeLessThan(said.rotatedAt + 2 * MINUTE);
      }),
      often,
    );
  });

  it('always makes the token the own one of the action', () => {
    fc.assert(
      fc.property(told, gracePeriods, (said, gracePeriod) => {
        expect(isOwn(rotationStateOf(tokenOf(said), gracePeriod), [])).toBe(true);
      }),
      always,
    );
  });

  it('makes a delivery of its rotation up to date, however it is told', () => {
    fc.assert(
      fc.property(told, (said) => {
        expect(reads(said, said.rotatedAt + said.delivery)).toBe(true);
      }),
      often,
    );
  });

  it('makes nothing up to date that was stored before', () => {
    fc.assert(
      fc.property(told, millis(3 * MINUTE, 400 * DAY), (said, earlier) => {
        // An end that was moved into the past, to the delivery, looks like one that was left to pass: a grace period
        // before it there may have been a rotation too. Only a target that was cut off by force can store its secret.
        const beforeEnd = earlier + said.delivery;
        fc.pre(said.how !== 'revoked' || Math.abs(beforeEnd - said.gracePeriod) > HOUR + 2 * MINUTE);
        expect(reads(said, said.rotatedAt - earlier)).toBe(false);
      }),
      often,
    );
  });

  it('of a completed rotation is never later than the hold, and past without a grace period', () => {
    fc.assert(
      fc.property(instants, ways, gracePeriods, millis(0, DAY), (rotatedAt, way, gracePeriod, later) => {
        const stands = pendingMark(rotatedAt, way);
        const now = rotatedAt + later;
        const end = completedMark({ rotatedAt, way, gracePeriod, now, stands });
        expect(end).toBeLessThanOrEqual(stands);
        if (gracePeriod === 0) expect(end).toBeLessThanOrEqual(now);
        else expect(end).toBeGreaterThan(rotatedAt + gracePeriod - MINUTE);
      }),
      often,
    );
  });

  it('of a pending rotation holds for 30 days and less than a minute more', () => {
    fc.assert(
      fc.property(instants, ways, (rotatedAt, way) => {
        const held = pendingMark(rotatedAt, way) - rotatedAt;
        expect(held).toBeGreaterThanOrEqual(HOLD);
        expect(held).toBeLessThan(HOLD + MINUTE);
      }),
      often,
    );
  });

  it('of an ended secret is at most a minute before or after the rotation, and past', () => {
    fc.assert(
      fc.property(instants, ways, millis(0, 30 * DAY), (rotatedAt, way, later) => {
        const end = endedMark(rotatedAt, rotatedAt + later, way);
        expect(end).toBeLessThanOrEqual(rotatedAt + Math.min(later, MINUTE));
        expect(end).toBeGreaterThan(rotatedAt - MINUTE);
      }),
      often,
    );
  });
});

describe('a grace period', () => {
  it('runs until the end of the previous secret, and not while the rotation is pending', () => {
    fc.assert(
      fc.property(told, millis(-DAY, 60 * DAY), (said, after) => {
        const token = tokenOf(said);
        const now = said.rotatedAt + after;
        const end = token.previousSecretExpiresAt ?? 0;
        const running = graceEnd(rotationStateOf(token, said.gracePeriod), said.gracePeriod, now);
        expect(running).toBe(said.how !== 'pending' && now < end ? end : undefined);
      }),
      often,
    );
  });
});

describe('the moment that a rotation counts from', () => {
  it('makes every secret that was stored before it outdated', () => {
    fc.assert(
      fc.property(instants, ways, fc.array(millis(-DAY, MINUTE), { maxLength: 3 }), (readAt, way, ages) => {
        const stored = ages.map((age) => readAt + age);
        const moment = rotationMoment(readAt, stored);
        const previousSecretExpiresAt = pendingMark(moment, way);
        const token = { ...TOKEN, version: 2, previousSecretExpiresAt, updatedAt: readAt };
        const rotation = rotationStateOf(token, 0);
        expect(moment).toBeGreaterThanOrEqual(readAt);
        expect(stored.some((storedAt) => isUpToDate(token, rotation, storedAt))).toBe(false);
      }),
      often,
    );
  });
});

describe('replies that drop the seconds of the end', () => {
  it('leave a token its own if a target stores a delivery of the rotation', () => {
    fc.assert(
      fc.property(told, (said) => {
        const token = tokenOf(said);
        const end = Math.floor((token.previousSecretExpiresAt ?? 0) / MINUTE) * MINUTE;
        const rotation = rotationStateOf({ ...token, previousSecretExpiresAt: end }, said.gracePeriod);
        expect(rotation.kind).toBe('foreign');
        expect(isOwn(rotation, [said.rotatedAt + said.delivery])).toBe(true);
        expect(isOwn(rotation, [])).toBe(false);
      }),
      often,
    );
  });

  it('leave a delivery up to date that was completed right after it', () => {
    fc.assert(
      fc.property(told, (said) => {
        fc.pre(said.how === 'completed');
        const token = tokenOf(said);
        const end = Math.floor((token.previousSecretExpiresAt ?? 0) / MINUTE) * MINUTE;
        const cut = { ...token, previousSecretExpiresAt: end };
        const rotation = rotationStateOf(cut, said.gracePeriod);
        expect(isUpToDate(cut, rotation, said.rotatedAt + said.delivery)).toBe(true);
      }),
      often,
    );
  });
});
