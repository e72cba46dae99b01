import { dateOf, roughly } from '../../model/calendar.ts';
import { listed } from '../../plan/naming.ts';
import { isStuck, type RunOutcome, type TokenOutcome } from '../outcome.ts';
import { deadline } from './failure-box.ts';
import { prose, sentence } from './markdown.ts';

/** How a reason ends that only repeats what the step asks for. */
const ASKED = ' asks for it';

/** What is true of the token now and what happens next, as sentences; what stands elsewhere is left out. */
export function factsOf(token: TokenOutcome, run: RunOutcome): readonly string[] {
  const because = becauseOf(token);
  // A rule that waits for this moment says so itself.
  const previous = because.includes('previous secret works until') ? '' : previousFact(token);
  const due = isPlanOnly(run) && token.steps.length > 0 ? '' : dueFact(token, run);
  const standing = [previous, due, expiryFact(token, run)];
  const leads = ['unchanged', 'planned', 'due'].includes(token.status);
  return [
    ...(leads ? [because, ...standing] : standing),
    ...admissionFacts(token),
    ...(leads ? [] : [because]),
  ].filter((fact) => fact !== '');
}

/** Those of a token whose dates stand in a table. */
export function factsBesideTable(token: TokenOutcome): readonly string[] {
  return [...admissionFacts(token), becauseOf(token)].filter((fact) => fact !== '');
}

/** Whether the steps of the outcome are those that would be taken. */
export function isPlanOnly({ operation, dryRun }: Pick<RunOutcome, 'operation' | 'dryRun'>): boolean {
  return dryRun || operation === 'check';
}

/** Why, unless that is an error, which stands in the box above. */
function becauseOf({ because, problems, status, deeds }: TokenOutcome): string {
  if (because === '' || because.endsWith(ASKED) || deeds.includes('created')) return '';
  if (problems.some(({ message }) => message.toLowerCase().startsWith(because.toLowerCase()))) return '';
  if (status === 'failed' && deeds.length === 0) return '';
  if (!['unchanged', 'planned', 'due'].includes(status)) return `Reason: ${prose(sentence(because))}`;
  const [first = ''] = because;
  const text = /^[a-z]+ /.test(because) ? `${first.toUpperCase()}${because.slice(1)}` : because;
  return prose(sentence(text));
}

function admissionFacts({ admissions }: TokenOutcome): readonly string[] {
  const verbs = {
    added: 'Admitted by',
    withdrawn: 'No longer admitted by',
    missing: 'Not admitted by',
  } as const;
  return Object.entries(verbs).flatMap(([status, verb]) => {
    const named = admissions.filter((each) => each.status === status).map(({ what }) => what);
    return named.length === 0 ? [] : [prose(sentence(`${verb} ${listed(named)}`))];
  });
}

function previousFact(token: TokenOutcome): string {
  const { previousSecretExpiresAt: end, previousSecretIsHeld, rotation, now, targets } = token;
  if (end === undefined || !previousSecretIsHeld) return '';
  // The box says it of each failed target.
  if (targets.some(({ worksUntil }) => worksUntil === end)) return '';
  const hold = rotation?.kind === 'pending' ? ' unless the rotation is completed before' : '';
  return `The previous secret works until ${deadline(end, now)}${hold}.`;
}

function dueFact(outcome: TokenOutcome, { operation }: RunOutcome): string {
  const { rotateDueAt, now, token, status } = outcome;
  if (rotateDueAt === undefined || operation === 'delete' || isStuck(outcome)) return '';
  const expiry = token?.expiresAt;
  if (expiry !== undefined && (expiry <= now || expiry < rotateDueAt)) return '';
  if (rotateDueAt <= now) {
    const isNext = status !== 'failed' && (operation === 'rotate' || operation === 'check');
    return isNext ? 'The next run rotates it.' : '';
  }
  return `Next rotation: ${dateOf(rotateDueAt, now)}.`;
}

function expiryFact({ token, now, steps }: TokenOutcome, run: RunOutcome): string {
  if (token === undefined) return '';
  if (isPlanOnly(run) && steps.some(({ kind }) => kind === 'renew' || kind === 'delete-token')) return '';
  const expiry = token.expiresAt;
  if (run.operation === 'lease') {
    const end = expiry === undefined ? '' : `; if the runner dies, it expires ${dateOf(expiry, now)}`;
    return `The token is deleted when the job ends${end}.`;
  }
  if (token.duration === 'forever') return 'The token never expires.';
  if (expiry === undefined) return '';
  return expiry > now
    ? `The token expires ${dateOf(expiry, now)}.`
    : `**The token expired ${dateOf(expiry, now)}, ${roughly(now - expiry)} ago.**`;
}
