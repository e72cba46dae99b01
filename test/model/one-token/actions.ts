import fc from 'fast-check';
import { DAY, HOUR, type Milliseconds } from '../../../src/model/time.ts';
import type { Mishap } from '../../harness/mishaps.ts';
import { kind, mishaps, seconds, spans } from '../arbitraries.ts';
import { APPLICATIONS, type ApplicationName } from './applications.ts';

/** One of the three places of the model's world. */
export type Place = 0 | 1 | 2;
/** One of its two workflows. */
export type Workflow = 0 | 1;

const DASHBOARD = [
  ...(['rename', 'rename back', 'renew', 'shorten', 'disable', 'delete'] as const),
  ...(['enable', 'enable'] as const),
];
const BY_HAND = ['garbage', 'current credentials', 'no secret', 'no ID'] as const;

interface Running {
  /** What befalls the request that comes after `skip` others. */
  readonly mishap: { readonly is: Mishap; readonly skip: number } | undefined;
  /** Seconds that requests and replies are under way, in turn. */
  readonly latencies: readonly number[];
}

/** One thing that happens: a run of a workflow, a wait, or what people do. */
export type Action =
  | ({
      readonly kind: 'run';
      readonly workflow: Workflow;
      readonly operation: 'rotate' | 'renew' | 'check' | 'revoke' | 'dry run';
      readonly force: boolean;
    } & Running)
  /** Two workflows at once, or one twice. */
  | ({ readonly kind: 'duo'; readonly workflows: readonly [Workflow, Workflow] } & Running)
  | { readonly kind: 'pause'; readonly span: Milliseconds }
  | {
      readonly kind: 'configure';
      readonly workflow: Workflow;
      readonly grace: string;
      readonly rotateAfter: string;
      /** Whether it has a verify-url. */
      readonly verifies: boolean;
    }
  /** What the protected application does from then on. */
  | { readonly kind: 'application'; readonly is: ApplicationName }
  | { readonly kind: 'target'; readonly workflow: Workflow; readonly place: Place; readonly listed: boolean }
  | { readonly kind: 'permission'; readonly place: Place; readonly level: 'write' | 'read' | 'none' }
  | { readonly kind: 'dashboard'; readonly does: (typeof DASHBOARD)[number] }
  /** The previous secret ends that much later. */
  | { readonly kind: 'dashboard rotation'; readonly grace: Milliseconds }
  | { readonly kind: 'by hand'; readonly place: Place; readonly does: (typeof BY_HAND)[number] }
  | { readonly kind: 'use'; readonly place: Place };

const one = fc.constantFrom;
const workflow = one<Workflow[]>(0, 0, 0, 1);
const place = one<Place[]>(0, 1, 2);
const names = <Name extends string>(of: Readonly<Record<Name, unknown>>): Name[] => Object.keys(of) as Name[];

const latency = one(0, 0, 0, 1, 2, 8, 25, 45);
const running = {
  mishap: mishaps(30),
  latencies: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(latency, { maxLength: 12 }) },
  ),
};

const run = fc.record({
  kind: kind('run'),
  workflow,
  operation: fc.oneof(
    { weight: 6, arbitrary: one('rotate' as const) },
    { weight: 4, arbitrary: one('renew' as const, 'check' as const, 'revoke' as const, 'dry run' as const) },
  ),
  force: one(false, false, false, false, false, true),
  ...running,
});

const duo = fc.record({ kind: kind('duo'), workflows: fc.tuple(workflow, workflow), ...running });

const pause = fc.record({
  kind: kind('pause'),
  span: fc.oneof({ weight: 4, arbitrary: spans }, { weight: 1, arbitrary: seconds(30 * DAY, 400 * DAY) }),
});

const application = fc.record({ kind: kind('application'), is: one(...names(APPLICATIONS)) });

const people = fc.oneof(
  fc.record({
    kind: kind('configure'),
    workflow,
    grace: one('0s', '90s', '1h', '36h', '7d', '30d'),
    rotateAfter: one('0s', '1h', '10d', '30d', 'never'),
    verifies: fc.boolean(),
  }),
  fc.record({ kind: kind('target'), workflow, place, listed: fc.boolean() }),
  fc.record({
    kind: kind('permission'),
    place,
    level: one('write' as const, 'write' as const, 'read' as const, 'none' as const),
  }),
  fc.record({ kind: kind('dashboard'), does: one(...DASHBOARD) }),
  fc.record({ kind: kind('dashboard rotation'), grace: one(0, HOUR, 36 * HOUR, 7 * DAY, 30 * DAY) }),
  fc.record({ kind: kind('by hand'), place, does: one(...BY_HAND) }),
  fc.record({ kind: kind('use'), place }),
);

/** What happens, in order. Runs and waits are the most of it. */
export const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: run },
    { weight: 2, arbitrary: duo },
    { weight: 5, arbitrary: pause },
    { weight: 6, arbitrary: people },
    { weight: 3, arbitrary: application },
  ),
  { minLength: 1, maxLength: 14 },
);
