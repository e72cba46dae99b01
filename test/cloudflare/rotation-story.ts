import { expect } from 'vitest';
import { type Rotated, type RotationRequest, type Way } from '../../src/cloudflare/rotation.ts';
import type { ServiceToken } from '../../src/model/service-token.ts';
import { pendingMark } from '../../src/observe/rotation-state.ts';
import { TokenBench, type BenchOptions, type Mishap } from './bench.ts';

export const UNANSWERED = ['lost after', 'error after', 'silent after'] as const satisfies readonly Mishap[];
export const NOT_ARRIVED = ['lost before', 'error before'] as const satisfies readonly Mishap[];
export const WITHOUT_SECRET: BenchOptions = { cloudflareSwitches: { updateReplyWithoutSecret: true } };
export const PUT = { method: 'PUT' } as const;
export const ROTATE = { method: 'POST', path: /\/rotate$/ } as const;

export interface Story {
  readonly bench: TokenBench;
  readonly token: ServiceToken;
  readonly request: (way: RotationRequest['way'], delivered?: boolean) => RotationRequest;
}

export async function begin(options?: BenchOptions): Promise<Story> {
  const bench = new TokenBench(options);
  const token = await bench.created();
  const at = bench.tokens.now();
  return {
    bench,
    token,
    request: (way, delivered = false) => ({
      token,
      scope: bench.scope,
      way,
      end: (by) => pendingMark(at, by),
      isDeliveredByOther: () => Promise.resolve(delivered),
    }),
  };
}

/** The secret that was brought is the current one, and the previous one is the one before, held as asked for. */
export function expectSecret({ bench, token, request }: Story, rotated: Rotated, way: Way): void {
  if (rotated.kind !== 'rotated') throw new Error(`not rotated but ${rotated.kind}`);
  const { secret, version } = bench.record(token.id);
  const end = request('update').end(way);
  expect(rotated.clientSecret.reveal()).toBe(secret);
  expect(rotated).toMatchObject({ way, token: { id: token.id, version, previousSecretExpiresAt: end } });
  expect(bench.record(token.id).previousSecretExpiresAt).toBe(end);
}
