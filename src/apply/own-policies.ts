import { isInvalid, type AccessPolicies } from '../cloudflare/access-policies.ts';
import { ownPolicies, ownPolicyName } from '../cloudflare/own-policy.ts';
import type { Policy } from '../cloudflare/policy-json.ts';
import { CloudflareRefusal, INVALID_REQUEST } from '../cloudflare/refusals.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';

/** Waits before a policy that should be there is looked for again: a reply to a read may lag. */
const LOOKS: readonly Milliseconds[] = [0, SECOND, 3 * SECOND];
const MOST_CREATIONS = 3;
/** How often a precedence is tried that Cloudflare asks for though none was needed so far. */
const MOST_PRECEDENCES = 3;

export interface OwnPolicyPlace {
  readonly applicationId: string;
  /** As in `application "Staging"`. */
  readonly what: string;
}

/**
 * Makes the application have exactly one policy of the action's own for the token. A policy that a lost reply or a
 * concurrent run made is found again by its name and content; of several the oldest stays.
 * @param lookFirst whether there may be one already, or another run may create one at the same moment
 * @returns whether this run created one
 * @throws Problem if that cannot be done
 */
export async function ensureOwnPolicy(
  policies: AccessPolicies,
  place: OwnPolicyPlace,
  token: Pick<ServiceToken, 'id' | 'name'>,
  lookFirst: boolean,
): Promise<boolean> {
  return policies.inTurn(`${place.applicationId} ${token.id}`, async () => {
    if (lookFirst && (await reduced(policies, place, token.id)) > 0) return false;
    const { mayBeDoubled } = await createOwnPolicy(policies, place, token);
    if (lookFirst || mayBeDoubled) await reduced(policies, place, token.id);
    return true;
  });
}

/**
 * Deletes every policy of the action's own for the token. An application that is gone has none.
 * @returns how many there were
 */
export async function deleteOwnPolicies(
  policies: AccessPolicies,
  { applicationId, what }: OwnPolicyPlace,
  tokenId: string,
): Promise<number> {
  const own = ownPolicies((await policies.policiesOf(applicationId)) ?? [], tokenId);
  await deleteAll(policies, applicationId, what, own);
  return own.length;
}

export async function deleteOwnPolicy(
  policies: AccessPolicies,
  { applicationId, what }: OwnPolicyPlace,
  policy: Pick<Policy, 'id' | 'name'>,
): Promise<void> {
  try {
    await policies.delete(applicationId, policy.id);
  } catch (error) {
    if (!isInvalid(error, /reusable/i)) throw error;
    throw new Problem(
      'admission-left',
      `The policy ${JSON.stringify(policy.name)} of the ${what} has been made reusable, so it is not the action's own any more and was not deleted.`,
      'Take the token out of the policy in Cloudflare Zero Trust, or delete the policy. Then run this again.',
    );
  }
}

/** @returns whether a lost reply may have left another one */
async function createOwnPolicy(
  policies: AccessPolicies,
  place: OwnPolicyPlace,
  token: Pick<ServiceToken, 'id' | 'name'>,
): Promise<{ readonly mayBeDoubled: boolean }> {
  const name = ownPolicyName(token);
  let precedence: number | undefined;
  let precedences = 0;
  for (let attempts = 1; ; attempts += 1) {
    let because: string;
    try {
      const reply = await policies.create(place.applicationId, { name, tokenId: token.id, precedence });
      if (reply.kind === 'done') return { mayBeDoubled: attempts > 1 };
      because = reply.because;
    } catch (error) {
      // assumption: own-policy-precedence, duplicate-precedence
      if (isInvalid(error, /precedence/i) && precedences < MOST_PRECEDENCES) {
        precedence = Math.max(precedence ?? 0, await lastPrecedence(policies)) + 1;
        precedences += 1;
        attempts -= 1;
        continue;
      }
      // A reply of 200 without success is a refusal; what it says is not relied on.
      if (!(error instanceof CloudflareRefusal) || error.status >= 300) throw explained(error, place);
      if (await exists(policies, place, token.id)) return { mayBeDoubled: true };
      throw error;
    }
    if (await exists(policies, place, token.id)) return { mayBeDoubled: true };
    if (attempts === MOST_CREATIONS) throw notCreated(place, because);
    await policies.backOff('create the policy', attempts, because);
  }
}

/** Whether the policy is there, looked for several times. @throws Problem if the application is gone */
async function exists(policies: AccessPolicies, place: OwnPolicyPlace, tokenId: string): Promise<boolean> {
  for (const wait of LOOKS) {
    if (wait > 0) await policies.settle(wait, 'the reply to the creation of a policy was lost');
    const read = await policies.policiesOf(place.applicationId);
    if (read === undefined) throw gone(place);
    if (ownPolicies(read, tokenId).length > 0) return true;
  }
  return false;
}

/** Deletes all but the oldest of the action's own policies. @returns how many stay: 1 or 0 */
async function reduced(
  policies: AccessPolicies,
  { applicationId, what }: OwnPolicyPlace,
  tokenId: string,
): Promise<number> {
  const [kept, ...doubles] = ownPolicies((await policies.policiesOf(applicationId)) ?? [], tokenId);
  await deleteAll(policies, applicationId, what, doubles);
  return kept === undefined ? 0 : 1;
}

async function deleteAll(
  policies: AccessPolicies,
  applicationId: string,
  what: string,
  own: readonly Policy[],
): Promise<void> {
  for (const policy of own) await deleteOwnPolicy(policies, { applicationId, what }, policy);
}

/** The greatest precedence of the account or zone: it may have to be unique there, and not only in one application. */
async function lastPrecedence(policies: AccessPolicies): Promise<number> {
  const applications = await policies.applications();
  const used = applications
    .flatMap((application) => application.policies ?? [])
    .map(({ raw }) => raw['precedence']);
  return Math.max(0, ...used.filter((value) => typeof value === 'number'));
}

function explained(error: unknown, place: OwnPolicyPlace): unknown {
  if (!(error instanceof CloudflareRefusal)) return error;
  if (error.notFound) return gone(place);
  // assumption: mixed-policies
  if (!error.has(INVALID_REQUEST)) return error;
  return new Problem(
    'admission-failed',
    `The ${place.what} did not take a policy of its own. ${error.message}`,
    'If the application uses reusable policies, Cloudflare may not take another kind beside them: name one of them in admit-to with policy=<name or ID>.',
  );
}

function gone({ what }: OwnPolicyPlace): Problem {
  return new Problem(
    'application-not-found',
    `The ${what} was deleted while this run worked on it.`,
    'Check the line in admit-to, and run this again.',
  );
}

function notCreated({ what }: OwnPolicyPlace, because: string): Problem {
  return new Problem(
    'admission-failed',
    `No policy could be created in the ${what}, or Cloudflare does not list it: ${because}.`,
    'Look at the policies of the application in Cloudflare Zero Trust, and run this again later.',
  );
}
