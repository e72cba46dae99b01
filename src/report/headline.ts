import { listed } from '../plan/naming.ts';
import type { Operation } from '../model/operation.ts';
import type { ProblemCode } from '../model/problem-codes.ts';
import { phraseOf, type StepKind } from '../plan/steps.ts';
import type { TargetStatus } from '../apply/results.ts';
import { attentionIn } from './attention.ts';
import { STATUSES, type Deed, type RunOutcome, type Status, type TokenOutcome } from './outcome.ts';

export type Mark = '✅' | '❌' | '⚠️' | '📝';

/** What happened, as one line without its full stop. */
export interface Headline {
  readonly mark: Mark;
  readonly text: string;
}

/** How names are written: as code in the summary, in quotation marks in the log. */
export interface Naming {
  readonly token: (label: string) => string;
  readonly target: (target: TokenOutcome['targets'][number]['target']) => string;
}

/** What to say of a deed, after the name of the token. */
const DONE: Readonly<Record<Deed, string>> = {
  created: 'created',
  rotated: 'rotated',
  renewed: 'renewed',
  repaired: 'repaired',
  completed: 'completed',
  admitted: 'admitted',
  verified: 'verified',
  revoked: 'revoked',
  deleted: 'deleted',
  leased: 'leased to this job',
};

/** What an operation would have done to the token, after its name. */
const NOT_DONE: Readonly<Record<Operation, Undone>> = {
  rotate: { deeds: ['rotated', 'created'], text: 'not rotated' },
  renew: { deeds: ['renewed'], text: 'not renewed' },
  check: { deeds: [], text: 'could not be checked' },
  revoke: { deeds: ['revoked'], text: 'not revoked' },
  delete: { deeds: ['deleted'], text: 'not deleted' },
  lease: { deeds: ['leased'], text: 'not leased' },
  complete: { deeds: ['completed'], text: 'not completed' },
  verify: { deeds: ['verified'], text: 'not verified' },
};

interface Undone {
  /** Any of them is what was wanted. */
  readonly deeds: readonly Deed[];
  readonly text: string;
}

/** What a rotation had to do, by the first of these among its steps. */
const UNDONE_STEPS: readonly (readonly [StepKind, Undone])[] = [
  ['create', { deeds: ['created'], text: 'not created' }],
  ['rotate', { deeds: ['rotated'], text: 'not rotated' }],
  ['complete', { deeds: ['repaired', 'completed'], text: 'not completed' }],
  ['write-client-id', { deeds: ['repaired'], text: 'not repaired' }],
  ['renew', { deeds: ['renewed'], text: 'not renewed' }],
  ['admit', { deeds: ['admitted'], text: 'not admitted' }],
];

/** Errors that say best what went wrong after the token was changed. */
const BUT: Readonly<Partial<Record<ProblemCode, string>>> = {
  'verify-refused': 'the login check failed',
  'concurrent-run': 'a concurrent run rotated it as well',
  cancelled: 'then the run was cancelled',
};

/** Of the log's last lines and of the summary's first: what happened to which token, and to how many targets. */
export function headlineOf(outcome: RunOutcome, naming: Naming): Headline {
  const { operation, status, tokens, fleet, account } = outcome;
  const mark = markOf(status);
  if (operation === 'verify') return { mark, text: verifyText(outcome) };
  const [token] = tokens;
  if (fleet && tokens.length > 0) return { mark, text: fleetText(tokens) };
  if (token !== undefined) return { mark, text: tokenText(token, outcome, naming) };
  if (status === 'failed') return { mark, text: `Operation ${operation} failed, nothing was changed` };
  return { mark, text: accountText(account) };
}

export function markOf(status: Status): Mark {
  if (status === 'failed') return '❌';
  if (status === 'due') return '⚠️';
  return status === 'planned' ? '📝' : '✅';
}

/** The message says at which host; an error stands below. */
function verifyText({ status, message }: Pick<RunOutcome, 'status' | 'message'>): string {
  return status === 'failed' ? 'The credentials do not get past Access' : message.replace(/\.$/, '');
}

function tokenText(token: TokenOutcome, run: RunOutcome, naming: Naming): string {
  const name = naming.token(token.label);
  switch (token.status) {
    case 'failed':
      return failedText(token, run, name);
    case 'planned':
      return `Dry run for ${name}: would ${stepsText(token)}`;
    case 'due':
      return `${name} is due: the next run would ${stepsText(token)}`;
    case 'unchanged':
      if (run.dryRun) return `Dry run: nothing to do for ${name}`;
      return run.operation === 'check' ? `${name} is in order` : `Nothing to do for ${name}`;
    case 'rotated': {
      const again = token.steps.some((step) => step.kind === 'rotate' && step.recovery !== undefined);
      return `${name} rotated${again ? ' again' : ''}${targetsText(token, naming)}`;
    }
    case 'revoked':
      return `The previous secret of ${name} has ended`;
    case 'completed':
      return `The rotation of ${name} is completed`;
    default:
      return `${name} ${doneText(token.status, token)}${targetsText(token, naming)}`;
  }
}

/** `revoke` ends sessions as well, even if no previous secret works any more. */
function doneText(deed: Deed, { steps }: TokenOutcome): string {
  const onlySessions = deed === 'revoked' && !steps.some(({ kind }) => kind === 'revoke');
  return onlySessions ? 'revoked, the sessions of its applications were ended' : DONE[deed];
}

/** Such as `, 3 targets updated`. */
function targetsText({ targets, status }: TokenOutcome, naming: Naming): string {
  const wanted: TargetStatus = status === 'deleted' ? 'deleted' : 'delivered';
  const reached = targets.filter((target) => target.status === wanted);
  const [only] = reached;
  if (only === undefined) return '';
  const verb = status === 'deleted' ? 'cleared' : 'updated';
  return `, ${reached.length === 1 ? naming.target(only.target) : `${reached.length} targets`} ${verb}`;
}

function failedText(token: TokenOutcome, { operation, dryRun }: RunOutcome, name: string): string {
  if (dryRun) return `Dry run: ${name} would fail`;
  const done = STATUSES.find((status): status is Deed => token.deeds.some((deed) => deed === status));
  const undone = undoneOf(operation, token);
  if (done === undefined) return `${name} ${undone.text}${token.changed ? '' : ', nothing was changed'}`;
  const partly = done === 'admitted' && token.admissions.some(({ status }) => status === 'failed');
  if (partly) return `${name} ${undone.text}, and not admitted everywhere`;
  const but = undone.deeds.includes(done) ? failureText(token, operation) : undone.text;
  return `${name} ${doneText(done, token)}, but ${but}`;
}

function undoneOf(operation: Operation, { steps }: TokenOutcome): Undone {
  if (operation !== 'rotate') return NOT_DONE[operation];
  const wanted = UNDONE_STEPS.find(([kind]) => steps.some((step) => step.kind === kind));
  return wanted?.[1] ?? NOT_DONE.rotate;
}

/** Such as `1 of 3 targets was not updated`. */
function failureText({ targets, problems, admissions }: TokenOutcome, operation: Operation): string {
  const failed = targets.filter(({ status }) => status === 'failed').length;
  if (failed > 0) {
    const verb = operation === 'delete' ? 'cleared' : 'updated';
    if (targets.length === 1) return `its target was not ${verb}`;
    if (failed === targets.length) return `none of its ${failed} targets was ${verb}`;
    return `${failed} of ${targets.length} targets ${failed === 1 ? 'was' : 'were'} not ${verb}`;
  }
  const known = problems.map(({ code }) => BUT[code]).find((text) => text !== undefined);
  if (known !== undefined) return known;
  const admitted = admissions.every(({ status }) => status !== 'failed');
  return admitted ? 'not everything worked' : 'it is not admitted everywhere';
}

export function stepsText({ steps }: Pick<TokenOutcome, 'steps'>): string {
  const phrases = [...new Set(steps.map(({ kind }) => phraseOf(kind)))];
  return listed(phrases);
}

/** Such as `2 of 12 service tokens failed, 3 rotated`. */
function fleetText(tokens: readonly TokenOutcome[]): string {
  const all = counted(tokens.length, 'service token');
  const parts = STATUSES.flatMap((status) => {
    const count = tokens.filter((token) => token.status === status).length;
    return count === 0 ? [] : [`${count} ${status === 'planned' ? 'would change' : status}`];
  });
  return `${all}: ${parts.join(', ')}`;
}

function accountText(account: RunOutcome['account']): string {
  const all = account?.findings.length ?? 0;
  const found = account === undefined ? 0 : attentionIn(account).length;
  if (all === 0) return 'No service token to check';
  if (found === 0)
    return all === 1 ? 'The service token is in order' : `All ${all} service tokens are in order`;
  return `${found} of ${counted(all, 'service token')} ${found === 1 ? 'needs' : 'need'} attention`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
