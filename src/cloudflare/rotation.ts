import type { ClientSecret } from '../model/client-secret.ts';
import { Problem } from '../model/problem.ts';
import type { Scope, ServiceToken } from '../model/service-token.ts';
import { MINUTE, SECOND, type Instant } from '../model/time.ts';
import type { SecretReply, ServiceTokens } from './service-tokens.ts';
import { mergeTokens } from './token-json.ts';

/** Which request brings the secret: an update to the next secret version, or `/rotate`. */
export type Way = 'update' | 'rotate';

/**
 * How a rotation ended.
 * `lost`: it took effect and its reply is gone, so that nobody has the new secret.
 * `withheld`: the reply came without a secret, and nothing shows a concurrent run.
 * `concurrent`: another run rotated first, and has the secret.
 */
export type Rotated =
  SecretRotation | { readonly kind: 'lost' | 'withheld' | 'concurrent'; readonly token: ServiceToken };

export interface SecretRotation {
  readonly kind: 'rotated';
  readonly token: ServiceToken;
  readonly clientSecret: ClientSecret;
  readonly way: Way;
  /** Whether another rotation came between, so that the secret before this one is not the one that was read. */
  readonly skipped: boolean;
  /** Whether that one was a concurrent run's, and not this run's own update that brought no secret. */
  readonly crossed: boolean;
}

export interface RotationRequest {
  /** As it was read: the new secret version is the next one. */
  readonly token: ServiceToken;
  /** Zones have no `/rotate`. */
  readonly scope: Scope;
  /** `untried` if nothing says which request brings the secret: the update goes first. */
  readonly way: Way | 'untried';
  /** What the end of the previous secret is set to; it also tells this rotation from another one. */
  readonly end: (way: Way) => Instant;
  /** Whether some target stores another secret than when it was read: evidence of a concurrent run. */
  readonly isDeliveredByOther: () => Promise<boolean>;
}

/** How long a concurrent run that is at the same step may take for it. */
export const SETTLING = 5 * SECOND;

/** How often a run looks for signs of a concurrent run before it takes itself to be alone. */
export const LOOKS = 3;

const DOING = 'rotate the client secret';

/**
 * Rotates once, whatever becomes of replies: a lost one is read back, and the request is sent again only while the
 * token still has the version that it had.
 * @throws Problem if Cloudflare refuses, or if `max-wait` ends before it is known what happened
 */
export async function rotateOnce(tokens: ServiceTokens, request: RotationRequest): Promise<Rotated> {
  const { token, way, scope } = request;
  // assumption: version-in-get, version-in-list
  if (way === 'rotate' || token.version === undefined) return rotateByRoute(tokens, request);
  const updated = await rotateByUpdate(tokens, request, token.version);
  if (updated.kind !== 'withheld') return updated;
  if (await isConcurrent(tokens, request, token.version + 1)) return { ...updated, kind: 'concurrent' };
  if (way === 'update' || scope.kind === 'zone') return updated;
  return rotateAfterUpdate(tokens, updated.token, request);
}

/**
 * Rotates a token whose secret is lost: as `rotateOnce`, and by `/rotate` if the update brings no secret after all,
 * since nobody has the secret that `/rotate` pushes out.
 * @throws Problem as `rotateOnce` does
 */
export async function recoverOnce(tokens: ServiceTokens, request: RotationRequest): Promise<Rotated> {
  return rotateOnce(tokens, request.way === 'update' ? { ...request, way: 'untried' } : request);
}

/** The compare-and-set: Cloudflare ignores a secret version that is there already. */
async function rotateByUpdate(
  tokens: ServiceTokens,
  { token, end }: RotationRequest,
  version: number,
): Promise<Rotated> {
  const mark = end('update');
  for (let failures = 0; ;) {
    const reply = await tokens.rotateFrom(token, version, mark);
    if (reply.kind === 'secret') return rotated(token, reply, mark, 'update');
    if (reply.kind === 'withheld') {
      // Only after a request of this run's own that may have taken effect can the secret be this run's to lose.
      const kind = failures > 0 && hasEnd(reply.token, mark) ? 'lost' : 'withheld';
      return { kind, token: mergeTokens(token, reply.token) };
    }
    // assumption: equal-version, lower-version
    const read = await readBack(tokens, token);
    const seen = compare(token, read, mark);
    if (seen !== 'unchanged') return { kind: seen, token: mergeTokens(token, read) };
    failures += 1;
    await tokens.backOff(DOING, failures, reply.because);
  }
}

/** `/rotate` compares nothing, so the token is read right before it. */
async function rotateByRoute(tokens: ServiceTokens, { token, end }: RotationRequest): Promise<Rotated> {
  const mark = end('rotate');
  for (let failures = 0; ;) {
    const before = await readBack(tokens, token);
    if (isTouched(token, before)) {
      const lost = failures > 0 && compare(token, before, mark) === 'lost';
      return { kind: lost ? 'lost' : 'concurrent', token: mergeTokens(token, before) };
    }
    const reply = await tokens.rotate(token.id, mark);
    if (reply.kind === 'secret') return rotated(token, reply, mark, 'rotate');
    if (reply.kind === 'withheld') return { kind: 'lost', token: mergeTokens(token, reply.token) };
    const read = await readBack(tokens, token);
    const seen = compare(token, read, mark);
    if (seen !== 'unchanged') return { kind: seen, token: mergeTokens(token, read) };
    failures += 1;
    await tokens.backOff(DOING, failures, reply.because);
  }
}

/** The update took effect and brought no secret, as the API documents it: `/rotate` brings the next one. */
async function rotateAfterUpdate(
  tokens: ServiceTokens,
  updated: ServiceToken,
  { token, end }: RotationRequest,
): Promise<Rotated> {
  const mark = end('rotate');
  const reply = await tokens.rotate(token.id, mark);
  if (reply.kind !== 'secret') return { kind: 'lost', token: updated };
  return { ...rotated(updated, reply, mark, 'rotate'), skipped: true };
}

/** Whether a concurrent run has completed its rotation meanwhile, rotated again, or delivered. */
async function isConcurrent(
  tokens: ServiceTokens,
  { token, end, isDeliveredByOther }: RotationRequest,
  version: number,
): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look += 1) {
    await tokens.settle(SETTLING, 'another run may have rotated the token at the same moment');
    const read = mergeTokens(token, await readBack(tokens, token));
    if ((read.version ?? version) !== version || !hasEnd(read, end('update'))) return true;
    if (await isDeliveredByOther()) return true;
  }
  return false;
}

function rotated(
  before: ServiceToken,
  { token, clientSecret }: Extract<SecretReply, { kind: 'secret' }>,
  end: Instant,
  way: Way,
): SecretRotation {
  const next = before.version === undefined ? undefined : before.version + 1;
  const version = token.version ?? next;
  // assumption: previous-end-in-update
  const previousSecretExpiresAt = token.previousSecretExpiresAt ?? end;
  const crossed = next !== undefined && version !== undefined && version > next;
  return {
    kind: 'rotated',
    clientSecret,
    way,
    skipped: crossed,
    crossed,
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
      `Cloudflare did not say whether the rotation took effect, and it could not be read back (${because}).`,
      'Run this again soon: it finds out and repairs. Meanwhile the stored secrets work, if need be as previous ones for 30 days.',
    );
  }
  if (read !== undefined) return read;
  throw new Problem(
    'token-gone',
    'The token was deleted while it was being rotated.',
    'Run this again to create it anew.',
  );
}

/**
 * Whether somebody rotated the token or moved the end of its previous secret since it was read. If replies show neither
 * version nor end, the time of the last update stands in for them.
 */
export function isTouched(before: ServiceToken, after: ServiceToken): boolean {
  const { previousSecretExpiresAt: end = before.previousSecretExpiresAt } = after;
  if (before.version === undefined && end === undefined) return isUpdated(before, after);
  return hasOtherVersion(before, after) || end !== before.previousSecretExpiresAt;
}

/** Whether both tell their secret version, and not the same; some replies may leave it out. */
export function hasOtherVersion(before: ServiceToken, after: ServiceToken): boolean {
  return before.version !== undefined && after.version !== undefined && after.version !== before.version;
}

/** Whether the time of the last update has moved, and not by a login. */
export function isUpdated(before: ServiceToken, after: ServiceToken): boolean {
  // assumption: updated-at-on-use
  const { updatedAt = before.updatedAt, lastSeenAt } = after;
  const isLogin = lastSeenAt !== before.lastSeenAt && lastSeenAt === updatedAt;
  return updatedAt !== before.updatedAt && !isLogin;
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

/** Whether it is this rotation's own end; replies may leave it out, or its seconds. */
export function hasEnd({ previousSecretExpiresAt: told }: ServiceToken, end: Instant): boolean {
  return (
    told === undefined || told === end || (told % MINUTE === 0 && told === Math.floor(end / MINUTE) * MINUTE)
  );
}
