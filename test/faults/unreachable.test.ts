import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../src/model/time.ts';
import { CREATE, open, ROTATE_THREE, SCENARIOS, VERIFIED, type Scenario } from '../harness/scenarios.ts';
import { Story } from '../harness/story.ts';
import { failWith } from '../harness/tell.ts';

type Kind = 'reset' | 'hang';

/** What Node and the action call the reason. */
const REASONS: Readonly<Record<Kind, string>> = {
  reset: 'ECONNRESET',
  hang: 'no reply within 30 seconds',
};

async function withoutIts(service: string, scenario: Scenario, kind: Kind) {
  const story = new Story(open(scenario), scenario);
  const mishap = { name: kind, effect: { kind, when: 'before' }, lasting: true } as const;
  const [judged] = await story.job({ befalls: [{ at: { service, skip: 0 }, mishap }] });
  failWith(story.failure(`${service}: ${kind}`));
  if (judged === undefined) throw new RangeError(`${scenario.name} has no step`);
  const { before, after, played } = judged;
  return { before, after, took: played.took, run: played.runs[0] };
}

describe.each(['reset', 'hang'] as const)('a service that is not reachable (%s)', (kind) => {
  it.each(
    [CREATE, ROTATE_THREE].flatMap((scenario) =>
      (['Cloudflare', 'GitHub'] as const).map((service) => [scenario.name, service, scenario] as const),
    ),
  )('%s: %s is named, and nothing is changed', async (_name, service, scenario) => {
    const { run, took, before, after } = await withoutIts(service.toLowerCase(), scenario, kind);
    expect(run.exitCode).toBe(1);
    const [error] = run.transcript.annotations.filter((annotation) => annotation.kind === 'error');
    expect(error?.text).toContain(service);
    expect(error?.text).toContain(REASONS[kind]);
    expect(run.transcript.outputs['changed']).toBe('false');
    expect(after.tokens).toEqual(before.tokens);
    expect(after.changes).toBe(before.changes);
    expect(took).toBeLessThan(30 * MINUTE);
  });

  it('an application that cannot be asked does not keep a rotation from being delivered', async () => {
    const { run, after } = await withoutIts('application', VERIFIED, kind);
    expect(run.exitCode).toBe(0);
    expect([...after.held.values()]).toEqual(['current']);
    const warnings = run.transcript.annotations.filter((annotation) => annotation.kind === 'warning');
    const unseen = 'could not be seen to accept the new secret at app.example.com';
    expect(warnings.some(({ text }) => text.includes(unseen))).toBe(true);
  });
});

describe('a clock of the runner that is wrong', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'changes nothing: %s',
    async (_name, scenario) => {
      const [right, ...wrong] = await Promise.all(
        [0, -365 * DAY, 365 * DAY].map(async (wallError) => {
          const story = new Story(open(scenario), scenario);
          const judged = await story.job({ wallError });
          return judged.map(({ played, after }) => ({
            exit: played.runs[0].exitCode,
            outputs: played.runs[0].transcript.outputs,
            bodies: played.exchanges
              .filter(({ service, method }) => service === 'cloudflare' && method !== 'GET')
              .map(({ requestBody }) => requestBody),
            held: [...after.held.values()],
          }));
        }),
      );
      expect(right?.map(({ exit }) => exit)).toEqual(scenario.steps.map(() => 0));
      for (const one of wrong) expect(one).toEqual(right);
    },
  );
});
