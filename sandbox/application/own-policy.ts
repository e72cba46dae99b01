import type { Scope } from '../../src/model/service-token.ts';
import type { Access } from '../cloudflare/access/access.ts';
import {
  isJson,
  type ApplicationRecord,
  type Json,
  type PolicyRecord,
} from '../cloudflare/access/records.ts';
import { rulesIn } from '../cloudflare/access/rules.ts';
import { mintUuid } from '../cloudflare/minting.ts';
import { seededRandom } from '../random.ts';
import type { ApplicationSettings } from './settings.ts';

type Admits = ApplicationSettings['admits'];

/** Makes the record of an application that is there from the beginning; its ids follow from its audience tag. */
export function establishApplication(access: Access, scope: Scope, audience: string): ApplicationRecord {
  const { clock } = access.store;
  const application: ApplicationRecord = {
    id: mintUuid(seededRandom(audience)),
    scope,
    audience,
    fields: { type: 'self_hosted', name: 'Application', domain: 'app.example.com' },
    links: [],
    createdAt: clock.now(),
    updatedAt: clock.now(),
  };
  access.store.establish({ applications: [[application.id, application]] });
  return application;
}

/** The Service Auth policy that an application has for the service tokens in its `admits` setting. */
export class OwnPolicy {
  /** The id that the policy has while it exists. */
  readonly id: string;
  readonly #access: Access;
  readonly #application: string;

  constructor(access: Access, application: string) {
    this.#access = access;
    this.#application = application;
    this.id = mintUuid(seededRandom(application));
  }

  /** What the policy includes at this moment, whoever has changed it. */
  get admits(): Admits {
    const rules = rulesIn(this.#access.store.state.policies.get(this.id)?.fields ?? {}, 'include');
    if (rules.some((rule) => 'any_valid_service_token' in rule)) return 'any-valid';
    return rules.flatMap(({ service_token: selector }) => {
      const id = isJson(selector) ? selector['token_id'] : undefined;
      return typeof id === 'string' ? [id] : [];
    });
  }

  /** Writes or removes the policy; `established` changes are known everywhere at once. */
  admit(admits: Admits, { established = false } = {}): void {
    const { store } = this.#access;
    const application = store.state.applications.get(this.#application);
    if (application === undefined || JSON.stringify(admits) === JSON.stringify(this.admits)) return;
    const policy = admits.length === 0 ? undefined : this.#policy(application, includeOf(admits));
    const others = application.links.filter((link) => link.policy !== this.id);
    const place = application.links.find((link) => link.policy === this.id)?.precedence;
    const precedence = place ?? Math.max(0, ...others.map((link) => link.precedence)) + 1;
    const links = policy === undefined ? others : [...others, { policy: this.id, precedence }];
    const change = {
      policies: [[this.id, policy] as const],
      applications: [
        [
          application.id,
          { ...application, links: links.toSorted((one, other) => one.precedence - other.precedence) },
        ] as const,
      ],
    };
    if (established) store.establish(change);
    else store.commit(change);
  }

  #policy({ id, scope }: ApplicationRecord, include: readonly Json[]): PolicyRecord {
    const now = this.#access.store.clock.now();
    const createdAt = this.#access.store.state.policies.get(this.id)?.createdAt ?? now;
    const fields = { name: 'Service tokens', decision: 'non_identity', include };
    return { id: this.id, scope, owner: id, fields, createdAt, updatedAt: now };
  }
}

function includeOf(admits: Admits): readonly Json[] {
  if (admits === 'any-valid') return [{ any_valid_service_token: {} }];
  return admits.map((id) => ({ service_token: { token_id: id } }));
}
