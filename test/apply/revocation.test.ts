import { describe, expect, it } from 'vitest';
import { revoke } from '../../src/apply/retire.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { completedMark, isOwn, pendingMark } from '../../src/observe/rotation-state.ts';
import { codeOf } from '../cloudflare/bench.ts';
import { ApplyBench } from './bench.ts';

/** A token whose last rotation was delivered, completed, and is in its grace period. */
async function inGrace(): Promise<{ readonly bench: ApplyBench; readonly id: string }> {
  const bench = new ApplyBench({ operation: 'revoke', 'rotate-after': '' });
  const { id } = await bench.created();
  bench.sandbox.clock.advance(DAY);
  const now = bench.tokens.now();
  const stands = pendingMark(now, 'update');
  const mark = completedMark({ rotatedAt: now, way: 'update', gracePeriod: 36 * HOUR, now, stands });
  await bench.delivered(id, mark);
  bench.sandbox.clock.advance(10 * MINUTE);
  return { bench, id };
}

describe('the end of a previous secret', () => {
  it('is in the past, and the rotation is still known', async () => {
    const { bench, id } = await inGrace();
    await revoke(await bench.step('revoke'), bench.context);
    expect(bench.record(id).previousSecretExpiresAt).toBeLessThanOrEqual(bench.tokens.now());
    expect([...bench.journal.deeds]).toEqual(['revoked']);
    expect((await bench.facts()).targets.map(({ stored }) => stored)).toEqual(['up-to-date']);
  });

  it('makes nothing of what somebody else rotated the own of the action', async () => {
    const { bench, id } = await inGrace();
    await revoke({ ...(await bench.step('revoke')), way: undefined }, bench.context);
    expect(bench.record(id).previousSecretExpiresAt).toBeLessThanOrEqual(bench.tokens.now());
    const state = await bench.state(id);
    expect([state.kind, isOwn(state, [bench.tokens.now()])]).toEqual(['foreign', false]);
  });

  it('is not said to have come if Cloudflare’s reply names a later one', async () => {
    const { bench, id } = await inGrace();
    const step = await bench.step('revoke');
    const later = new Date(bench.tokens.now() + HOUR).toISOString();
    const result = {
      id,
      name: 'ci',
      client_id: step.token.clientId,
      previous_client_secret_expires_at: later,
    };
    const body = JSON.stringify({ success: true, errors: [], messages: [], result });
    const effect = { kind: 'reply', when: 'before', status: 200, body } as const;
    bench.sandbox.faults.add({ name: 'ignored', method: 'PUT', effect });
    expect(await codeOf(revoke(step, bench.context))).toBe('not-revoked');
    expect([...bench.journal.deeds]).toEqual([]);
  });

  it('is taken back if another run rotated right before it', async () => {
    const { bench, id } = await inGrace();
    const step = await bench.step('revoke');
    bench.sandbox.secondWriter.add({
      method: 'PUT',
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(id),
    });
    expect(await codeOf(revoke(step, bench.context))).toBe('concurrent-run');
    expect(await bench.state(id)).toMatchObject({ kind: 'pending' });
  });
});
