import fc from 'fast-check';
import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../../src/model/time.ts';
import { GENERAL, TOO_MANY } from '../harness/mishaps.ts';

/** What befalls the request that comes after `skip` others, in one run of three. */
export const mishaps = (most: number) =>
  fc.option(fc.record({ is: fc.constantFrom(...GENERAL, ...TOO_MANY), skip: fc.nat({ max: most }) }), {
    nil: undefined,
    freq: 2,
  });

/** A wait of seconds, minutes, days or weeks. */
export const spans: fc.Arbitrary<Milliseconds> = fc.oneof(
  seconds(SECOND, 2 * MINUTE),
  seconds(MINUTE, HOUR),
  seconds(HOUR, 3 * DAY),
  seconds(3 * DAY, 40 * DAY),
);

export function seconds(from: Milliseconds, to: Milliseconds): fc.Arbitrary<Milliseconds> {
  return fc.integer({ min: from / SECOND, max: to / SECOND }).map((count) => count * SECOND);
}

/** The value of `kind` of one thing that happens. */
export const kind = <Kind extends string>(of: Kind): fc.Arbitrary<Kind> => fc.constant(of);
