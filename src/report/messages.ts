import type { Operation } from '../model/operation.ts';
import { describeTarget } from '../model/target.ts';
import { dateOf, withReadableMoments } from '../model/calendar.ts';
import type { TargetResult } from '../apply/results.ts';
import type { AccountCheck } from '../plan/account-check.ts';
import { attentionIn } from './attention.ts';
import { listed } from '../plan/naming.ts';
import { counted, headlineOf, stepsText } from './headline.ts';
import type { RunOutcome, TokenOutcome } from './outcome.ts';

/** Tokens that a message names; it may be all that a chat or an issue shows. */
const MOST_NAMED = 3;

/** The `message` of one token: what happened, or the first error, as one plain sentence. */
export function messageOfToken(
  outcome: Omit<TokenOutcome, 'message'>,
  { operation, dryRun }: { readonly operation: Operation; readonly dryRun: boolean },
): string {
  const { status, problems, token, targets, because, admissions } = outcome;
  const [problem] = problems;
  if (problem !== undefined) return withReadableMoments(problem.message);
  const name = JSON.stringify(outcome.label);
  const expiry = token?.expiresAt;
  const expires = expiry === undefined ? '' : `, which now expires on ${dateOf(expiry, outcome.now)}`;
  switch (status) {
    case 'failed':
      return `Operation ${operation} failed for ${name}.`;
    case 'planned':
      return `Would ${stepsText(outcome)} for ${name}, because ${because}.`;
    case 'due':
      return `${name} is due: operation rotate would ${stepsText(outcome)}, because ${because}.`;
    case 'created':
      return `Created the service token ${name} and delivered its credentials to ${places(targets)}.`;
    case 'rotated':
      return `Rotated the client secret of ${name} and delivered it to ${places(targets)}${previous(outcome)}${outcome.deeds.includes('renewed') && expiry !== undefined ? `. The token was renewed and now expires on ${dateOf(expiry, outcome.now)}` : ''}.`;
    case 'completed':
      return `Completed the rotation of ${name}${previous(outcome)}.`;
    case 'renewed':
      return `Renewed ${name}${expires}.`;
    case 'repaired':
      return `Repaired ${name}, because ${because}${previous(outcome)}.`;
    case 'admitted':
      return `Admitted ${name} to ${listed(admissions.filter((each) => each.status === 'added').map(({ what }) => what)) || 'what admit-to names'}.`;
    case 'revoked':
      return outcome.steps.some(({ kind }) => kind === 'revoke')
        ? `Ended the previous client secret of ${name}.`
        : `Asked Cloudflare to end all sessions of the applications of ${name}.`;
    case 'deleted':
      return `Deleted ${name}${targets.length === 0 ? '' : ` and its credentials in ${places(targets)}`}.`;
    case 'leased':
      return `Leased ${name} to this job.`;
    case 'verified':
      return 'The credentials get past Access.';
    case 'unchanged':
      return `${dryRun ? 'Dry run: nothing' : 'Nothing'} to do for ${name}${because === '' ? '' : `: ${because}`}.`;
  }
}

/** The `message` of a run. */
export function messageOfRun(outcome: Omit<RunOutcome, 'message'>): string {
  const { problems, tokens, fleet, account } = outcome;
  const [only] = tokens;
  if (problems[0] !== undefined) return withReadableMoments(problems[0].message);
  if (only !== undefined && !fleet) return only.message;
  if (tokens.length === 0 && account !== undefined) return accountMessage(account);
  const failed = tokens.find(({ status }) => status === 'failed');
  if (failed !== undefined) return `${failed.label}: ${failed.message}`;
  const naming = { token: quoted, target: describeTarget };
  return `${headlineOf({ ...outcome, message: '' }, naming).text}.`;
}

function accountMessage(account: AccountCheck): string {
  const all = counted(account.findings.length, 'service token');
  const found = attentionIn(account);
  if (found.length === 0) return `No service token of ${all} needs attention.`;
  const named = found
    .slice(0, MOST_NAMED)
    .map(({ token, problems }) => `${quoted(token.name)} ${listed(problems.map(({ message }) => message))}`);
  const more = found.length > MOST_NAMED ? `; and ${found.length - MOST_NAMED} more` : '';
  return `${found.length} of ${all} ${found.length === 1 ? 'needs' : 'need'} attention: ${named.join('; ')}${more}.`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function previous(outcome: Omit<TokenOutcome, 'message'>): string {
  const { previousSecretExpiresAt: end, previousSecretIsHeld, now } = outcome;
  if (end === undefined || !previousSecretIsHeld) return '';
  return `; the previous secret works until ${dateOf(end, now)}`;
}

function places(targets: readonly TargetResult[]): string {
  const reached = targets.filter(({ status }) => status === 'delivered' || status === 'deleted');
  const [only] = reached;
  if (only !== undefined && reached.length === 1) return describeTarget(only.target);
  return reached.length === 0 ? 'no target' : counted(reached.length, 'target');
}
