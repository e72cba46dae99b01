import { expect } from 'vitest';
import { obtainSecret, type NewSecret } from '../../src/apply/new-secret.ts';
import { DAY, HOUR, type Instant } from '../../src/model/time.ts';
import { completedMark, pendingMark } from '../../src/observe/rotation-state.ts';
import type { RotateStep } from '../../src/plan/steps.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { type BenchOptions } from '../cloudflare/bench.ts';
import { ApplyBench, type Inputs } from './bench.ts';

export type Way = 'update' | 'rotate';

export const WITHOUT_SECRET: BenchOptions = { cloudflareSwitches: { updateReplyWithoutSecret: true } };
export const PUT = { method: 'PUT' } as const;
export const ROTATE = { method: 'POST', path: /\/rotate$/ } as const;
export const ADOPT: Inputs = { adopt: 'true' };

export interface Story {
  readonly bench: ApplyBench;
  readonly id: string;
  readonly step: RotateStep;
  /** The secret that the target stores. */
  readonly stored: string | undefined;
}

export interface Past {
  /** The mark of the last rotation, by which way; without one a person made the token. */
  readonly way?: Way;
  readonly pending?: boolean;
  /** Whether the target stores the secret of the last rotation; if not, that of the one before. */
  readonly delivered?: boolean;
  readonly inputs?: Inputs;
  readonly options?: BenchOptions;
}

/** A token with a past, and the rotation that a run plans for it. */
export async function begin({
  way,
  pending = false,
  delivered = true,
  inputs,
  options,
}: Past): Promise<Story> {
  const bench = new ApplyBench(inputs, options);
  const { id } = await bench.created();
  if (!delivered) bench.store(id);
  bench.sandbox.clock.advance(HOUR);
  const rotatedAt = bench.tokens.now();
  if (way !== undefined) await rotateInThePast(bench, id, way, pending, rotatedAt);
  if (delivered) bench.store(id);
  bench.sandbox.clock.advance(pending ? HOUR : 40 * DAY);
  const step = await bench.step('rotate');
  return { bench, id, step, stored: bench.sandbox.storedPair(WEB).clientSecret };
}

export async function rotateInThePast(
  bench: ApplyBench,
  id: string,
  way: Way,
  pending: boolean,
  rotatedAt: Instant,
): Promise<void> {
  const stands = pendingMark(rotatedAt, way);
  const gracePeriod = 36 * HOUR;
  const end = pending ? stands : completedMark({ rotatedAt, way, gracePeriod, now: rotatedAt, stands });
  if (way === 'rotate') await bench.other.rotate(id, end);
  else await bench.other.rotateFrom(await bench.read(id), 1, end);
}

export const obtain = ({ bench, step }: Story): Promise<NewSecret> => obtainSecret(step, bench.context);

/** What was obtained is the current secret, and its hold is what Cloudflare has. */
export function expectCurrent({ bench, id }: Story, own: NewSecret): void {
  const record = bench.record(id);
  expect(own.clientSecret.reveal()).toBe(record.secret);
  expect(own.hold).toBe(record.previousSecretExpiresAt);
  expect(own.token.version).toBe(record.version);
  expect(bench.unused).toEqual([]);
}

/** Whether the secret that the target stores still works as the previous one. */
export function storedWorks({ bench }: Story): boolean {
  return bench.sandbox.logsIn(WEB);
}
