import type { Control } from '../access/login-check.ts';
import { Problem } from '../model/problem.ts';
import type { Facts } from '../observe/facts.ts';
import { noticesOfAdmission } from './admission.ts';
import { planCompletion } from './completion.ts';
import { planOf, refusedBy, type Plan } from './plan.ts';
import { durationOf, renewStep } from './renewal.ts';
import { planDeletion, planRevocation, withoutToken } from './retirement.ts';
import { planRotation } from './rotation.ts';
import { RENEWAL_BECAUSE } from './steps.ts';

/**
 * Decides what to do with one token. Pure.
 * @param waited whether a concurrent run was given the time that it may need to deliver
 */
export function planFor(facts: Facts, waited: boolean): Plan {
  const unprotected = refusedControl(facts.snapshot.control);
  if (unprotected !== undefined) return refusedBy(unprotected);
  const plan = planOperation(facts, waited);
  const { warnings, notices } = seenOfControl(facts);
  return {
    ...plan,
    warnings: [...plan.warnings, ...warnings],
    notices: [...plan.notices, ...notices, ...noticesOf(facts), ...noticesOfAdmission(facts)],
  };
}

function planOperation(facts: Facts, waited: boolean): Plan {
  switch (facts.operation) {
    case 'renew':
      return planRenewal(facts);
    case 'revoke':
      return planRevocation(facts);
    case 'delete':
      return planDeletion(facts);
    case 'complete':
      return planCompletion(facts);
    case 'rotate':
    case 'check':
      return planRotation(facts, waited);
    case 'lease':
    case 'verify':
      throw new Error(`${facts.operation} reads no token`);
  }
}

function planRenewal(facts: Facts): Plan {
  const missing = withoutToken(facts);
  if (missing !== undefined || facts.token === undefined) return missing ?? planOf('token-missing', '');
  const step = renewStep(facts.token, facts, 'renewal-asked', durationOf(facts.token, facts.settings));
  return planOf('renewal-asked', RENEWAL_BECAUSE['renewal-asked'], [step]);
}

/** A URL that lets everyone in proves nothing of a secret. */
export function refusedControl(control: Control | undefined): Problem | undefined {
  if (control?.kind !== 'unprotected') return undefined;
  return new Problem(
    'verify-url-unprotected',
    `verify-url lets in a request without credentials (${control.seen}), so it proves nothing of a secret.`,
    'Set verify-url to a URL behind Cloudflare Access, or leave it out. Nothing was changed.',
  );
}

function seenOfControl({ snapshot: { control }, operation }: Facts): Pick<Plan, 'warnings' | 'notices'> {
  switch (control?.kind) {
    case 'undecided':
      return {
        warnings: [`Access could not be seen to protect verify-url: ${control.seen}.`],
        notices: [],
      };
    case 'protected':
      return {
        warnings: [],
        notices: operation === 'check' ? [`Access protects verify-url: ${control.how}.`] : [],
      };
    default:
      return { warnings: [], notices: [] };
  }
}

function noticesOf({ rotation }: Facts): readonly string[] {
  if (rotation?.kind !== 'unknown') return [];
  return [
    "Cloudflare's replies leave out when the previous secret ends, so the time of the last update stands for the last rotation.",
  ];
}
