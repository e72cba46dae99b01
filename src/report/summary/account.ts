import { away, dateOf, dayOf } from '../../model/calendar.ts';
import type { Instant } from '../../model/time.ts';
import type { AccountCheck, TokenFinding } from '../../plan/account-check.ts';
import { attentionIn, isLeased, needsAttention } from '../attention.ts';
import { counted } from '../headline.ts';
import type { RunOutcome } from '../outcome.ts';
import { failuresOf } from '../failures.ts';
import { noteBox, warningBox } from './boxes.ts';
import { failureBox } from './failure-box.ts';
import { footer } from './footer.ts';
import { code, folded, fullColumns, joined, plain, prose, type Row } from './markdown.ts';
import type { SummaryOptions } from './summary.ts';
import { within } from './targets.ts';

/** Rows in the open. */
const OPEN_ROWS = 60;
const FOLDED_BYTES = 300_000;

const HEADER = ['Token', 'Problem', 'Expires', 'Last used'];

/** A check of all tokens of an account: those that need attention, the others folded. */
export function accountSummary(run: RunOutcome, { helpUrl }: SummaryOptions): string {
  const { account, now } = run;
  return joined([
    failureBox(failuresOf(run), { now, helpUrl }),
    warningBox(run.warnings),
    account === undefined ? '' : accountSections(account, now),
    noteBox(run.notices),
    footer(run),
  ]);
}

function accountSections(account: AccountCheck, now: Instant): string {
  const attention = attentionIn(account);
  const others = account.findings.filter((finding) => !needsAttention(finding)).sort(byExpiry);
  const leased = others.filter(isLeased);
  const inOrder = others.filter((finding) => !isLeased(finding));
  return joined([
    table(attention.slice(0, OPEN_ROWS), now),
    foldedTable(
      `${counted(attention.length - OPEN_ROWS, 'more token')} to look at`,
      attention.slice(OPEN_ROWS),
      now,
    ),
    foldedTable(`${counted(inOrder.length, 'token')} in order`, inOrder, now),
    foldedTable(`${counted(leased.length, 'token')} leased to jobs`, leased, now, false),
  ]);
}

/** Tokens of the account that no entry of the manifest names. */
export function unlistedSection({ scope, findings }: AccountCheck, now: Instant): string {
  if (scope !== 'unlisted') return '';
  const title = `${counted(findings.length, 'token')} of the account that no entry names`;
  return foldedTable(title, [...findings].sort(byExpiry), now, false);
}

function foldedTable(
  title: string,
  findings: readonly TokenFinding[],
  now: Instant,
  problems = true,
): string {
  if (findings.length === 0) return '';
  const rows = within(
    FOLDED_BYTES,
    findings.map((finding) => rowOf(finding, now, problems)),
  );
  const more = findings.length - rows.length;
  return folded(
    title,
    `${fullColumns(HEADER, rows)}${more > 0 ? `\n\nAnd ${more} more: see the \`tokens\` output.` : ''}`,
  );
}

function table(findings: readonly TokenFinding[], now: Instant): string {
  return findings.length === 0
    ? ''
    : fullColumns(
        HEADER,
        findings.map((finding) => rowOf(finding, now, true)),
      );
}

function rowOf({ token, problems }: TokenFinding, now: Instant, withProblems: boolean): Row {
  const expiry = token.expiresAt;
  const seen = token.lastSeenAt;
  return [
    code(token.name, 80),
    withProblems ? problems.map(({ message }) => prose(plain(message, 200))).join('<br>') : '',
    token.duration === 'forever' ? 'never' : expiry === undefined ? '' : dateOf(expiry, now),
    seen === undefined ? 'never used' : `${away(seen, now)}, ${dayOf(seen)}`,
  ];
}

function byExpiry(left: TokenFinding, right: TokenFinding): number {
  const ends = [left, right].map(({ token }) => token.expiresAt ?? Number.MAX_SAFE_INTEGER);
  return (ends[0] ?? 0) - (ends[1] ?? 0);
}
