import type { ReadableTarget } from '../github/stores.ts';
import { describeTarget } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { rfc3339 } from '../model/time.ts';
import { targetsThatAre } from '../observe/facts.ts';
import { withClientId } from './client-id.ts';
import { closeRotation } from './complete.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { deliver, type Pair, type Reached } from './deliver.ts';
import { warnOfFormerNames } from './former-names.ts';
import { mint, type Minted } from './mint.ts';
import { proveTargets } from './write-check.ts';
import { verify } from './login-check.ts';

/** Proof, rotation, verification, delivery, closing: in the order that locks nobody out. */
export async function rotate(context: Context, recovering: boolean): Promise<void> {
  const { journal, facts } = context;
  const token = await withClientId(known(journal.token), context);
  // What a recovery would cut off has to prove more: that a secret can be sealed and stored there at this moment.
  const writable = await proveTargets(context, recovering ? targetsThatAre(facts, 'outdated') : []);
  stopIfCancelled(context);
  const own = await mint(token, recovering, context);
  journal.token = own.token;
  journal.clientSecret = own.clientSecret;
  journal.did('rotated');
  const pair: Pair = { clientId: own.token.clientId, clientSecret: own.clientSecret };
  // Whoever waits for a recovery is locked out until it is delivered, so that comes first.
  const trusted = own.recovery === undefined ? await verify(pair, context, 'rotated') : undefined;
  const reached = await deliver(pair, writable, context);
  const everywhere =
    [...reached.values()].every((how) => how === 'whole') && !holdsForOthers(writable, context);
  tellOfFailed(own, reached, context);
  const verified = trusted ?? (await verify(pair, context, 'rotated'));
  await closeRotation(own, { everywhere, verified, written: reached.size > 0 }, context);
  await warnOfFormerNames(writable, context);
}

/**
 * Whether targets that `force` went on without are kept alive by the hold. Without a grace they are not: whoever asks
 * for both wants the old secret dead.
 */
function holdsForOthers(writable: readonly ReadableTarget[], { facts, settings }: Context): boolean {
  return writable.length < facts.targets.length && settings.gracePeriod > 0;
}

/** Says of every target that failed until when the secret works that it still holds. */
function tellOfFailed(
  own: Minted,
  reached: ReadonlyMap<ReadableTarget, Reached>,
  { journal, settings, services }: Context,
): void {
  const howFar = new Map([...reached].map(([{ target }, how]) => [target, how]));
  for (const outcome of journal.targets) {
    const how = howFar.get(outcome.target);
    // Where the client secret was written, what it holds is the current one.
    if (outcome.status !== 'failed' || how === 'partly') continue;
    const leftBehind = how === undefined;
    let worksUntil: Instant = own.hold;
    if (own.recovery?.cutOff.includes(outcome.target) === true) worksUntil = own.recovery.since;
    else if (leftBehind && settings.gracePeriod === 0) worksUntil = services.tokens.now();
    journal.tell({ ...outcome, worksUntil });
    if (!leftBehind) continue;
    const until =
      worksUntil > services.tokens.now()
        ? `works until ${rfc3339(worksUntil)}`
        : `does not work any more since ${rfc3339(worksUntil)}`;
    journal.warnings.push(
      `${describeTarget(outcome.target)} was left out, as force asks for: the secret that it holds ${until}.`,
    );
  }
}

function known(token: ServiceToken | undefined): ServiceToken {
  if (token === undefined) throw new Error('a rotation is planned for a token that exists');
  return token;
}
