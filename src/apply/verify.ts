import type { Control, LoginCheck, Verdict } from '../access/login-check.ts';
import type { TokenCredentials } from '../model/client-secret.ts';
import { Problem } from '../model/problem.ts';

/**
 * Whether stored credentials get past Access. The control request goes first: credentials are sent only to a URL that
 * Access protects.
 * @returns why not; undefined if Access accepts them
 */
export async function verify(
  check: LoginCheck,
  credentials: TokenCredentials,
  host: string,
): Promise<Problem | undefined> {
  const control = await check.control();
  if (control.kind === 'unprotected') return unprotected(control, host);
  const verdict = await check.verify(credentials, control);
  return problemOf(verdict, host);
}

function problemOf(verdict: Verdict, host: string): Problem | undefined {
  switch (verdict.kind) {
    case 'accepted':
      return undefined;
    case 'skipped':
      return new Problem('cancelled', `The run was cancelled before ${host} had answered.`, 'Run it again.');
    case 'refused':
      return refused(verdict, host);
    case 'undecided':
      return undecided(verdict, host);
  }
}

function refused({ meaning, seen }: Extract<Verdict, { kind: 'refused' }>, host: string): Problem {
  switch (meaning) {
    case 'policy':
      return new Problem(
        'verify-not-admitted',
        `Access knows the credentials, but does not admit them at ${host}: ${seen}.`,
        'Admit the token by a policy with the action Service Auth that includes it; an Allow policy does not.',
      );
    case 'credentials':
      return new Problem(
        'verify-refused',
        `Access refused the credentials at ${host}: ${seen}.`,
        'Run operation: check for this token: its secret may be outdated, or the token expired, disabled or deleted.',
      );
    case 'unknown':
      return new Problem(
        'verify-refused-or-not-admitted',
        `Access refused the credentials at ${host}, or does not admit them; an application with only Service Auth policies answers both alike: ${seen}.`,
        'Run operation: check for this token. If its secret is up to date, admit the token by a Service Auth policy.',
      );
  }
}

function undecided({ cause, seen }: Extract<Verdict, { kind: 'undecided' }>, host: string): Problem {
  switch (cause) {
    case 'unprotected':
      return unprotected({ kind: 'unprotected', seen }, host);
    case 'blocked':
      return new Problem(
        'verify-blocked',
        `Something before Access stopped the request to ${host}, so nothing is known of the credentials: ${seen}.`,
        'Let requests of this runner past the firewall rule or bot check of the zone.',
      );
    case 'down':
      return new Problem(
        'verify-application-down',
        `${host} did not answer as an application does, so nothing is known of the credentials: ${seen}.`,
        'Check that the application runs and that verify-url is right, then run this again.',
      );
  }
}

function unprotected({ seen }: Extract<Control, { kind: 'unprotected' }>, host: string): Problem {
  return new Problem(
    'verify-url-unprotected',
    `${host} lets in a request without credentials (${seen}), so it proves nothing of a secret.`,
    'Set verify-url to a URL behind Cloudflare Access. The credentials were not sent.',
  );
}
