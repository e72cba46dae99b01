import { describe, expect, it } from 'vitest';
import { DAY } from '../../src/model/time.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import { death, faultOf, KILLS, LOST, named } from './mishaps.ts';
import { Step } from './process.ts';
import { rule, Stage } from './stage.ts';

const ADMIT = { 'admit-to': 'application=staging.example.com\npolicy=Robots', 'rotate-after': '30d' };
const DELETE = { operation: 'delete', 'token-name': 'ci', 'admit-to': ADMIT['admit-to'] };

interface Scenario {
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly prepare: (stage: Stage) => Promise<unknown>;
  /** Whether there is a token, and it is admitted, in the end. */
  readonly endsAdmitted: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'a creation', inputs: ADMIT, prepare: () => Promise.resolve(), endsAdmitted: true },
  {
    name: 'the admission of an own token that is due',
    inputs: ADMIT,
    prepare: async (stage) => {
      await stage.run({});
      stage.sandbox.clock.advance(40 * DAY);
    },
    endsAdmitted: true,
  },
  { name: 'a deletion', inputs: DELETE, prepare: (stage) => stage.run(ADMIT), endsAdmitted: false },
];

async function stageFor({ prepare }: Scenario): Promise<Stage & { readonly policyId: string }> {
  const stage = new Stage();
  const policyId = stage.reusable().id;
  await prepare(stage);
  stage.sandbox.faults.log.length = 0;
  return Object.assign(stage, { policyId });
}

/** The requests about policies and tokens of a run in which nothing goes wrong. */
async function rehearse(scenario: Scenario): Promise<readonly Exchange[]> {
  const stage = await stageFor(scenario);
  await new Step(stage, scenario.inputs).main();
  return [...stage.sandbox.faults.log];
}

const CASES: { readonly scenario: Scenario; readonly run: readonly Exchange[] }[] = [];
for (const scenario of SCENARIOS) CASES.push({ scenario, run: await rehearse(scenario) });

/** What must be true after one re-run, whatever went wrong before. */
function judge(
  stage: Stage & { readonly policyId: string },
  { endsAdmitted }: Scenario,
  foreign: unknown,
): void {
  const { fields } = stage.sandbox.access.policies.record(stage.policyId);
  const include = fields['include'] as readonly unknown[];
  const tokens = stage.sandbox.cloudflare.list();
  expect(tokens).toHaveLength(endsAdmitted ? 1 : 0);
  const [token] = tokens;
  expect(stage.names()).toEqual(token === undefined ? [] : [`ci (${token.id})`]);
  const own = token === undefined ? [] : [rule(token.id)];
  expect(include).toEqual([...(foreign as { include: unknown[] }).include, ...own]);
  expect({ ...fields, include: [] }).toMatchObject({ ...(foreign as object), include: [] });
}

for (const { scenario, run } of CASES) {
  describe(scenario.name, () => {
    const about = named(run).filter(([, { service }]) => service === 'cloudflare');

    for (const [name, exchange] of about) {
      for (const mishap of LOST) {
        it(`is whole after one re-run, if at ${name}: ${mishap.name}`, async () => {
          const stage = await stageFor(scenario);
          const foreign = foreignIn(stage);
          stage.sandbox.faults.add(faultOf(mishap, exchange, run));
          await new Step(stage, scenario.inputs).main();
          expect(stage.sandbox.faults.unused()).toEqual([]);
          await rerun(stage, scenario);
          judge(stage, scenario, foreign);
        });
      }
      for (const mishap of KILLS) {
        it(`is whole after one re-run, if at ${name}: ${mishap.name}`, async () => {
          const stage = await stageFor(scenario);
          const foreign = foreignIn(stage);
          const { died } = await new Step(stage, scenario.inputs).main(death(mishap, exchange, run));
          expect(died).toBe(true);
          await rerun(stage, scenario);
          judge(stage, scenario, foreign);
        });
      }
    }
  });
}

async function rerun(stage: Stage, { inputs }: Scenario): Promise<void> {
  const { annotations } = await new Step(stage, inputs).main();
  expect(annotations.filter(({ kind }) => kind === 'error')).toEqual([]);
}

/** The fields of the reusable policy without the tokens in it. */
function foreignIn(stage: Stage & { readonly policyId: string }): unknown {
  const { fields } = stage.sandbox.access.policies.record(stage.policyId);
  return { ...fields, include: withoutTokens(stage) };
}

function withoutTokens(stage: Stage & { readonly policyId: string }): readonly unknown[] {
  const include = stage.sandbox.access.policies.record(stage.policyId).fields['include'] as readonly object[];
  return include.filter((one) => !('service_token' in one));
}
