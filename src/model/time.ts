/** Milliseconds since the Unix epoch, by the clock of the service that the moment came from. */
export type Instant = number;

/** A span of time in milliseconds. */
export type Milliseconds = number;

export const SECOND: Milliseconds = 1_000;
export const MINUTE: Milliseconds = 60 * SECOND;
export const HOUR: Milliseconds = 60 * MINUTE;
export const DAY: Milliseconds = 24 * HOUR;

/** How long the previous secret is kept alive while a delivery is unfinished. */
export const HOLD: Milliseconds = 30 * DAY;

/** A moment as both APIs read it: RFC 3339, UTC, whole seconds. */
export function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
