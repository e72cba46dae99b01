import { describeMoment, type TokenDuration } from '../model/duration.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import { durationText, isRenewed } from '../plan/renewal.ts';
import type { RenewStep } from '../plan/steps.ts';
import { minuteOf } from '../model/calendar.ts';
import { mergeTokens } from '../cloudflare/token-json.ts';
import { CloudflareRefusal } from '../cloudflare/refusals.ts';
import { stopIfCancelled, type Context } from './context.ts';

/**
 * Renews a token's expiry: by an update of its duration, or by a refresh, which gives a year. What either does is not
 * fully documented, so the expiry is read back, and the other request is tried if it did not move as it should.
 * @throws Problem if neither does
 */
export async function renew(step: RenewStep, context: Context): Promise<void> {
  const { services, journal } = context;
  const { token, duration } = step;
  warnOfExpiry(step, context);
  let last = token;
  let refused: Problem | undefined;
  // assumption: duration-resets-expiry, refresh-base, refresh-expired
  for (const request of step.requests) {
    if (last !== token || refused !== undefined) stopIfCancelled(context);
    try {
      last =
        request === 'update' ? await byUpdate(token, duration, context) : await byRefresh(token, context);
    } catch (error) {
      if (!(error instanceof CloudflareRefusal)) throw error;
      refused = error;
      continue;
    }
    journal.know(last);
    journal.changed = true;
    if (isRenewed(last, duration, token.expiresAt, services.tokens.now())) {
      journal.did('renewed');
      return;
    }
  }
  if (refused !== undefined) throw refused;
  throw notAsMeant(last.expiresAt, duration);
}

function warnOfExpiry({ expiredAt }: RenewStep, { services, journal }: Context): void {
  if (expiredAt === undefined) return;
  journal.warnings.push(
    `The token had expired ${describeMoment(expiredAt, services.tokens.now())}, and Access refused its secrets meanwhile: run this more often, or give the token a longer duration.`,
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
  const is = expiresAt === undefined ? 'it never expires' : `it expires on ${minuteOf(expiresAt)}`;
  return new Problem(
    'renewal-failed',
    `The token should ${meant}, but after the renewal ${is}.`,
    'Nothing was rotated. Renew it in Cloudflare Zero Trust, or set a duration that Cloudflare accepts.',
  );
}
