import { rotateOnce, SETTLING } from '../cloudflare/compare-and-set.ts';
import type { ReadableTarget } from '../github/stores.ts';
import { pendingMark, rotationMoment } from '../observe/rotation-state.ts';
import { MINUTE } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import { DEFAULT_DURATION, durationText } from '../plan/renewal.ts';
import {
  closeRotation,
  deletedMeanwhile,
  concurrentRunAfterwards,
  reopen,
  type OwnRotation,
} from './complete.ts';
import { withClientId } from './client-id.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { deliver, type Pair, type Reached } from './deliver.ts';
import { proveTargets } from './write-check.ts';
import { verify } from './login-check.ts';

/** No more tokens than that are left behind by a server that creates them and tells of none. */
const MOST_CREATIONS = 3;

/** A token that this run created, with its secret. */
export interface Created {
  readonly token: ServiceToken;
  readonly clientSecret: Pair['clientSecret'];
  /**
   * Of a token whose creation was not answered. Another run may have created it at the same moment and be delivering
   * it, so the first secret is held, and no error makes this run delete the token.
   */
  readonly adopted?: OwnRotation;
}

/** Creates the token and delivers its pair; a token that reached no target is deleted again. */
export async function create(context: Context): Promise<void> {
  const { settings } = context;
  const writable = await proveTargets(context);
  stopIfCancelled(context);
  const name = settings.tokenName ?? '';
  const created = await createToken(name, context);
  const pair = await pairOfFirst(created, context);
  const reached = await deliver(pair, writable, context);
  // Not earlier: verifying uses the token, and one that is in use and that no target knows is not rotated any more.
  const verified = arrived(reached) && (await verify(pair, context, 'created'));
  if (created.adopted !== undefined) {
    const everywhere = [...reached.values()].every((how) => how === 'whole');
    return closeRotation(created.adopted, { everywhere, verified, written: true }, context);
  }
  if (await reachedNothing(reached, context)) {
    const deleted = await deleteAgain(created.token, context);
    throw new Problem(
      'nothing-delivered',
      `No target took the pair${deleted ? ', so the token was deleted again' : ''}.`,
      'Mend what is named above and run this again.',
    );
  }
  await confirm(created.token, context);
}

/**
 * Creates a token. Where the reply is lost, the tokens are listed before anything is repeated: one that is there now
 * is rotated at once, since nobody may have its secret.
 * @throws Problem where Cloudflare refuses, or no reply brings a secret
 */
export async function createToken(name: string, context: Context): Promise<Created> {
  const { services, journal, settings } = context;
  const { tokens } = services;
  const since = tokens.now() - MINUTE;
  const lookUp = async (): Promise<ServiceToken | undefined> =>
    youngest(
      (await tokens.list()).filter((token) => token.name === name && (token.createdAt ?? since) >= since),
    );
  for (let attempts = 1; ; attempts += 1) {
    const minted = await tokens.create(name, durationText(settings.duration ?? DEFAULT_DURATION));
    if (minted.kind === 'minted') return took(minted, context);
    const own = minted.kind === 'withheld' ? minted.token : undefined;
    let found = own ?? (await lookUp());
    if (minted.kind === 'lost' && found === undefined) {
      if (minted.answered === true) journal.changed = true;
      if (minted.answered === true || attempts === MOST_CREATIONS) throw unlisted(minted.because);
      await tokens.backOff('create the token', attempts, minted.because);
      // What was lost on its way may have arrived meanwhile.
      found = await lookUp();
    }
    if (found !== undefined) {
      journal.did('created');
      journal.token = found;
      return took(await adopt(found, own !== undefined, context), context);
    }
    stopIfCancelled(context);
  }
}

function unlisted(because: string): Problem {
  return new Problem(
    'cloudflare-unavailable',
    `No token could be created, or Cloudflare does not list it: ${because}.`,
    'Look in Cloudflare Zero Trust whether there is one of this name by now, and run this again later.',
  );
}

/** Of several, whoever created the youngest gives way: it is this run's, or nobody's. */
function youngest(tokens: readonly ServiceToken[]): ServiceToken | undefined {
  return tokens.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || (b.id > a.id ? 1 : -1))[0];
}

function took(created: Created, { journal }: Context): Created {
  journal.did('created');
  journal.token = created.token;
  journal.clientSecret = created.clientSecret;
  return created;
}

/**
 * Gives a token whose first secret was lost another one.
 * @param own whether it is certain that this run created it
 */
async function adopt(token: ServiceToken, own: boolean, context: Context): Promise<Created> {
  const { tokens } = context.services;
  const at = tokens.now();
  // Whoever else may have created it may have delivered it by now, which must not pass for this run's delivery.
  const hold = pendingMark(rotationMoment(at, [at]));
  const rotated = await rotateOnce(tokens, token, hold);
  if (rotated.kind === 'rotated') {
    const adopted = { token: rotated.token, at, hold };
    return { token: rotated.token, clientSecret: rotated.clientSecret, adopted };
  }
  if (own) await deleteAgain(token, context);
  const lost = own || rotated.kind === 'lost';
  throw new Problem(
    lost ? 'secret-lost' : 'concurrent-run',
    lost
      ? 'The token was created, but no reply brought its client secret.'
      : 'The reply to the creation was lost, and another run has rotated the token since.',
    'Run this again.',
  );
}

/**
 * Names are not unique, so two runs can create the same token: the one that cannot know it was first gives way.
 * Of two that were created in the same second, the one with the greater id gives way at once, and the other looks
 * again whether it did.
 */
async function pairOfFirst(created: Created, context: Context): Promise<Pair> {
  try {
    if (await isFirst(created.token, context)) {
      const { clientId } = await withClientId(created.token, context);
      return { clientId, clientSecret: created.clientSecret };
    }
  } catch (error) {
    // Nothing was delivered yet, so nobody would miss it.
    if (created.adopted === undefined) await deleteAgain(created.token, context);
    throw error;
  }
  await deleteAgain(created.token, context);
  throw new Problem(
    'concurrent-run',
    'Another run created the token at the same moment; this one deleted its own again and wrote nothing.',
    'Let one workflow provision a token, with a concurrency group; run this again if the token is missing then.',
  );
}

async function isFirst(token: ServiceToken, context: Context): Promise<boolean> {
  const createdAt = token.createdAt ?? Infinity;
  const younger = ({ createdAt: at = 0 }: ServiceToken): boolean => at > createdAt;
  const twin = ({ createdAt: at, id }: ServiceToken): boolean => at === createdAt && id > token.id;
  const others = await namesakes(token, context);
  if (others.every(younger)) return true;
  if (!others.every((other) => younger(other) || twin(other))) return false;
  await context.services.tokens.settle(
    SETTLING,
    'another run created a token of the same name in the same second',
  );
  return (await namesakes(token, context)).every(younger);
}

async function namesakes(token: ServiceToken, { services }: Context): Promise<readonly ServiceToken[]> {
  return (await services.tokens.list()).filter(({ id, name }) => name === token.name && id !== token.id);
}

/** Whether it is certain that a target holds the secret. */
function arrived(reached: ReadonlyMap<ReadableTarget, Reached>): boolean {
  return [...reached.values()].some((how) => how === 'whole' || how === 'partly');
}

/** Whether it is proven that no target holds anything of the pair; a lost reply to a write is read back. */
async function reachedNothing(
  reached: ReadonlyMap<ReadableTarget, Reached>,
  { services }: Context,
): Promise<boolean> {
  const nowhere = await Promise.all(
    [...reached].map(async ([state, how]) => {
      if (how !== 'unknown') return how === 'nowhere';
      try {
        const stored = await services.stores.readClientSecret(state.target);
        return stored?.updatedAt === state.clientSecret?.updatedAt;
      } catch (error) {
        if (error instanceof Problem) return false;
        throw error;
      }
    }),
  );
  return nowhere.every(Boolean);
}

/** @returns whether it is gone; what remains is in the journal */
async function deleteAgain(token: ServiceToken, { services, journal }: Context): Promise<boolean> {
  try {
    await services.tokens.delete(token.id);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    journal.problems.push(
      new Problem(
        'token-orphaned',
        `The token ${token.id} was created, reached no target, and could not be deleted again: ${error.message}`,
        'The next run takes it over by its name; or delete it in Cloudflare Zero Trust.',
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

/** Reads the token once more: what was delivered must still be what Access takes. */
async function confirm(token: ServiceToken, context: Context): Promise<void> {
  const { services, journal } = context;
  const read = await services.tokens.get(token.id);
  if (read === undefined) throw deletedMeanwhile();
  if (read.version !== undefined && token.version !== undefined && read.version !== token.version) {
    await reopen(read, context);
    throw concurrentRunAfterwards(true);
  }
  journal.token = { ...token, ...read, clientId: token.clientId };
}
