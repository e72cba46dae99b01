import { describeMoment, type TokenDuration } from '../model/duration.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import { DEFAULT_DURATION, durationText, isRenewed } from '../plan/renewal.ts';
import { rfc3339 } from '../model/time.ts';
import { mergeTokens } from '../cloudflare/token-json.ts';
import { CloudflareRefusal } from '../cloudflare/refusals.ts';
import { stopIfCancelled, type Context } from './context.ts';

/**
 * Renews a token's expiry: by an update of its duration, or by a refresh, which gives a year. What either does is
 * not fully documented, so the expiry is read back, and the other way is tried where it did not move as meant.
 * @throws Problem where neither does
 */
export async function renew(token: ServiceToken, duration: TokenDuration, context: Context): Promise<void> {
  const { services, settings, journal } = context;
  warnOfExpiry(token, context);
  const update = (): Promise<ServiceToken> => byUpdate(token, duration, context);
  const refresh = (): Promise<ServiceToken> => byRefresh(token, context);
  const yearLong = duration.kind === 'span' && duration.milliseconds === DEFAULT_DURATION.milliseconds;
  const sameAsBefore = settings.duration === undefined;
  const both = yearLong && sameAsBefore ? [refresh, update] : [update, refresh];
  const ways = settings.scope.kind === 'account' ? both : [update];
  let last = token;
  let refusal: Problem | undefined;
  for (const way of ways) {
    if (last !== token || refusal !== undefined) stopIfCancelled(context);
    try {
      last = await way();
    } catch (error) {
      if (!(error instanceof CloudflareRefusal)) throw error;
      refusal = error;
      continue;
    }
    journal.token = asDecidedOn(token, last);
    journal.changed = true;
    if (isRenewed(last, duration, token.expiresAt, services.tokens.now())) {
      journal.did('renewed');
      return;
    }
  }
  if (refusal !== undefined) throw refusal;
  throw notAsMeant(last.expiresAt, duration);
}

/**
 * What comes after goes on from what was decided on. Had another run rotated meanwhile, its version would be taken for
 * the one to rotate from, and the token would be rotated twice.
 */
function asDecidedOn(before: ServiceToken, after: ServiceToken): ServiceToken {
  return {
    ...after,
    version: before.version ?? after.version,
    previousSecretExpiresAt: before.previousSecretExpiresAt ?? after.previousSecretExpiresAt,
  };
}

function warnOfExpiry({ expiresAt }: ServiceToken, { services, journal }: Context): void {
  const now = services.tokens.now();
  if (expiresAt === undefined || expiresAt > now) return;
  journal.warnings.push(
    `The token had expired ${describeMoment(expiresAt, now)}, and Access refused its secrets meanwhile: run this more often, or give the token a longer duration.`,
  );
}

async function byUpdate(
  token: ServiceToken,
  duration: TokenDuration,
  { services, journal }: Context,
): Promise<ServiceToken> {
  const change = { name: token.name, duration: durationText(duration) };
  const reply = await services.tokens.update(token.id, change);
  journal.changed = true;
  return withExpiry(token, reply, services.tokens);
}

async function byRefresh(token: ServiceToken, { services, journal }: Context): Promise<ServiceToken> {
  const { tokens } = services;
  for (let failures = 1; ; failures += 1) {
    const reply = await tokens.refresh(token.id);
    if (reply.kind === 'done') journal.changed = true;
    const read = await tokens.get(token.id);
    if (read === undefined) {
      throw new Problem('token-gone', 'The token was deleted while it was being renewed.', 'Run this again.');
    }
    const moved = read.expiresAt !== token.expiresAt;
    if (reply.kind === 'done' || moved) return mergeTokens(token, read);
    await tokens.backOff('renew the token', failures, reply.because);
  }
}

async function withExpiry(
  before: ServiceToken,
  reply: ServiceToken,
  tokens: Context['services']['tokens'],
): Promise<ServiceToken> {
  const after = reply.expiresAt === undefined ? ((await tokens.get(before.id)) ?? reply) : reply;
  return {
    ...mergeTokens({ ...before, expiresAt: undefined }, after),
    version: after.version ?? before.version,
  };
}

function notAsMeant(expiresAt: Instant | undefined, duration: TokenDuration): Problem {
  const meant = duration.kind === 'forever' ? 'never expire' : `live for ${durationText(duration)} from now`;
  const is = expiresAt === undefined ? 'no expiry is told' : `it expires at ${rfc3339(expiresAt)}`;
  return new Problem(
    'renewal-failed',
    `The token was to ${meant}, but after renewing ${is}.`,
    'Nothing was rotated. Renew it in Cloudflare Zero Trust, or give a duration that Cloudflare accepts.',
  );
}
