import type { Instant } from './model.ts';

/** A moment as both APIs read it: RFC 3339, UTC, whole seconds. */
export function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
