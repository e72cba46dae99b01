import { ownPolicyName } from '../cloudflare/own-policy.ts';
import type { Dependencies } from '../model/dependencies.ts';
import { fields, isRecord } from '../http/json.ts';
import type { ApplicationName } from '../model/admission.ts';
import { Problem } from '../model/problem.ts';
import type { Scope } from '../model/service-token.ts';
import { durationText } from '../plan/renewal.ts';
import type { LeaseStep } from '../plan/steps.ts';
import { admit } from './admit.ts';
import { withClientId } from './client-ids.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { createToken } from './creation.ts';
import { runLoginCheck } from './login-check.ts';
import { deleteOwnPolicies } from './own-policies.ts';

/** The state that the main step leaves to the post step; it never holds the secret. */
export interface LeaseState {
  readonly name: string;
  readonly scope: Scope;
  /** Where the token is admitted by a policy of the action's own. */
  readonly applications: readonly ApplicationName[];
  /** Known before any policy is created. */
  readonly tokenId: string | undefined;
  readonly policyName: string | undefined;
}

const STATE = 'lease';

/**
 * Creates a token that lives no longer than the job, and admits it. Its name and the applications are saved before it is
 * created, its ID and the name of its policy before that is created: so the post step finds both even if a reply is lost.
 */
export async function lease(step: LeaseStep, context: Context): Promise<void> {
  const { journal, deps, scope } = context;
  const { name, duration, admissions } = step;
  stopIfCancelled(context);
  const applications = admissions.flatMap((one) => (one.kind === 'own-policy' ? one.application : []));
  const save = (later: Pick<LeaseState, 'tokenId' | 'policyName'>): void => {
    const state: LeaseState = { name, scope, applications, ...later };
    deps.runner.saveState(STATE, JSON.stringify(state));
  };
  save({ tokenId: undefined, policyName: undefined });
  const created = await createToken(name, durationText(duration), context);
  journal.deeds.delete('created');
  journal.did('leased');
  const token = await withClientId(created.token, context);
  journal.know(token);
  if (applications.length > 0) save({ tokenId: token.id, policyName: ownPolicyName({ ...token, name }) });
  const admitted = await admit(
    { kind: 'admit', token: { ...token, name }, admissions, mustGoOn: true },
    context,
  );
  const credentials = { clientId: token.clientId, clientSecret: created.clientSecret };
  const accepted =
    admitted &&
    (await runLoginCheck(credentials, { after: 'leased', admitted: admissions.length > 0 }, context));
  if (!accepted) journal.clientSecret = undefined;
  await removeLeftovers(step, context);
}

/** What earlier leases left behind admits nobody, so a failure here is only a warning. */
async function removeLeftovers(
  { leftovers }: LeaseStep,
  { services, journal, deps }: Context,
): Promise<void> {
  for (const { application, what, tokenId } of leftovers) {
    try {
      const place = { applicationId: application.id, what };
      const deleted = await deleteOwnPolicies(services.policies, place, tokenId);
      if (deleted > 0)
        deps.runner.info(`${what}: deleted the policy of an earlier lease whose token is gone`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      journal.warnings.push(
        `A policy of an earlier lease could not be deleted from the ${what}: ${error.message}`,
      );
    }
  }
}

/** What the main step saved; undefined if it leased nothing. */
export function savedLease(runner: Pick<Dependencies['runner'], 'getState'>): LeaseState | undefined {
  const saved = runner.getState(STATE);
  if (saved === '') return undefined;
  const state = fields(JSON.parse(saved));
  const { kind, id } = fields(state['scope']);
  const applications = Array.isArray(state['applications']) ? state['applications'] : [];
  return {
    name: text(state['name']) ?? '',
    scope: { kind: kind === 'zone' ? 'zone' : 'account', id: text(id) ?? '' },
    applications: applications.filter(isRecord).map((one) => {
      return { id: text(one['id']) ?? '', name: text(one['name']) ?? '' };
    }),
    tokenId: text(state['tokenId']),
    policyName: text(state['policyName']),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
