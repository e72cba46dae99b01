import { soleToken, type Policy } from './policy-json.ts';

/** Cloudflare's longest name of a policy, in characters. */
const LONGEST_NAME = 350;
/** What stays of the end of a longer name: a leased token's name ends with what makes it unique. */
const KEPT_END = 150;

/** The decision of a Service Auth policy in the API. */
export const SERVICE_AUTH = 'non_identity';

/** The name of the action's own policy for a token: `<token name> (<token ID>)`, the name shortened if need be. */
export function ownPolicyName({ name, id }: { readonly name: string; readonly id: string }): string {
  const ending = ` (${id})`;
  const characters = Array.from(name);
  const room = LONGEST_NAME - ending.length;
  if (characters.length <= room) return `${name}${ending}`;
  return `${characters.slice(0, room - KEPT_END - 1).join('')}…${characters.slice(-KEPT_END).join('')}${ending}`;
}

/** The token that a policy of the action's own admits; undefined for every other policy. */
export function ownedFor(policy: Policy): string | undefined {
  const { decision, include, exclude, require, markedReusable, malformed, name } = policy;
  const id = soleToken(include[0]);
  if (malformed || markedReusable || decision !== SERVICE_AUTH || id === undefined) return undefined;
  if (exclude.length > 0 || require.length > 0 || !include.every((rule) => soleToken(rule) === id))
    return undefined;
  return name.endsWith(` (${id})`) ? id : undefined;
}

/** The action's own policies for a token among those of an application, the one to keep first. */
export function ownPolicies(policies: readonly Policy[], tokenId: string): readonly Policy[] {
  return policies
    .filter((policy) => ownedFor(policy) === tokenId)
    .toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.id < b.id ? -1 : 1));
}

/** How the name of the policy of a leased token ends: run, attempt, job, random digits, and the ID of the token. */
const LEASED = /-\d+-\d+-[\w.-]*-[0-9a-f]{16} \([^()]+\)$/;

/** The start of a shortened name that is sure to be whole. */
const WHOLE_START = 100;

/** The token of a policy that a lease with this prefix made; undefined for every other policy. */
export function leasedFor(policy: Policy, prefix: string): string | undefined {
  const id = ownedFor(policy);
  if (id === undefined || !LEASED.test(policy.name)) return undefined;
  const start = Array.from(`${prefix}-`).slice(0, WHOLE_START).join('');
  return policy.name.startsWith(start) ? id : undefined;
}
