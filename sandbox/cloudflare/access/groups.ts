import type { Scope } from '../../../src/model/service-token.ts';
import { parseGroup } from './policy-body.ts';
import { sameScope, type GroupRecord, type Json } from './records.ts';
import { unknownGroup } from './refusals.ts';
import type { RuleContext } from './rules.ts';
import type { AccessStore } from './store.ts';

/** What each operation on groups does, whoever asks for it. */
export class GroupOperations {
  readonly #store: AccessStore;
  readonly #context: RuleContext;

  constructor(store: AccessStore, context: RuleContext) {
    this.#store = store;
    this.#context = context;
  }

  of(scope: Scope, state = this.#store.state): readonly GroupRecord[] {
    return [...state.groups.values()].filter((group) => sameScope(group.scope, scope));
  }

  get(scope: Scope, id: string, state = this.#store.state): GroupRecord {
    const group = state.groups.get(id);
    if (group === undefined || !sameScope(group.scope, scope)) throw unknownGroup();
    return group;
  }

  create(scope: Scope, body: Json): GroupRecord {
    const fields = parseGroup(body, this.#context);
    const now = this.#store.clock.now();
    return this.#save({ id: this.#store.mintId(), scope, fields, createdAt: now, updatedAt: now });
  }

  update(scope: Scope, id: string, body: Json): GroupRecord {
    const group = this.get(scope, id);
    const kept = this.#context.switches.mergeUpdates ? group.fields : {};
    const fields = { ...kept, ...parseGroup(body, this.#context) };
    return this.#save({ ...group, fields, updatedAt: this.#store.clock.now() });
  }

  delete(scope: Scope, id: string): void {
    this.get(scope, id);
    this.#store.commit({ groups: [[id, undefined]] });
  }

  #save(group: GroupRecord): GroupRecord {
    this.#store.commit({ groups: [[group.id, group]] });
    return group;
  }
}
