import type { Scope } from '../../../src/model/service-token.ts';
import { hex } from '../minting.ts';
import { invalidRequest } from '../reply.ts';
import { numbered, policiesOf } from './links.ts';
import { mixedPolicies } from './policies.ts';
import { parsePolicy, parsePrecedence } from './policy-body.ts';
import { isJson, sameScope, type ApplicationRecord, type Json, type PolicyRecord } from './records.ts';
import { conflict, policyNotFound, unknownApplication } from './refusals.ts';
import { internalError, type RuleContext } from './rules.ts';
import { withKeptSecrets } from './scim.ts';
import type { AccessStore } from './store.ts';
import type { AccessSwitches } from './switches.ts';

const TYPES: readonly unknown[] = [
  ...['self_hosted', 'saas', 'ssh', 'vnc', 'app_launcher', 'warp', 'biso', 'bookmark', 'dash_sso'],
  ...['infrastructure', 'rdp', 'mcp', 'mcp_portal', 'proxy_endpoint'],
];
const READ_ONLY: readonly string[] = ['id', 'uid', 'aud', 'created_at', 'updated_at', 'policies'];

interface Wanted {
  readonly policy: PolicyRecord;
  readonly precedence: number | undefined;
}

/** What each operation on applications does, whoever asks for it. */
export class ApplicationOperations {
  readonly #store: AccessStore;
  readonly #context: RuleContext;
  readonly #switches: AccessSwitches;

  constructor(store: AccessStore, context: RuleContext) {
    this.#store = store;
    this.#context = context;
    this.#switches = context.switches;
  }

  of(scope: Scope, state = this.#store.state): readonly ApplicationRecord[] {
    return [...state.applications.values()].filter((application) => sameScope(application.scope, scope));
  }

  /** The application of that id; throws 404 if the scope has none. */
  get(scope: Scope, id: string, state = this.#store.state): ApplicationRecord {
    const application = state.applications.get(id);
    if (application === undefined || !sameScope(application.scope, scope)) throw unknownApplication();
    return application;
  }

  create(scope: Scope, body: Json): ApplicationRecord {
    this.#check(body);
    const { domain } = body;
    const taken = this.of(scope).some(({ fields }) => domain !== undefined && fields['domain'] === domain);
    if (taken) throw conflict('application_already_exists');
    const now = this.#store.clock.now();
    const application: ApplicationRecord = {
      id: this.#store.mintId(),
      scope,
      audience: hex(this.#store.bytes(32)),
      fields: writable(body),
      links: [],
      createdAt: now,
      updatedAt: now,
    };
    return this.#save(application, body['policies']);
  }

  /** Replaces everything; policies that are not sent at all stay. */
  update(scope: Scope, id: string, body: Json): ApplicationRecord {
    const application = this.get(scope, id);
    this.#check(body);
    const sent = writable(body);
    const fields = this.#switches.keepScimSecrets ? withKeptSecrets(sent, application.fields) : sent;
    return this.#save({ ...application, fields, updatedAt: this.#store.clock.now() }, body['policies']);
  }

  /** Its owned policies go with it. */
  delete(scope: Scope, id: string): void {
    const application = this.get(scope, id);
    const { state } = this.#store;
    const owned = policiesOf(application, state).filter(({ policy }) => policy.owner === id);
    this.#store.commit({
      applications: [[id, undefined]],
      policies: owned.map(({ policy }) => [policy.id, undefined]),
    });
  }

  /** `allow_iframe` and `skip_interstitial`; other keys are ignored. */
  changeSettings(scope: Scope, id: string, body: Json): Json {
    const application = this.get(scope, id);
    const settings = ['allow_iframe', 'skip_interstitial'].flatMap((key): [string, boolean][] => {
      const value = body[key];
      if (value !== undefined && typeof value !== 'boolean') throw invalidRequest(`${key} is not valid`);
      return value === undefined ? [] : [[key, value]];
    });
    const fields = { ...application.fields, ...Object.fromEntries(settings) };
    this.#store.commit({
      applications: [[id, { ...application, fields, updatedAt: this.#store.clock.now() }]],
    });
    return {
      allow_iframe: fields['allow_iframe'] ?? false,
      skip_interstitial: fields['skip_interstitial'] ?? false,
    };
  }

  #check(body: Json): void {
    if (!TYPES.includes(body['type'])) throw invalidRequest('app type is missing or invalid');
    const addressed = ['domain', 'self_hosted_domains', 'destinations'].some((key) => key in body);
    if (body['type'] === 'self_hosted' && !addressed) throw invalidRequest('domain is missing');
  }

  #save(application: ApplicationRecord, policies: unknown): ApplicationRecord {
    if (policies === undefined || policies === null) {
      this.#store.commit({ applications: [[application.id, application]] });
      return application;
    }
    if (!Array.isArray(policies)) throw invalidRequest('policies must be a list');
    const wanted = policies.map((item: unknown) => this.#wanted(item, application));
    const kinds = new Set(wanted.map(({ policy }) => policy.owner !== undefined));
    if (kinds.size > 1 && this.#switches.refuseMixedPolicies) throw mixedPolicies();
    const links = numbered(wanted.map(({ policy, precedence }) => ({ policy: policy.id, precedence })));
    const dropped = policiesOf(application, this.#store.state).filter(
      ({ policy }) => policy.owner !== undefined && links.every((link) => link.policy !== policy.id),
    );
    if (dropped.length > 0 && this.#switches.droppedOwnedPolicy === 'refused') {
      throw invalidRequest('policies of the application must not be left out');
    }
    const saved = { ...application, links };
    this.#store.commit({
      applications: [[application.id, saved]],
      policies: [
        ...wanted.map(({ policy }): [string, PolicyRecord] => [policy.id, policy]),
        ...dropped.map(({ policy }): [string, undefined] => [policy.id, undefined]),
      ],
    });
    return saved;
  }

  /** An item of `policies`: an id, an object with an id, or an inline policy. */
  #wanted(item: unknown, application: ApplicationRecord): Wanted {
    if (typeof item === 'string') return this.#existing(item, undefined, application);
    if (!isJson(item)) throw invalidRequest('policies must name policies');
    const { id } = item;
    if (typeof id === 'string') {
      const wanted = this.#existing(id, parsePrecedence(item['precedence']), application);
      if (wanted.policy.owner === undefined || !('decision' in item)) return wanted;
      const { fields } = parsePolicy(item, this.#context);
      return { ...wanted, policy: { ...wanted.policy, fields, updatedAt: this.#store.clock.now() } };
    }
    const { fields, precedence } = parsePolicy(item, this.#context);
    const now = this.#store.clock.now();
    const policy: PolicyRecord = {
      id: this.#store.mintId(),
      scope: application.scope,
      owner: application.id,
      fields,
      createdAt: now,
      updatedAt: now,
    };
    return { policy, precedence };
  }

  #existing(id: string, precedence: number | undefined, application: ApplicationRecord): Wanted {
    const { policies, groups } = this.#store.state;
    if (groups.has(id)) throw internalError();
    const policy = policies.get(id);
    const usable =
      policy !== undefined &&
      sameScope(policy.scope, application.scope) &&
      (policy.owner === undefined || policy.owner === application.id);
    if (!usable || this.#isFresh(policy)) throw policyNotFound(id);
    return { policy, precedence };
  }

  #isFresh({ owner, createdAt }: PolicyRecord): boolean {
    return owner === undefined && this.#store.clock.now() < createdAt + this.#switches.freshPolicyLag;
  }
}

function writable(body: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !READ_ONLY.includes(key)));
}
