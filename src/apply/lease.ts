import type { ServiceTokens } from '../cloudflare/service-tokens.ts';
import type { Dependencies } from '../dependencies.ts';
import { Problem } from '../model/problem.ts';
import type { Scope } from '../model/service-token.ts';
import { durationText } from '../plan/renewal.ts';
import type { LeaseStep } from '../plan/steps.ts';
import { admit } from './admit.ts';
import { withClientId } from './client-ids.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { createToken } from './creation.ts';
import { runLoginCheck } from './login-check.ts';

/** The state that the main step leaves to the post step; it never holds the secret. */
export interface LeaseState {
  readonly name: string;
  readonly scope: Scope;
}

const STATE = 'lease';

/**
 * Creates a token that lives no longer than the job. Its name is saved before it is created, so that the post step
 * finds it even if the reply to its creation is lost.
 */
export async function lease(step: LeaseStep, context: Context): Promise<void> {
  const { journal, deps, scope } = context;
  const { name, duration, admissions } = step;
  stopIfCancelled(context);
  const state: LeaseState = { name, scope };
  deps.runner.saveState(STATE, JSON.stringify(state));
  const created = await createToken(name, durationText(duration), context);
  journal.deeds.delete('created');
  journal.did('leased');
  const token = await withClientId(created.token, context);
  journal.know(token);
  const admitted = await admit({ kind: 'admit', token, admissions, mustGoOn: true }, context);
  const credentials = { clientId: token.clientId, clientSecret: created.clientSecret };
  const accepted =
    admitted &&
    (await runLoginCheck(credentials, { after: 'leased', admitted: admissions.length > 0 }, context));
  if (!accepted) journal.clientSecret = undefined;
}

/** What the main step saved; undefined if it leased nothing. */
export function savedLease(runner: Pick<Dependencies['runner'], 'getState'>): LeaseState | undefined {
  const saved = runner.getState(STATE);
  if (saved === '') return undefined;
  const { name, scope } = JSON.parse(saved) as LeaseState;
  return { name, scope };
}

/**
 * Deletes the leased token, if it is there. Its name is unique, so it is found whatever the main step knew.
 * @returns whether there was one
 * @throws Problem that says how to remove it
 */
export async function endLease({ name }: LeaseState, tokens: ServiceTokens): Promise<boolean> {
  try {
    const leased = (await tokens.list()).filter((token) => token.name === name);
    await Promise.all(leased.map(({ id }) => tokens.delete(id)));
    return leased.length > 0;
  } catch (error) {
    throw leaseLeft(name, error instanceof Problem ? error.text : String(error));
  }
}

/** The token is still there, and this is how to remove it. */
export function leaseLeft(name: string, because: string): Problem {
  return new Problem(
    'lease-left',
    `The leased service token ${JSON.stringify(name)} could not be deleted: ${because}`,
    'Delete it in Cloudflare Zero Trust under Access controls > Service credentials > Service Tokens. Until then it works until it expires.',
  );
}
