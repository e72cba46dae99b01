import type { Exchange } from '../../sandbox/exchange.ts';
import { MINUTE } from '../../src/model/time.ts';
import { isRotation, type Mishap } from './mishaps.ts';
import { laneOf, waitedFor, type Played } from './play.ts';
import { targetsOf } from './standing.ts';
import type { Excuses } from './judge.ts';
import type { Scenario } from './scenarios.ts';
import type { LockOut } from './watch.ts';

/**
 * How many targets each job locks out, the one that is struck and the next: the whole of what is conceded to
 * lost secrets. A new secret is known to nobody once the reply that held it is lost, and to nobody who could
 * still write it once the process is gone or its write is refused. The next rotation then ends the secret that
 * the target holds, until that run has written the new one.
 */
export function conceded(
  { tokens }: Scenario,
  request: Exchange,
  earlier: readonly Exchange[],
  mishap: Mishap,
): readonly [struck: number, next: number] {
  const { effect, lasting = false, refuses = false } = mishap;
  // Nobody holds the secret of a token that was created now.
  if (earlier.some(isCreation)) return [0, 0];
  const targets = targetsOf(tokens).length;
  const lost = effect.when === 'after';
  const gone = effect.kind === 'kill' || lasting;
  if (isRotation(request)) {
    if (!lost) return [0, 0];
    // The run rotates once more by itself, if it can.
    return gone ? [0, targets] : [targets, 0];
  }
  if (!earlier.some(isRotation)) return [0, 0];
  if (request.service === 'application') return [0, effect.kind === 'kill' ? targets : 0];
  if (!isDelivery(request) || lost) return [0, 0];
  if (gone) return [0, targets - earlier.filter(isDelivery).length];
  return [0, refuses ? 1 : 0];
}

function isCreation({ service, method, path }: Exchange): boolean {
  return service === 'cloudflare' && method === 'POST' && path.endsWith('/service_tokens');
}

function isDelivery({ service, method, path }: Exchange): boolean {
  return service === 'github' && method === 'PUT' && path.endsWith('/CF_ACCESS_CLIENT_SECRET');
}

/** An update that keeps the previous secret for longer, without a rotation. */
function opensAgain({ method, requestBody }: Exchange): boolean {
  return method === 'PUT' && /:[45]3Z"/.test(requestBody) && !requestBody.includes('version');
}

/** An update that ends the hold. */
function completes({ method, requestBody }: Exchange): boolean {
  return method === 'PUT' && /:(17|23)Z"/.test(requestBody) && !requestBody.includes('version');
}

/**
 * What nobody can help where a run stands still between deciding and doing, since neither service writes on
 * a condition. The run that notices ends with an exit status of 1.
 * - `completedOver`: completions by one that stood still between its last look and its completing, while the other one,
 *   which had written over it, marked the rotation pending and looked at the mark once more. If replies do not show the
 *   mark, the last look does not help.
 * - `stalled`: it stood still between its rotation and its delivery for so long that the other one recovered, and
 *   ended the secret that it then wrote, where there is no grace period; or between its look and its revocation, while
 *   the other one rotated, or its completing if that one did not wait. It marks the rotation pending as soon as it learns of that, and the secret works again.
 *   If replies show no pending rotation or no version, the other one does not wait before it recovers.
 * - `crossed`: it stood still between its last look and its `/rotate`, which compares nothing, while the other one
 *   rotated: one of the two rotations ends what targets store. It says so.
 * - `writtenOver`: without a compare-and-set both have rotated, and the one that was first, and fails, wrote its secret
 *   over the other one's, which had ended well by then.
 * - `unknown`: replies hide the version, and it stood still between its last look and its `/rotate` or its completing,
 *   while the other one rotated: neither of the two can know.
 */
export function concessions(
  { runs, exchanges }: Played,
  { blind = false, versionless = false }: Excuses = {},
): {
  readonly completedOver: readonly Exchange[];
  readonly writtenOver: boolean;
  readonly unknown: boolean;
  readonly stalled: (lockOut: LockOut) => boolean;
  readonly crossed: readonly Exchange[];
} {
  const failed = runs.some(({ exitCode }) => exitCode === 1);
  const cloudflare = exchanges.filter(({ service }) => service === 'cloudflare');
  const marks = cloudflare.filter(opensAgain);
  const completedOver = cloudflare.filter(
    (completing) =>
      failed &&
      completes(completing) &&
      marks.some(
        (mark) =>
          laneOf(mark) !== laneOf(completing) &&
          (waitedFor(completing, mark) || (blind && mark.number < completing.number)),
      ),
  );
  const stalled = ({ from }: LockOut): boolean => {
    const lane = laneOf(from);
    const rotations = cloudflare.filter((one) => isRotation(one) && one.number < from.number);
    const own = rotations.findLast((rotation) => laneOf(rotation) === lane);
    const other = rotations.findLast((rotation) => laneOf(rotation) !== lane);
    const takenBack = marks.some((mark) => laneOf(mark) === lane && mark.number > from.number);
    const wrote = from.service === 'github' && from.method === 'PUT';
    const long = own !== undefined && other !== undefined && other.at - own.at >= 5 * MINUTE;
    const notSince = own === undefined || (blind && (other?.number ?? 0) > own.number);
    const revoked = notSince && cloudflare.includes(from) && other !== undefined;
    return failed && takenBack && ((wrote && (long || blind || versionless)) || revoked);
  };
  const overtaken = cloudflare.filter((one) => isOvertaken(one, cloudflare));
  const crossed = overtaken.filter(comparesNothing);
  const unknown = versionless && overtaken.some((one) => comparesNothing(one) || completes(one));
  const writtenOver = failed && ((cloudflare.some(comparesNothing) && marks.length > 0) || blind);
  return { completedOver, writtenOver, unknown, stalled, crossed };
}

function comparesNothing({ path }: Exchange): boolean {
  return path.endsWith('/rotate');
}

/** Whether another run rotated between a request and the last one of its run before it. */
function isOvertaken(request: Exchange, exchanges: readonly Exchange[]): boolean {
  const lane = laneOf(request);
  const earlier = exchanges.filter(({ number }) => number < request.number);
  const look = earlier.findLast((one) => laneOf(one) === lane);
  return earlier.some((one) => isRotation(one) && laneOf(one) !== lane && one.number > (look?.number ?? 0));
}
