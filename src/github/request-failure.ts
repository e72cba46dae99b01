import type { Refusal } from './replies.ts';
import type { Applied } from './target-problem.ts';

/** Why a request was given up. */
export type Failure =
  | ({ readonly kind: 'refused' } & Refusal)
  | { readonly kind: 'moved'; readonly location: string | undefined }
  /** No usable reply, as often as it was tried. */
  | { readonly kind: 'unanswered'; readonly because: string }
  /** The wait before the next attempt does not fit into `max-wait`. */
  | { readonly kind: 'wait-budget-spent'; readonly because: string }
  /** Repeating it was not wanted any more. */
  | { readonly kind: 'unwanted' };

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
