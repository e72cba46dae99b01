import { dateOf } from '../../model/calendar.ts';
import { describeSpan, type TokenDuration } from '../../model/duration.ts';
import type { Target } from '../../model/target.ts';
import { RENEWAL_BECAUSE, type Step } from '../../plan/steps.ts';
import type { TokenOutcome } from '../outcome.ts';
import { listed } from '../../plan/naming.ts';
import { code, prose } from './markdown.ts';
import { targetCode } from './names.ts';

const MOST_NAMED = 3;

/** The steps of a plan as a numbered list of what would be done; empty if the plan is. */
export function stepsSection({ steps, now }: TokenOutcome): string {
  if (steps.length === 0) return '';
  return steps.map((step, index) => `${index + 1}. ${describeStep(step, now)}`).join('\n');
}

function describeStep(step: Step, now: number): string {
  switch (step.kind) {
    case 'create': {
      const pending = step.leavePending ? ', and leave the rotation pending' : '';
      return `Create the token ${code(step.name)} ${life(step.duration)}, rotate it once, and deliver its credentials to ${named(targetsOf(step))}${pending}.${admitted(step)}`;
    }
    case 'renew':
      return `Renew the token ${life(step.duration)}, because ${prose(RENEWAL_BECAUSE[step.reason])}.`;
    case 'wait':
      return `Wait for a concurrent run, at most until ${dateOf(step.until, now)}, then decide again.`;
    case 'admit':
      return `Admit the token to ${lines(step)}.`;
    case 'rotate':
      return `Rotate the client secret${step.recovery === undefined ? '' : ' again, because the secret of the last rotation is lost'}, and deliver it to ${named(targetsOf(step))}. ${grace(step)}${admitted(step)}`;
    case 'complete':
      return `Complete the last rotation. ${grace({ ...step, leavePending: false })}`;
    case 'write-client-id':
      return `Write the client ID to ${named(step.targets.map(({ target }) => target))}.`;
    case 'revoke':
      return `End the previous secret now.${step.lockedOut.length === 0 ? '' : ` **Locked out: ${named(step.lockedOut)}.**`}`;
    case 'withdraw':
      return `Withdraw the token from ${lines(step)}.`;
    case 'delete-token':
      return `Delete the token ${code(step.token.name || step.token.id)}.`;
    case 'delete-secrets':
      return `Delete the stored credentials in ${named(targetsOf(step))}.`;
    case 'end-sessions':
      return `End all sessions of ${listed(step.applications.map(({ name }) => code(name)))}.`;
    case 'lease':
      return `Create a token for this job ${life(step.duration)}, and delete it when the job ends.${admitted(step)}`;
    case 'verify':
      return 'Try the stored credentials at the verify URL.';
  }
}

function life(duration: TokenDuration): string {
  return duration.kind === 'forever' ? 'without an expiry' : `for ${describeSpan(duration.milliseconds)}`;
}

function grace(step: { readonly gracePeriod: number; readonly leavePending: boolean }): string {
  if (step.leavePending) return 'The rotation stays pending until it is completed.';
  if (step.gracePeriod === 0) return 'The previous secret would end at once.';
  return `The previous secret would work for another ${describeSpan(step.gracePeriod)} after the rotation.`;
}

interface Admitting {
  readonly admissions: readonly { readonly line: { readonly kind: string; readonly value: string } }[];
}

function admitted(step: Admitting): string {
  return step.admissions.length === 0 ? '' : ` Then admit it to ${lines(step)}.`;
}

function lines({ admissions }: Admitting): string {
  return listed(admissions.map(({ line }) => `${line.kind} ${code(line.value)}`));
}

function targetsOf({
  targets,
}: {
  readonly targets: readonly { readonly target: Target }[];
}): readonly Target[] {
  return targets.map(({ target }) => target);
}

function named(targets: readonly Target[]): string {
  if (targets.length === 0) return 'no target';
  const more = targets.length - MOST_NAMED;
  if (more <= 1) return listed(targets.map(targetCode));
  return `${targets.slice(0, MOST_NAMED).map(targetCode).join('; ')} and ${more} more`;
}
