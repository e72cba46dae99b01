import { describe, it } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { DAY, MINUTE, type Milliseconds } from '../../src/model/time.ts';
import { conceded } from '../harness/concessions.ts';
import { befall, mishapsOf, type Mishap } from '../harness/mishaps.ts';
import { open, SCENARIOS, type Scenario } from '../harness/scenarios.ts';
import { fingerprint } from '../harness/standing.ts';
import { Story, undisturbed } from '../harness/story.ts';
import { failWith, label } from '../harness/tell.ts';
import { DOCUMENTED, excusesIn, FULL, LIVE, tells, WORLDS, type World } from '../harness/worlds.ts';

/** Of what can befall a request, every so many is tried, and at writes what leaves the most behind. */
const SPREAD = FULL ? 1 : 12;
const SPREAD_ELSEWHERE = FULL ? 4 : 60;

interface Cell {
  readonly world: World;
  readonly scenario: Scenario;
  readonly step: number;
  readonly exchange: Exchange;
  /** Of the whole step. */
  readonly exchanges: readonly Exchange[];
}

/** What each scenario was left in by something that befell it, so that no state is left in each way twice. */
const states = new Set<string>();
/** The reads that the runs so far have begun with: they change nothing anywhere. */
const openings: Exchange[] = [];
/** Which of the spread comes next. */
let turn = 0;

const PLAYED = (FULL ? WORLDS : [LIVE, DOCUMENTED]).flatMap((world) =>
  SCENARIOS.filter(({ needs = [] }) => needs.every((told) => tells(world, told))).map(
    (scenario) => [world, scenario] as const,
  ),
);

for (const [world, scenario] of PLAYED) {
  const steps = await undisturbed(scenario, open(scenario, world));
  const known = [...openings];
  const rows = steps.flatMap(({ exchanges }, step) => {
    openings.push(...exchanges.slice(0, firstWrite(exchanges)));
    return exchanges
      .filter((exchange) => scenario.struck?.(exchange) ?? true)
      .map(
        (exchange) =>
          [exchange.number, label(exchange), { world, scenario, step, exchange, exchanges }] as const,
      );
  });
  describe(`${world.name}: ${scenario.name}`, () => {
    it.each(rows)('survives what befalls request %i, %s', async (number, _label, cell) => {
      const earlier = rows.filter(([other]) => other < number).map(([, , { exchange }]) => exchange);
      const failures: string[] = [];
      for (const mishap of spread(cell, mishapsOf(cell.exchange, [...earlier, ...known])))
        failures.push(...(await survives(cell, mishap)));
      failWith(failures);
    });
  });
}

function firstWrite(exchanges: readonly Exchange[]): number {
  return exchanges.findIndex(({ method }) => method !== 'GET');
}

function spread({ exchange, world }: Cell, mishaps: readonly Mishap[]): readonly Mishap[] {
  const { method, service } = exchange;
  const every = world === LIVE ? SPREAD : SPREAD_ELSEWHERE;
  const matters = method !== 'GET' && (world === LIVE || service === 'cloudflare');
  turn += 1;
  return mishaps.filter(
    ({ effect: { kind, when } }, index) =>
      (index + turn) % every === 0 || (matters && when === 'after' && (kind === 'kill' || kind === 'reset')),
  );
}

/** What differs by the pause is what the next run makes of a state, so each state is left in each way once. */
async function survives(cell: Cell, mishap: Mishap): Promise<readonly string[]> {
  const { left, failures: first } = await after(cell, mishap, 10 * MINUTE);
  if (left === undefined || states.has(left)) return first;
  states.add(left);
  const failures = [...first];
  for (const pause of [0, 7 * DAY]) failures.push(...(await after(cell, mishap, pause)).failures);
  return failures;
}

async function after(
  { world, scenario, step, exchange, exchanges }: Cell,
  mishap: Mishap,
  pause: Milliseconds,
): Promise<{ readonly failures: readonly string[]; readonly left: string | undefined }> {
  const sandbox = open(scenario, world);
  const story = new Story(sandbox, scenario, excusesIn(world.switches));
  const judged = await story.job({ step, befalls: [befall(mishap, exchange, exchanges)] });
  const { runs, exchanges: played } = judged[step]?.played ?? { runs: [], exchanges: [] };
  const struck = played.some(({ fault }) => fault !== undefined) || runs[0]?.exitCode === undefined;
  if (!struck) story.found('it did not strike');
  const isClean = judged.at(-1)?.played.runs[0].exitCode === 0;
  const left = isClean
    ? undefined
    : `${world.name} ${scenario.name} ${fingerprint(sandbox, scenario.tokens)}`;
  await story.repair(pause);
  const before = exchanges.filter(({ number }) => number < exchange.number);
  const expected = conceded(scenario, exchange, before, mishap);
  const lockedOut = story.lockedOut.filter((count, index) => count > 0 || index < expected.length);
  if (scenario.recovers !== true && lockedOut.join() !== expected.join())
    story.found(`${lockedOut.join()} targets were locked out, and ${expected.join()} are conceded`);
  const failures = story.failure(`${mishap.name}, and the next job ${pause / MINUTE} min later`);
  return { failures, left };
}
