import { Problem } from '../model/problem.ts';
import type { Scope } from '../model/service-token.ts';
import type { AccessPolicies } from '../cloudflare/access-policies.ts';
import { PolicyLists } from '../observe/policy-lists.ts';
import { readReferences } from '../observe/references.ts';

/** Says what still refers to a token that Cloudflare does not delete for that reason, as far as it can be read. */
export async function referencedBy(
  tokenId: string,
  policies: AccessPolicies,
  scope: Scope,
): Promise<Problem> {
  const { found, unread } = await readReferences(tokenId, new PolicyLists(policies), scope);
  const names = found.map(({ what }) => what).join(', ');
  const hidden = ['the SCIM settings of applications', 'what belongs to zones', ...unread].join(', ');
  const missing =
    unread.length === 0
      ? ''
      : ' Reading it takes Access: Apps and Policies Read, and for groups Access: Organizations, Identity Providers, and Groups Read.';
  return new Problem(
    'token-referenced',
    found.length > 0
      ? `Cloudflare refused to delete the token (12139), because something still refers to it: ${names}.`
      : 'Cloudflare refused to delete the token (12139), because something still refers to it, but nothing that could be read does.',
    `Remove the token there in Cloudflare Zero Trust, or name the policy in admit-to, and run this again.${found.length > 0 ? '' : ` Not read: ${hidden}.${missing}`}`,
  );
}
