import { isSameDuration, parseTokenDuration, type TokenDuration } from '../model/duration.ts';
import { DAY, HOUR, type Instant, type Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Facts } from '../observe/facts.ts';
import type { TokenSettings } from '../settings/settings.ts';
import type { RenewalReason, RenewStep } from './steps.ts';

/** What Cloudflare gives a token whose life is not named. */
export const DEFAULT_DURATION = { kind: 'span', milliseconds: 8760 * HOUR, text: '8760h' } as const;

/** A duration as Cloudflare is sent it. */
export function durationText(duration: TokenDuration): string {
  return duration.kind === 'forever' ? 'forever' : duration.text;
}

const RENEW_BEFORE: Milliseconds = 30 * DAY;

/** The renewal that a token needs before it is used on, whatever else is done; undefined if it needs none. */
export function renewalOf(token: ServiceToken, facts: Facts): RenewStep | undefined {
  const reason = renewalReason(token, facts.settings, facts.now);
  if (reason === undefined) return undefined;
  return renewStep(token, facts, reason, durationOf(token, facts.settings));
}

/** A refresh gives a year; zones have none. */
export function renewStep(
  token: ServiceToken,
  { settings, scope, now }: Pick<Facts, 'settings' | 'scope' | 'now'>,
  reason: RenewalReason,
  duration: TokenDuration,
): RenewStep {
  const isYear = duration.kind === 'span' && duration.milliseconds === DEFAULT_DURATION.milliseconds;
  const refreshFirst = isYear && settings.duration === undefined;
  const both = refreshFirst ? (['refresh', 'update'] as const) : (['update', 'refresh'] as const);
  return {
    kind: 'renew',
    token,
    reason,
    duration,
    requests: scope.kind === 'account' ? both : ['update'],
    expiredAt: token.expiresAt !== undefined && token.expiresAt <= now ? token.expiresAt : undefined,
  };
}

/** What is wanted of a token's life. */
type LifeSettings = Pick<TokenSettings, 'duration' | 'renewBefore'>;

/** The life that the token is to have: as asked for, else as it has. */
export function durationOf(token: ServiceToken, settings: LifeSettings): TokenDuration {
  return settings.duration ?? parseTokenDuration(token.duration ?? '') ?? DEFAULT_DURATION;
}

/** How near its expiry a token is renewed. */
export function renewBefore(token: ServiceToken, settings: LifeSettings): Milliseconds {
  if (settings.renewBefore !== undefined) return settings.renewBefore;
  const duration = durationOf(token, settings);
  // assumption: refresh-forever
  return duration.kind === 'forever' ? 0 : Math.min(RENEW_BEFORE, duration.milliseconds / 3);
}

function renewalReason(token: ServiceToken, settings: LifeSettings, now: Instant): RenewalReason | undefined {
  const wanted = settings.duration;
  if (wanted !== undefined && token.duration !== undefined && !isSameDuration(wanted, token.duration)) {
    return 'duration-changed';
  }
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
