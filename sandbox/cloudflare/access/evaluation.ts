import { BlockList, isIPv6 } from 'node:net';
import type { Scope } from '../../../src/model/service-token.ts';
import type { Scopes } from '../scopes.ts';
import { policiesOf } from './links.ts';
import { isJson, type AccessState, type ApplicationRecord, type Json, type PolicyRecord } from './records.ts';
import { rulesIn } from './rules.ts';
import type { AccessSwitches } from './switches.ts';
import { namesToken } from './token-references.ts';

/** What Access knows about a request when it looks at policies. */
export interface Visitor {
  /** The service token whose credentials or session it presents, found to be good. */
  readonly token: { readonly id: string; readonly scope: Scope } | undefined;
  readonly address: string;
  /** Two letters. */
  readonly country: string;
}

export interface Evaluation {
  readonly state: AccessState;
  readonly scopes: Scopes;
  readonly switches: AccessSwitches;
}

/**
 * The Bypass or Service Auth policy that lets a request in, in their order; undefined if none does. Allow
 * policies let people in only, and Block policies change nothing for what nothing lets in.
 */
export function admission(
  application: ApplicationRecord,
  visitor: Visitor,
  evaluation: Evaluation,
): PolicyRecord | undefined {
  return policiesOf(application, evaluation.state)
    .map(({ policy }) => policy)
    .find(({ fields, scope }) => {
      const { decision } = fields;
      if (decision !== 'bypass' && decision !== 'non_identity') return false;
      if (decision === 'non_identity' && visitor.token === undefined) return false;
      return new Match(visitor, scope, evaluation).all(fields);
    });
}

/** Compares one request with the rules of one policy. */
class Match {
  readonly #visitor: Visitor;
  readonly #scope: Scope;
  readonly #evaluation: Evaluation;
  readonly #visited = new Set<string>();

  constructor(visitor: Visitor, scope: Scope, evaluation: Evaluation) {
    this.#visitor = visitor;
    this.#scope = scope;
    this.#evaluation = evaluation;
  }

  /** Some rule of `include`, every rule of `require`, and no rule of `exclude`. */
  all(fields: Json, inGroup = false): boolean {
    const matches = (rule: Json): boolean => this.#rule(rule, inGroup);
    return (
      rulesIn(fields, 'include').some(matches) &&
      rulesIn(fields, 'require').every(matches) &&
      !rulesIn(fields, 'exclude').some(matches)
    );
  }

  /** Selectors of identity, and those that nobody knows yet, match no service token. */
  #rule(rule: Json, inGroup: boolean): boolean {
    const { token, address, country } = this.#visitor;
    const countsTokens = !inGroup || this.#evaluation.switches.groupsAdmit;
    if ('everyone' in rule) return true;
    if ('any_valid_service_token' in rule) {
      return countsTokens && token !== undefined && this.#evaluation.scopes.sharesLimit(this.#scope, token);
    }
    if ('service_token' in rule) return countsTokens && token !== undefined && namesToken(rule, token.id);
    if ('ip' in rule) return contains(parameter(rule, 'ip', 'ip'), address);
    if ('geo' in rule) return parameter(rule, 'geo', 'country_code') === country;
    if ('group' in rule) return this.#group(parameter(rule, 'group', 'id'));
    return false;
  }

  /** A group that is inside itself does not match. */
  #group(id: string): boolean {
    const group = this.#evaluation.state.groups.get(id);
    if (group === undefined || this.#visited.has(id)) return false;
    this.#visited.add(id);
    const matches = this.all(group.fields, true);
    this.#visited.delete(id);
    return matches;
  }
}

function parameter(rule: Json, kind: string, name: string): string {
  const selector = rule[kind];
  const value = isJson(selector) ? selector[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** Whether an address is in a range such as `203.0.113.0/24`, or is the address itself. */
function contains(range: string, address: string): boolean {
  const [network = '', prefix] = range.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  try {
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  } catch {
    return false;
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
