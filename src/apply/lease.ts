import { stopIfCancelled, type Context } from './context.ts';
import { withClientId } from './client-id.ts';
import { createToken } from './create.ts';
import { verify } from './login-check.ts';
import type { ServiceTokens } from '../cloudflare/service-tokens.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Scope } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';

/** The state that the main step leaves to the post step; it never holds the secret. */
export interface LeaseState {
  readonly name: string;
  readonly scope: Scope;
}

const STATE = 'lease';

/** Cloudflare's longest name of a token, in characters. */
const LONGEST_NAME = 350;

/** The name of a leased token: what it is for, the run, attempt and job that it belongs to, and a random part. */
export function leaseName(prefix: string, deps: Pick<Dependencies, 'env' | 'randomBytes'>): string {
  const {
    GITHUB_RUN_ID: run = 'local',
    GITHUB_RUN_ATTEMPT: attempt = '1',
    GITHUB_JOB: job = 'job',
  } = deps.env;
  const random = Buffer.from(deps.randomBytes(8)).toString('hex');
  const ending = `-${run}-${attempt}-${job.replace(/[^\w.-]/g, '-').slice(0, 100)}-${random}`;
  return `${prefix.slice(0, LONGEST_NAME - ending.length)}${ending}`;
}

/**
 * Creates a token that lives no longer than the job. Its name is saved before it is created, so that the post step
 * finds it even where the reply to its creation is lost.
 */
export async function lease(name: string, context: Context, runner: Dependencies['runner']): Promise<void> {
  const { settings, journal } = context;
  stopIfCancelled(context);
  const state: LeaseState = { name, scope: settings.scope };
  runner.saveState(STATE, JSON.stringify(state));
  const created = await createToken(name, context);
  journal.deeds.delete('created');
  journal.did('leased');
  const token = await withClientId(created.token, context);
  journal.token = token;
  const pair = { clientId: token.clientId, clientSecret: created.clientSecret };
  if (!(await verify(pair, context, 'leased'))) journal.clientSecret = undefined;
}

/** What the main step saved; undefined where it leased nothing. */
export function savedLease(runner: Pick<Dependencies['runner'], 'getState'>): LeaseState | undefined {
  const saved = runner.getState(STATE);
  if (saved === '') return undefined;
  const { name, scope } = JSON.parse(saved) as LeaseState;
  return { name, scope };
}

/**
 * Deletes the leased token, if it is there. Its name is unique, so that it is found whatever the main step knew.
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

/** The token is there still, and this is how to remove it. */
export function leaseLeft(name: string, because: string): Problem {
  return new Problem(
    'lease-left',
    `The leased service token ${JSON.stringify(name)} could not be deleted: ${because}`,
    'Delete it in Cloudflare Zero Trust under Access controls > Service credentials > Service Tokens; until then it works until it expires.',
  );
}
