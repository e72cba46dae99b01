import { describeMoment } from '../model/duration.ts';
import { storedMoments, type Target } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import { names } from './naming.ts';
import { targetsThatAre, type Facts, type StoredState, type TargetFacts } from '../observe/facts.ts';

/** The oldest client secret that is stored in any target. */
export function oldestStored({ snapshot }: Pick<Facts, 'snapshot'>): Instant | undefined {
  const moments = storedMoments(snapshot.targets);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** Whether a stored client secret is older than `rotate-after`. */
export function isDue({ settings: { rotateAfter }, snapshot }: Facts): boolean {
  const oldest = oldestStored({ snapshot });
  return rotateAfter !== 'never' && oldest !== undefined && snapshot.githubNow - oldest >= rotateAfter;
}

export function isPending({ rotation }: Facts): boolean {
  return rotation?.kind === 'pending';
}

export function taken({ targets }: Facts): readonly TargetFacts[] {
  return targets.filter(({ takenBy }) => takenBy !== undefined);
}

/** Which targets, and whose credentials they store. */
export function describeTaken(facts: Facts): string {
  return taken(facts)
    .slice(0, 3)
    .map(
      ({ state, takenBy }) =>
        `${names([state.target])} stores the credentials of the service token ${JSON.stringify(takenBy?.name ?? '')}`,
    )
    .join('; ');
}

export function outdated(facts: Facts): readonly Target[] {
  return targetsThatAre(facts, 'outdated');
}

export function missing(facts: Facts): readonly Target[] {
  return targetsThatAre(facts, 'missing');
}

export function notUpToDate({ targets }: Facts): readonly Target[] {
  return targets.filter(({ stored }) => stored !== 'up-to-date').map(({ state }) => state.target);
}

export function all(targets: readonly TargetFacts[], stored: StoredState): boolean {
  return targets.every((target) => target.stored === stored);
}

/** Targets that could not be read may store anything. */
export function everyTarget({ targets, readable }: Facts): string {
  return readable.length === targets.length ? 'every target' : 'every target that could be read';
}

export function lastUsed({ token, now }: Facts): string {
  return token?.lastSeenAt === undefined ? 'never' : describeMoment(token.lastSeenAt, now);
}

export function ambiguousIds({ snapshot }: Facts): string {
  return snapshot.lookup.kind === 'ambiguous' ? snapshot.lookup.tokens.map(({ id }) => id).join(', ') : '';
}
