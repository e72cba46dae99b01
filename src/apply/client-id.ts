import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import type { Context } from './context.ts';

/**
 * The token with its client ID, which is read once more where a reply left it out.
 * @throws Problem where none tells it: half a pair must not be written over a whole one
 */
export async function withClientId(token: ServiceToken, { services }: Context): Promise<ServiceToken> {
  if (token.clientId !== '') return token;
  const clientId = (await services.tokens.get(token.id))?.clientId ?? '';
  if (clientId !== '') return { ...token, clientId };
  throw new Problem(
    'client-id-unknown',
    `Cloudflare tells no client ID of the token ${token.id}, and without it there is no pair to deliver.`,
    'Look at the token in Cloudflare Zero Trust; if it is in order there, run this again later.',
  );
}
