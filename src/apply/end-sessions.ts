import type { ApplicationName } from '../model/admission.ts';
import { Problem, unexpected } from '../model/problem.ts';
import { MINUTE, type Milliseconds } from '../model/time.ts';
import type { EndSessionsStep } from '../plan/steps.ts';
import type { Context } from './context.ts';

/** Cloudflare's edge may have issued a session from the old secret until then. */
const ONCE_MORE_AFTER: Milliseconds = MINUTE;

/**
 * Asks Cloudflare to end all sessions of the applications, and once more after a minute.
 * Failures are in the journal, each with the name of its application.
 */
export async function endSessions({ applications }: EndSessionsStep, context: Context): Promise<void> {
  const { services, journal, operation } = context;
  // assumption: session-revocation-reach
  const asked = await endAll(applications, context);
  if (asked.length === 0) return;
  await services.policies.settle(
    ONCE_MORE_AFTER,
    'sessions are ended once more, because Access may have begun one meanwhile',
  );
  const twice = await endAll(asked, context);
  if (operation === 'revoke') journal.did('revoked');
  if (twice.length === 0) return;
  const names = twice.map(({ name }) => JSON.stringify(name)).join(', ');
  journal.notices.push(
    `Cloudflare was asked to end all sessions of ${names}: people must log in again. An application that checks the JWT itself accepts it until it expires.`,
  );
}

async function endAll(
  applications: readonly ApplicationName[],
  context: Context,
): Promise<readonly ApplicationName[]> {
  const { services, journal, deps } = context;
  const ended = await Promise.all(
    applications.map(async (application) => {
      try {
        await services.policies.endSessions(application.id);
        journal.changed = true;
        return application;
      } catch (error) {
        journal.problems.push(notEnded(application, unexpected(error, deps.runner)));
        return undefined;
      }
    }),
  );
  return ended.filter((application) => application !== undefined);
}

function notEnded({ name }: ApplicationName, { code, message, remedy }: Problem): Problem {
  const permission =
    code === 'policies-permission-missing'
      ? 'The API credentials need Access: Apps and Policies Write (in the dashboard: Edit) or Revoke. '
      : '';
  return new Problem(
    'sessions-not-ended',
    `The sessions of the application ${JSON.stringify(name)} were not all ended: ${message}`,
    `${permission === '' ? remedy : permission}Run this again: it ends the sessions even if no previous secret works any more. Or end them in Cloudflare Zero Trust under Access controls > Applications.`,
  );
}
