import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/http/gate.ts';
import { ServiceClock } from '../../src/http/service-clock.ts';
import { WaitBudget, WaitBudgetSpent, backOff } from '../../src/http/wait-budget.ts';
import { HOUR, MINUTE, SECOND } from '../../src/model/time.ts';
import { recordingRunner } from '../../sandbox/in-process-run.ts';
import { Sandbox } from '../../sandbox/sandbox.ts';
import { SandboxTime } from '../../sandbox/time.ts';

function budgetOf(maxWait = 10 * MINUTE) {
  const sandbox = new Sandbox();
  const cancellation = new AbortController();
  const { runner } = recordingRunner();
  const { time } = sandbox;
  const budget = new WaitBudget({ maxWait, time, runner, cancelled: cancellation.signal });
  return { sandbox, time, cancellation, budget };
}

describe('the wait budget', () => {
  it('is used once by waits that overlap', async () => {
    const { budget } = budgetOf();
    await Promise.all([budget.pause(MINUTE, 'one'), budget.pause(MINUTE, 'another')]);
    expect(budget.left()).toBe(9 * MINUTE);
  });

  it('is used twice by waits that follow each other, and not by other time', async () => {
    const { budget, sandbox } = budgetOf();
    await budget.pause(MINUTE, 'one');
    sandbox.clock.advance(HOUR);
    await budget.pause(MINUTE, 'another');
    expect(budget.left()).toBe(8 * MINUTE);
  });

  it('refuses a wait that does not fit, without waiting', async () => {
    const { budget, time } = budgetOf();
    const before = time.monotonic();
    await expect(budget.pause(10 * MINUTE + 1, 'too long')).rejects.toBeInstanceOf(WaitBudgetSpent);
    expect(time.monotonic()).toBe(before);
    expect(budget.left()).toBe(10 * MINUTE);
  });

  it('is three seconds once the run is cancelled, and nothing after seven', () => {
    const { budget, cancellation, sandbox } = budgetOf();
    cancellation.abort();
    expect(budget.left()).toBe(3 * SECOND);
    sandbox.clock.advance(6 * SECOND);
    expect(budget.left()).toBe(SECOND);
    sandbox.clock.advance(SECOND);
    expect(budget.left()).toBe(0);
  });

  it('ends with the run, and all waits with it', async () => {
    const { budget, time } = budgetOf();
    const waiting = budget.pause(5 * MINUTE, 'a limit');
    budget.end();
    await waiting;
    expect(time.monotonic()).toBeLessThan(5 * MINUTE);
    expect(budget.left()).toBe(0);
  });

  it('is asked for 1, 2, 4 … and at most 30 seconds between attempts', () => {
    const waits = [1, 2, 3, 4, 5, 6, 60].map((failures) => backOff(failures) / SECOND);
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });
});

describe('a limit that holds requests back', () => {
  it.each([
    ['a later and longer one', MINUTE, 5 * MINUTE],
    ['a later and shorter one', 5 * MINUTE, MINUTE],
  ])('ends with the longest of several: %s', async (_name, first, second) => {
    const { budget, time } = budgetOf();
    const gate = new Gate(time, budget);
    gate.close(first, 'a limit');
    gate.close(second, 'another limit');
    expect(gate.open).toBe(false);
    await gate.pass();
    expect(time.monotonic()).toBe(5 * MINUTE);
    expect(gate.open).toBe(true);
  });
});

describe('the clock of a service', () => {
  const NOON = Date.UTC(2026, 5, 15, 12, 0, 0);

  function clockOf() {
    const { clock: virtual } = new Sandbox();
    return { virtual, clock: new ServiceClock(new SandboxTime(virtual, 5 * HOUR)) };
  }

  it('is that of the runner until the service has answered', () => {
    const { virtual, clock } = clockOf();
    expect(clock.now()).toBe(virtual.now() + 5 * HOUR);
    clock.observe(new Date(NOON).toUTCString());
    expect(clock.now()).toBe(NOON);
  });

  it('goes on between replies', () => {
    const { virtual, clock } = clockOf();
    clock.observe(new Date(NOON).toUTCString());
    virtual.advance(MINUTE);
    expect(clock.now()).toBe(NOON + MINUTE);
  });

  it('is not turned back by a reply from a cache, or by none', () => {
    const { clock } = clockOf();
    clock.observe(new Date(NOON).toUTCString());
    for (const header of [new Date(NOON - HOUR).toUTCString(), 'yesterday', null]) clock.observe(header);
    expect(clock.now()).toBe(NOON);
    clock.observe(new Date(NOON + HOUR).toUTCString());
    expect(clock.now()).toBe(NOON + HOUR);
  });
});
