import type { Exchange } from '../../sandbox/exchange.ts';
import { isRotation, type Mishap } from './mishaps.ts';
import type { Scenario } from './scenarios.ts';

/**
 * How many targets each run locks out, the one that is struck and the next: the whole of what is conceded to
 * lost secrets. A new secret is known to nobody once the reply that held it is lost, and to nobody who could
 * still write it once the process is gone or its write is refused. The next rotation then ends the secret that
 * the target holds, until that run has written the new one.
 */
export function conceded(
  { targets }: Scenario,
  request: Exchange,
  earlier: readonly Exchange[],
  mishap: Mishap,
): readonly [struck: number, next: number] {
  const { effect, lasting } = mishap;
  const lost = effect.when === 'after';
  const killed = effect.kind === 'kill';
  if (isRotation(request)) {
    if (!lost) return [0, 0];
    // The run rotates once more by itself, if it can.
    return killed || lasting ? [0, targets.length] : [targets.length, 0];
  }
  // A token that was created now had no secret before.
  if (!earlier.some(isRotation)) return [0, 0];
  if (request.service === 'application') return [0, killed ? targets.length : 0];
  const isDelivery = request.method === 'PUT' && request.path.endsWith('/CF_ACCESS_CLIENT_SECRET');
  if (!isDelivery || lost) return [0, 0];
  const served = earlier.filter(
    ({ method, path }) => method === 'PUT' && path.endsWith('/CF_ACCESS_CLIENT_SECRET'),
  );
  if (killed || lasting) return [0, targets.length - served.length];
  const refused = effect.kind === 'reply' && (effect.status === 404 || mishap.name === '403');
  return [0, refused ? 1 : 0];
}
