import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import type { Instant } from '../../src/model/time.ts';

/**
 * What Access makes of what a target holds. `half`: only one of the two secrets is there.
 * `dead`: a pair that it does not let in.
 */
export type Held = 'current' | 'previous' | 'dead' | 'half' | 'nothing';

/** A secret that is made and deleted again to prove that secrets can be written. */
export const PROOF = /^CF_ACCESS_(PROBE_|WRITE_PROOF$)/;

/** How everything stands between two runs, as nobody but the sandbox can know it. */
export interface Standing {
  readonly at: Instant;
  /** Those of the name that is asked for. */
  readonly tokens: readonly TokenRecord[];
  readonly held: ReadonlyMap<Target, Held>;
  /** All that a later run can learn, by how long ago it was: the same means that it does the same. */
  readonly fingerprint: string;
  /** Names of secrets that proofs have left behind. */
  readonly litter: readonly string[];
  /** How many changes to secrets there had been. */
  readonly changes: number;
  /** How many tokens of a GitHub App are alive. */
  readonly installationTokens: number;
}

export function standingOf(sandbox: Sandbox, targets: readonly Target[]): Standing {
  const at = sandbox.clock.now();
  const tokens = sandbox.cloudflare.findByName('ci');
  const ago = (instant: Instant | undefined): number | undefined => instant && instant - at;
  const held = new Map(targets.map((target) => [target, heldBy(sandbox, target)]));
  const secrets = targets.flatMap(({ place }) =>
    sandbox.github.secretNames(place).map((name) => ({ place, name })),
  );
  const fingerprint = JSON.stringify([
    tokens.map((token) =>
      [
        token.version === 1 ? 1 : 'more',
        token.duration,
        token.enabled,
        ...[
          token.createdAt,
          token.updatedAt,
          token.expiresAt,
          token.lastSeenAt,
          token.previousSecretExpiresAt,
        ],
      ].map((value) => (typeof value === 'number' && value > 1 ? ago(value) : value)),
    ),
    targets.map((target) => [describeTarget(target), held.get(target)]),
    secrets.map(({ place, name }) => [
      name.replace(/(?<=PROBE_).*/, ''),
      ago(sandbox.github.secret(place, name)?.updatedAt),
    ]),
    at % 60_000,
  ]);
  const litter = secrets.flatMap(({ name }) => (PROOF.test(name) ? [name] : []));
  return {
    at,
    tokens,
    held,
    fingerprint,
    litter,
    changes: sandbox.github.changes.length,
    installationTokens: sandbox.github.liveInstallationTokens().length,
  };
}

export function heldBy({ cloudflare, storedPair }: Sandbox, target: Target): Held {
  const { clientId, clientSecret } = storedPair(target);
  if (clientId === undefined && clientSecret === undefined) return 'nothing';
  if (clientId === undefined || clientSecret === undefined) return 'half';
  const judged = cloudflare.authenticate(clientId, clientSecret);
  return judged.ok ? judged.used : 'dead';
}

export function isMarked(end: Instant | undefined, second: 17 | 43): boolean {
  return end !== undefined && Math.floor(end / 1000) % 60 === second;
}
