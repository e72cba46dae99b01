import { describe, expect, it } from 'vitest';
import { obtainSecret, type NewSecret } from '../../src/apply/new-secret.ts';
import { DAY, HOUR, MINUTE, rfc3339, type Instant } from '../../src/model/time.ts';
import { completedMark, pendingMark } from '../../src/observe/rotation-state.ts';
import type { RotateStep } from '../../src/plan/steps.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { codeOf, IN_ZONE, type BenchOptions } from '../cloudflare/bench.ts';
import { ApplyBench, type Inputs } from './bench.ts';

type Way = 'update' | 'rotate';

const WITHOUT_SECRET: BenchOptions = { cloudflareSwitches: { updateReplyWithoutSecret: true } };
const PUT = { method: 'PUT' } as const;
const ROTATE = { method: 'POST', path: /\/rotate$/ } as const;
const ADOPT: Inputs = { adopt: 'true' };

interface Story {
  readonly bench: ApplyBench;
  readonly id: string;
  readonly step: RotateStep;
  /** The secret that the target stores. */
  readonly stored: string | undefined;
}

interface Past {
  /** The mark of the last rotation, by which way; without one a person made the token. */
  readonly way?: Way;
  readonly pending?: boolean;
  /** Whether the target stores the secret of the last rotation; if not, that of the one before. */
  readonly delivered?: boolean;
  readonly inputs?: Inputs;
  readonly options?: BenchOptions;
}

/** A token with a past, and the rotation that a run plans for it. */
async function begin({ way, pending = false, delivered = true, inputs, options }: Past): Promise<Story> {
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

async function rotateInThePast(
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

const obtain = ({ bench, step }: Story): Promise<NewSecret> => obtainSecret(step, bench.context);

/** What was obtained is the current secret, and its hold is what Cloudflare has. */
function expectCurrent({ bench, id }: Story, own: NewSecret): void {
  const record = bench.record(id);
  expect(own.clientSecret.reveal()).toBe(record.secret);
  expect(own.hold).toBe(record.previousSecretExpiresAt);
  expect(own.token.version).toBe(record.version);
  expect(bench.unused).toEqual([]);
}

/** Whether the secret that the target stores still works as the previous one. */
function storedWorks({ bench }: Story): boolean {
  return bench.sandbox.logsIn(WEB);
}

describe('a rotation of an own token', () => {
  it.each<[Way, BenchOptions]>([
    ['update', {}],
    ['rotate', {}],
    ['rotate', WITHOUT_SECRET],
  ])('by its mark of %s keeps the stored secret alive: %j', async (way, options) => {
    const story = await begin({ way, options });
    expect(story.step).toMatchObject({ way, recovery: undefined, takeOver: undefined });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own).toMatchObject({ way, lockOut: undefined, at: story.step.rotatedAt });
    expect(storedWorks(story)).toBe(true);
    expect(story.bench.journal.warnings).toEqual([]);
    expect(story.bench.journal.previousSecretIsHeld).toBe(true);
  });

  it.each<[Way, Parameters<ApplyBench['strike']>[1]]>([
    ['update', PUT],
    ['rotate', ROTATE],
  ])('by %s whose reply is lost recovers, and says who is locked out', async (way, request) => {
    const story = await begin({ way });
    const { bench } = story;
    bench.strike('lost after', request);
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own.lockOut).toEqual({ targets: [WEB], since: bench.tokens.now() });
    expect(bench.journal.warnings).toEqual([
      `The reply to the rotation was lost, so the secret was rotated once more: jobs that hold the secret stored in acme/web before this run have been refused since ${rfc3339(bench.tokens.now())}.`,
    ]);
    expect(storedWorks(story)).toBe(false);
    expect(bench.journal.previousSecretIsHeld).toBe(false);
  });

  it.each<[Way, Parameters<ApplyBench['strike']>[1]]>([
    ['update', PUT],
    ['rotate', ROTATE],
  ])('by %s whose two replies are lost reports the lost secret per target', async (way, request) => {
    const story = await begin({ way });
    const { bench } = story;
    bench.strike('lost after', { ...request, times: 2 });
    expect(await codeOf(obtain(story))).toBe('secret-lost');
    const [target] = bench.journal.targets;
    expect(target).toMatchObject({ status: 'failed', worksUntil: bench.tokens.now() });
    expect(target?.problem?.code).toBe('secret-lost');
    expect(bench.journal.changed).toBe(true);
  });

  it('whose mark says update, and whose reply brings no secret, stops while the stored secret works', async () => {
    const story = await begin({ way: 'update' });
    story.bench.sandbox.cloudflare.switches.updateReplyWithoutSecret = true;
    expect(await codeOf(obtain(story))).toBe('secret-withheld');
    expect(story.bench.minted).toBe(3);
    expect(storedWorks(story)).toBe(true);
    expect(story.bench.journal.changed).toBe(true);
  });

  it('by /rotate that skips a version is a recovery, and says who is locked out', async () => {
    const story = await begin({ way: 'rotate' });
    const { bench, id } = story;
    bench.sandbox.secondWriter.add({
      ...ROTATE,
      when: 'before',
      act: () => void bench.sandbox.cloudflare.rotate(id),
    });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own.lockOut?.targets).toEqual([WEB]);
    expect(bench.journal.warnings).toHaveLength(1);
    expect(bench.journal.warnings[0]).toContain('Another run rotated the token at the same moment');
    expect(bench.journal.previousSecretIsHeld).toBe(false);
  });

  it('stops beside a concurrent run, and writes nothing', async () => {
    for (const way of ['update', 'rotate'] as const) {
      const story = await begin({ way });
      const { bench, id } = story;
      bench.sandbox.cloudflare.rotate(id);
      bench.sandbox.clock.advance(MINUTE);
      bench.store(id);
      const before = bench.minted;
      expect(await codeOf(obtain(story))).toBe('concurrent-run');
      expect(bench.minted).toBe(before);
    }
  });

  it('does not recover once the run is cancelled', async () => {
    const story = await begin({ way: 'update' });
    const { bench } = story;
    bench.strike('lost after', PUT);
    bench.sandbox.secondWriter.add({
      method: 'GET',
      when: 'after',
      act: () => {
        bench.cancellation.abort();
      },
    });
    expect(await codeOf(obtain(story))).toBe('cancelled');
    expect(bench.minted).toBe(3);
  });
});

describe('a take-over', () => {
  it('tries the update first, and goes on by it if it brings the secret', async () => {
    const story = await begin({ inputs: ADOPT });
    expect(story.step).toMatchObject({ way: 'untried', takeOver: { lastSeenAt: undefined } });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own).toMatchObject({ way: 'update', lockOut: undefined });
    expect(storedWorks(story)).toBe(true);
  });

  it('goes on by /rotate in the same run if it does not, and says who is locked out', async () => {
    const story = await begin({ inputs: ADOPT, options: WITHOUT_SECRET });
    const { bench } = story;
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own.way).toBe('rotate');
    expect(own.lockOut?.targets).toEqual([WEB]);
    expect(bench.journal.warnings).toHaveLength(1);
    expect(bench.journal.warnings[0]).toMatch(
      /^Cloudflare's reply to the update brought no secret.*acme\/web/,
    );
  });

  it('is a concurrent run only if a target was written meanwhile', async () => {
    const story = await begin({ inputs: ADOPT });
    const { bench, id } = story;
    bench.sandbox.cloudflare.rotate(id);
    bench.sandbox.secondWriter.add({
      ...PUT,
      when: 'after',
      act: () => {
        bench.sandbox.clock.advance(MINUTE);
        bench.store(id);
      },
    });
    const before = bench.minted;
    expect(await codeOf(obtain(story))).toBe('concurrent-run');
    expect(bench.minted).toBe(before);
    expect(storedWorks(story)).toBe(true);
  });

  it('recovers a lost update, whether updates bring a secret or not', async () => {
    for (const options of [{}, WITHOUT_SECRET]) {
      const story = await begin({ inputs: ADOPT, options });
      story.bench.strike('lost after', PUT);
      const own = await obtain(story);
      expectCurrent(story, own);
      expect(own.lockOut?.targets).toEqual([WEB]);
    }
  });

  it('recovers a lost /rotate that followed the update', async () => {
    for (const mishap of ['lost after', 'lost before'] as const) {
      const story = await begin({ inputs: ADOPT, options: WITHOUT_SECRET });
      story.bench.strike(mishap, ROTATE);
      const own = await obtain(story);
      expectCurrent(story, own);
      expect(own.way).toBe('rotate');
    }
  });

  it('in a zone says until when the stored secret works if updates bring none', async () => {
    const story = await begin({ inputs: ADOPT, options: { ...WITHOUT_SECRET, scope: IN_ZONE } });
    const { bench, step } = story;
    const error: unknown = await obtain(story).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'secret-withheld' });
    const until = rfc3339(pendingMark(step.holdFrom, 'update'));
    expect(String(error)).toContain(`The stored secrets work until ${until}.`);
    expect(bench.record(story.id).previousSecretExpiresAt).toBe(pendingMark(step.holdFrom, 'update'));
    expect(storedWorks(story)).toBe(true);
    expect(bench.journal.changed).toBe(true);
  });
});

describe('a recovery of a pending rotation', () => {
  it.each<[Way, BenchOptions, Way]>([
    ['update', {}, 'update'],
    ['rotate', {}, 'rotate'],
    ['rotate', WITHOUT_SECRET, 'rotate'],
    ['update', WITHOUT_SECRET, 'rotate'],
  ])('by %s locks out who stores the secret of before: %j', async (way, options, by) => {
    const story = await begin({ way, pending: true, delivered: false, options });
    expect(story.step.recovery).toEqual({
      lockedOut: [WEB],
      previousSecretEndedAt: undefined,
      previousSecretIsHeld: false,
    });
    expect(storedWorks(story)).toBe(true);
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(own.way).toBe(by);
    expect(own.lockOut).toEqual({ targets: [WEB], since: story.bench.tokens.now() });
    expect(storedWorks(story)).toBe(false);
    expect(story.bench.journal.warnings[0]).toMatch(/^The last rotation was not delivered everywhere/);
    expect(story.bench.journal.previousSecretIsHeld).toBe(false);
  });

  it('that is forced keeps alive what every target has', async () => {
    const story = await begin({ way: 'update', pending: true, inputs: { force: 'true' } });
    expect(story.step.recovery).toMatchObject({ lockedOut: [], previousSecretIsHeld: true });
    const own = await obtain(story);
    expectCurrent(story, own);
    expect(storedWorks(story)).toBe(true);
    expect(story.bench.journal.warnings).toEqual([]);
    expect(story.bench.journal.previousSecretIsHeld).toBe(true);
  });

  it('reads the token again, and stops if somebody touched it', async () => {
    for (const way of ['update', 'rotate'] as const) {
      const story = await begin({ way, pending: true, delivered: false });
      const { bench, id } = story;
      bench.sandbox.cloudflare.rotate(id);
      const before = bench.minted;
      expect(await codeOf(obtain(story))).toBe('concurrent-run');
      expect(bench.minted).toBe(before);
      expect(bench.requests).toEqual(['GET']);
      expect(bench.journal.changed).toBe(false);
    }
  });

  it('stops if the token was deleted', async () => {
    const story = await begin({ way: 'update', pending: true, delivered: false });
    story.bench.sandbox.cloudflare.remove(story.id);
    expect(await codeOf(obtain(story))).toBe('token-gone');
  });

  it.each<[Way, Parameters<ApplyBench['strike']>[1]]>([
    ['update', PUT],
    ['rotate', ROTATE],
  ])('by %s whose reply is lost reports the lost secret', async (way, request) => {
    const story = await begin({ way, pending: true, delivered: false });
    const { bench } = story;
    bench.strike('lost after', request);
    expect(await codeOf(obtain(story))).toBe('secret-lost');
    expect(bench.journal.targets[0]).toMatchObject({ status: 'failed', worksUntil: bench.tokens.now() });
  });

  it('in a zone names the way out if updates bring no secret', async () => {
    const options = { ...WITHOUT_SECRET, scope: IN_ZONE };
    const story = await begin({ way: 'update', pending: true, delivered: false, options });
    const error: unknown = await obtain(story).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'secret-lost' });
    expect(error).toHaveProperty('remedy', expect.stringContaining('cloudflare-account-id'));
  });

  it('says since when a secret is refused that ended before this run', async () => {
    const bench = new ApplyBench();
    const { id } = await bench.created();
    bench.store(id);
    bench.sandbox.clock.advance(HOUR);
    const end = pendingMark(bench.tokens.now(), 'update');
    await bench.other.rotateFrom(await bench.read(id), 1, end);
    bench.sandbox.clock.advance(31 * DAY);
    const own = await obtainSecret(await bench.step('rotate'), bench.context);
    expect(own.lockOut).toEqual({ targets: [WEB], since: end });
  });
});
