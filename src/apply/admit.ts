import type { Admission } from '../model/admission.ts';
import { Problem, unexpected } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { AdmitStep, WithdrawStep } from '../plan/steps.ts';
import type { Context } from './context.ts';
import { deleteOwnPolicies, ensureOwnPolicy } from './own-policies.ts';
import { dropToken, includeToken } from './reusable-policy.ts';

/**
 * Admits the token where the step says, whatever becomes of the other lines. What fails is in the journal, so that the
 * run fails.
 * @returns whether it is admitted everywhere
 */
export async function admit({ token, admissions }: AdmitStep, context: Context): Promise<boolean> {
  const admitted = await Promise.all(admissions.map((admission) => admitBy(admission, token, context)));
  return admitted.every(Boolean);
}

/** Withdraws the token. @throws Problem if that fails anywhere; then what was withdrawn is admitted again */
export async function withdraw({ token, admissions }: WithdrawStep, context: Context): Promise<void> {
  const { journal } = context;
  for (const [index, admission] of admissions.entries()) {
    try {
      await withdrawFrom(admission, token, context);
    } catch (error) {
      const problem = naming(admission, unexpected(error, context.deps.runner));
      journal.admission({ line: admission.line, what: admission.what, status: 'failed', problem });
      await restore(admissions.slice(0, index), token, context);
      throw problem;
    }
  }
}

/** Admits a token again that was withdrawn and could not be deleted. Failures are in the journal. */
export async function restore(
  admissions: readonly Admission[],
  token: ServiceToken,
  context: Context,
): Promise<void> {
  if (admissions.length === 0) return;
  const { journal, deps } = context;
  const restored = await admit({ kind: 'admit', token, admissions, mustGoOn: true }, context);
  journal.deeds.delete('admitted');
  for (const { line, what } of restored ? admissions : [])
    journal.admission({ line, what, status: 'admitted' });
  if (restored) deps.runner.info('The token was not deleted, so its admission was restored.');
}

async function admitBy(admission: Admission, token: ServiceToken, context: Context): Promise<boolean> {
  const { journal, deps } = context;
  const { line, what } = admission;
  try {
    const added =
      admission.kind === 'own-policy'
        ? await addOwnPolicy(admission, token, context)
        : await addInclude(admission, token, context);
    journal.admission({ line, what, status: added ? 'added' : 'admitted' });
    if (added) journal.did('admitted');
    deps.runner.info(`${what}: ${added ? 'now admits the token' : 'admits the token already'}`);
    return true;
  } catch (error) {
    const problem = naming(admission, unexpected(error, deps.runner));
    journal.admission({ line, what, status: 'failed', problem });
    journal.problems.push(problem);
    deps.runner.info(`${what}: failed`);
    return false;
  }
}

async function addOwnPolicy(
  { application, what }: Extract<Admission, { kind: 'own-policy' }>,
  token: ServiceToken,
  { services, operation }: Context,
): Promise<boolean> {
  const place = { applicationId: application.id, what };
  return ensureOwnPolicy(services.policies, place, token, operation !== 'lease');
}

async function addInclude(
  { policy, what }: Extract<Admission, { kind: 'include' }>,
  token: ServiceToken,
  { services, journal }: Context,
): Promise<boolean> {
  const change = { policyId: policy.id, what, tokenId: token.id };
  const { written, warnings } = await includeToken(services.policies, change);
  journal.warnings.push(...warnings);
  return written;
}

async function withdrawFrom(admission: Admission, token: ServiceToken, context: Context): Promise<void> {
  const { services, journal, deps } = context;
  const { line, what } = admission;
  if (admission.kind === 'own-policy') {
    const place = { applicationId: admission.application.id, what };
    const deleted = await deleteOwnPolicies(services.policies, place, token.id);
    if (deleted > 0) journal.changed = true;
  } else {
    const change = { policyId: admission.policy.id, what, tokenId: token.id };
    const { written, warnings } = await dropToken(services.policies, change);
    if (written) journal.changed = true;
    journal.warnings.push(...warnings);
  }
  journal.admission({ line, what, status: 'withdrawn' });
  deps.runner.info(`${what}: the token is withdrawn`);
}

/** The problem with the application or policy in its text, if it does not name it yet. */
function naming({ what }: Admission, problem: Problem): Problem {
  if (problem.message.includes(what)) return problem;
  return new Problem(problem.code, `${what}: ${problem.message}`, problem.remedy, { cause: problem });
}

/** What stops the steps after a failed admission. */
export function notAdmitted(): Problem {
  return new Problem(
    'admission-failed',
    'The token could not be admitted, so nothing was rotated.',
    'Fix the errors above and run this again.',
  );
}
