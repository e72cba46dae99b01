import {
  isJson,
  type AccessState,
  type Json,
  type PolicyRecord,
} from '../../../sandbox/cloudflare/access/records.ts';
import { namesToken } from '../../../sandbox/cloudflare/access/token-references.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import type { Action, TokenName } from './actions.ts';

const APPLICATION = 'staging.example.com';
const POLICY = 'Robots';
const LINES = { application: `application=${APPLICATION}`, policy: `policy=${POLICY}` } as const;
type Line = keyof typeof LINES;

/** An application and a reusable policy that workflows name in `admit-to`, and another application with both. */
export class Policies {
  readonly #sandbox: Sandbox;
  readonly #lines: Record<TokenName, ReadonlySet<Line>> = {
    ci: new Set(['application']),
    deploy: new Set(['application', 'policy']),
  };

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    sandbox.protect({ domain: 'admin.example.com', name: 'Admin' });
    this.restore();
  }

  get hasApplication(): boolean {
    return this.#application !== undefined;
  }

  get hasReusable(): boolean {
    return this.#robots !== undefined;
  }

  linesOf(token: TokenName): readonly string[] {
    return [...this.#lines[token]].map((line) => LINES[line]);
  }

  list(token: TokenName, line: Line, is: boolean): void {
    const others = [...this.#lines[token]].filter((one) => one !== line);
    this.#lines[token] = new Set(is ? [...others, line] : others);
  }

  act(does: Extract<Action, { kind: 'policies' }>['does']): void {
    const { policies, applications } = this.#sandbox.access;
    switch (does) {
      case 'withdraw':
        for (const { id } of this.#sandbox.cloudflare.list()) this.forget(id);
        return;
      case 'edit':
        if (this.#robots !== undefined)
          policies.change(this.#robots.id, {
            include: [...includeOf(this.#robots), { email: { email: 'new@example.com' } }],
          });
        return;
      case 'delete the policy':
        if (this.#robots !== undefined) this.#removeReusable(this.#robots.id);
        return;
      case 'delete the application':
        if (this.#application !== undefined) applications.remove(this.#application);
        return;
      case 'restore':
        this.restore();
    }
  }

  /** Makes what somebody deleted. */
  restore(): void {
    const { policies, applications } = this.#sandbox.access;
    if (this.#application === undefined) applications.create({ name: 'Staging', domain: APPLICATION });
    if (this.#robots !== undefined) return;
    const { id } = policies.create({
      name: POLICY,
      decision: 'non_identity',
      include: [{ ip: { ip: '203.0.113.0/24' } }, { brand_new_rule: { depth: { of: [1, 2] } } }],
      exclude: [{ geo: { country_code: 'KP' } }],
      session_duration: '30m',
      brand_new_key: { kept: ['as', 'it', 'is'] },
    });
    policies.link(this.#applicationAt('admin.example.com') ?? '', id);
  }

  /** A person takes a token out of every policy. */
  forget(token: string): void {
    const { policies } = this.#sandbox.access;
    for (const policy of this.#state.policies.values()) {
      const include = includeOf(policy);
      const others = include.filter((rule) => !namesToken(rule, token));
      if (others.length === include.length) continue;
      if (others.length === 0) policies.remove(policy.id);
      else policies.change(policy.id, { include: others });
    }
  }

  /** Which lines admit the token now. */
  admitting(token: string): readonly string[] {
    const found: string[] = [];
    const links = this.#state.applications.get(this.#application ?? '')?.links ?? [];
    const ofApplication = links.flatMap(({ policy }) => this.#state.policies.get(policy) ?? []);
    if (ofApplication.some((policy) => admits(policy, token))) found.push(LINES.application);
    if (this.#robots !== undefined && admits(this.#robots, token)) found.push(LINES.policy);
    return found;
  }

  /** All that is not the action's, as the API shows it: without its own policies and rules for service tokens. */
  foreign(): readonly unknown[] {
    const { access } = this.#sandbox;
    const isForeign = (id: unknown): boolean => {
      const policy = access.policies.find(String(id));
      return policy !== undefined && !isOwn(policy);
    };
    return [
      ...access.applications
        .list()
        .map(({ policies, ...application }) => [
          { ...application, updated_at: undefined },
          (policies as readonly Json[]).map(({ id }) => id).filter(isForeign),
        ]),
      ...access.policies
        .list()
        .filter(({ id }) => isForeign(id))
        .map(({ include, ...policy }) => [
          { ...policy, updated_at: undefined },
          (include as readonly Json[]).filter((rule) => !('service_token' in rule)),
        ]),
    ];
  }

  get #state(): AccessState {
    return this.#sandbox.access.store.state;
  }

  get #application(): string | undefined {
    return this.#applicationAt(APPLICATION);
  }

  get #robots(): PolicyRecord | undefined {
    return [...this.#state.policies.values()].find(({ fields }) => fields['name'] === POLICY);
  }

  #applicationAt(domain: string): string | undefined {
    return [...this.#state.applications.values()].find(({ fields }) => fields['domain'] === domain)?.id;
  }

  #removeReusable(id: string): void {
    const { applications, policies } = this.#sandbox.access;
    for (const application of this.#state.applications.values()) {
      const { links } = application;
      if (!links.some(({ policy }) => policy === id)) continue;
      applications.change(application.id, {
        policies: links.map(({ policy }) => policy).filter((one) => one !== id),
      });
    }
    policies.remove(id);
  }
}

/** How many policies of the action's own there are for each token, by its id. */
export function ownPoliciesIn({ policies }: AccessState): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const policy of policies.values()) {
    const id = ownerOf(policy);
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function isOwn(policy: PolicyRecord): boolean {
  return ownerOf(policy) !== undefined;
}

/** The id of the token whose own policy it is. */
function ownerOf({ owner, fields: { name, include } }: PolicyRecord): string | undefined {
  if (owner === undefined || !Array.isArray(include) || include.length !== 1) return undefined;
  const id = / \(([0-9a-f-]{36})\)$/.exec(String(name))?.[1];
  return id !== undefined && namesToken(include[0] as Json, id) ? id : undefined;
}

function admits(policy: PolicyRecord, token: string): boolean {
  return (
    policy.fields['decision'] === 'non_identity' && includeOf(policy).some((rule) => namesToken(rule, token))
  );
}

function includeOf({ fields: { include } }: PolicyRecord): readonly Json[] {
  return Array.isArray(include) ? include.filter(isJson) : [];
}
