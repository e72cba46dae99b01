import type { ClientSecret } from '../model/client-secret.ts';
import { SECOND, type Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import type { Minted, ServiceTokens } from './service-tokens.ts';
import { mergeTokens } from './token-json.ts';

/**
 * How a rotation ended.
 * `lost`: it took effect and its reply is gone, so that nobody has the new secret.
 * `concurrent-run`: another run rotated first, and has the secret.
 */
export type Rotated =
  | { readonly kind: 'rotated'; readonly token: ServiceToken; readonly clientSecret: ClientSecret }
  | { readonly kind: 'lost'; readonly token: ServiceToken }
  | { readonly kind: 'concurrent'; readonly token: ServiceToken };

/** How long another run that is at the same step may take for it. */
export const SETTLING = 5 * SECOND;

const DOING = 'rotate the client secret';

/**
 * Rotates from the version that was read to the next one, whatever becomes of replies: a lost one is read back,
 * and the same request is sent again only while the token still has the version it had.
 * @param end what the previous secret's end is set to; also tells this rotation from another one
 * @throws Problem where Cloudflare refuses, or `max-wait` ends before it is known what happened
 */
export async function rotateOnce(tokens: ServiceTokens, token: ServiceToken, end: Instant): Promise<Rotated> {
  for (let failures = 0; ;) {
    const minted = await send(tokens, token, end);
    if (minted.kind === 'minted') return rotated(token, minted, end);
    if (minted.kind === 'withheld') {
      // Without a request of this run's that may have been the first, the first was another run's.
      return { kind: failures > 0 && hasEnd(minted.token, end) ? 'lost' : 'concurrent', token: minted.token };
    }
    const read = await readBack(tokens, token);
    const seen = compare(token, read, end);
    if (seen !== 'unchanged') return { kind: seen, token: mergeTokens(token, read) };
    failures += 1;
    await tokens.backOff(DOING, failures, minted.because);
  }
}

/**
 * Rotates a token whose secret is lost. The same compare-and-set, and where that brings no secret `/rotate`,
 * which accounts have: a server that never answers an update with the secret must not stop the recovery, and another
 * run that was first must not be rotated over.
 * @param isDeliveredByOther whether a target holds another secret than when the token was read
 * @throws Problem as `rotateOnce` does
 */
export async function recoverOnce(
  tokens: ServiceTokens,
  token: ServiceToken,
  end: Instant,
  isDeliveredByOther: () => Promise<boolean>,
): Promise<Rotated> {
  for (let failures = 1; ; failures += 1) {
    const minted = await send(tokens, token, end);
    if (minted.kind === 'minted') return rotated(token, minted, end);
    if (minted.kind === 'withheld') {
      const seen = await seenOfOther(tokens, token, end);
      if (seen !== undefined || (await isDeliveredByOther())) {
        return { kind: 'concurrent', token: seen ?? minted.token };
      }
      const again = token.version === undefined ? minted : await tokens.rotate(token.id, end);
      return again.kind === 'minted' ? rotated(token, again, end) : { kind: 'lost', token };
    }
    const read = await readBack(tokens, token);
    if (compare(token, read, end) !== 'unchanged') return { kind: 'lost', token: mergeTokens(token, read) };
    await tokens.backOff(DOING, failures, minted.because);
  }
}

/** The token, where another run that was first has closed its rotation meanwhile, or rotated again. */
async function seenOfOther(
  tokens: ServiceTokens,
  token: ServiceToken,
  end: Instant,
): Promise<ServiceToken | undefined> {
  if (token.version === undefined) return undefined;
  await tokens.settle(SETTLING, 'another run may have rotated the token at the same moment');
  const read = mergeTokens(token, await readBack(tokens, token));
  return read.version === token.version + 1 && hasEnd(read, end) ? undefined : read;
}

function send(tokens: ServiceTokens, token: ServiceToken, end: Instant): Promise<Minted> {
  return token.version === undefined
    ? tokens.rotate(token.id, end)
    : tokens.rotateFrom(token, token.version, end);
}

function rotated(
  before: ServiceToken,
  { token, clientSecret }: Extract<Minted, { kind: 'minted' }>,
  end: Instant,
): Rotated {
  const version = token.version ?? (before.version === undefined ? undefined : before.version + 1);
  const previousSecretExpiresAt = token.previousSecretExpiresAt ?? end;
  return {
    kind: 'rotated',
    clientSecret,
    token: { ...mergeTokens(before, token), version, previousSecretExpiresAt },
  };
}

async function readBack(tokens: ServiceTokens, token: ServiceToken): Promise<ServiceToken> {
  let read: ServiceToken | undefined;
  try {
    read = await tokens.get(token.id);
  } catch (error) {
    const because = error instanceof Problem ? error.message : 'no reply';
    throw new Problem(
      'rotation-unknown',
      `The reply to the rotation was lost, and whether it took effect could not be read back (${because}).`,
      'The stored secrets work on meanwhile: if it did, as previous ones for 30 days. Run this again soon; it finds out and repairs.',
    );
  }
  if (read === undefined) {
    throw new Problem(
      'token-gone',
      'The token was deleted while it was being rotated.',
      'Run this again if it is to be created anew.',
    );
  }
  return read;
}

function compare(
  before: ServiceToken,
  after: ServiceToken,
  end: Instant,
): 'unchanged' | 'lost' | 'concurrent' {
  if (before.version !== undefined && after.version !== undefined) {
    if (after.version === before.version) return 'unchanged';
    return after.version === before.version + 1 && hasEnd(after, end) ? 'lost' : 'concurrent';
  }
  if (after.previousSecretExpiresAt === before.previousSecretExpiresAt) {
    return after.updatedAt === before.updatedAt ? 'unchanged' : 'lost';
  }
  return hasEnd(after, end) ? 'lost' : 'concurrent';
}

/** Whether it is this rotation's own end; servers may leave it out, or its seconds. */
function hasEnd({ previousSecretExpiresAt: told }: ServiceToken, end: Instant): boolean {
  return (
    told === undefined || told === end || (told % 60_000 === 0 && told === Math.floor(end / 60_000) * 60_000)
  );
}
