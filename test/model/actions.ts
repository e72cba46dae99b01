import fc from 'fast-check';
import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../../src/model/time.ts';
import { APPLICATIONS, type ApplicationName } from './applications.ts';
import { MISHAPS, type MishapName } from './mishaps.ts';

/** One of the three places of the model's world. */
export type Place = 0 | 1 | 2;
/** One of its two workflows. */
export type Workflow = 0 | 1;

export interface Mishap {
  readonly name: MishapName;
  /** How many requests come before the one that it befalls. */
  readonly skip: number;
}

interface Running {
  readonly mishap: Mishap | undefined;
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
  | {
      readonly kind: 'dashboard';
      readonly does: 'rename' | 'rename back' | 'renew' | 'shorten' | 'disable' | 'enable' | 'delete';
    }
  /** The previous secret ends that much later. */
  | { readonly kind: 'dashboard rotation'; readonly grace: Milliseconds }
  | {
      readonly kind: 'by hand';
      readonly place: Place;
      readonly does: 'garbage' | 'current pair' | 'no secret' | 'no ID';
    }
  | { readonly kind: 'use'; readonly place: Place };

const workflow = fc.constantFrom<Workflow[]>(0, 0, 0, 1);
const place = fc.constantFrom<Place[]>(0, 1, 2);

const running = {
  mishap: fc.option(
    fc.record({
      name: fc.constantFrom(...(Object.keys(MISHAPS) as MishapName[])),
      skip: fc.nat({ max: 30 }),
    }),
    { nil: undefined, freq: 2 },
  ),
  latencies: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 8, 25, 45), { maxLength: 12 }) },
  ),
};

const run = fc.record({
  kind: fc.constant('run' as const),
  workflow,
  operation: fc.constantFrom(
    ...([
      'rotate',
      'rotate',
      'rotate',
      'rotate',
      'rotate',
      'rotate',
      'renew',
      'check',
      'revoke',
      'dry run',
    ] as const),
  ),
  force: fc.constantFrom(false, false, false, false, false, true),
  ...running,
});

const duo = fc.record({
  kind: fc.constant('duo' as const),
  workflows: fc.tuple(workflow, workflow),
  ...running,
});

const seconds = (from: Milliseconds, to: Milliseconds): fc.Arbitrary<Milliseconds> =>
  fc.integer({ min: from / SECOND, max: to / SECOND }).map((count) => count * SECOND);

const pause = fc.record({
  kind: fc.constant('pause' as const),
  span: fc.oneof(
    seconds(SECOND, 2 * MINUTE),
    seconds(MINUTE, HOUR),
    seconds(HOUR, 3 * DAY),
    seconds(3 * DAY, 40 * DAY),
    seconds(30 * DAY, 400 * DAY),
  ),
});

const application = fc.record({
  kind: fc.constant('application' as const),
  is: fc.constantFrom(...(Object.keys(APPLICATIONS) as ApplicationName[])),
});

const people = fc.oneof(
  fc.record({
    kind: fc.constant('configure' as const),
    workflow,
    grace: fc.constantFrom('0s', '90s', '1h', '36h', '7d', '30d'),
    rotateAfter: fc.constantFrom('0s', '1h', '10d', '30d', 'never'),
    verifies: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('target' as const), workflow, place, listed: fc.boolean() }),
  fc.record({
    kind: fc.constant('permission' as const),
    place,
    level: fc.constantFrom('write' as const, 'write' as const, 'read' as const, 'none' as const),
  }),
  fc.record({
    kind: fc.constant('dashboard' as const),
    does: fc.constantFrom(
      ...(['rename', 'rename back', 'renew', 'shorten', 'disable', 'enable', 'enable', 'delete'] as const),
    ),
  }),
  fc.record({
    kind: fc.constant('dashboard rotation' as const),
    grace: fc.constantFrom(0, HOUR, 36 * HOUR, 7 * DAY, 30 * DAY),
  }),
  fc.record({
    kind: fc.constant('by hand' as const),
    place,
    does: fc.constantFrom(...(['garbage', 'current pair', 'no secret', 'no ID'] as const)),
  }),
  fc.record({ kind: fc.constant('use' as const), place }),
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
