import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { ReadableTarget } from '../model/target.ts';
import type { WriteClientIdStep } from '../plan/steps.ts';
import type { Context } from './context.ts';

/** Writes the client ID to targets that lack it or store another one. */
export async function writeClientIds(step: WriteClientIdStep, context: Context): Promise<void> {
  const { services, journal } = context;
  const { clientId } = await withClientId(step.token, context);
  const write = async (state: ReadableTarget): Promise<void> => {
    const { target } = state;
    try {
      await services.stores.writeClientId(state, clientId);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      journal.fail(target, error);
      return;
    }
    journal.tell({ ...journal.of(target), status: 'delivered' });
    journal.did('repaired');
  };
  await Promise.all(step.targets.map(write));
}

/**
 * The token with its client ID, which is read once more if a reply left it out.
 * @throws Problem if no reply tells it: half of the credentials must not be written over whole ones
 */
export async function withClientId(
  token: ServiceToken,
  { services }: Pick<Context, 'services'>,
): Promise<ServiceToken> {
  if (token.clientId !== '') return token;
  const clientId = (await services.tokens.get(token.id))?.clientId ?? '';
  if (clientId !== '') return { ...token, clientId };
  throw new Problem(
    'client-id-unknown',
    `Cloudflare's replies leave out the client ID of the token ${token.id}, and without it nothing can be delivered.`,
    'Look at the token in Cloudflare Zero Trust. If it is in order there, run this again later.',
  );
}
