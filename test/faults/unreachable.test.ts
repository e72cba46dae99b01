import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../src/model/time.ts';
import { violationsOf } from './judge.ts';
import { play } from './play.ts';
import { CREATE, open, ROTATE_THREE, SCENARIOS, VERIFIED, type Scenario } from './scenarios.ts';
import { standingOf } from './standing.ts';
import { tellRun } from './transcript.ts';
import { Watch } from './watch.ts';

async function alone(scenario: Scenario, service: string, kind: 'reset' | 'hang') {
  const sandbox = open(scenario);
  const { targets, inputs } = scenario;
  sandbox.faults.add({ name: kind, service, times: Infinity, effect: { kind, when: 'before' } });
  const before = standingOf(sandbox, targets);
  const watch = new Watch(sandbox, targets);
  const played = await play(sandbox, { inputs });
  const after = standingOf(sandbox, targets);
  const violations = violationsOf({ sandbox, targets, before, played, after, watch, mishap: undefined });
  expect(violations, tellRun(played)).toEqual([]);
  return { played, before, after };
}

describe.each(['reset', 'hang'] as const)('a service that is not reachable (%s)', (kind) => {
  it.each(
    [CREATE, ROTATE_THREE].flatMap((scenario) =>
      ['cloudflare', 'github'].map((service) => [scenario.name, service, scenario] as const),
    ),
  )('%s: %s is named, and nothing is changed', async (_name, service, scenario) => {
    const { played, before, after } = await alone(scenario, service, kind);
    expect(played.exitCode).toBe(1);
    const said = played.transcript.annotations
      .map(({ text }) => text)
      .join(' ')
      .toLowerCase();
    expect(said).toContain(service);
    expect(said).toContain(kind === 'reset' ? 'econnreset' : 'no reply within 30 seconds');
    expect(played.transcript.outputs['changed']).toBe('false');
    expect(after.tokens).toEqual(before.tokens);
    expect(after.changes).toBe(before.changes);
    expect(played.took).toBeLessThan(30 * MINUTE);
  });

  it('an application that cannot be asked does not keep a rotation from being delivered', async () => {
    const { played, after } = await alone(VERIFIED, 'application', kind);
    expect(played.exitCode).toBe(0);
    expect([...after.held.values()]).toEqual(['current']);
    expect(played.transcript.annotations.some(({ text }) => text.includes('could not be seen'))).toBe(true);
  });
});

describe('a clock of the runner that is wrong', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'changes nothing: %s',
    async (_name, scenario) => {
      const outcomes = await Promise.all(
        [0, -365 * DAY, 365 * DAY].map(async (wallError) => {
          const sandbox = open(scenario);
          const played = await play(sandbox, { inputs: scenario.inputs, wallError });
          const bodies = played.exchanges
            .filter(({ service, method }) => service === 'cloudflare' && method !== 'GET')
            .map(({ requestBody }) => requestBody);
          const { outputs } = played.transcript;
          const held = [...standingOf(sandbox, scenario.targets).held.values()];
          return { exit: played.exitCode, bodies, outputs, held };
        }),
      );
      expect(outcomes[0]?.exit).toBe(0);
      expect(outcomes[1]).toEqual(outcomes[0]);
      expect(outcomes[2]).toEqual(outcomes[0]);
    },
  );
});
