import { leasedFor } from '../cloudflare/own-policy.ts';
import type { ServiceTokens } from '../cloudflare/service-tokens.ts';
import type { LeftoverPolicy } from '../model/admission.ts';
import { Problem } from '../model/problem.ts';
import type { LineReading } from './admission-lines.ts';

/**
 * Policies that earlier leases with the same prefix left behind in the applications, because their runner died: their
 * token is gone or expired. If that cannot be read, none: they disturb nobody.
 */
export async function findLeftovers(
  readings: readonly LineReading[],
  prefix: string,
  tokens: ServiceTokens,
): Promise<readonly LeftoverPolicy[]> {
  const leased = readings.flatMap((reading) => {
    if (reading.kind !== 'application') return [];
    const { id, name } = reading.application;
    return reading.policies.flatMap((policy) => {
      const tokenId = leasedFor(policy, prefix);
      if (tokenId === undefined) return [];
      return [{ tokenId, application: { id, name }, what: reading.what }];
    });
  });
  if (leased.length === 0) return [];
  try {
    const listed = new Map((await tokens.list()).map((token) => [token.id, token]));
    const dead = await Promise.all(
      leased.map(async ({ tokenId }) => {
        // A lease that began after the list was read is not in it.
        const token = listed.get(tokenId) ?? (await tokens.get(tokenId));
        return token === undefined || (token.expiresAt !== undefined && token.expiresAt <= tokens.now());
      }),
    );
    return leased.filter((_, index) => dead[index]);
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}
