import { sign } from 'node:crypto';
import type { ApiCredential } from '../../http/api-credential.ts';
import { UNPACED } from '../../http/pacing.ts';
import type { Gate } from '../../http/gate.ts';
import { SECOND, type Instant, type Milliseconds } from '../../model/time.ts';

/** GitHub allows ten minutes from issue to expiry, and advises to issue a minute in the past. */
const ISSUED_BEFORE_SECONDS = 60;
const VALID_SECONDS = 600;
/** A change of the clock that a web token's minute of slack does not cover. */
const CLOCK_CHANGE: Milliseconds = 20 * SECOND;

/**
 * The JSON web token by which an App proves that it is itself (RFC 7519, RS256).
 * @param now by GitHub's clock
 */
export function webToken(clientId: string, privateKey: string, now: Instant): string {
  const issued = Math.floor(now / SECOND) - ISSUED_BEFORE_SECONDS;
  const claims = { iss: clientId, iat: issued, exp: issued + VALID_SECONDS };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

/**
 * The App itself as a credential. Until GitHub's clock is known, its tokens go by the machine's own; the
 * refusal of the first one tells the time.
 */
export function appCredential(options: {
  readonly gate: Gate;
  /** Makes a web token. @throws Problem if the key cannot be used */
  readonly sign: () => string;
  /** GitHub's clock, and one that only passes steadily. */
  readonly now: () => Instant;
  readonly monotonic: () => Milliseconds;
}): ApiCredential {
  const offset = (): Milliseconds => options.now() - options.monotonic();
  const offsets = new Map<string, Milliseconds>();
  return {
    gate: options.gate,
    pacing: UNPACED,
    token: () =>
      new Promise((resolve) => {
        const before = offset();
        const token = options.sign();
        offsets.set(token, before);
        resolve(token);
      }),
    refused: (token) => {
      const change = Math.abs(offset() - (offsets.get(token) ?? offset()));
      return change > CLOCK_CHANGE ? 0 : undefined;
    },
  };
}
