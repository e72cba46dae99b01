import { HOLD, MINUTE, SECOND, type Instant, type Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';

/** Seconds of an end of the previous secret that says: the last rotation is not delivered everywhere yet. */
const PENDING_SECOND = 43;
/**
 * Seconds of one that says: every target has the new secret. These two are what runs of every version of the action
 * agree on, so there is no third, and neither changes: without a grace, too, the end is such a moment, in the past.
 */
const COMPLETED_SECOND = 17;

/** A delivery is over within this time of its rotation. */
const DELIVERY: Milliseconds = 60 * MINUTE;
/** Two services' clocks agree within this. */
const CLOCKS: Milliseconds = MINUTE;

/** The last rotation of a token, as the end of its previous secret tells of it. */
export type RotationState =
  | { readonly kind: 'pending'; readonly at: Instant; readonly previousSecretExpiresAt: Instant }
  | { readonly kind: 'completed'; readonly at: Instant; readonly previousSecretExpiresAt: Instant }
  /** Rotated by someone else, at a moment that is not known. */
  | {
      readonly kind: 'foreign';
      readonly previousSecretExpiresAt: Instant;
      /** When it was if it is the action's own after all and Cloudflare keeps no seconds, which would tell. */
      readonly perhapsAt?: readonly Instant[];
    }
  | { readonly kind: 'never'; readonly at: Instant }
  /** Cloudflare's replies leave the end of the previous secret out. */
  | { readonly kind: 'unknown'; readonly at: Instant };

/** The end of the previous secret while a rotation of that moment is undelivered. */
export function pendingMark(rotatedAt: Instant): Instant {
  return firstAt(rotatedAt + HOLD, PENDING_SECOND);
}

/**
 * The end of the previous secret once every target has the new one: `grace` after the rotation, but never
 * later than it `stands` already; with no grace, in the past and still telling when the rotation was.
 */
export function completedMark(
  rotatedAt: Instant,
  grace: Milliseconds,
  now: Instant,
  stands: Instant,
): Instant {
  if (grace === 0) return endedMark(rotatedAt, Math.min(now, stands));
  const end = firstAt(rotatedAt + grace, COMPLETED_SECOND);
  return end <= stands ? end : lastAt(stands, COMPLETED_SECOND);
}

/**
 * The end of a previous secret that is to work no more: in the past, and at the rotation's own moment where that
 * can be, so that later runs still read from it when the rotation was.
 */
export function endedMark(rotatedAt: Instant | undefined, now: Instant): Instant {
  return lastAt(Math.min(now, (rotatedAt ?? now) + MINUTE), COMPLETED_SECOND);
}

/**
 * The moment that a rotation counts from: the reading of the token that it is based on, but so late that no
 * secret that is stored already can be taken for the new one.
 */
export function rotationMoment(readAt: Instant, storedAt: readonly Instant[]): Instant {
  return Math.max(readAt, ...storedAt.map((at) => at + 2 * MINUTE));
}

/** Reads the last rotation off a token. `grace` is the one in force now, which may have been changed. */
export function rotationStateOf(token: ServiceToken, grace: Milliseconds): RotationState {
  const end = token.previousSecretExpiresAt;
  if (end === undefined) {
    if (isAsCreated(token)) return { kind: 'never', at: token.createdAt ?? 0 };
    return { kind: 'unknown', at: token.updatedAt ?? 0 };
  }
  switch (secondOf(end)) {
    case PENDING_SECOND:
      return { kind: 'pending', at: end - HOLD, previousSecretExpiresAt: end };
    case COMPLETED_SECOND:
      return { kind: 'completed', at: end - grace, previousSecretExpiresAt: end };
    default:
      return {
        kind: 'foreign',
        previousSecretExpiresAt: end,
        perhapsAt:
          secondOf(end) === 0
            ? [end + PENDING_SECOND * SECOND - HOLD, end + COMPLETED_SECOND * SECOND - grace]
            : [],
      };
  }
}

/** Where the version is not told, a token that nobody touched since its creation was not rotated either. */
function isAsCreated({ version, createdAt, updatedAt }: ServiceToken): boolean {
  return version === undefined ? createdAt !== undefined && createdAt === updatedAt : version === 1;
}

/** The end of a running grace, or undefined: the previous secret works, and every target had the new one. */
export function graceEnd(rotation: RotationState, grace: Milliseconds, now: Instant): Instant | undefined {
  const end = endOf(rotation, grace);
  return end !== undefined && end > now ? end : undefined;
}

function endOf(rotation: RotationState, grace: Milliseconds): Instant | undefined {
  switch (rotation.kind) {
    case 'completed':
    case 'foreign':
      return rotation.previousSecretExpiresAt;
    case 'unknown':
      return rotation.at + grace;
    case 'pending':
    case 'never':
      return undefined;
  }
}

/** Whether a client secret that was stored at that moment is the token's current one. */
export function isUpToDate(token: ServiceToken, rotation: RotationState, storedAt: Instant): boolean {
  const updatedAt = token.updatedAt;
  switch (rotation.kind) {
    case 'pending':
      // However late: a run may be repeated until every target has the secret, and the hold lasts for weeks.
      return storedAt >= rotation.at - CLOCKS;
    case 'never':
    case 'completed': {
      const moments = [rotation.at];
      // Where it was set to a moment in the past, the end is the rotation's own moment; where it was then still to
      // come, it says nothing of what is stored around it.
      if (rotation.kind === 'completed') {
        const end = rotation.previousSecretExpiresAt;
        if (updatedAt === undefined || end <= updatedAt + CLOCKS) moments.push(end);
      }
      if (moments.some((moment) => storedSince(moment, storedAt))) return true;
      // The grace may have been another when the rotation was closed. If it was not, the moment is known
      // to the minute, and a secret of the rotation before must not pass for the new one.
      if (updatedAt === undefined || moments.some((moment) => fits(moment, updatedAt))) return false;
      return fits(storedAt, updatedAt);
    }
    case 'foreign':
      if (updatedAt === undefined) return false;
      if (storedAt > updatedAt) return true;
      // Both the end and the last update have to fit a delivery of the action's own.
      return (rotation.perhapsAt ?? []).some((at) => fits(at, updatedAt) && storedSince(at, storedAt));
    case 'unknown':
      return updatedAt !== undefined && Math.abs(storedAt - updatedAt) <= DELIVERY;
  }
}

/** Marks round the moment of a rotation up by as much as two minutes, so that much earlier is no earlier. */
function storedSince(rotatedAt: Instant, storedAt: Instant): boolean {
  return storedAt > rotatedAt - 2 * CLOCKS && storedAt <= rotatedAt + DELIVERY;
}

/** Whether something happened in the delivery that ended with the update; marks round up, and clocks differ. */
function fits(happenedAt: Instant, updatedAt: Instant): boolean {
  return happenedAt >= updatedAt - DELIVERY && happenedAt <= updatedAt + 2 * CLOCKS;
}

function secondOf(instant: Instant): number {
  return Math.floor(instant / SECOND) % 60;
}

function firstAt(notBefore: Instant, second: number): Instant {
  const earlier = lastAt(notBefore, second);
  return earlier === notBefore ? earlier : earlier + MINUTE;
}

function lastAt(notAfter: Instant, second: number): Instant {
  const candidate = Math.floor(notAfter / MINUTE) * MINUTE + second * SECOND;
  return candidate <= notAfter ? candidate : candidate - MINUTE;
}
