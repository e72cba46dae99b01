import type { Scope } from '../../../src/model/service-token.ts';
import { invalidRequest, type ApiError } from '../reply.ts';
import { applicationsWith, policiesOf, withLink } from './links.ts';
import { parsePolicy } from './policy-body.ts';
import { sameScope, type ApplicationRecord, type Json, type PolicyRecord } from './records.ts';
import { conflict, unknownPolicy } from './refusals.ts';
import type { RuleContext } from './rules.ts';
import type { AccessStore } from './store.ts';
import type { AccessSwitches } from './switches.ts';

/** What each operation on policies does, whoever asks for it. */
export class PolicyOperations {
  readonly #store: AccessStore;
  readonly #context: RuleContext;
  readonly #switches: AccessSwitches;

  constructor(store: AccessStore, context: RuleContext) {
    this.#store = store;
    this.#context = context;
    this.#switches = context.switches;
  }

  createReusable(scope: Scope, body: unknown): PolicyRecord {
    const { fields } = parsePolicy(body, this.#context);
    const policy = this.#fresh(scope, undefined, fields);
    this.#store.commit({ policies: [[policy.id, policy]] });
    return policy;
  }

  reusables(scope: Scope, state = this.#store.state): readonly PolicyRecord[] {
    return [...state.policies.values()].filter(
      (policy) => policy.owner === undefined && sameScope(policy.scope, scope),
    );
  }

  /** The reusable policy of that id; an owned one is not found here. */
  reusable(scope: Scope, id: string, state = this.#store.state): PolicyRecord {
    const policy = state.policies.get(id);
    if (policy?.owner !== undefined || policy === undefined || !sameScope(policy.scope, scope)) {
      throw unknownPolicy(this.#switches);
    }
    return policy;
  }

  updateReusable(scope: Scope, id: string, body: unknown): PolicyRecord {
    const policy = this.reusable(scope, id);
    const updated = this.#updated(policy, parsePolicy(body, this.#context).fields);
    this.#store.commit({ policies: [[id, updated]] });
    return updated;
  }

  deleteReusable(scope: Scope, id: string): void {
    const policy = this.reusable(scope, id);
    const linked = applicationsWith(id, this.#store.state);
    if (linked.length > 0) {
      if (this.#switches.deleteLinkedPolicy === 'conflict') throw conflict('policy_in_use');
      if (this.#switches.deleteLinkedPolicy === 'invalid-request') {
        throw invalidRequest('policy is used by an application');
      }
    }
    this.#remove(policy, linked);
  }

  createOwned(application: ApplicationRecord, body: unknown): PolicyRecord {
    const { fields, precedence } = parsePolicy(body, this.#context);
    if (precedence === undefined && this.#switches.precedenceRequired) {
      throw invalidRequest('policy precedence is required');
    }
    const { state } = this.#store;
    const mixes = policiesOf(application, state).some(({ policy }) => policy.owner === undefined);
    if (mixes && this.#switches.refuseMixedPolicies) throw mixedPolicies();
    const policy = this.#fresh(application.scope, application.id, fields);
    const links = withLink(application, { policy: policy.id, precedence }, state, this.#switches);
    this.#store.commit({
      policies: [[policy.id, policy]],
      applications: [[application.id, { ...application, links }]],
    });
    return policy;
  }

  /** The policy of that id in the application, owned or reusable. */
  inApplication(
    application: ApplicationRecord,
    id: string,
    state = this.#store.state,
  ): { readonly policy: PolicyRecord; readonly precedence: number } {
    const linked = policiesOf(application, state).find(({ policy }) => policy.id === id);
    if (linked === undefined) throw unknownPolicy(this.#switches);
    return linked;
  }

  /** A precedence that is not given stays as it is. */
  updateOwned(application: ApplicationRecord, id: string, body: unknown): PolicyRecord {
    const linked = this.#owned(application, id, 'update');
    const { fields, precedence = linked.precedence } = parsePolicy(body, this.#context);
    const links = withLink(application, { policy: id, precedence }, this.#store.state, this.#switches);
    const updated = this.#updated(linked.policy, fields);
    this.#store.commit({
      policies: [[id, updated]],
      applications: [[application.id, { ...application, links }]],
    });
    return updated;
  }

  deleteOwned(application: ApplicationRecord, id: string): void {
    this.#remove(this.#owned(application, id, 'delete').policy, [application]);
  }

  /** Makes an owned policy a reusable one; it keeps its id and its place. */
  makeReusable(application: ApplicationRecord, id: string): PolicyRecord {
    const { policy } = this.inApplication(application, id);
    if (policy.owner === undefined) throw invalidRequest('policy is already reusable');
    const updated = { ...policy, owner: undefined, updatedAt: this.#store.clock.now() };
    this.#store.commit({ policies: [[id, updated]] });
    return updated;
  }

  #owned(
    application: ApplicationRecord,
    id: string,
    action: 'update' | 'delete',
  ): { readonly policy: PolicyRecord; readonly precedence: number } {
    const linked = this.inApplication(application, id);
    if (linked.policy.owner === undefined) {
      throw invalidRequest(`can not ${action} reusable policies through this endpoint`);
    }
    return linked;
  }

  #fresh(scope: Scope, owner: string | undefined, fields: Json): PolicyRecord {
    const now = this.#store.clock.now();
    return { id: this.#store.mintId(), scope, owner, fields, createdAt: now, updatedAt: now };
  }

  #updated(policy: PolicyRecord, fields: Json): PolicyRecord {
    const kept = this.#switches.mergeUpdates ? policy.fields : {};
    return { ...policy, fields: { ...kept, ...fields }, updatedAt: this.#store.clock.now() };
  }

  #remove({ id }: PolicyRecord, linked: readonly ApplicationRecord[]): void {
    this.#store.commit({
      policies: [[id, undefined]],
      applications: linked.map((application) => [
        application.id,
        { ...application, links: application.links.filter(({ policy }) => policy !== id) },
      ]),
    });
    if (linked.length > 0) this.#store.noteDeletion(id, linked);
  }
}

/** Owned and reusable policies do not go together. */
export function mixedPolicies(): ApiError {
  return invalidRequest('reusable policies and application policies are mutually exclusive');
}
