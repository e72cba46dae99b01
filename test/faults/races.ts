import type { Milliseconds } from '../../src/model/time.ts';
import { HOUR } from '../../src/model/time.ts';
import { API, WEB } from '../../sandbox/sandbox.ts';
import type { Asked, Inputs } from '../harness/play.ts';
import { halfDelivered, inGrace, inUse } from '../harness/found.ts';
import { ci, type Scenario } from '../harness/scenarios.ts';

/** Two runs at the same moment; the scenario is the job that is to repair everything afterwards. */
export interface Race extends Scenario {
  readonly racers: readonly [Asked, Asked];
  /** When that job comes; after 10 minutes if not given. */
  readonly after?: Milliseconds;
}

const BOTH_TARGETS = 'acme/web\nacme/api';

const one = (inputs: Inputs = {}): Asked => ({ inputs, tokens: ci(WEB) });
const other = (): Asked => ({ inputs: { repository: 'acme/api' }, tokens: ci(API) });
const both = (): Asked => ({ inputs: { repository: BOTH_TARGETS }, tokens: ci(WEB, API) });

function race(
  name: string,
  prepare: Scenario['prepare'],
  racers: Race['racers'],
  job: Asked = racers[0],
  more: Pick<Race, 'after' | 'needs'> = {},
): Race {
  return { name, prepare, racers, tokens: job.tokens, steps: [{ inputs: job.inputs }], ...more };
}

/** What one run leaves out it can have when the grace period of the other's rotation is over. */
const LATER = { after: 37 * HOUR };

/** Without its seconds no end shows that a rotation is pending. */
const PENDING = { needs: ['seconds'] } as const;

export const RACES: readonly Race[] = [
  race('both rotate', inUse([WEB]), [one(), one()]),
  race('both rotate without a grace period', inUse([WEB]), [
    one({ 'grace-period': '0s' }),
    one({ 'grace-period': '0s' }),
  ]),
  race('both create', () => undefined, [one(), one()]),
  race('both recover', halfDelivered([WEB], []), [one(), one()], one(), PENDING),
  race(
    'both recover the second of two targets',
    halfDelivered([WEB, API], [WEB]),
    [both(), both()],
    both(),
    PENDING,
  ),
  race('one rotates, one revokes', inUse([WEB]), [one(), one({ operation: 'revoke' })]),
  race(
    'one rotates by force in a grace period, one revokes',
    inGrace,
    [one({ force: 'true' }), one({ operation: 'revoke' })],
    one(),
  ),
  race('they have different targets', inUse([WEB, API]), [one(), other()], both(), LATER),
  race('one has a target more', inUse([WEB, API]), [one(), both()], both(), LATER),
];
