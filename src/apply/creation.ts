import { rotateOnce, type SecretRotation } from '../cloudflare/rotation.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { MINUTE } from '../model/time.ts';
import { pendingMark, rotationMoment } from '../observe/rotation-state.ts';
import { letTheClockMove } from './birth.ts';
import type { OwnRotation } from './complete.ts';
import { stopIfCancelled, type Context } from './context.ts';

/** No more tokens than that are left behind by a server that creates them and tells of none. */
const MOST_CREATIONS = 3;

/** A token that this run created, with its secret. */
export interface Created {
  readonly token: ServiceToken;
  readonly clientSecret: ClientSecret;
  /**
   * Of a token whose creation was not answered, and which was rotated for it. Another run may have created it at the
   * same moment and be delivering it, so its first secret is held, and no error makes this run delete the token.
   */
  readonly takenUp?: OwnRotation & Pick<SecretRotation, 'crossed'>;
}

/**
 * Creates a token. If the reply is lost, the tokens are listed before anything is repeated: one that is there now is
 * rotated at once, because nobody may have its secret.
 * @param duration a Go duration or `forever`
 * @throws Problem if Cloudflare refuses, or if no reply brings a secret
 */
export async function createToken(name: string, duration: string, context: Context): Promise<Created> {
  const { services, journal } = context;
  const { tokens } = services;
  const since = tokens.now() - MINUTE;
  const lookUp = async (): Promise<ServiceToken | undefined> =>
    youngest(
      (await tokens.list()).filter((token) => token.name === name && (token.createdAt ?? since) >= since),
    );
  for (let attempts = 1; ; attempts += 1) {
    const reply = await tokens.create(name, duration);
    // Later updates send the name along: whatever the reply says, it must stay the one that was asked for.
    if (reply.kind === 'secret') return recorded({ ...reply, token: { ...reply.token, name } }, context);
    const own = reply.kind === 'withheld' ? { ...reply.token, name } : undefined;
    let found = own ?? (await lookUp());
    if (reply.kind === 'lost' && found === undefined) {
      if (reply.answered === true) journal.changed = true;
      if (reply.answered === true || attempts === MOST_CREATIONS) throw unlisted(reply.because);
      await tokens.backOff('create the token', attempts, reply.because);
      // What was lost on its way may have arrived meanwhile.
      found = await lookUp();
    }
    if (found !== undefined) {
      journal.did('created');
      journal.know(found);
      return recorded(await takeUp(found, own !== undefined, context), context);
    }
    stopIfCancelled(context);
  }
}

/** @returns whether the token is gone; what remains is in the journal */
export async function deleteAgain(
  token: ServiceToken,
  { services, journal }: Pick<Context, 'services' | 'journal'>,
): Promise<boolean> {
  try {
    await services.tokens.delete(token.id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    journal.problems.push(
      new Problem(
        'token-orphaned',
        `The token ${token.id} was created, reached no target, and could not be deleted again: ${error.message}`,
        'The next run uses it by its name; or delete it in Cloudflare Zero Trust.',
      ),
    );
    return false;
  }
  journal.token = undefined;
  journal.clientSecret = undefined;
  journal.changed = journal.leavesBehind;
  journal.deeds.delete('created');
  return true;
}

/** Of several, whoever created the youngest gives way: it is this run's, or nobody's. */
function youngest(tokens: readonly ServiceToken[]): ServiceToken | undefined {
  return tokens.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || (b.id > a.id ? 1 : -1))[0];
}

function recorded(created: Created, { journal }: Context): Created {
  journal.did('created');
  journal.know(created.token);
  journal.clientSecret = created.clientSecret;
  return created;
}

/**
 * Gives a token whose first secret was lost another one.
 * @param own whether it is certain that this run created it
 */
async function takeUp(token: ServiceToken, own: boolean, context: Context): Promise<Created> {
  const { tokens } = context.services;
  await letTheClockMove(own ? undefined : token, context);
  const at = tokens.now();
  // Whoever else may have created it may have delivered it by now, which must not pass for this run's delivery.
  const holdFrom = rotationMoment(at, [at]);
  const rotated = await rotateOnce(tokens, {
    token,
    scope: context.scope,
    way: 'untried',
    end: (way) => pendingMark(holdFrom, way),
    isDeliveredByOther: () => Promise.resolve(false),
  });
  if (rotated.kind === 'rotated') {
    const { way, clientSecret, crossed } = rotated;
    const takenUp = { token: rotated.token, way, at, hold: pendingMark(holdFrom, way), crossed };
    return { token: rotated.token, clientSecret, takenUp };
  }
  if (own) await deleteAgain(token, context);
  const lost = own || rotated.kind !== 'concurrent';
  throw new Problem(
    lost ? 'secret-lost' : 'concurrent-run',
    lost
      ? 'The token was created, but no reply brought its client secret.'
      : 'The reply to the creation was lost, and another run has rotated the token since.',
    'Run this again.',
  );
}

function unlisted(because: string): Problem {
  return new Problem(
    'cloudflare-unavailable',
    `No token could be created, or Cloudflare does not list it: ${because}.`,
    'Look in Cloudflare Zero Trust for a token of this name, and run this again later.',
  );
}
