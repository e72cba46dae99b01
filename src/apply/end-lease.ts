import type { AccessPolicies } from '../cloudflare/access-policies.ts';
import type { ServiceTokens } from '../cloudflare/service-tokens.ts';
import { Problem } from '../model/problem.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';
import { deleteOwnPolicies } from './own-policies.ts';
import type { LeaseState } from './lease.ts';

/** For so long Cloudflare may still count a policy that was just deleted, or not list one that was just created. */
const LAG: readonly Milliseconds[] = [2, 4, 8, 16, 30].map((seconds) => seconds * SECOND);

export interface LeaseServices {
  readonly tokens: ServiceTokens;
  readonly policies: AccessPolicies;
}

/**
 * Deletes the policies of the leased token, then the token, if they are there. The token's name is unique, so it is found
 * whatever the main step knew.
 * @returns whether there was a token
 * @throws Problem that says what is left and how to remove it
 */
export async function endLease(lease: LeaseState, services: LeaseServices): Promise<boolean> {
  const { tokens } = services;
  let left: readonly string[] = [];
  try {
    const listed = (await tokens.list()).filter((token) => token.name === lease.name).map(({ id }) => id);
    const ids = [...new Set([...listed, ...(lease.tokenId === undefined ? [] : [lease.tokenId])])];
    for (const wait of [...LAG, undefined]) {
      left = await deletePolicies(lease, ids, services);
      try {
        await Promise.all(ids.map((id) => tokens.delete(id)));
        break;
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'token-referenced' || wait === undefined)
          throw error;
        if (lease.applications.length === 0) throw error;
        await tokens.settle(wait, 'Cloudflare may still count a policy that was just deleted');
      }
    }
    if (left.length === 0) return listed.length > 0;
  } catch (error) {
    throw leaseLeft(lease, error instanceof Problem ? error.text : String(error), left);
  }
  throw policiesLeft(lease, left);
}

/** @returns why policies may be left, for each application in which they could not be deleted */
async function deletePolicies(
  { applications }: LeaseState,
  tokenIds: readonly string[],
  { policies }: LeaseServices,
): Promise<readonly string[]> {
  const left = await Promise.all(
    applications.map(async ({ id, name }) => {
      const what = `application ${JSON.stringify(name)}`;
      try {
        for (const tokenId of tokenIds)
          await deleteOwnPolicies(policies, { applicationId: id, what }, tokenId);
        return [];
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return [`${what}: ${error.message}`];
      }
    }),
  );
  return left.flat();
}

/** The token is still there, and this is how to remove it. */
export function leaseLeft(
  lease: Pick<LeaseState, 'name' | 'applications' | 'policyName'>,
  because: string,
  left: readonly string[] = [],
): Problem {
  const { name, applications, policyName } = lease;
  const policies =
    policyName === undefined || applications.length === 0
      ? ''
      : ` First delete the policy ${JSON.stringify(policyName)} from ${applications.map((one) => JSON.stringify(one.name)).join(', ')}, if it is there.`;
  return new Problem(
    'lease-left',
    [`The leased service token ${JSON.stringify(name)} could not be deleted: ${because}`, ...left].join(' '),
    `Delete it in Cloudflare Zero Trust under Access controls > Service credentials > Service Tokens.${policies} Until then it works until it expires.`,
  );
}

function policiesLeft({ name, policyName = '' }: LeaseState, left: readonly string[]): Problem {
  return new Problem(
    'lease-left',
    `The leased service token ${JSON.stringify(name)} was deleted, but a policy for it may be left. ${left.join(' ')}`,
    `Delete the policy ${JSON.stringify(policyName)} in Cloudflare Zero Trust. It admits nobody any more.`,
  );
}
