import { describe, expect, it } from 'vitest';
import { create } from '../../src/apply/create.ts';
import { MINUTE } from '../../src/model/time.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { codeOf, IN_ZONE, MISHAPS, WITHOUT_SECRET } from '../cloudflare/bench.ts';
import { WORLDS } from '../harness/worlds.ts';
import { ApplyBench, type Inputs } from './bench.ts';

const LEAVE_PENDING: Inputs = { 'leave-pending': 'true', 'output-client-secret': 'true' };

describe('a creation', () => {
  it.each(WORLDS.map(({ name, switches }) => [name, switches] as const))(
    'delivers what works, and leaves a token that the next run knows: %s',
    async (_name, cloudflareSwitches) => {
      const bench = new ApplyBench({}, { cloudflareSwitches });
      await create(await bench.step('create'), bench.context);
      expect(bench.journal.problems).toEqual([]);
      expect(bench.sandbox.logsIn(WEB)).toBe(true);
      bench.sandbox.clock.advance(10 * MINUTE);
      const facts = await bench.facts();
      expect(facts.own).toBe(true);
      expect(facts.targets.map(({ stored }) => stored)).toEqual(['up-to-date']);
    },
  );

  it('is taken back in a zone if updates bring no secret, before anything is delivered', async () => {
    const bench = new ApplyBench({}, { ...WITHOUT_SECRET, scope: IN_ZONE });
    expect(await codeOf(create(await bench.step('create'), bench.context))).toBe('secret-withheld');
    expect(bench.sandbox.cloudflare.list()).toEqual([]);
    expect(bench.sandbox.storedPair(WEB)).toEqual({ clientId: undefined, clientSecret: undefined });
    expect(bench.journal.changed).toBe(false);
  });

  it.each(['always', 'list-and-get'] as const)(
    'is taken back with leave-pending if replies hide the end of the previous secret: %s',
    async (hidePreviousExpiry) => {
      const bench = new ApplyBench(LEAVE_PENDING, { cloudflareSwitches: { hidePreviousExpiry } });
      expect(await codeOf(create(await bench.step('create'), bench.context))).toBe('completion-impossible');
      expect(bench.sandbox.cloudflare.list()).toEqual([]);
      expect(bench.sandbox.storedPair(WEB).clientSecret).toBeUndefined();
    },
  );

  it('is taken back if no target takes the credentials', async () => {
    const bench = new ApplyBench();
    const step = await bench.step('create');
    bench.sandbox.faults.add({
      name: 'refused',
      service: 'github',
      method: 'PUT',
      path: /CF_ACCESS_CLIENT_SECRET$/,
      effect: { kind: 'reply', when: 'before', status: 403 },
    });
    expect(await codeOf(create(step, bench.context))).toBe('nothing-delivered');
    expect(bench.sandbox.cloudflare.list()).toEqual([]);
    // Without the client secret no client ID either.
    expect(bench.sandbox.storedPair(WEB)).toEqual({ clientId: undefined, clientSecret: undefined });
    expect(bench.unused).toEqual([]);
  });

  it('stays if a target took the client secret and refused the client ID', async () => {
    const bench = new ApplyBench();
    const step = await bench.step('create');
    bench.sandbox.faults.add({
      name: 'refused',
      service: 'github',
      method: 'PUT',
      path: /CF_ACCESS_CLIENT_ID$/,
      effect: { kind: 'reply', when: 'before', status: 403 },
    });
    await create(step, bench.context);
    expect(bench.journal.targets.map(({ status }) => status)).toEqual(['failed']);
    const [token] = bench.sandbox.cloudflare.list();
    expect(bench.sandbox.storedPair(WEB).clientSecret).toBe(token?.secret);
    expect(token).toBeDefined();
  });

  it('stays if a target took the client secret and no reply said so', async () => {
    const bench = new ApplyBench({}, { maxWait: MINUTE });
    const step = await bench.step('create');
    bench.sandbox.faults.add({
      name: 'lost after',
      service: 'github',
      method: 'PUT',
      path: /CF_ACCESS_CLIENT_SECRET$/,
      times: Infinity,
      effect: { kind: 'reset', when: 'after' },
    });
    await create(step, bench.context);
    expect(bench.journal.targets.map(({ status }) => status)).toEqual(['failed']);
    const [token] = bench.sandbox.cloudflare.list();
    expect(bench.sandbox.storedPair(WEB).clientSecret).toBe(token?.secret);
    expect(token).toBeDefined();
  });

  it('is pending for the next run if somebody rotated the token during the delivery', async () => {
    const bench = new ApplyBench();
    const step = await bench.step('create');
    bench.sandbox.secondWriter.add({
      method: 'GET',
      path: /\/service_tokens\/[^/?]+$/,
      when: 'before',
      act: () => {
        for (const { id } of bench.sandbox.cloudflare.list()) bench.sandbox.cloudflare.rotate(id);
      },
    });
    expect(await codeOf(create(step, bench.context))).toBe('concurrent-run');
    const [token] = bench.sandbox.cloudflare.list();
    expect(await bench.state(token?.id ?? '')).toMatchObject({ kind: 'pending' });
    expect(bench.unused).toEqual([]);
  });

  it('that was lost is told from a new token if replies tell neither version nor end', async () => {
    const bench = new ApplyBench(
      {},
      { cloudflareSwitches: { hideVersion: true, hidePreviousExpiry: 'always' } },
    );
    bench.strike('lost after', { method: 'POST', path: /service_tokens$/ });
    await create(await bench.step('create'), bench.context);
    const [token] = bench.sandbox.cloudflare.findByName('ci');
    expect(await bench.state(token?.id ?? '')).toMatchObject({ kind: 'unknown' });
  });

  it('with leave-pending stays pending until it is completed', async () => {
    for (const options of [{}, WITHOUT_SECRET]) {
      const bench = new ApplyBench(LEAVE_PENDING, options);
      await create(await bench.step('create'), bench.context);
      const [token] = bench.sandbox.cloudflare.list();
      expect(await bench.state(token?.id ?? '')).toMatchObject({ kind: 'pending' });
      expect((await bench.plan()).reason).toBe('completion-missing');
    }
  });

  it.each(MISHAPS)('leaves credentials that work, or nothing, whichever request is %s', async (mishap) => {
    for (const options of [{}, WITHOUT_SECRET]) {
      const clean = new ApplyBench({}, options);
      await create(await clean.step('create'), clean.context);
      const count = clean.requests.length;
      for (let skip = 0; skip < count; skip += 1) {
        const bench = new ApplyBench({}, options);
        const step = await bench.step('create');
        bench.strike(mishap, { skip });
        const code = await codeOf(create(step, bench.context));
        expect(bench.unused).toEqual([]);
        const tokens = bench.sandbox.cloudflare.list();
        if (code === undefined) {
          expect(bench.sandbox.logsIn(WEB)).toBe(true);
          expect(tokens).toHaveLength(1);
        } else {
          expect([code, tokens.length, bench.sandbox.storedPair(WEB).clientSecret]).toEqual([
            code,
            0,
            undefined,
          ]);
        }
      }
    }
  });
});
