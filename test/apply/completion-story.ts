import type { OwnRotation } from '../../src/apply/complete.ts';
import { HOLD, HOUR, MINUTE, type Instant } from '../../src/model/time.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import { ApplyBench, type Inputs } from './bench.ts';

export type Way = 'update' | 'rotate';
export const WAYS: readonly Way[] = ['update', 'rotate'];
export const GRACE = 36 * HOUR;

export interface Pending {
  readonly bench: ApplyBench;
  readonly id: string;
  readonly hold: Instant;
}

/** A token whose rotation is pending, and whose secret every target has. */
export async function pending(inputs: Inputs = {}, way: Way = 'update'): Promise<Pending> {
  const bench = new ApplyBench(inputs);
  const { id } = await bench.created();
  bench.sandbox.clock.advance(HOUR);
  const hold = pendingMark(bench.tokens.now(), way);
  await bench.delivered(id, hold, way);
  bench.sandbox.clock.advance(10 * MINUTE);
  return { bench, id, hold };
}

export const endOf = ({ bench, id }: Pending): Instant | undefined =>
  bench.record(id).previousSecretExpiresAt;

/** The same, as the rotation of the run that is under way. */
export async function own(way: Way = 'update'): Promise<Pending & { readonly rotation: OwnRotation }> {
  const story = await pending({}, way);
  const token = await story.bench.read(story.id);
  return { ...story, rotation: { token, way, at: story.hold - HOLD, hold: story.hold } };
}
