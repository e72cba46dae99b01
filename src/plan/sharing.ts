import { describeTarget, type TargetState } from '../model/target.ts';

/**
 * Where an organization's secret is visible to others than the target asks for: GitHub takes a visibility only together
 * with a value, so it changes when the next secret is written.
 * @returns a sentence, or undefined where it is as asked for
 */
export function otherVisibility(state: TargetState): string | undefined {
  const { place } = state.target;
  if (state.kind !== 'readable' || place.kind !== 'organization') return undefined;
  const wanted = place.visibility ?? (place.repositories === undefined ? undefined : 'selected');
  const stored = state.clientSecret?.visibility;
  if (wanted === undefined || stored === undefined || wanted === stored) return undefined;
  return `${describeTarget(state.target)}: the secrets are visible to ${stored}, and will be to ${wanted} only once the next client secret is written. With force: true that is now.`;
}
