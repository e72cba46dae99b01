import type { AccessState } from '../../sandbox/cloudflare/access/records.ts';
import type { TokenRecord } from '../../sandbox/cloudflare/records.ts';
import type { Sandbox, StoredPair } from '../../sandbox/sandbox.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import type { Instant } from '../../src/model/time.ts';

/** A token that runs work on, and everybody who is to log in with it. */
export interface Watched {
  readonly name: string;
  /** In the order in which a run names them. */
  readonly targets: readonly Target[];
  /** Those who hold its credentials and are no target: the grace period is promised to them. */
  readonly holders?: readonly Holder[];
}

export interface Holder {
  readonly name: string;
  readonly pair: (sandbox: Sandbox) => StoredPair;
}

/**
 * What Access makes of what a target stores. `half`: only one of client ID and client secret is there.
 * `dead`: both are there, and Access refuses them. `foreign`: Access accepts them, for another token.
 */
export type Held = 'current' | 'previous' | 'foreign' | 'dead' | 'half' | 'nothing';

/** A secret that a write check creates and deletes. */
export const WRITE_CHECK = /^CF_ACCESS_(PROBE_|WRITE_PROOF$)/;

/** How everything stands at one moment, as only the sandbox can know it. */
export interface Standing {
  readonly at: Instant;
  /** All that have one of the watched names. */
  readonly tokens: readonly TokenRecord[];
  /** All other tokens, as text to compare. */
  readonly others: string;
  readonly held: ReadonlyMap<Target, Held>;
  /** Names of secrets that write checks have left behind. */
  readonly litter: readonly string[];
  /** How many changes to secrets there had been. */
  readonly changes: number;
  /** How many changes to variables there had been. */
  readonly variableChanges: number;
  /** All applications, policies and groups; another object after every write. */
  readonly access: AccessState;
  /** How many tokens of a GitHub App are alive. */
  readonly installationTokens: number;
}

export function standingOf(sandbox: Sandbox, watched: readonly Watched[]): Standing {
  const targets = targetsOf(watched);
  const names = new Set(watched.map(({ name }) => name));
  const all = sandbox.cloudflare.list();
  return {
    at: sandbox.clock.now(),
    tokens: all.filter(({ name }) => names.has(name)),
    others: JSON.stringify(all.filter(({ name }) => !names.has(name)).map(essence)),
    held: new Map(
      watched.flatMap(({ name, targets: its }) =>
        its.map((target) => [target, heldBy(sandbox, target, name)] as const),
      ),
    ),
    litter: targets.flatMap(({ place }) =>
      sandbox.github.secretNames(place).filter((name) => WRITE_CHECK.test(name)),
    ),
    changes: sandbox.github.changes.length,
    variableChanges: sandbox.github.variableChanges.length,
    access: sandbox.access.store.state,
    installationTokens: sandbox.github.liveInstallationTokens().length,
  };
}

/** All that a later run can learn, by how long ago it was: two that are equal make it do the same. */
export function fingerprint(sandbox: Sandbox, watched: readonly Watched[]): string {
  const { at, tokens, held } = standingOf(sandbox, watched);
  const ago = (instant: Instant | undefined): number | undefined => instant && instant - at;
  return JSON.stringify([
    tokens.map((token) => [
      token.name,
      token.version === 1 ? 1 : 'more',
      token.duration,
      token.enabled,
      ...[token.createdAt, token.updatedAt, token.expiresAt, token.lastSeenAt].map(ago),
      ago(token.previousSecretExpiresAt),
    ]),
    targetsOf(watched).map((target) => [
      describeTarget(target),
      held.get(target),
      sandbox.github
        .secretNames(target.place)
        .map((name) => [
          name.replace(/(?<=PROBE_).*/, ''),
          ago(sandbox.github.secret(target.place, name)?.updatedAt),
        ]),
    ]),
    at % 60_000,
  ]);
}

export function targetsOf(watched: readonly Watched[]): readonly Target[] {
  return watched.flatMap(({ targets }) => targets);
}

/** What a run may change of a token; using it changes other fields. */
export function essence(token: TokenRecord): string {
  const { id, version, enabled, duration, expiresAt, previousSecretExpiresAt } = token;
  return JSON.stringify([id, version, enabled, duration, expiresAt, previousSecretExpiresAt]);
}

/** How many secrets were minted for the watched tokens; a creation counts as one. */
export function mintedBetween(before: Standing, after: Standing): number {
  const versions = ({ tokens }: Standing): number => tokens.reduce((sum, { version }) => sum + version, 0);
  return versions(after) - versions(before);
}

/** Whether the last rotation is pending, by the seconds of the end of the previous secret. */
export function isPending({ previousSecretExpiresAt: end }: TokenRecord): boolean {
  return end !== undefined && [43, 53].includes(new Date(end).getUTCSeconds());
}

function heldBy({ cloudflare, storedPair }: Sandbox, target: Target, name: string): Held {
  const { clientId, clientSecret } = storedPair(target);
  if (clientId === undefined && clientSecret === undefined) return 'nothing';
  if (clientId === undefined || clientSecret === undefined) return 'half';
  const judged = cloudflare.authenticate(clientId, clientSecret);
  if (!judged.ok) return 'dead';
  return judged.token.name === name ? judged.used : 'foreign';
}
