import type { Applied, GivenUp } from '../http/sender.ts';
import type { Refused } from './classify.ts';

/** Why a request was not done. */
export type Failure = Refused | Exclude<GivenUp, { kind: 'problem' }>;

/** Thrown for a request that was not done. Holds nothing of the request: its body has the sealed value. */
export class RequestFailure extends Error {
  readonly failure: Failure;
  readonly applied: Applied;

  constructor(failure: Failure, applied: Applied) {
    super(`GitHub request failed: ${failure.kind}`);
    this.name = 'RequestFailure';
    this.failure = failure;
    this.applied = applied;
  }

  get status(): number | undefined {
    return this.failure.kind === 'refused' ? this.failure.status : undefined;
  }
}
