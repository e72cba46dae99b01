import type { Milliseconds } from '../model/time.ts';
import type { Gate } from './gate.ts';
import { UNPACED, type Pacing } from './pacing.ts';

/** What a request to a service's API is signed in with. */
export interface ApiCredential {
  /** A service limits the requests of one credential together. */
  readonly gate: Gate;
  readonly pacing: Pacing;
  /**
   * The token to send.
   * @throws Problem if there is none
   */
  readonly token: () => Promise<string>;
  /** After a 401: how long to wait before the next token is tried; undefined if there is no other. */
  readonly refused: (token: string) => Milliseconds | undefined;
}

/** A credential that stays the same during the run. */
export function constantCredential(
  token: () => Promise<string>,
  gate: Gate,
  pacing: Pacing = UNPACED,
): ApiCredential {
  return { gate, pacing, token, refused: () => undefined };
}
