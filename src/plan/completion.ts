import type { Facts } from '../observe/facts.ts';
import { label, names, verb } from './naming.ts';
import { planOf, refusal, type Plan } from './plan.ts';
import { withoutToken } from './retirement.ts';

/** `complete`: end the hold of a rotation that a run left pending, once every store has the new secret. */
export function planCompletion(facts: Facts): Plan {
  const missing = withoutToken(facts);
  if (missing !== undefined) return missing;
  const { token, rotation, settings, targets } = facts;
  if (token === undefined) throw new Error('withoutToken refuses that');
  if (settings.secretVersion !== undefined && token.version !== settings.secretVersion) {
    return anotherVersion(label(facts), token.version, settings.secretVersion);
  }
  if (rotation?.kind !== 'pending') {
    return planOf('nothing-pending', `the last rotation of ${label(facts)} is not pending`);
  }
  const behind = targets.filter(({ stored }) => stored !== 'up-to-date').map(({ state }) => state.target);
  if (behind.length > 0) {
    return refusal(
      'delivery-incomplete',
      `the last rotation did not reach ${names(behind)}, and completing it would lock ${verb(behind, 'it', 'them')} out`,
      'Run operation: rotate, which repairs the targets.',
    );
  }
  const { at, way } = rotation;
  return planOf('completion-asked', 'operation: complete asks for it', [
    {
      kind: 'complete',
      token,
      way,
      rotatedAt: at,
      gracePeriod: settings.gracePeriod,
      asked: true,
      unverified: false,
    },
  ]);
}

/** @param wanted what `secret-version` asks for; `version` is what the token has, as far as Cloudflare says it */
function anotherVersion(name: string, version: number | undefined, wanted: number): Plan {
  if (version === undefined) {
    return refusal(
      'secret-version-mismatch',
      `Cloudflare does not say which client secret version ${name} has, so it cannot be compared with ${wanted}`,
      'Leave secret-version out.',
    );
  }
  const why = version > wanted ? 'somebody rotated it since' : 'it never had that one';
  return refusal(
    'secret-version-mismatch',
    `${name} has client secret version ${version}, not ${wanted}: ${why}`,
    'Run operation: rotate with leave-pending again and store what it puts out, or leave secret-version out.',
  );
}
