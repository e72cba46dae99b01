import type { Way } from '../cloudflare/rotation.ts';
import { mergeTokens } from '../cloudflare/token-json.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { SECOND, type Instant } from '../model/time.ts';
import { endedMark, pendingMark } from '../observe/rotation-state.ts';
import { deletedMeanwhile } from './complete.ts';
import type { Context } from './context.ts';

/** How often a lost reply is made up for: nobody uses the token yet, so another rotation harms nobody. */
const MOST_ROTATIONS = 3;

const DOING = 'rotate the client secret at birth';

/** A token with a real mark, which says which request brings its secret. */
export interface Born {
  readonly token: ServiceToken;
  readonly clientSecret: ClientSecret;
  readonly way: Way;
  /** Whether a concurrent run found the token by its name and rotated it meanwhile. */
  readonly crossed: boolean;
}

/**
 * Rotates a new token once before anybody uses it. This sets its mark, and shows whether the reply to an update brings
 * the secret: a live test says that it does, the documented schema that it does not.
 * @param pending leaves the rotation pending, for other stores
 * @throws Problem if no reply brings a secret
 */
export async function rotateAtBirth(
  created: ServiceToken,
  pending: boolean,
  context: Context,
): Promise<Born> {
  const { tokens } = context.services;
  // assumption: previous-end-unrotated, version-in-create
  const at = tokens.now();
  const end = (way: Way): Instant => (pending ? pendingMark(at, way) : endedMark(undefined, at, way));
  let token = created;
  let way: Way = created.version === undefined ? 'rotate' : 'update';
  for (let rotations = 1; ; rotations += 1) {
    const reply =
      way === 'update' && token.version !== undefined
        ? await tokens.rotateFrom(token, token.version, end('update'))
        : await tokens.rotate(token.id, end('rotate'));
    const next = token.version === undefined ? undefined : token.version + 1;
    if (reply.kind === 'secret') {
      const { version = next, previousSecretExpiresAt = end(way) } = reply.token;
      return {
        clientSecret: reply.clientSecret,
        way,
        crossed: next !== undefined && version !== undefined && version > next,
        token: { ...mergeTokens(token, reply.token), version, previousSecretExpiresAt },
      };
    }
    // assumption: secret-in-update-reply, secret-in-rotate-reply
    if (reply.kind === 'withheld') {
      if (way === 'rotate' || context.scope.kind === 'zone') throw withheld(context);
      token = { ...mergeTokens(token, reply.token), version: reply.token.version ?? next };
      way = 'rotate';
      continue;
    }
    if (rotations === MOST_ROTATIONS) throw lost(reply.because);
    await tokens.backOff(DOING, rotations, reply.because);
    const read = await tokens.get(token.id);
    if (read === undefined) throw deletedMeanwhile();
    token = mergeTokens(token, read);
  }
}

/**
 * Replies without a secret version tell a rotated token from a new one by the time of the last update alone.
 * @param read the token as a later run reads it
 */
export async function letTheClockMove(
  read: ServiceToken | undefined,
  { services }: Pick<Context, 'services'>,
): Promise<void> {
  if (read?.version !== undefined) return;
  await services.tokens.settle(SECOND, 'replies may leave out the secret version');
}

function withheld({ scope }: Context): Problem {
  return new Problem(
    'secret-withheld',
    scope.kind === 'zone'
      ? 'The token was created, but the reply to an update brings no client secret, and zones have no other way to rotate.'
      : 'The token was created, but no reply to a rotation brings its client secret.',
    scope.kind === 'zone'
      ? 'Create the token in the account: set cloudflare-account-id instead of cloudflare-zone-id.'
      : 'Run this again later, and report it if the error stays.',
  );
}

function lost(because: string): Problem {
  return new Problem(
    'secret-lost',
    `The token was created, but no reply brought its client secret (${because}).`,
    'Run this again.',
  );
}
