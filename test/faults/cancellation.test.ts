import { afterAll, describe, expect, it } from 'vitest';
import type { Exchange } from '../../sandbox/exchange.ts';
import { MINUTE } from '../../src/model/time.ts';
import { playOn, Story } from './cell.ts';
import type { Judged } from './judge.ts';
import { isRotation, type Mishap } from './mishaps.ts';
import { momentsOf, type Moment } from './moments.ts';
import { play, type Play } from './play.ts';
import {
  CREATE,
  NO_GRACE,
  open,
  ORGANIZATION_TARGET,
  ROTATE_ONE,
  ROTATE_THREE,
  VERIFIED,
} from './scenarios.ts';
import { tally } from './tally.ts';
import { label } from './transcript.ts';

/** What the runner leaves a process between its first signal and the end. */
const LAST = 7_500;

const hang = (when: 'before' | 'after', lasting = false): Mishap => ({
  name: `hang ${when}`,
  effect: { kind: 'hang', when },
  lasting,
});

/** A signal that comes while a request is under way or just after it, and while one hangs. */
function signals(at: Moment): readonly [name: string, befalls: Omit<Play, 'inputs'>][] {
  return [
    ['while it is under way', { cancel: { at, when: 'sent' } }],
    ['when it is answered', { cancel: { at, when: 'answered' } }],
    ['while it hangs', { cancel: { at, when: 'sent' }, mishap: { at, mishap: hang('before') } }],
    ['while its reply hangs', { cancel: { at, when: 'sent' }, mishap: { at, mishap: hang('after') } }],
    [
      'while all of its service hangs',
      { cancel: { at, when: 'sent' }, mishap: { at, mishap: hang('before', true) } },
    ],
    [
      'while all replies of its service hang',
      { cancel: { at, when: 'sent' }, mishap: { at, mishap: hang('after', true) } },
    ],
  ];
}

for (const scenario of [CREATE, ROTATE_ONE, ROTATE_THREE, NO_GRACE, VERIFIED, ORGANIZATION_TARGET]) {
  const { exchanges } = await play(open(scenario), scenario);
  tally.scenarios += 1;
  tally.requests += exchanges.length;
  const rows = momentsOf(exchanges).map((moment) => [moment.exchange.number, label(moment), moment] as const);
  describe(`cancelled: ${scenario.name}`, () => {
    it.each(rows)('ends well at request %i, %s', async (_number, _label, moment) => {
      const failures: string[] = [];
      for (const [name, befalls] of signals(moment)) {
        const story = new Story(`### cancelled ${name}`, open(scenario), scenario);
        const judged = await story.run(scenario.inputs, befalls);
        story.found(...begunAfterwards(judged, moment.exchange, exchanges), ...unfinished(judged));
        await playOn(story, scenario, 10 * MINUTE);
        tally.cell();
        if (story.failure !== undefined) failures.push(story.failure);
      }
      expect(failures.length, failures.join('\n\n')).toBe(0);
    });
  });
}

/** Before the rotation nothing more is begun: only what was under way is repeated, and what a proof made deleted. */
function begunAfterwards(
  { played: { cancelledAt, sentAfterwards } }: Judged,
  moment: Exchange,
  exchanges: readonly Exchange[],
): readonly string[] {
  if (cancelledAt === undefined) return ['the signal did not come'];
  if (exchanges.some((exchange) => isMinting(exchange) && exchange.number <= moment.number)) return [];
  return sentAfterwards
    .filter((request) => !/^GET |^DELETE .*CF_ACCESS_(PROBE_|WRITE_PROOF)/.test(request))
    .filter((request) => request !== `${moment.method} ${moment.path}`)
    .map((request) => `${request} was begun afterwards`);
}

function isMinting(exchange: Exchange): boolean {
  return isRotation(exchange) || exchange.method === 'POST';
}

function unfinished({ played, after, targets }: Judged): readonly string[] {
  const { cancelledAt = 0, exchanges, exitCode, transcript, took } = played;
  const found: string[] = [];
  const end = (exchanges[0]?.at ?? 0) + took;
  if (end - cancelledAt > LAST) found.push(`went on for ${end - cancelledAt} ms`);
  const minted = exchanges.some(isMinting);
  const lost = exchanges.some(({ fault, status }) => fault !== undefined && status === undefined);
  const behind = targets.filter((target) => after.held.get(target) !== 'current');
  if (minted && !lost && behind.length > 0) found.push('what was begun was not delivered');
  if (exitCode === 1 && !transcript.log.some((line) => line.startsWith('error: ')))
    found.push('no word of it');
  return found;
}

afterAll(() => {
  console.log(tally.tell('Cancellation'));
});
