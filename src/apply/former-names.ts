import { describeTarget, type ReadableTarget } from '../model/target.ts';
import { Problem } from '../model/problem.ts';
import { minuteOf } from '../model/calendar.ts';
import type { Context } from './context.ts';

/** How a client secret is likely to be named. */
const LIKELY = /(^|_)CLIENT_SECRET$/;

/**
 * If a token is not new but a target lacked its client secret, `client-secret-name` may have been changed: a secret of
 * the former name would stop working unnoticed when the grace is over.
 */
export async function warnOfFormerNames(targets: readonly ReadableTarget[], context: Context): Promise<void> {
  const lacking = targets.filter(({ clientSecret }) => clientSecret === undefined);
  await Promise.all(lacking.map((state) => warnOf(state, context)));
}

async function warnOf({ target }: ReadableTarget, { services, journal }: Context): Promise<void> {
  let names: readonly string[];
  try {
    names = await services.stores.names(target);
  } catch (error) {
    if (error instanceof Problem) return;
    throw error;
  }
  const end = journal.token?.previousSecretExpiresAt;
  const until = end === undefined ? 'when the grace period ends' : `on ${minuteOf(end)}`;
  for (const name of names) {
    if (!LIKELY.test(name) || name === target.clientSecretName) continue;
    journal.warnings.push(
      `${describeTarget(target)} also holds ${name}: if ${target.clientSecretName} was called that before, it stops working ${until}. Delete it once nothing reads it any more.`,
    );
  }
}
