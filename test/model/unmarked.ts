import { SECOND, type Instant } from '../../src/model/time.ts';

/** Seconds of an end that the action would take for its own mark, or for one that lost its seconds. */
const MARKS: readonly number[] = [0, 17, 23, 43, 53];

/** The end of a rotation by hand: one in twelve looks like a mark by chance, and the action takes it for its own. */
export function unmarked(end: Instant): Instant {
  return MARKS.includes(new Date(end).getUTCSeconds()) ? end - SECOND : end;
}
