import { isSameDuration, parseTokenDuration, type TokenDuration } from '../model/duration.ts';
import { DAY, HOUR, type Instant, type Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { RenewalReason, Step } from './plan.ts';
import type { Settings } from '../settings/settings.ts';

/** What Cloudflare gives a token whose life is not named. */
export const DEFAULT_DURATION = { kind: 'span', milliseconds: 8760 * HOUR, text: '8760h' } as const;

/** A duration as Cloudflare is sent it. */
export function durationText(duration: TokenDuration): string {
  return duration.kind === 'forever' ? 'forever' : duration.text;
}

const RENEW_BEFORE: Milliseconds = 30 * DAY;

type RenewStep = Extract<Step, { kind: 'renew' }>;

/** The renewal that a token needs before it is used on, whatever else is done; undefined where it needs none. */
export function renewalOf(token: ServiceToken, settings: Settings, now: Instant): RenewStep | undefined {
  const reason = renewalReason(token, settings, now);
  return reason === undefined ? undefined : { kind: 'renew', reason, duration: durationOf(token, settings) };
}

/** The life that the token is to have: as asked for, else as it has. */
export function durationOf(token: ServiceToken, settings: Settings): TokenDuration {
  return settings.duration ?? parseTokenDuration(token.duration ?? '') ?? DEFAULT_DURATION;
}

/** How near its expiry a token is renewed. */
export function renewBefore(token: ServiceToken, settings: Settings): Milliseconds {
  if (settings.renewBefore !== undefined) return settings.renewBefore;
  const duration = durationOf(token, settings);
  return duration.kind === 'forever' ? 0 : Math.min(RENEW_BEFORE, duration.milliseconds / 3);
}

function renewalReason(token: ServiceToken, settings: Settings, now: Instant): RenewalReason | undefined {
  const wanted = settings.duration;
  if (wanted !== undefined && token.duration !== undefined && !isSameDuration(wanted, token.duration)) {
    return 'duration-changed';
  }
  // Cloudflare tells an expiry even of a token that has none.
  if (token.expiresAt === undefined || durationOf(token, settings).kind === 'forever') return undefined;
  if (token.expiresAt <= now) return 'expired';
  return token.expiresAt - now <= renewBefore(token, settings) ? 'expires-soon' : undefined;
}

/** Whether a renewal did what it was meant to. `before` is the expiry that the token had. */
export function isRenewed(
  token: ServiceToken,
  duration: TokenDuration,
  before: Instant | undefined,
  now: Instant,
): boolean {
  if (duration.kind === 'forever') return token.duration === 'forever';
  if (token.expiresAt === undefined) return true;
  if (token.duration !== undefined && !isSameDuration(duration, token.duration)) return false;
  const meant = now + duration.milliseconds;
  const tolerance = Math.min(DAY, duration.milliseconds / 10);
  if (token.expiresAt < meant - tolerance) return false;
  // A shorter life than before has to show; a longer one than asked for only where Cloudflare gives no other.
  return before === undefined || before < meant || token.expiresAt <= before;
}
