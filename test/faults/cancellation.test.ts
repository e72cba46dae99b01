import { describe, it } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { describeTarget } from '../../src/model/target.ts';
import { MINUTE, SECOND } from '../../src/model/time.ts';
import type { Judged } from '../harness/judge.ts';
import { befall, isRotation, type Mishap } from '../harness/mishaps.ts';
import * as scenarios from '../harness/scenarios.ts';
import { targetsOf, WRITE_CHECK } from '../harness/standing.ts';
import { Story, undisturbed } from '../harness/story.ts';
import { failWith, label } from '../harness/tell.ts';

/** What the runner leaves a process between its first signal and the end. */
const LAST = 7.5 * SECOND;

const { CREATE, ROTATE_ONE, ROTATE_THREE, NO_GRACE, VERIFIED, ORGANIZATION_TARGET } = scenarios;

const signal = (when: 'before' | 'after'): Mishap => ({
  name: 'signal',
  effect: { kind: 'cancel', when },
});

const hang = (when: 'before' | 'after', lasting = false): Mishap => ({
  name: 'hang',
  effect: { kind: 'hang', when },
  lasting,
});

/** A signal that comes while a request is under way or just after it, and while one hangs. */
const SIGNALS: readonly (readonly [name: string, ...Mishap[]])[] = [
  ['while it is under way', signal('before')],
  ['when it is answered', signal('after')],
  ['while it hangs', signal('before'), hang('before')],
  ['while its reply hangs', signal('before'), hang('after')],
  ['while all of its service hangs', signal('before'), hang('before', true)],
  ['while all replies of its service hang', signal('before'), hang('after', true)],
];

for (const scenario of [CREATE, ROTATE_ONE, ROTATE_THREE, NO_GRACE, VERIFIED, ORGANIZATION_TARGET]) {
  const [{ exchanges }] = await undisturbed(scenario, scenarios.open(scenario));
  const rows = exchanges.map((exchange) => [exchange.number, label(exchange), exchange] as const);
  describe(`cancelled: ${scenario.name}`, () => {
    it.each(rows)('ends well at request %i, %s', async (_number, _label, exchange) => {
      const failures: string[] = [];
      for (const [name, ...mishaps] of SIGNALS) {
        const story = new Story(scenarios.open(scenario), scenario);
        const befalls = mishaps.map((mishap) => befall(mishap, exchange, exchanges));
        for (const judged of await story.job({ befalls }))
          story.found(...begunAfterwards(judged, exchange, exchanges), ...unfinished(judged));
        await story.repair(10 * MINUTE);
        failures.push(...story.failure(`cancelled ${name}`));
      }
      failWith(failures);
    });
  });
}

/** Before the rotation nothing more is begun: only what was under way is repeated, and write checks are ended. */
function begunAfterwards(
  { played: { cancelledAt, sentAfterwards } }: Judged,
  moment: Exchange,
  exchanges: readonly Exchange[],
): readonly string[] {
  if (cancelledAt === undefined) return ['the signal did not come'];
  if (exchanges.some((exchange) => isMinting(exchange) && exchange.number <= moment.number)) return [];
  const [path = ''] = moment.path.split('?');
  return sentAfterwards
    .filter((sent) => !sent.startsWith('GET ') && sent !== `${moment.method} ${path}`)
    .filter((sent) => !sent.startsWith('DELETE ') || !WRITE_CHECK.test(sent.replace(/.*\//, '')))
    .map((sent) => `${sent} was begun afterwards`);
}

function isMinting(exchange: Exchange): boolean {
  return isRotation(exchange) || exchange.method === 'POST';
}

function unfinished({ played, after }: Judged): readonly string[] {
  const [{ exchanges, tokens }] = played.runs;
  const found: string[] = [];
  const end = (exchanges[0]?.at ?? 0) + played.took;
  const over = end - (played.cancelledAt ?? 0);
  if (over > LAST) found.push(`went on for ${over} ms`);
  const lost = exchanges.some(({ fault, status }) => fault !== undefined && status === undefined);
  const behind = targetsOf(tokens).filter((target) => after.held.get(target) !== 'current');
  if (exchanges.some(isMinting) && !lost && behind.length > 0)
    found.push(`what was begun was not delivered to ${behind.map(describeTarget).join()}`);
  return found;
}
