import type { Milliseconds } from '../../model/time.ts';
import type { Target } from '../../model/target.ts';
import type { Gate } from '../gate.ts';

/** What a request is authorized with. */
export interface Credential {
  /** GitHub limits the requests of one credential together. */
  readonly gate: Gate;
  /**
   * The token to send.
   * @throws Problem where none can be had
   */
  readonly token: () => Promise<string>;
  /** Told of a 401; how long to wait before another token is tried, undefined where there is no other. */
  readonly refused: (token: string) => Milliseconds | undefined;
}

/** Credentials for the targets of one run. */
export interface Credentials {
  readonly kind: 'token' | 'app';
  readonly of: (target: Target) => Credential;
  /** Revokes what was obtained; never throws. */
  readonly close: () => Promise<void>;
}

/** One token for every target. */
export function tokenCredentials(token: () => Promise<string>, gate: Gate): Credentials {
  const credential: Credential = { gate, token, refused: () => undefined };
  return { kind: 'token', of: () => credential, close: () => Promise.resolve() };
}
