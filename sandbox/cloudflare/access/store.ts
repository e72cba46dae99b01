import type { Instant } from '../../../src/model/time.ts';
import type { Scope } from '../../../src/model/service-token.ts';
import type { VirtualClock } from '../../clock.ts';
import { mintUuid, type Random } from '../minting.ts';
import {
  sameScope,
  type AccessState,
  type ApplicationRecord,
  type GroupRecord,
  type PolicyRecord,
} from './records.ts';

/** A change: a record to put in place of what its id names, or undefined to remove it. */
export interface Change {
  readonly applications?: Iterable<readonly [string, ApplicationRecord | undefined]>;
  readonly policies?: Iterable<readonly [string, PolicyRecord | undefined]>;
  readonly groups?: Iterable<readonly [string, GroupRecord | undefined]>;
}

/** The state of Access now and at every earlier moment. */
export class AccessStore {
  readonly clock: VirtualClock;
  readonly #random: Random;
  readonly #history: { readonly from: Instant; readonly state: AccessState }[] = [
    {
      from: Number.NEGATIVE_INFINITY,
      state: { applications: new Map(), policies: new Map(), groups: new Map() },
    },
  ];

  readonly #deletions: { readonly at: Instant; readonly policy: string; readonly scope: Scope }[] = [];

  constructor(clock: VirtualClock, random: Random) {
    this.clock = clock;
    this.#random = random;
  }

  get state(): AccessState {
    return this.at(Number.POSITIVE_INFINITY);
  }

  /** The state as it was then. */
  at(instant: Instant): AccessState {
    const entry = this.#history.findLast(({ from }) => from <= instant) ?? this.#history[0];
    if (entry === undefined) throw new Error('there is always a first state');
    return entry.state;
  }

  /** Every state that was true at that moment or later, the newest last. */
  since(instant: Instant): readonly AccessState[] {
    const first = this.#history.findLastIndex(({ from }) => from <= instant);
    return this.#history.slice(Math.max(0, first)).map(({ state }) => state);
  }

  /** Applies a change at this moment. */
  commit(change: Change): void {
    this.#history.push({ from: this.clock.now(), state: after(this.state, change) });
  }

  /** Applies a change as if it had always been so: every place knows of it already. */
  establish(change: Change): void {
    const from = Number.NEGATIVE_INFINITY;
    this.#history.splice(0, this.#history.length, { from, state: after(this.state, change) });
  }

  /** Remembers that a policy was deleted while it was in those applications. */
  noteDeletion(policy: string, from: readonly ApplicationRecord[]): void {
    const [first] = from;
    if (first !== undefined) this.#deletions.push({ at: this.clock.now(), policy, scope: first.scope });
  }

  /** The last policy that was deleted from an application of that scope since that moment. */
  deletedSince(instant: Instant, scope: Scope): string | undefined {
    return this.#deletions.findLast((deletion) => deletion.at > instant && sameScope(deletion.scope, scope))
      ?.policy;
  }

  mintId(): string {
    return mintUuid(this.#random);
  }

  bytes(count: number): Uint8Array {
    return this.#random(count);
  }
}

function after(state: AccessState, { applications, policies, groups }: Change): AccessState {
  return {
    applications: changed(state.applications, applications),
    policies: changed(state.policies, policies),
    groups: changed(state.groups, groups),
  };
}

function changed<T>(
  before: ReadonlyMap<string, T>,
  changes: Iterable<readonly [string, T | undefined]> | undefined,
): ReadonlyMap<string, T> {
  if (changes === undefined) return before;
  const map = new Map(before);
  for (const [id, record] of changes) {
    if (record === undefined) map.delete(id);
    else map.set(id, record);
  }
  return map;
}
