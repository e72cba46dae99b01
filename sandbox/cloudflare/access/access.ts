import type { Scope } from '../../../src/model/service-token.ts';
import type { VirtualClock } from '../../clock.ts';
import type { Random } from '../minting.ts';
import type { TokenRecord } from '../records.ts';
import type { Scopes } from '../scopes.ts';
import { ApplicationOperations } from './applications.ts';
import { DashboardApplications, DashboardGroups, DashboardPolicies, type Dashboard } from './dashboard.ts';
import { GroupOperations } from './groups.ts';
import { Organization } from './organization.ts';
import { PolicyOperations } from './policies.ts';
import type { Json } from './records.ts';
import { Sessions } from './sessions.ts';
import { AccessStore } from './store.ts';
import { DEFAULT_ACCESS_SWITCHES, type AccessSwitches } from './switches.ts';
import { isNamed } from './token-references.ts';

export interface AccessOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly scopes: Scopes;
  readonly switches: Partial<AccessSwitches>;
  readonly token: (id: string) => TokenRecord | undefined;
}

/**
 * Access apart from its service tokens. `applications`, `policies` and `groups` are what a person does on the
 * dashboard and what a test reads back; `operations` is what both the dashboard and the API do.
 */
export class Access {
  /** May be changed at any time. */
  readonly switches: AccessSwitches;
  readonly store: AccessStore;
  readonly organization: Organization;
  readonly sessions: Sessions;
  readonly operations: {
    readonly applications: ApplicationOperations;
    readonly policies: PolicyOperations;
    readonly groups: GroupOperations;
  };
  readonly applications: DashboardApplications;
  readonly policies: DashboardPolicies;
  readonly groups: DashboardGroups;
  readonly scopes: Scopes;

  constructor({ clock, random, scopes, switches, token }: AccessOptions) {
    this.switches = { ...DEFAULT_ACCESS_SWITCHES, ...switches };
    this.scopes = scopes;
    this.store = new AccessStore(clock, random);
    this.organization = new Organization(this.switches);
    this.sessions = new Sessions(clock, this.switches);
    const context = { knowsToken: (id: string) => token(id) !== undefined, switches: this.switches };
    this.operations = {
      applications: new ApplicationOperations(this.store, context),
      policies: new PolicyOperations(this.store, context),
      groups: new GroupOperations(this.store, context),
    };
    const dashboard: Dashboard = {
      store: this.store,
      defaultScope: (): Scope => {
        if (scopes.firstAccount === undefined) throw new RangeError('there is no account');
        return { kind: 'account', id: scopes.firstAccount };
      },
      ...this.operations,
    };
    this.applications = new DashboardApplications(dashboard);
    this.policies = new DashboardPolicies(dashboard);
    this.groups = new DashboardGroups(dashboard);
  }

  /** Whether anything names the token, so that it cannot be deleted. */
  names(token: TokenRecord): boolean {
    return this.store
      .since(this.store.clock.now() - this.switches.inUseLag)
      .some((state) => isNamed(token, state, this.scopes, this.switches));
  }

  /** Every application, policy and group as the API shows them by default, detached from what comes later. */
  snapshot(): Readonly<Record<'applications' | 'policies' | 'groups', readonly Json[]>> {
    return structuredClone({
      applications: this.applications.list(),
      policies: this.policies.list(),
      groups: this.groups.list(),
    });
  }
}
