import type { Operation } from '../../model/operation.ts';
import type { Outcome, Status } from '../outcome.ts';
import type { Step } from '../../plan/plan.ts';
import { tokenCode } from './steps.ts';
import type { Settings } from '../../settings/settings.ts';

type Naming = (name: string) => string;

const DONE: Record<Exclude<Status, 'failed' | 'planned' | 'due'>, Naming> = {
  created: (name) => `Created ${name}`,
  rotated: (name) => `Rotated the client secret of ${name}`,
  renewed: (name) => `Renewed ${name}`,
  repaired: (name) => `Repaired the delivery of ${name}`,
  revoked: (name) => `Ended the previous client secret of ${name}`,
  deleted: (name) => `Deleted ${name}`,
  leased: (name) => `Leased ${name} to this job`,
  unchanged: (name) => `Nothing to do for ${name}`,
};

/** The first of these among the steps of a plan says what the plan is about. */
const WOULD: readonly (readonly [Step['kind'], Naming])[] = [
  ['create', (name) => `${name} would be created`],
  ['rotate', (name) => `the client secret of ${name} would be rotated`],
  ['lease', (name) => `${name} would be leased to this job`],
  ['delete-token', (name) => `${name} would be deleted`],
  ['delete-secrets', (name) => `the secrets of ${name} would be deleted`],
  ['revoke', (name) => `the previous client secret of ${name} would end`],
  ['close', (name) => `the delivery of ${name} would be repaired`],
  ['renew', (name) => `${name} would be renewed`],
  ['write-client-id', (name) => `the delivery of ${name} would be repaired`],
  ['wait', (name) => `the delivery of ${name} by another run would be waited for`],
];

const FAILED: Record<Operation, Naming> = {
  rotate: (name) => `Rotating ${name} failed`,
  renew: (name) => `Renewing ${name} failed`,
  check: (name) => `Checking ${name} failed`,
  revoke: (name) => `Ending the previous client secret of ${name} failed`,
  delete: (name) => `Deleting ${name} failed`,
  lease: (name) => `Leasing ${name} failed`,
};

/** What happened, in one line of Markdown with one status mark. */
export function heading(
  outcome: Outcome,
  settings: Pick<Settings, 'operation' | 'tokenName' | 'dryRun'>,
): string {
  const { status, tokens } = outcome;
  const name = tokenCode(outcome.token?.name ?? settings.tokenName);
  switch (status) {
    case 'failed':
      return `❌ ${failure(outcome, FAILED[settings.operation](tokens === undefined ? name : 'the account'))}`;
    case 'planned':
      return `📝 Dry run: ${would(outcome, name)}`;
    case 'due':
      return `⚠️ ${tokens === undefined ? `Check: ${would(outcome, name)}` : accountHeading(tokens)}`;
    default: {
      if (tokens !== undefined) return `✅ ${accountHeading(tokens)}`;
      const done = DONE[status](name);
      if (settings.operation === 'check') return `✅ Check: nothing to do for ${name}`;
      return settings.dryRun ? `✅ Dry run: nothing to do for ${name}` : `✅ ${done}`;
    }
  }
}

function failure({ changed, targets }: Outcome, failed: string): string {
  if (!changed) return `${failed}, nothing was changed`;
  const count = targets.filter(({ status }) => status === 'failed').length;
  return count === 0 ? failed : `${failed} for ${count} of ${targets.length} targets`;
}

function would({ steps }: Outcome, name: string): string {
  const naming = WOULD.find(([kind]) => steps.some((step) => step.kind === kind))?.[1];
  return naming?.(name) ?? `${name} needs attention`;
}

function accountHeading(tokens: NonNullable<Outcome['tokens']>): string {
  const found = tokens.filter(({ problems }) => problems.length > 0).length;
  const all = `${tokens.length} service token${tokens.length === 1 ? '' : 's'}`;
  if (found > 0) return `${found} of ${all} to act on`;
  return tokens.length === 0 ? 'No service token to check' : `Nothing to act on in ${all}`;
}
