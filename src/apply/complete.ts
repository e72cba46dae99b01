import { SETTLING } from '../cloudflare/compare-and-set.ts';
import { mergeTokens } from '../cloudflare/token-json.ts';
import { completedMark, pendingMark } from '../observe/rotation-state.ts';
import { MINUTE, type Instant, type Milliseconds } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import type { Context } from './context.ts';

/** A rotation that this run made. */
export interface OwnRotation {
  /** As the rotation left it. */
  readonly token: ServiceToken;
  /** The moment that it counts from once it is closed. */
  readonly at: Instant;
  /** The end of the previous secret that it set. */
  readonly hold: Instant;
}

export interface Delivered {
  readonly everywhere: boolean;
  readonly verified: boolean;
  /** Whether anything was written to any target. */
  readonly written: boolean;
}

/** A mark that is this much later than this run's own was set by a run that was overtaken by it. */
const REOPENED = 2 * MINUTE;

/** A rotation counts from as much as three minutes after it; a mark that is to show beside that is later still. */
const LATER: Milliseconds = 5 * MINUTE;

/**
 * Reads the token again, and ends the hold where every target has the new secret and nobody rotated since.
 * What keeps it from being closed is said in the journal: the previous secret then works on for the hold.
 */
export async function closeRotation(own: OwnRotation, delivered: Delivered, context: Context): Promise<void> {
  const { services, journal } = context;
  const read = await services.tokens.get(own.token.id);
  if (read === undefined) throw deletedMeanwhile();
  const { version = own.token.version, previousSecretExpiresAt: stands = own.hold } = read;
  journal.token = { ...mergeTokens(own.token, read), version, previousSecretExpiresAt: stands };
  if (version !== own.token.version || stands >= own.hold + REOPENED) {
    if (delivered.written) await reopen(read, context);
    throw concurrentRunAfterwards(delivered.written);
  }
  if (delivered.everywhere && delivered.verified) await close(journal.token, own.at, context);
}

/** Ends the hold of a rotation. @throws Problem where another run rotated at the same moment */
export async function close(token: ServiceToken, rotatedAt: Instant, context: Context): Promise<void> {
  const { services, journal, settings } = context;
  const stands = token.previousSecretExpiresAt ?? pendingMark(rotatedAt);
  const end = completedMark(rotatedAt, settings.gracePeriod, services.tokens.now(), stands);
  const updated = await services.tokens.update(token.id, { name: token.name, previousSecretExpiresAt: end });
  const version = updated.version ?? token.version;
  journal.changed = true;
  journal.token = {
    ...mergeTokens(token, updated),
    version,
    previousSecretExpiresAt: updated.previousSecretExpiresAt ?? end,
  };
  if (version === token.version) return;
  await reopen(updated, context);
  throw concurrentRunAfterwards(true);
}

/**
 * Marks the last rotation as open, counted from later than this run's own writes, so that the next run finds the
 * targets behind and repairs them. The run that overtook this one may close over the mark without having seen it,
 * so the mark is looked at once more.
 */
export async function reopen(token: ServiceToken, { services, journal }: Context): Promise<void> {
  const end = pendingMark(Math.max(services.tokens.now(), services.stores.now()) + LATER);
  const mark = { name: token.name, previousSecretExpiresAt: end };
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    journal.token = await services.tokens.update(token.id, mark);
    journal.changed = true;
    await services.tokens.settle(
      SETTLING,
      'another run rotated the token meanwhile, and may be closing its rotation',
    );
    const read = await services.tokens.get(token.id);
    if (read?.previousSecretExpiresAt === undefined || read.previousSecretExpiresAt >= end) return;
  }
}

export function concurrentRunAfterwards(written: boolean): Problem {
  return new Problem(
    'concurrent-run',
    `Another run rotated the token while this one delivered${written ? ', so that some targets may hold a secret that is on its way out' : ''}.`,
    'Run this again: it finds and repairs them. Let one workflow rotate a token, with a concurrency group.',
  );
}

export function deletedMeanwhile(): Problem {
  return new Problem(
    'token-gone',
    'The token was deleted while this run delivered its pair.',
    'Run this again if it is to be created anew.',
  );
}
