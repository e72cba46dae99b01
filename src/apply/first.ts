import { SETTLING } from '../cloudflare/rotation.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Context } from './context.ts';
import { deleteAgain, type Created } from './creation.ts';

/**
 * Names are not unique, so two runs can create the same token: the one that cannot know that it was first deletes its
 * own again.
 * @returns the token as the list shows it; undefined if it does not yet
 * @throws Problem if this run is not the first, or if that cannot be read
 */
export async function demandFirst(created: Created, context: Context): Promise<ServiceToken | undefined> {
  try {
    const listed = await context.services.tokens.list();
    if (await isFirst(created.token, listed, context))
      return listed.find(({ id }) => id === created.token.id);
  } catch (error) {
    // Nothing was delivered yet, so nobody would miss it.
    if (created.takenUp === undefined) await deleteAgain(created.token, context);
    throw error;
  }
  await deleteAgain(created.token, context);
  throw new Problem(
    'concurrent-run',
    'Another run created the token at the same moment; this run deleted its own again and wrote nothing.',
    'Let one workflow provision a token, with a concurrency group. Run this again if the token is missing then.',
  );
}

/**
 * Of two tokens that were created in the same second, the one with the greater ID is deleted at once, and the other
 * run looks again whether it was.
 */
async function isFirst(
  token: ServiceToken,
  listed: readonly ServiceToken[],
  { services }: Context,
): Promise<boolean> {
  const createdAt = token.createdAt ?? Infinity;
  const younger = ({ createdAt: at = 0 }: ServiceToken): boolean => at > createdAt;
  const twin = ({ createdAt: at, id }: ServiceToken): boolean => at === createdAt && id > token.id;
  const others = namesakes(token, listed);
  if (others.every(younger)) return true;
  if (!others.every((other) => younger(other) || twin(other))) return false;
  await services.tokens.settle(SETTLING, 'another run created a token of the same name in the same second');
  return namesakes(token, await services.tokens.list()).every(younger);
}

function namesakes(token: ServiceToken, listed: readonly ServiceToken[]): readonly ServiceToken[] {
  return listed.filter(({ id, name }) => name === token.name && id !== token.id);
}
