import type { Admission, AdmissionState, TokenReference } from '../model/admission.ts';
import type { Problem } from '../model/problem.ts';
import type { ProblemCode } from '../model/problem-codes.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Facts } from '../observe/facts.ts';
import { label, listed } from './naming.ts';
import { refusal, refusedBy, type Plan } from './plan.ts';
import type { Step } from './steps.ts';

/** How many policies, applications or groups a sentence names. */
const MOST_NAMED = 5;

/** Lines that keep nothing from being deleted: what they name holds no policy of the action's own. */
const NOTHING_TO_WITHDRAW: readonly ProblemCode[] = [
  'application-not-found',
  'application-bypassed',
  'policy-not-found',
  'policy-unsuitable',
];

/** What admits the token if `admit-to` asks for it and nothing does yet, or more than one policy does. */
export function admissionsOf({ snapshot }: Pick<Facts, 'snapshot'>): readonly Admission[] {
  return snapshot.admissions.flatMap((state) =>
    state.kind === 'missing' || isDoubled(state) ? (state.admission ?? []) : [],
  );
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

/** Why the token is admitted: a sentence without its full stop. */
export function becauseNotAdmitted(facts: Facts): string {
  const missing = facts.snapshot.admissions.filter(({ kind }) => kind === 'missing');
  return missing.length > 0
    ? `${label(facts)} is not admitted everywhere that admit-to asks for`
    : `several policies of this action admit ${label(facts)} to the same application, and one is enough`;
}

/** The first line of `admit-to` that cannot be used: nothing is created or rotated then, unless that cannot wait. */
export function refusedLine({ snapshot }: Pick<Facts, 'snapshot'>): Problem | undefined {
  return refusedLines(snapshot.admissions)[0];
}

export function refusedLines(admissions: readonly AdmissionState[]): readonly Problem[] {
  return admissions.flatMap((state) => (state.kind === 'refused' ? state.problem : []));
}

/** What a person should know of the admission, whatever is done and whatever becomes of it. */
export function warningsOfAdmission(facts: Facts, steps: readonly Step[]): readonly string[] {
  const { snapshot, own } = facts;
  const warnings = snapshot.admissions.flatMap((state) => state.warnings);
  const missing = snapshot.admissions.filter(({ kind }) => kind === 'missing').map(({ what }) => what);
  if (missing.length === 0 || !steps.some(({ kind }) => kind === 'admit')) return warnings;
  const restored = `The token was not admitted by ${listed(missing)}, which admit-to restores. If somebody withdrew it on purpose to stop the token, disable the token instead.`;
  const others = own
    ? []
    : ['This action did not rotate the token last, so whoever else holds its secret is admitted as well.'];
  return [...warnings, restored, ...others];
}

/** What else admits the token, for a check; nothing if it was not read. */
export function noticesOfAdmission({ snapshot, operation }: Facts): readonly string[] {
  const { references } = snapshot;
  if (references === undefined || operation !== 'check') return [];
  const others = unnamed(snapshot.admissions, references.found);
  const sure = others.filter(({ admits }) => admits).map(({ what }) => what);
  const maybe = others.filter(({ kind, includes }) => kind === 'group' && includes).map(({ what }) => what);
  return [
    ...(sure.length > 0 ? [`The token is also admitted by ${named(sure)}.`] : []),
    ...(maybe.length > 0
      ? [`The token is in ${named(maybe)}. Access may or may not admit a service token by a group.`]
      : []),
    ...(references.anyToken.length > 0
      ? [`Any valid service token, and so this one, is admitted to ${named(references.anyToken)}.`]
      : []),
    ...(references.unread.length > 0
      ? [`What else admits the token is not fully known: ${references.unread.join(', ')} could not be read.`]
      : []),
  ];
}

/** Why a token must not be deleted yet: its admission cannot be withdrawn, or a policy that is not named includes it. */
export function refusedWithdrawal(facts: Facts): Plan | undefined {
  const { snapshot, settings } = facts;
  const refused = snapshot.admissions.find(
    (state) => state.kind === 'refused' && !NOTHING_TO_WITHDRAW.includes(state.problem.code),
  );
  if (refused?.kind === 'refused' && !settings.force) return refusedBy(refused.problem);
  const staying = snapshot.admissions.find((state) => state.kind === 'admitted' && state.stays !== undefined);
  if (staying?.kind === 'admitted' && staying.stays !== undefined) return refusedBy(staying.stays);
  const others = unnamed(snapshot.admissions, snapshot.references?.found ?? []).filter(
    ({ includes }) => includes,
  );
  if (others.length === 0) return undefined;
  return refusal(
    'token-admitted-elsewhere',
    `${label(facts)} is still included in ${named(others.map(({ what }) => what))}, from which this run would not withdraw it, so Cloudflare would not delete it`,
    'Take the token out of it in Cloudflare Zero Trust, or name it in admit-to if its action is Service Auth. Nothing was changed.',
  );
}

/** Lines that a deletion can ignore, for the warnings: nothing is there to withdraw. */
export function ignoredLines({ snapshot }: Pick<Facts, 'snapshot'>): readonly Problem[] {
  return refusedLines(snapshot.admissions).filter(({ code }) => NOTHING_TO_WITHDRAW.includes(code));
}

/** Withdraws a token and deletes it; its admission is restored if the token cannot be deleted. */
export function planWithdrawal({ snapshot }: Facts, token: ServiceToken): readonly Step[] {
  const admissions = snapshot.admissions.flatMap((state) =>
    state.kind === 'admitted' ? (state.admission ?? []) : [],
  );
  const withdraw: readonly Step[] = admissions.length === 0 ? [] : [{ kind: 'withdraw', token, admissions }];
  return [...withdraw, { kind: 'delete-token', token, admissions }];
}

/** What names the token beside the admissions that this run would withdraw. */
function unnamed(
  admissions: readonly AdmissionState[],
  found: readonly TokenReference[],
): readonly TokenReference[] {
  const own = admissions.flatMap((state) => (state.kind === 'admitted' ? (state.admission ?? []) : []));
  return found.filter((reference) =>
    own.every((admission) =>
      admission.kind === 'include'
        ? admission.policy.id !== reference.id
        : !reference.own || admission.application.id !== reference.applicationId,
    ),
  );
}

function isDoubled(state: AdmissionState): state is Extract<AdmissionState, { kind: 'admitted' }> {
  return state.kind === 'admitted' && state.doubled === true;
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
