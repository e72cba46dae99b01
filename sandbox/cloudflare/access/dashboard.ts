import type { Scope } from '../../../src/model/service-token.ts';
import type { ApplicationOperations } from './applications.ts';
import type { GroupOperations } from './groups.ts';
import { applicationsWith, policiesOf } from './links.ts';
import type { PolicyOperations } from './policies.ts';
import type { ApplicationRecord, GroupRecord, Json, PolicyRecord } from './records.ts';
import { showApplication, showGroup, showPolicy } from './representation.ts';
import type { AccessStore } from './store.ts';
import { DEFAULT_ACCESS_SWITCHES } from './switches.ts';

/** What the dashboard works on. */
export interface Dashboard {
  readonly store: AccessStore;
  /** Where things are made if nobody says where. */
  readonly defaultScope: () => Scope;
  readonly applications: ApplicationOperations;
  readonly policies: PolicyOperations;
  readonly groups: GroupOperations;
}

/** The fields of something new, as the API takes them, and where to make it. */
export type New = Json & { readonly scope?: Scope };

/** Applications as a person manages them, and as a test reads them. */
export class DashboardApplications {
  readonly #dashboard: Dashboard;

  constructor(dashboard: Dashboard) {
    this.#dashboard = dashboard;
  }

  /** `type` is `self_hosted` if not given; `policies` takes ids and inline policies, as the API does. */
  create({ scope = this.#dashboard.defaultScope(), ...fields }: New): ApplicationRecord {
    return this.#dashboard.applications.create(scope, { type: 'self_hosted', ...fields });
  }

  /** Replaces the keys that are given and leaves the others as they are. */
  change(id: string, fields: Json): ApplicationRecord {
    const { scope, fields: before } = this.record(id);
    return this.#dashboard.applications.update(scope, id, { ...before, ...fields });
  }

  remove(id: string): void {
    this.#dashboard.applications.delete(this.record(id).scope, id);
  }

  find(id: string): ApplicationRecord | undefined {
    return this.#dashboard.store.state.applications.get(id);
  }

  record(id: string): ApplicationRecord {
    return found(this.find(id), 'application', id);
  }

  /** As the API shows it by default. */
  read(id: string): Json {
    return showApplication(this.record(id), this.#dashboard.store.state, DEFAULT_ACCESS_SWITCHES);
  }

  /** All of them as the API shows them by default, oldest first. */
  list(): readonly Json[] {
    return [...this.#dashboard.store.state.applications.keys()].map((id) => this.read(id));
  }
}

/** Policies as a person manages them, and as a test reads them. */
export class DashboardPolicies {
  readonly #dashboard: Dashboard;

  constructor(dashboard: Dashboard) {
    this.#dashboard = dashboard;
  }

  /** A policy that the application owns, or a reusable one if no application is given. */
  create({
    application,
    scope = this.#dashboard.defaultScope(),
    ...fields
  }: New & { readonly application?: string }): PolicyRecord {
    if (application === undefined) return this.#dashboard.policies.createReusable(scope, fields);
    return this.#dashboard.policies.createOwned(this.#application(application), fields);
  }

  /** Puts reusable policies behind those that the application has. */
  link(application: string, ...ids: readonly string[]): void {
    const { scope, fields, links } = this.#application(application);
    const last = links.at(-1)?.precedence ?? 0;
    const policies = [
      ...links.map(({ policy, precedence }) => ({ id: policy, precedence })),
      ...ids.map((id, index) => ({ id, precedence: last + index + 1 })),
    ];
    this.#dashboard.applications.update(scope, application, { ...fields, policies });
  }

  /** Replaces the keys that are given and leaves the others as they are. */
  change(id: string, fields: Json): PolicyRecord {
    const policy = this.record(id);
    const body = { ...policy.fields, ...fields };
    const { policies } = this.#dashboard;
    if (policy.owner === undefined) return policies.updateReusable(policy.scope, id, body);
    return policies.updateOwned(this.#application(policy.owner), id, body);
  }

  remove(id: string): void {
    const { scope, owner } = this.record(id);
    if (owner === undefined) this.#dashboard.policies.deleteReusable(scope, id);
    else this.#dashboard.policies.deleteOwned(this.#application(owner), id);
  }

  find(id: string): PolicyRecord | undefined {
    return this.#dashboard.store.state.policies.get(id);
  }

  record(id: string): PolicyRecord {
    return found(this.find(id), 'policy', id);
  }

  /** As the API shows it by default, an owned one with its precedence. */
  read(id: string): Json {
    const { state } = this.#dashboard.store;
    const policy = this.record(id);
    const link = applicationsWith(id, state)
      .flatMap(({ links }) => links)
      .find((one) => one.policy === id);
    const place =
      policy.owner === undefined || link === undefined
        ? ({ kind: 'account' } as const)
        : ({ kind: 'application', precedence: link.precedence } as const);
    return showPolicy(policy, place, state, DEFAULT_ACCESS_SWITCHES);
  }

  /** All of them, or those of an application in their order, as the API shows them by default. */
  list(application?: string): readonly Json[] {
    const { state } = this.#dashboard.store;
    const ids =
      application === undefined
        ? [...state.policies.keys()]
        : policiesOf(this.#application(application), state).map(({ policy }) => policy.id);
    return ids.map((id) => this.read(id));
  }

  #application(id: string): ApplicationRecord {
    return found(this.#dashboard.store.state.applications.get(id), 'application', id);
  }
}

/** Groups as a person manages them, and as a test reads them. */
export class DashboardGroups {
  readonly #dashboard: Dashboard;

  constructor(dashboard: Dashboard) {
    this.#dashboard = dashboard;
  }

  create({ scope = this.#dashboard.defaultScope(), ...fields }: New): GroupRecord {
    return this.#dashboard.groups.create(scope, fields);
  }

  /** Replaces the keys that are given and leaves the others as they are. */
  change(id: string, fields: Json): GroupRecord {
    const group = this.record(id);
    return this.#dashboard.groups.update(group.scope, id, { ...group.fields, ...fields });
  }

  remove(id: string): void {
    this.#dashboard.groups.delete(this.record(id).scope, id);
  }

  record(id: string): GroupRecord {
    return found(this.#dashboard.store.state.groups.get(id), 'group', id);
  }

  /** As the API shows it by default. */
  read(id: string): Json {
    return showGroup(this.record(id), DEFAULT_ACCESS_SWITCHES);
  }

  list(): readonly Json[] {
    return [...this.#dashboard.store.state.groups.keys()].map((id) => this.read(id));
  }
}

function found<T>(record: T | undefined, kind: string, id: string): T {
  if (record === undefined) throw new RangeError(`there is no ${kind} ${id}`);
  return record;
}
