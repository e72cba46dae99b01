import fc from 'fast-check';
import { DAY, HOUR, type Milliseconds } from '../../../src/model/time.ts';
import type { Mishap } from '../../harness/mishaps.ts';
import { kind, mishaps, spans } from '../arbitraries.ts';

export const TOKEN_NAMES = ['ci', 'deploy'] as const;
export type TokenName = (typeof TOKEN_NAMES)[number];
/** One of the three places that both tokens may be delivered to, under the same names. */
export type Place = 0 | 1 | 2;
/** A workflow with one token in its steps. */
export type SingleWorkflow = 0 | 1 | 2;
/** The last one has a manifest with both tokens. */
export type Workflow = SingleWorkflow | 3;
/** What lets a run pass rules that would stop it. */
export type Says = 'nothing' | 'adopt' | 'force';

const POLICIES = ['withdraw', 'edit', 'delete the policy', 'delete the application', 'restore'] as const;

/** One thing that happens: a run of a workflow, a wait, or what people do. */
export type Action =
  | {
      readonly kind: 'run';
      readonly workflow: Workflow;
      readonly operation: 'rotate' | 'renew' | 'check' | 'revoke' | 'delete' | 'dry run';
      readonly says: Says;
      /** Of a manifest: the entry to work on; all if undefined. */
      readonly selects: TokenName | undefined;
      /** What befalls the request that comes after `skip` others. */
      readonly mishap: { readonly is: Mishap; readonly skip: number } | undefined;
    }
  | { readonly kind: 'pause'; readonly span: Milliseconds }
  /** Somebody edits a workflow file. */
  | { readonly kind: 'list'; readonly workflow: SingleWorkflow; readonly place: Place; readonly is: boolean }
  | {
      readonly kind: 'admit';
      readonly token: TokenName;
      readonly to: 'application' | 'policy';
      readonly is: boolean;
    }
  /** A person creates a token on the dashboard, and keeps its credentials. */
  | { readonly kind: 'create'; readonly token: TokenName }
  /** A person rotates on the dashboard and keeps the new secret; the previous one ends that much later. */
  | { readonly kind: 'rotate'; readonly token: TokenName; readonly grace: Milliseconds }
  | { readonly kind: 'delete'; readonly token: TokenName }
  /** A person stores the credentials that they hold. */
  | { readonly kind: 'paste'; readonly token: TokenName; readonly place: Place }
  | { readonly kind: 'clear'; readonly place: Place }
  | { readonly kind: 'overwrite'; readonly place: Place }
  /** A laptop logs in with what a person holds. */
  | { readonly kind: 'use'; readonly token: TokenName }
  /** What people do to the application and to the reusable policy that admit the tokens. */
  | { readonly kind: 'policies'; readonly does: (typeof POLICIES)[number] };

const one = fc.constantFrom;
const token = one(...TOKEN_NAMES);
const place = one<Place[]>(0, 1, 2);
const single = one<SingleWorkflow[]>(0, 1, 2);

const run = fc.record({
  kind: kind('run'),
  workflow: one<Workflow[]>(0, 0, 1, 2, 2, 3, 3, 3),
  operation: fc.oneof(
    { weight: 8, arbitrary: one('rotate' as const) },
    {
      weight: 3,
      arbitrary: one(
        'renew' as const,
        'check' as const,
        'revoke' as const,
        'delete' as const,
        'dry run' as const,
      ),
    },
  ),
  says: one<Says[]>('nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'adopt', 'adopt', 'force'),
  selects: one(undefined, undefined, ...TOKEN_NAMES),
  mishap: mishaps(45),
});

const pause = fc.record({ kind: kind('pause'), span: spans });

const people = fc.oneof(
  fc.record({ kind: kind('create'), token }),
  fc.record({ kind: kind('rotate'), token, grace: one(0, HOUR, 36 * HOUR, 7 * DAY) }),
  fc.record({ kind: kind('delete'), token }),
  fc.record({ kind: kind('paste'), token, place }),
  fc.record({ kind: kind('paste'), token, place }),
  fc.record({ kind: kind('clear'), place }),
  fc.record({ kind: kind('overwrite'), place }),
  fc.record({ kind: kind('use'), token }),
);

const files = fc.oneof(
  fc.record({ kind: kind('list'), workflow: single, place, is: fc.boolean() }),
  fc.record({
    kind: kind('admit'),
    token,
    to: one('application' as const, 'policy' as const),
    is: fc.boolean(),
  }),
  fc.record({ kind: kind('policies'), does: one(...POLICIES) }),
);

/** A history: what happens, in order, in a world with a grace period for every workflow. */
export interface History {
  readonly grace: string;
  /** Whether the manifest has created both tokens before anything else happens. */
  readonly isProvisioned: boolean;
  readonly actions: readonly Action[];
}

export const histories: fc.Arbitrary<History> = fc.record({
  grace: one('36h', '36h', '0s', '7d'),
  isProvisioned: fc.boolean(),
  actions: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: run },
      { weight: 4, arbitrary: pause },
      { weight: 5, arbitrary: people },
      { weight: 3, arbitrary: files },
    ),
    { minLength: 4, maxLength: 16 },
  ),
});
