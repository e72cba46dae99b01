import { afterAll, describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../src/model.ts';
import { playCell, type Cell } from './cell.ts';
import { mishapsOf } from './mishaps.ts';
import { momentsOf, play } from './play.ts';
import { SCENARIOS, open } from './scenarios.ts';
import { tally } from './tally.ts';
import { label } from './transcript.ts';

const only = process.env['FAULTS'];
const exceptions: string[] = [];
const states = new Set<string>();

for (const scenario of SCENARIOS) {
  if (only !== undefined && scenario.name !== only) continue;
  const { exchanges } = await play(open(scenario), scenario);
  tally.scenarios += 1;
  tally.requests += exchanges.length;
  describe(scenario.name, () => {
    it.each(momentsOf(exchanges).map((moment, index) => [index + 1, label(moment), moment] as const))(
      'survives what befalls request %i, %s',
      async (_number, _label, moment) => {
        const failures: string[] = [];
        for (const mishap of mishapsOf(moment.exchange, exchanges.slice(0, _number - 1))) {
          tally.mishaps.add(`${moment.service}: ${mishap.name}`);
          const cell: Cell = { scenario, moment, mishap };
          const { failure, lockedOut, clean, left } = await playCell(cell, 10 * MINUTE);
          const results: [failure: string | undefined, when: string][] = [[failure, '10 min']];
          // What differs by the pause is what the next run makes of a state, so each state is left once.
          const state = `${scenario.name} ${left.fingerprint}`;
          if (!clean && !states.has(state)) {
            states.add(state);
            results.push([(await playCell(cell, 0)).failure, 'at once']);
            results.push([(await playCell(cell, 7 * DAY)).failure, 'a week']);
          }
          lockedOut.forEach((count, run) => {
            if (count > 0)
              exceptions.push(
                `${scenario.name} | ${label(moment)} | ${mishap.name} | run ${run + 1} | ${count}`,
              );
            tally.lockOuts += count;
          });
          for (const [text, when] of results) {
            if (text !== undefined) failures.push(`\n### ${mishap.name}; next run after ${when}\n${text}`);
          }
        }
        expect(failures.length, failures.join('\n')).toBe(0);
      },
    );
  });
}

afterAll(() => {
  console.log(tally.tell('Fault matrix'));
  console.log(exceptions.join('\n'));
});
