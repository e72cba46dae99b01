import type { Admission } from '../model/admission.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Facts } from '../observe/facts.ts';
import type { Step } from './steps.ts';

/** What admits the token where `admit-to` asks for it and nothing does yet. */
export function admissionsOf({ snapshot }: Pick<Facts, 'snapshot'>): readonly Admission[] {
  return snapshot.admissions.flatMap((state) => (state.kind === 'missing' ? state.admission : []));
}

/**
 * Admits a token that exists.
 * @param mustGoOn whether a failure must not stop the steps after it: a forced or recovering rotation
 */
export function planAdmission(facts: Facts, mustGoOn: boolean): readonly Step[] {
  const { token } = facts;
  const admissions = admissionsOf(facts);
  if (token === undefined || admissions.length === 0) return [];
  return [{ kind: 'admit', token, admissions, mustGoOn }];
}

/** Withdraws a token and deletes it; its admission is restored if the token cannot be deleted. */
export function planWithdrawal({ snapshot }: Facts, token: ServiceToken): readonly Step[] {
  const admissions = snapshot.admissions.flatMap((state) =>
    state.kind === 'admitted' ? (state.admission ?? []) : [],
  );
  const withdraw: readonly Step[] = admissions.length === 0 ? [] : [{ kind: 'withdraw', token, admissions }];
  return [...withdraw, { kind: 'delete-token', token, admissions }];
}
