import type { RunOutcome, TokenOutcome } from '../outcome.ts';
import { code } from './markdown.ts';

/** What only matters to whoever looks into it, small, at the end. */
export function footer({ scope, reason, status }: RunOutcome, outcome?: TokenOutcome): string {
  const token = outcome?.token;
  const parts = [
    // The box has the code of an error.
    ...(reason === '' || status === 'failed' ? [] : [code(reason)]),
    ...(scope === undefined ? [] : [`${scope.kind} ${code(scope.id)}`]),
    ...(token === undefined ? [] : [`token ${code(token.id)}`]),
    ...(token?.version === undefined ? [] : [`secret version ${token.version}`]),
  ];
  return parts.length === 0 ? '' : `<sub>${parts.join(' · ')}</sub>`;
}
