import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  completedMark,
  isUpToDate,
  rotationStateOf,
  pendingMark,
  endedMark,
  rotationMoment,
} from '../../src/observe/rotation-state.ts';
import { DAY, HOLD, HOUR, MINUTE, SECOND, type Instant, type Milliseconds } from '../../src/model/time.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import { TOKEN } from '../plan/situation.ts';

const seconds = (from: Milliseconds, to: Milliseconds): fc.Arbitrary<Milliseconds> =>
  fc.integer({ min: from / SECOND, max: to / SECOND }).map((count) => count * SECOND);
const instants = seconds(Date.UTC(2026, 0, 1), Date.UTC(2030, 0, 1));
const graces = fc.oneof(fc.constantFrom(0, SECOND, MINUTE, HOUR, 36 * HOUR, HOLD), seconds(0, HOLD));

const often = { numRuns: 1000 };

/** Every way in which a rotation can be told: what is asked is how it reads in all of them. */
const told = fc.record({
  rotatedAt: instants,
  grace: graces,
  delivery: seconds(0, 15 * MINUTE),
  /** Of a rotation that another run closes, or of one that is revoked. */
  later: seconds(0, 25 * DAY),
  how: fc.constantFrom('pending', 'completed', 'closed later', 'revoked'),
});
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

function tokenOf({ rotatedAt, grace, delivery, later, how }: Told): ServiceToken {
  const open = pendingMark(rotatedAt);
  const delivered = rotatedAt + delivery;
  const marks = {
    pending: { updatedAt: rotatedAt, previousSecretExpiresAt: open },
    completed: {
      updatedAt: delivered,
      previousSecretExpiresAt: completedMark(rotatedAt, grace, delivered, open),
    },
    'closed later': {
      updatedAt: delivered + later,
      previousSecretExpiresAt: completedMark(open - HOLD, grace, delivered + later, open),
    },
    revoked: {
      updatedAt: delivered + later,
      previousSecretExpiresAt: endedMark(delivered, delivered + later),
    },
  };
  return { ...TOKEN, version: 2, ...marks[how] };
}

const reads = (said: Told, storedAt: Instant): boolean => {
  const token = tokenOf(said);
  return isUpToDate(token, rotationStateOf(token, said.grace), storedAt);
};

describe('the marks', () => {
  it('tell an open and a closed rotation apart, and when it was to two minutes', () => {
    fc.assert(
      fc.property(told, (said) => {
        const token = tokenOf(said);
        const rotation = rotationStateOf(token, said.grace);
        expect(rotation.kind).toBe(said.how === 'pending' ? 'pending' : 'completed');
        if (said.how === 'revoked' || rotation.kind === 'foreign') return;
        expect(rotation.at).toBeGreaterThanOrEqual(said.rotatedAt - MINUTE);
        expect(rotation.at).toBeLessThan(said.rotatedAt + 2 * MINUTE);
      }),
      often,
    );
  });

  it('take a delivery of the rotation for current, however it is told', () => {
    fc.assert(
      fc.property(told, (said) => {
        expect(reads(said, said.rotatedAt + said.delivery)).toBe(true);
      }),
      often,
    );
  });

  it('take nothing for current that was stored before', () => {
    fc.assert(
      fc.property(told, seconds(3 * MINUTE, 400 * DAY), (said, before) => {
        // Nothing tells an end that was moved into the past from one that was left to pass: a grace before, too,
        // there may have been a rotation. Only a target that was forced to be cut off can hold its secret.
        fc.pre(said.how !== 'revoked' || Math.abs(before - said.grace) > HOUR + 5 * MINUTE);
        expect(reads(said, said.rotatedAt - before)).toBe(false);
      }),
      often,
    );
  });

  it('are never later than the hold, and past where no grace is given', () => {
    fc.assert(
      fc.property(instants, graces, seconds(0, DAY), (rotatedAt, grace, later) => {
        const open = pendingMark(rotatedAt);
        const end = completedMark(rotatedAt, grace, rotatedAt + later, open);
        expect(end).toBeLessThanOrEqual(open);
        if (grace === 0) expect(end).toBeLessThanOrEqual(rotatedAt + later);
        else expect(end).toBeGreaterThan(rotatedAt + grace - MINUTE);
      }),
      often,
    );
  });
});

describe('the moment that a rotation counts from', () => {
  it('makes every secret that was stored before it stale', () => {
    fc.assert(
      fc.property(instants, fc.array(seconds(-DAY, 0), { maxLength: 3 }), (readAt, ages) => {
        const stored = ages.map((age) => readAt + age);
        const at = rotationMoment(readAt, stored);
        const token = { ...TOKEN, version: 2, previousSecretExpiresAt: pendingMark(at), updatedAt: readAt };
        expect(at).toBeGreaterThanOrEqual(readAt);
        expect(stored.some((moment) => isUpToDate(token, rotationStateOf(token, 0), moment))).toBe(false);
      }),
      often,
    );
  });
});
