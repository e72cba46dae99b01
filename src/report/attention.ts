import type { AccountCheck, TokenFinding } from '../plan/account-check.ts';

/** What is worth saying of a token that nobody has to act on. */
const HARMLESS: ReadonlySet<string> = new Set(['leased', 'unlisted']);

/** Whether somebody must act on the token. */
export function needsAttention({ problems }: TokenFinding): boolean {
  return problems.some(({ code }) => !HARMLESS.has(code));
}

/** Whether a job holds the token for as long as it runs. */
export function isLeased({ problems }: TokenFinding): boolean {
  return problems.some(({ code }) => code === 'leased');
}

/** The tokens of a check that somebody must act on, the most urgent first. */
export function attentionIn({ findings }: AccountCheck): readonly TokenFinding[] {
  return findings.filter(needsAttention).sort((left, right) => urgency(left) - urgency(right));
}

/** What works no more comes first, then what ends, by its moment. */
function urgency({ token, problems }: TokenFinding): number {
  const codes = new Set(problems.map(({ code }) => code));
  if (codes.has('expired')) return -2;
  if (codes.has('expires-soon')) return token.expiresAt ?? 0;
  return codes.has('disabled') ? -1 : Infinity;
}
