import type { Instant } from '../../model/time.ts';
import type { TokenFinding } from '../../plan/account-check.ts';
import { gantt } from './gantt.ts';
import type { Life } from './lives.ts';
import { code, folded, plain, prose, table, type Row } from './markdown.ts';
import { within } from './targets.ts';
import { cellMoment } from './times.ts';

/** An account holds 50 unless its limit was raised. */
const OPEN_ROWS = 60;
const FOLDED_BYTES = 150_000;
/** Bars in the picture; GitHub draws no diagram of more than 50,000 characters. */
const MOST_BARS = 30;

const HEADER = ['Token', 'Findings', 'Expires', 'State', 'Last used'];

/** The tokens of an account: those with findings first, then by expiry; as a table and as a picture. */
export function accountSection(findings: readonly TokenFinding[], now: Instant): string {
  if (findings.length === 0) return 'No service token is visible.';
  const sorted = [...findings].sort(byUrgency);
  const rows = sorted.map((finding) => rowOf(finding, now));
  const rest = within(FOLDED_BYTES, rows.slice(OPEN_ROWS));
  const untold = rows.length - Math.min(rows.length, OPEN_ROWS) - rest.length;
  return [
    '### Tokens',
    table(HEADER, rows.slice(0, OPEN_ROWS)),
    ...(rest.length > 0 ? [folded(`${rest.length} more tokens`, table(HEADER, rest))] : []),
    ...(untold > 0 ? [`And ${untold} more, all of them in the \`tokens\` output.`] : []),
    '### Expiries',
    gantt(
      sorted.slice(0, MOST_BARS).map((finding) => lifeOf(finding, now)),
      now,
    ),
    ...(sorted.length > MOST_BARS
      ? [`The picture shows the first ${MOST_BARS} of the ${sorted.length} tokens in the table.`]
      : []),
  ].join('\n\n');
}

function byUrgency(left: TokenFinding, right: TokenFinding): number {
  const findings = Number(right.problems.length > 0) - Number(left.problems.length > 0);
  return findings !== 0 ? findings : (expiryOf(left) ?? Infinity) - (expiryOf(right) ?? Infinity) || 0;
}

function expiryOf({ token }: TokenFinding): Instant | undefined {
  return token.duration === 'forever' ? undefined : token.expiresAt;
}

function rowOf(finding: TokenFinding, now: Instant): Row {
  const { token, problems } = finding;
  const expiry = expiryOf(finding);
  return [
    `${code(token.name, 120)}<br>${code(token.id)}`,
    problems.length === 0
      ? 'none'
      : problems.map((problem) => `**${prose(plain(problem, 200))}**`).join('<br>'),
    expiry === undefined ? (token.duration === 'forever' ? 'never' : 'not told') : cellMoment(expiry, now),
    token.enabled ? 'enabled' : 'disabled',
    token.lastSeenAt === undefined ? 'not seen' : cellMoment(token.lastSeenAt, now),
  ];
}

function lifeOf(finding: TokenFinding, now: Instant): Life {
  const { token, problems } = finding;
  const expiry = expiryOf(finding);
  const verb =
    expiry === undefined
      ? token.duration === 'forever'
        ? 'never expires'
        : 'has an expiry that is not told'
      : expiry > now
        ? 'expires'
        : 'expired';
  return {
    section: problems.length > 0 ? 'To act on' : 'Fine',
    // The quotation mark keeps a name from being read as one of Mermaid's own words.
    says: `“${plain(token.name, 40)}” ${verb}`,
    at: expiry,
    shape: { from: undefined, until: expiry },
    style: problems.length > 0 ? 'alarm' : 'plain',
  };
}
