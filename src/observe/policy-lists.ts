import type { AccessPolicies } from '../cloudflare/access-policies.ts';
import type { Application, Group, Policy } from '../cloudflare/policy-json.ts';

/** What one run reads of applications and policies, each list once, however many tokens there are. */
export class PolicyLists {
  readonly #policies: AccessPolicies;
  readonly #ofApplications = new Map<string, Promise<readonly Policy[] | undefined>>();
  #applications: Promise<readonly Application[]> | undefined;
  #reusable: Promise<readonly Policy[]> | undefined;
  #groups: Promise<readonly Group[]> | undefined;

  constructor(policies: AccessPolicies) {
    this.#policies = policies;
  }

  applications(): Promise<readonly Application[]> {
    return (this.#applications ??= this.#policies.applications());
  }

  reusable(): Promise<readonly Policy[]> {
    return (this.#reusable ??= this.#policies.reusablePolicies());
  }

  groups(): Promise<readonly Group[]> {
    return (this.#groups ??= this.#policies.groups());
  }

  /** Undefined if there is no such application. */
  of(applicationId: string): Promise<readonly Policy[] | undefined> {
    const reading = this.#ofApplications.get(applicationId) ?? this.#policies.policiesOf(applicationId);
    this.#ofApplications.set(applicationId, reading);
    return reading;
  }
}
