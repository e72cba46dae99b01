import type { Control, LoginCheck, Verdict } from '../access/login-check.ts';
import type { TokenCredentials } from '../model/client-secret.ts';
import { Problem, unexpected } from '../model/problem.ts';
import type { Context } from './context.ts';

const AFTERWARDS = {
  rotated:
    'The credentials were delivered anyway, and the previous secret works until a later run completes the rotation.',
  created: 'The credentials were delivered anyway; nothing else is missing.',
  leased: 'The credentials were not put out. The token is deleted when the job ends.',
} as const;

/** What the new credentials are for: decides what a refusal means. `admitted`: this run admitted the token. */
export interface Occasion {
  readonly after: keyof typeof AFTERWARDS;
  readonly admitted: boolean;
}

/**
 * Lets the new credentials prove themselves at the verify URL, if there is one.
 * @returns false if the old secret must not be retired yet; a new secret is delivered anyway
 */
export async function runLoginCheck(
  credentials: TokenCredentials,
  { after, admitted }: Occasion,
  context: Context,
): Promise<boolean> {
  const { services, journal, control, settings } = context;
  const check = services.loginCheckOf(settings);
  if (check === undefined || control === undefined) return true;
  const verdict = await verdictOn(credentials, control, check, context);
  if (verdict === undefined) return false;
  const at = settings.verifyUrl === undefined ? '' : ` at ${new URL(settings.verifyUrl).host}`;
  switch (verdict.kind) {
    case 'accepted':
      return true;
    case 'undecided':
      journal.warnings.push(`Access could not be seen to accept the new secret${at}: ${verdict.seen}.`);
      return true;
    case 'skipped':
      journal.problems.push(
        new Problem(
          'cancelled',
          `The run was cancelled before the new secret was seen to work${at}.`,
          AFTERWARDS[after],
        ),
      );
      return false;
    case 'refused': {
      const policy =
        'Admit the token by a policy with the action Service Auth that includes it (input admit-to); an Allow policy does not.';
      if (after === 'created' && !admitted) {
        journal.notices.push(`Access does not admit the new token${at} yet: ${verdict.seen}. ${policy}`);
        return true;
      }
      journal.problems.push(
        new Problem(
          'verify-refused',
          `Access still refused the new secret${at} at the end of verify-timeout: ${verdict.seen}.`,
          `${verdict.meaning === 'policy' ? policy : 'Check that the application of this token protects the URL.'} ${AFTERWARDS[after]}`,
        ),
      );
      return false;
    }
  }
}

/** Undefined after a defect of the action's own, which must not keep a new secret from being delivered. */
async function verdictOn(
  credentials: TokenCredentials,
  control: Control,
  check: LoginCheck,
  { journal, deps }: Context,
): Promise<Verdict | undefined> {
  try {
    return await check.verify(credentials, control);
  } catch (error) {
    journal.problems.push(unexpected(error, deps.runner));
    return undefined;
  }
}
