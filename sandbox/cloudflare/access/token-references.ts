import type { TokenRecord } from '../records.ts';
import type { Scopes } from '../scopes.ts';
import { isJson, type AccessState, type Json } from './records.ts';
import { RULE_LISTS, rulesIn } from './rules.ts';
import { scimClientIds } from './scim.ts';
import type { AccessSwitches } from './switches.ts';

/** Whether a policy, a group or a SCIM configuration of the token's account names it. */
export function isNamed(
  token: TokenRecord,
  { applications, policies, groups }: AccessState,
  scopes: Scopes,
  switches: AccessSwitches,
): boolean {
  const lists = switches.inUseCountsExcludeAndRequire ? RULE_LISTS : (['include'] as const);
  const counts = ({ scope }: { readonly scope: TokenRecord['scope'] }): boolean =>
    scopes.sharesLimit(scope, token) && (scope.kind === 'account' || switches.inUseCountsZones);
  const names = (rule: Json): boolean =>
    namesToken(rule, token.id) || (switches.inUseCountsAnyValid && 'any_valid_service_token' in rule);
  const ruled = [...policies.values(), ...groups.values()].filter(counts);
  return (
    ruled.some(({ fields }) => lists.some((list) => rulesIn(fields, list).some(names))) ||
    [...applications.values()]
      .filter(counts)
      .some(({ fields }) => scimClientIds(fields).includes(token.clientId))
  );
}

/** Whether it is the rule of that service token. */
export function namesToken(rule: Json, tokenId: string): boolean {
  const { service_token: selector } = rule;
  return isJson(selector) && selector['token_id'] === tokenId;
}
