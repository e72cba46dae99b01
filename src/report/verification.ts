import type { Problem } from '../model/problem.ts';
import type { Instant } from '../model/time.ts';
import type { VerifySettings } from '../settings/settings.ts';
import type { RunOutcome } from './outcome.ts';

/** What `verify` found: `problem` says why the credentials do not get past Access. */
export function concludeVerification(
  { dryRun, verifyUrl, warnings }: VerifySettings,
  problem: Problem | undefined,
  now: Instant,
): RunOutcome {
  const { host } = new URL(verifyUrl);
  return {
    operation: 'verify',
    dryRun,
    status: problem === undefined ? 'verified' : 'failed',
    reason: problem?.code ?? 'accepted',
    message: problem?.message ?? `Access accepts the credentials at ${host}.`,
    changed: false,
    tokens: [],
    fleet: false,
    account: undefined,
    problems: problem === undefined ? [] : [problem],
    warnings,
    notices: [],
    now,
    scope: undefined,
  };
}
