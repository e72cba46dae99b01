import type { LoginCheck, Control, Verdict } from '../access/login-check.ts';
import { Problem } from '../model/problem.ts';
import { unexpected } from '../model/problem.ts';
import type { Context } from './context.ts';
import type { Pair } from './deliver.ts';

const AFTERWARDS = {
  rotated:
    'The pair was delivered all the same, and the previous secret stays alive until a later run closes the rotation.',
  created: 'The pair was delivered all the same; nothing else is missing.',
  leased: 'The pair was not put out; the token is deleted when the job ends.',
} as const;

/**
 * Lets the new pair prove itself at the verify URL, where one is given. Returns false where the old secret must
 * not be retired yet; an issued secret is delivered all the same.
 */
export async function verify(pair: Pair, context: Context, after: keyof typeof AFTERWARDS): Promise<boolean> {
  const { services, journal, control, settings } = context;
  if (services.loginCheck === undefined || control === undefined) return true;
  const verdict = await verdictOn(pair, control, services.loginCheck, context);
  if (verdict === undefined) return false;
  const at = settings.verifyUrl === undefined ? '' : ` at ${new URL(settings.verifyUrl).host}`;
  switch (verdict.kind) {
    case 'accepted':
      return true;
    case 'undecided':
      journal.warnings.push(`Whether Access accepts the new secret could not be seen${at}: ${verdict.seen}.`);
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
        'Admit the token by a policy with the action Service Auth that includes it; an Allow policy does not.';
      if (after === 'created') {
        journal.notices.push(`Access does not admit the new token${at} yet: ${verdict.seen}. ${policy}`);
        return true;
      }
      journal.problems.push(
        new Problem(
          'verify-refused',
          `Access still refused the new secret${at} when verify-timeout was over: ${verdict.seen}.`,
          `${verdict.meaning === 'policy' ? policy : 'Check that the URL is protected by the application that this token is for.'} ${AFTERWARDS[after]}`,
        ),
      );
      return false;
    }
  }
}

/** Undefined after a defect of the action's own, which must not keep an issued secret from being delivered. */
async function verdictOn(
  pair: Pair,
  control: Control,
  loginCheck: LoginCheck,
  { journal, deps }: Context,
): Promise<Verdict | undefined> {
  try {
    return await loginCheck.verify(pair, control);
  } catch (error) {
    journal.problems.push(unexpected(error, deps.runner));
    return undefined;
  }
}
