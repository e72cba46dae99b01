import type { Way } from '../cloudflare/rotation.ts';
import { HOLD, MINUTE, SECOND, type Instant, type Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';

/**
 * The seconds of the end of the previous secret. They say whether the last rotation is pending or completed, and which
 * request brought its secret. All versions of the action agree on these four, so none of them changes; without a grace
 * period, too, the end is such a moment, in the past.
 */
const SECONDS = {
  pending: { update: 43, rotate: 53 },
  completed: { update: 17, rotate: 23 },
} as const satisfies Record<string, Record<Way, number>>;
/** None of them, and not the full minute, which a mark without its seconds has. */
const UNMARKED_SECOND = 31;

/** A delivery is over within this time of its rotation. */
const DELIVERY: Milliseconds = 60 * MINUTE;
/** Two services' clocks agree within this. */
const CLOCKS: Milliseconds = MINUTE;

/** The last rotation of a token, as the end of its previous secret tells of it. */
export type RotationState =
  | MarkedRotation
  /** Rotated by someone else, at a moment that is not known. */
  | {
      readonly kind: 'foreign';
      readonly previousSecretExpiresAt: Instant;
      /** When it was if it is the action's own after all and Cloudflare drops the seconds. */
      readonly perhapsAt: readonly Instant[];
    }
  /** Never rotated: nobody's mark. */
  | { readonly kind: 'never'; readonly at: Instant }
  /** Cloudflare's replies leave the end of the previous secret out. */
  | { readonly kind: 'unknown'; readonly at: Instant };

/** A rotation that carries the action's own mark. */
export interface MarkedRotation {
  readonly kind: 'pending' | 'completed';
  readonly at: Instant;
  readonly way: Way;
  readonly previousSecretExpiresAt: Instant;
}

/** The end of the previous secret while a rotation of that moment is pending. */
export function pendingMark(rotatedAt: Instant, way: Way): Instant {
  return firstAt(rotatedAt + HOLD, SECONDS.pending[way]);
}

/** A completed rotation, as far as its mark is made of it. */
export interface Completion {
  readonly rotatedAt: Instant;
  readonly way: Way;
  readonly gracePeriod: Milliseconds;
  readonly now: Instant;
  /** The end that the previous secret has already: completing never moves it to later. */
  readonly stands: Instant;
}

/**
 * The end of the previous secret once every target has the new one: a grace period after the rotation. Without a
 * grace period it lies in the past and still says when the rotation was.
 */
export function completedMark({ rotatedAt, way, gracePeriod, now, stands }: Completion): Instant {
  if (gracePeriod === 0) return endedMark(rotatedAt, Math.min(now, stands), way);
  const end = firstAt(rotatedAt + gracePeriod, SECONDS.completed[way]);
  return end <= stands ? end : lastAt(stands, SECONDS.completed[way]);
}

/**
 * The end of a previous secret that must not work any more: in the past, and at the rotation's own moment if possible,
 * so that later runs still read from it when the rotation was.
 */
export function endedMark(rotatedAt: Instant | undefined, now: Instant, way: Way): Instant {
  return lastAt(Math.min(now, (rotatedAt ?? now) + MINUTE), SECONDS.completed[way]);
}

/** The same for a rotation by somebody else: no mark, since the token stays theirs. */
export function unmarkedEnd(now: Instant): Instant {
  return lastAt(now, UNMARKED_SECOND);
}

/**
 * The moment that a rotation counts from: the reading of the token that it is based on, but so late that no
 * secret that is stored already can be taken for the new one.
 */
export function rotationMoment(readAt: Instant, storedAt: readonly Instant[]): Instant {
  return Math.max(readAt, ...storedAt.map((at) => at + 2 * MINUTE));
}

/** Reads the last rotation off a token. `gracePeriod` is the one of this run, which may have been changed. */
export function rotationStateOf(token: ServiceToken, gracePeriod: Milliseconds): RotationState {
  const end = token.previousSecretExpiresAt;
  // assumption: previous-end-in-get
  if (end === undefined) {
    if (isAsCreated(token)) return { kind: 'never', at: token.createdAt ?? 0 };
    return { kind: 'unknown', at: token.updatedAt ?? 0 };
  }
  for (const way of ['update', 'rotate'] as const) {
    const mark = { way, previousSecretExpiresAt: end };
    if (secondOf(end) === SECONDS.pending[way]) return { kind: 'pending', at: end - HOLD, ...mark };
    if (secondOf(end) === SECONDS.completed[way])
      return { kind: 'completed', at: end - gracePeriod, ...mark };
  }
  return { kind: 'foreign', previousSecretExpiresAt: end, perhapsAt: unmarkedMoments(end, gracePeriod) };
}

/** When a rotation was whose mark has lost its seconds; only an end at the full minute may be one. */
function unmarkedMoments(end: Instant, gracePeriod: Milliseconds): readonly Instant[] {
  // assumption: previous-end-seconds
  if (secondOf(end) !== 0) return [];
  const pending = Object.values(SECONDS.pending).map((second) => end + second * SECOND - HOLD);
  const completed = Object.values(SECONDS.completed).map((second) => end + second * SECOND - gracePeriod);
  // An end in the past is the rotation's own moment.
  return [...pending, ...completed, end];
}

/**
 * Whether the action rotated the token last. Its own tokens carry a mark from birth on. If replies drop the seconds, an
 * end that fits a delivery of its own counts as its own; if they never tell the end, every rotated token does.
 */
export function isOwn(rotation: RotationState, storedAt: readonly Instant[]): boolean {
  switch (rotation.kind) {
    case 'pending':
    case 'completed':
    case 'unknown':
      return true;
    case 'never':
      return false;
    case 'foreign':
      // The last update does not matter here: a renewal moves it, and changes nothing of who rotated.
      return rotation.perhapsAt.some((at) => storedAt.some((stored) => storedSince(at, stored)));
  }
}

/** If the version is not known, a token that nobody touched since its creation was not rotated either. */
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
      return rotation.perhapsAt.some((at) => fits(at, updatedAt) && storedSince(at, storedAt));
    case 'unknown':
      // assumption: updated-at-on-use
      return updatedAt !== undefined && Math.abs(storedAt - updatedAt) <= DELIVERY;
  }
}

/** Marks round the moment of a rotation up by as much as two minutes, so that much earlier is no earlier. */
function storedSince(rotatedAt: Instant, storedAt: Instant): boolean {
  // assumption: secret-updated-at
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
