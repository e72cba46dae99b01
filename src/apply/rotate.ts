import { recoverOnce, rotateOnce } from '../cloudflare/compare-and-set.ts';
import type { ReadableTarget } from '../github/stores.ts';
import { openMark, rotationMoment } from '../marks.ts';
import { describeTarget, type Instant, type ServiceToken } from '../model.ts';
import { Problem } from '../problem.ts';
import { rfc3339 } from '../rfc3339.ts';
import { storedMoments } from '../world.ts';
import { closeRotation, type OwnRotation } from './close.ts';
import { stopIfCancelled, type Context } from './context.ts';
import { deliver, type Pair } from './deliver.ts';
import { proveTargets } from './prove.ts';
import { verify } from './verify.ts';
import { warnOfFormerNames } from './former-names.ts';

/** Proof, rotation, verification, delivery, closing: in the order that locks nobody out. */
export async function rotate(context: Context, recovering: boolean): Promise<void> {
  const { ledger } = context;
  const token = known(ledger.token);
  const writable = await proveTargets(context);
  stopIfCancelled(context);
  const own = await mint(token, recovering, context);
  ledger.token = own.token;
  ledger.clientSecret = own.clientSecret;
  ledger.did('rotated');
  const pair: Pair = { clientId: own.token.clientId, clientSecret: own.clientSecret };
  // Whoever waits for a recovery is locked out until it is delivered, so that comes first.
  const trusted = own.recovered ? undefined : await verify(pair, context, 'rotated');
  const reached = await deliver(pair, writable, context);
  const everywhere =
    [...reached.values()].every((how) => how === 'whole') && !holdsForOthers(writable, context);
  const verified = trusted ?? (await verify(pair, context, 'rotated'));
  await closeRotation(own, { everywhere, verified, written: reached.size > 0 }, context);
  warnOfTheOthers(writable, context);
  await warnOfFormerNames(writable, context);
}

interface Minted extends OwnRotation {
  readonly clientSecret: Pair['clientSecret'];
  readonly recovered: boolean;
}

async function mint(token: ServiceToken, recovering: boolean, context: Context): Promise<Minted> {
  const { services, facts, deps, ledger } = context;
  const stored = storedMoments(facts.world.targets);
  // While it is open, what was stored before must not pass for the new secret. Once it is closed everything is written
  // anew, and what matters is that all of that is current, however soon after another rotation this one was.
  const at = facts.world.readAt;
  const end = openMark(rotationMoment(at, stored));
  const first = recovering
    ? await recoverOnce(services.tokens, token, end)
    : await rotateOnce(services.tokens, token, end);
  if (first.kind === 'rotated') return { ...first, at, hold: end, recovered: recovering };
  if (first.kind === 'overtaken') throw overtaken();
  ledger.changed = true;
  if (recovering) throw secretLost(end);
  stopIfCancelled(context);
  deps.runner.info('The reply that held the new secret was lost: rotating once more to recover.');
  const againAt = services.tokens.now();
  const againEnd = openMark(rotationMoment(againAt, stored));
  const second = await recoverOnce(services.tokens, first.token, againEnd);
  if (second.kind !== 'rotated') throw secretLost(againEnd);
  ledger.warnings.push(
    `The reply to the rotation was lost and the secret had to be rotated once more: whoever took the secret that was stored before this run has been locked out since ${rfc3339(services.tokens.now())}.`,
  );
  return { ...second, at: againAt, hold: againEnd, recovered: true };
}

/**
 * Whether targets that `force` went on without are kept alive by the hold. Without a grace they are not: whoever asks
 * for both wants the old secret dead.
 */
function holdsForOthers(writable: readonly ReadableTarget[], { facts, settings }: Context): boolean {
  return writable.length < facts.targets.length && settings.gracePeriod > 0;
}

/** With `force`, targets that refuse are left behind with the old secret. */
function warnOfTheOthers(writable: readonly ReadableTarget[], { ledger, settings }: Context): void {
  const reached = new Set(writable.map(({ target }) => target));
  const end = ledger.token?.previousSecretExpiresAt;
  for (const outcome of ledger.targets) {
    if (outcome.status !== 'failed') continue;
    if (settings.gracePeriod > 0 && end !== undefined) ledger.tell({ ...outcome, worksUntil: end });
    if (reached.has(outcome.target)) continue;
    const until =
      settings.gracePeriod > 0 && end !== undefined
        ? `the secret that it holds works until ${rfc3339(end)}`
        : 'the secret that it holds does not work any more';
    ledger.warnings.push(`${describeTarget(outcome.target)} was left out, as force asks for: ${until}.`);
  }
}

function known(token: ServiceToken | undefined): ServiceToken {
  if (token === undefined) throw new Error('a rotation is planned for a token that exists');
  return token;
}

/** Another run rotated between this run's reading and its rotation. */
export function overtaken(): Problem {
  return new Problem(
    'overtaken',
    'Another run rotated the token first; this one wrote nothing.',
    'Let one workflow rotate a token, with a concurrency group; run this again if a target is not current then.',
  );
}

function secretLost(end: Instant): Problem {
  return new Problem(
    'secret-lost',
    'The client secret was rotated, but no reply brought the new one.',
    `Run this again: it rotates once more and delivers. The previous secret works until ${rfc3339(end)}, or until that run.`,
  );
}
