import { afterAll, describe, expect, it } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { DAY, MINUTE } from '../../src/model/time.ts';
import { playCell, type CellResult } from './cell.ts';
import { conceded } from './exceptions.ts';
import { mishapsOf, type Mishap } from './mishaps.ts';
import { momentsOf, type Moment } from './moments.ts';
import { play } from './play.ts';
import { SCENARIOS, open, type Scenario } from './scenarios.ts';
import { tally } from './tally.ts';
import { label } from './transcript.ts';

const only = process.env['FAULTS'];
const states = new Set<string>();
/** The requests that the runs so far have begun with: all read, and reading changes nothing anywhere. */
const openings: Exchange[] = [];

for (const scenario of SCENARIOS) {
  if (only !== undefined && scenario.name !== only) continue;
  const { exchanges } = await play(open(scenario), scenario);
  const struck = momentsOf(exchanges).filter(({ exchange }) => scenario.struck?.(exchange) ?? true);
  const known = [...openings];
  openings.push(
    ...exchanges.slice(
      0,
      exchanges.findIndex(({ method }) => method !== 'GET'),
    ),
  );
  tally.scenarios += 1;
  tally.requests += struck.length;
  const rows = struck.map((moment) => [moment.exchange.number, label(moment), moment] as const);
  describe(scenario.name, () => {
    it.each(rows)('survives what befalls request %i, %s', async (number, _label, moment) => {
      const earlier = exchanges.filter((exchange) => exchange.number < number);
      const failures: string[] = [];
      const tried = [...earlier.filter((exchange) => scenario.struck?.(exchange) ?? true), ...known];
      for (const mishap of mishapsOf(moment.exchange, tried)) {
        tally.mishaps.add(`${moment.service}: ${mishap.name}`);
        const [found, ...others] = await everyPause(scenario, moment, mishap);
        failures.push(...[found, ...others].flatMap(({ failure }) => failure ?? []));
        const expected = conceded(scenario, moment.exchange, earlier, mishap);
        tally.lockOuts += found.lockedOut.reduce((sum, count) => sum + count, 0);
        const lockedOut = found.lockedOut.join(' ');
        if (scenario.recovers === undefined && lockedOut !== [...expected, 0, 0].join(' ')) {
          failures.push(
            `${mishap.name}: ${lockedOut} targets were locked out, and ${expected.join(' ')} are conceded`,
          );
        }
      }
      expect(failures.length, failures.join('\n\n')).toBe(0);
    });
  });
}

/** What differs by the pause is what the next run makes of a state, so each state is left in each way once. */
async function everyPause(
  scenario: Scenario,
  moment: Moment,
  mishap: Mishap,
): Promise<readonly [CellResult, ...CellResult[]]> {
  const cell = { scenario, moment, mishap };
  const result = await playCell(cell, 10 * MINUTE);
  const state = `${scenario.name} ${result.left.fingerprint}`;
  if (result.clean || states.has(state)) return [result];
  states.add(state);
  return [result, await playCell(cell, 0), await playCell(cell, 7 * DAY)];
}

afterAll(() => {
  console.log(tally.tell('Fault matrix'));
});
