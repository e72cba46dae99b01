import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { WEB, type Sandbox, type StoredPair } from '../../sandbox/sandbox.ts';
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts';
import { inUse } from '../harness/found.ts';
import { befall, GENERAL, type Mishap } from '../harness/mishaps.ts';
import { play, type Inputs, type Run } from '../harness/play.ts';
import { ci, open, type Scenario } from '../harness/scenarios.ts';
import { label } from '../harness/tell.ts';
import { DOCUMENTED, FULL, LIVE, type World } from '../harness/worlds.ts';

const PENDING: Inputs = { 'leave-pending': 'true', 'output-client-secret': 'true', 'rotate-after': '30d' };
const FOUND: Scenario = { name: 'another store', steps: [], tokens: ci(WEB), prepare: inUse([WEB]) };

/** A token whose credentials a target and another store hold, and the job that the recipe shows for it. */
class OtherStore {
  readonly sandbox: Sandbox;
  pair: StoredPair;
  /** Whether the secret of the last rotation got here. */
  isCurrent = true;

  constructor(world: World) {
    this.sandbox = open(FOUND, world);
    this.pair = this.sandbox.storedPair(WEB);
  }

  get logsIn(): boolean {
    const { clientId = '', clientSecret = '' } = this.pair;
    return this.sandbox.cloudflare.authenticate(clientId, clientSecret).ok;
  }

  async run(inputs: Inputs, mishap?: Mishap, at?: Exchange, all: readonly Exchange[] = []): Promise<Run> {
    const befalls = mishap === undefined || at === undefined ? [] : [befall(mishap, at, all)];
    const before = this.sandbox.cloudflare.mintedSecrets.length;
    const { runs } = await play(this.sandbox, [{ inputs, tokens: FOUND.tokens }], { befalls });
    this.sandbox.faults.clear();
    if (this.sandbox.cloudflare.mintedSecrets.length > before) this.isCurrent = false;
    return runs[0];
  }

  /** Rotates, stores the secret here, completes; the mishap befalls one of the two runs. */
  async job(more: Inputs = {}, struck?: Struck): Promise<readonly Run[]> {
    const during = (step: number) => (struck?.step === step ? struck : undefined);
    const one = during(0);
    const rotated = await this.run({ ...PENDING, ...more }, one?.mishap, one?.at, one?.all);
    if (rotated.exitCode !== 0) return [rotated];
    const { status, 'client-id': clientId, 'client-secret': clientSecret } = rotated.transcript.outputs;
    if (status !== 'rotated') return [rotated];
    if (struck?.step !== 'between') {
      this.pair = { clientId, clientSecret };
      this.isCurrent = true;
    } else return [rotated];
    const version = rotated.transcript.outputs['secret-version'] ?? '';
    const two = during(1);
    const complete = { operation: 'complete', 'secret-version': version };
    return [rotated, await this.run(complete, two?.mishap, two?.at, two?.all)];
  }

  /** What the errors say to do, until all is well. */
  async comeRight(): Promise<void> {
    for (let jobs = 0; jobs < 4; jobs += 1) {
      this.sandbox.clock.advance(10 * MINUTE);
      // Whatever befell the run before: the hold keeps the old secret alive.
      expect(this.logsIn).toBe(true);
      const runs = await this.job();
      const last = runs.at(-1);
      if (last?.exitCode === 0) return;
      if (last?.transcript.outputs['reason'] !== 'completion-missing') continue;
      const known = this.isCurrent
        ? [await this.run({ operation: 'complete' })]
        : await this.job({ force: 'true' });
      if (known.at(-1)?.exitCode === 0) return;
    }
    throw new Error('does not come right');
  }
}

interface Struck {
  readonly step: 0 | 1 | 'between';
  readonly mishap?: Mishap;
  readonly at?: Exchange;
  readonly all?: readonly Exchange[];
}

const MISHAPS = GENERAL.filter(({ effect: { kind } }) => FULL || kind === 'kill' || kind === 'reset');

describe.each([LIVE, DOCUMENTED])('a rotation for another store, $name', (world) => {
  it('is completed by the version that it reported, and the old secret lives for the grace period', async () => {
    const store = new OtherStore(world);
    const old = store.pair;
    const [rotated, completed] = await store.job();
    expect(rotated?.transcript.outputs['status']).toBe('rotated');
    expect(completed?.transcript.outputs).toMatchObject({ status: 'completed', changed: 'true' });
    const opens = () => store.sandbox.cloudflare.authenticate(old.clientId ?? '', old.clientSecret ?? '').ok;
    store.sandbox.clock.advance(35 * HOUR);
    expect(opens()).toBe(true);
    store.sandbox.clock.advance(2 * HOUR);
    expect(opens()).toBe(false);
    expect(store.logsIn).toBe(true);
    expect((await store.run({ operation: 'complete' })).transcript.outputs['status']).toBe('unchanged');
  });

  it('is not rotated again while the other store lacks the secret, on any number of re-runs', async () => {
    const store = new OtherStore(world);
    await store.job({}, { step: 'between' });
    for (let day = 1; day <= 5; day += 1) {
      const version = store.sandbox.cloudflare.findByName('ci')[0]?.version;
      const again = await store.run(PENDING);
      expect(again.transcript.outputs).toMatchObject({ reason: 'completion-missing', changed: 'false' });
      expect(store.sandbox.cloudflare.findByName('ci')[0]?.version).toBe(version);
      expect(store.logsIn).toBe(true);
      store.sandbox.clock.advance(DAY);
    }
    const wrong = await store.run({ operation: 'complete', 'secret-version': '99' });
    expect(wrong.transcript.outputs).toMatchObject({ reason: 'secret-version-mismatch', changed: 'false' });
    expect((await store.run({ operation: 'revoke' })).transcript.outputs['status']).toBe('failed');
    expect((await store.run({ operation: 'renew' })).transcript.outputs['status']).toBe('renewed');
    expect(store.logsIn).toBe(true);
    await store.comeRight();
    expect(store.logsIn).toBe(true);
  });

  it('comes right whatever befalls either of its runs, and locks out nobody who follows the recipe', async () => {
    const [first, second] = await new OtherStore(world).job();
    const cells = [first, second].flatMap((run, step) =>
      (run?.exchanges ?? []).flatMap((at) =>
        MISHAPS.map(
          (mishap) => ({ step: step === 0 ? 0 : 1, at, mishap, all: run?.exchanges ?? [] }) as const,
        ),
      ),
    );
    for (const cell of cells) {
      const store = new OtherStore(world);
      const name = `${cell.mishap.name} at ${label(cell.at)} of run ${cell.step}`;
      const runs = await store.job({}, cell);
      if (runs.length < 2 || runs[1]?.exitCode !== 0) await store.comeRight();
      expect({ name, other: store.logsIn, target: store.sandbox.logsIn(WEB) }).toEqual({
        name,
        other: true,
        target: true,
      });
      store.sandbox.clock.advance(40 * HOUR);
      expect({ name, other: store.logsIn, target: store.sandbox.logsIn(WEB) }).toEqual({
        name,
        other: true,
        target: true,
      });
    }
    expect(cells.length).toBeGreaterThan(20);
  });
});
