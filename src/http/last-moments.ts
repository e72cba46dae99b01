import type { Time } from '../model/dependencies.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';

/** The most that one request, or all waits together, may take once the run is cancelled. */
export const AFTER_CANCEL: Milliseconds = 3 * SECOND;
/** After that nothing is begun: the runner kills the process after 7.5 seconds, and the report needs time. */
const LAST_MOMENT: Milliseconds = 7 * SECOND;

/**
 * How much time a cancelled run has left.
 * @returns whole milliseconds, as timers take them; Infinity while the run is not cancelled
 */
export function lastMoments(
  time: Pick<Time, 'monotonic'>,
  cancelled: AbortSignal,
): { readonly left: () => Milliseconds } {
  let end = Infinity;
  const cancel = (): void => {
    end = time.monotonic() + LAST_MOMENT;
  };
  if (cancelled.aborted) cancel();
  else cancelled.addEventListener('abort', cancel);
  return { left: () => Math.ceil(end - time.monotonic()) };
}
