import { describe, expect, it } from 'vitest';
import { rotate } from '../../src/apply/rotate.ts';
import { WRITE_PROOF } from '../../src/model/target.ts';
import type { Fault } from '../../sandbox/faults.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import type { LoginCheck } from '../../src/access/login-check.ts';
import type { Context } from '../../src/apply/context.ts';
import { codeOf } from '../cloudflare/bench.ts';
import type { ApplyBench } from './bench.ts';
import { begin } from './secret-story.ts';

const BOTH = { repository: 'acme/web\nacme/api' };

/** GitHub refuses a request, and does nothing. */
function refusal(method: string, path: RegExp): Fault {
  const effect = { kind: 'reply', when: 'before', status: 403 } as const;
  return { name: 'refused', service: 'github', method, path, effect };
}

describe('the delivery of a rotation', () => {
  it('to one of two targets leaves the rotation pending', async () => {
    const { bench, id, step } = await begin({ way: 'update', inputs: BOTH });
    bench.sandbox.faults.add(refusal('PUT', /acme\/api.*CF_ACCESS_CLIENT_SECRET$/));
    await rotate(step, bench.context);
    expect(bench.journal.targets.map(({ status }) => status)).toEqual(['delivered', 'failed']);
    expect(await bench.state(id)).toMatchObject({ kind: 'pending' });
  });

  it('says of a target that a recovery locks out since when its secret is refused', async () => {
    const { bench, step } = await begin({ way: 'update', pending: true, delivered: false });
    bench.sandbox.faults.add(refusal('PUT', /CF_ACCESS_CLIENT_SECRET$/));
    await rotate(step, bench.context);
    const [result] = bench.journal.targets;
    expect(result?.status).toBe('failed');
    expect(result?.worksUntil).toBeLessThanOrEqual(bench.tokens.now());
  });

  it('to every target is pending all the same with leave-pending', async () => {
    const inputs = { 'leave-pending': 'true', 'output-client-secret': 'true' };
    const { bench, id, step } = await begin({ way: 'update', inputs });
    await rotate(step, bench.context);
    expect(bench.journal.targets.map(({ status }) => status)).toEqual(['delivered']);
    expect(await bench.state(id)).toMatchObject({ kind: 'pending' });
  });

  it.each([
    ['36h', 'pending'],
    ['0s', 'completed'],
  ])('without a target that force leaves out, and with a grace period of %s, is %s', async (grace, kind) => {
    const inputs = { ...BOTH, force: 'true', 'grace-period': grace };
    const { bench, id, step } = await begin({ way: 'update', inputs });
    bench.sandbox.faults.add(refusal('DELETE', /acme\/api/));
    await rotate(step, bench.context);
    expect(bench.journal.targets.map(({ status }) => status)).toEqual(['delivered', 'failed']);
    expect(await bench.state(id)).toMatchObject({ kind });
  });

  it.each(['CF_ACCESS_CLIENT_SECRET', 'CF_ACCESS_CLIENT_ID'])(
    'reports a target that refuses %s, and leaves the rotation pending',
    async (name) => {
      const { bench, id, step } = await begin({ way: 'update' });
      bench.sandbox.faults.add(refusal('PUT', new RegExp(`/${name}$`)));
      await rotate(step, bench.context);
      expect(bench.journal.targets.map(({ status }) => status)).toEqual(['failed']);
      expect(await bench.state(id)).toMatchObject({ kind: 'pending' });
      expect(bench.unused).toEqual([]);
    },
  );
});

describe('the write check of a rotation', () => {
  it('reports a target that refuses, and nothing is rotated', async () => {
    const { bench, step } = await begin({ way: 'update' });
    const before = bench.minted;
    bench.sandbox.faults.add(refusal('DELETE', /secrets/));
    expect(await codeOf(rotate(step, bench.context))).toBe('target-refused');
    expect(bench.journal.targets.map(({ status }) => status)).toEqual(['failed']);
    expect(bench.minted).toBe(before);
    expect(bench.unused).toEqual([]);
  });

  it('refuses with force too if no target is left', async () => {
    const { bench, step } = await begin({ way: 'update', inputs: { force: 'true' } });
    const before = bench.minted;
    bench.sandbox.faults.add(refusal('DELETE', /secrets/));
    expect(await codeOf(rotate(step, bench.context))).toBe('target-refused');
    expect(bench.minted).toBe(before);
  });

  it('creates no environment if another target refuses', async () => {
    const inputs = { ...BOTH, environment: 'production', 'create-environment': 'true' };
    const { bench, step } = await begin({ way: 'update', inputs });
    bench.sandbox.faults.add(refusal('DELETE', /secrets/));
    expect(await codeOf(rotate(step, bench.context))).toBe('target-refused');
    expect(step.targets.map((target) => target.kind)).toEqual(['readable', 'environment-missing']);
    expect(bench.log.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it.each([true, false])(
    'stores a secret where a rotation locks out, and only there: %s',
    async (pending) => {
      const { bench, step } = await begin({ way: 'update', pending, delivered: !pending });
      expect(step.recovery?.lockedOut.length ?? 0).toBe(pending ? 1 : 0);
      await rotate(step, bench.context);
      const tried = bench.log.filter(
        ({ method, path }) => method === 'PUT' && path.endsWith(`/${WRITE_PROOF}`),
      );
      expect(tried).toHaveLength(pending ? 1 : 0);
    },
  );
});

describe('the login check of a rotation', () => {
  /** A URL that refuses the new secret; each request notes whether the target stored it by then. */
  function refusing(bench: ApplyBench): { readonly context: Context; readonly stored: readonly boolean[] } {
    const stored: boolean[] = [];
    const fingerprint = { status: 403, bodyHash: '' };
    const control = { kind: 'protected', how: '403', fingerprint } as const;
    const check: LoginCheck = {
      control: () => Promise.reject(new Error('it was asked before')),
      verify: ({ clientSecret }) => {
        stored.push(bench.sandbox.storedPair(WEB).clientSecret === clientSecret.reveal());
        return Promise.resolve({ kind: 'refused', seen: '403', meaning: 'policy' });
      },
    };
    const services = { ...bench.services, loginCheckOf: () => check };
    return { context: { ...bench.context, services, control }, stored };
  }

  it('comes before the delivery, and leaves the rotation pending if the new secret is refused', async () => {
    const { bench, id, step } = await begin({ way: 'update' });
    const { context, stored } = refusing(bench);
    await rotate(step, context);
    expect(stored).toEqual([false]);
    expect(bench.journal.targets.map(({ status }) => status)).toEqual(['delivered']);
    expect(await bench.state(id)).toMatchObject({ kind: 'pending' });
  });

  it('comes after the delivery of a recovery', async () => {
    const { bench, step } = await begin({ way: 'update', pending: true, delivered: false });
    const { context, stored } = refusing(bench);
    await rotate(step, context);
    expect(stored).toEqual([true]);
  });
});
