import type { Outcome } from '../outcome.ts';
import type { RenewalReason, Step } from '../../plan/plan.ts';
import { DEFAULT_DURATION } from '../../plan/renewal.ts';
import type { TokenDuration } from '../../model/duration.ts';
import { describeSpan } from '../../model/duration.ts';
import { code } from './markdown.ts';
import type { LifeSettings } from './lives.ts';
import { targetCode } from './targets.ts';
import { moment } from './times.ts';

const MOST_NAMED = 3;

const RENEWALS: Record<RenewalReason, string> = {
  expired: 'it has expired',
  'expires-soon': 'it expires soon',
  'duration-changed': 'another duration is asked for',
  'renewal-asked': 'operation: renew asks for it',
};

/** The steps of a plan as a numbered list of what would be done, or nothing where the plan is empty. */
export function stepsSection(outcome: Outcome, settings: LifeSettings): string {
  if (outcome.steps.length === 0) return '';
  const items = outcome.steps.map((step, index) => `${index + 1}. ${describeStep(step, outcome, settings)}`);
  return `### What would be done\n\n${items.join('\n')}`;
}

function describeStep(step: Step, outcome: Outcome, settings: LifeSettings): string {
  const { now, gracePeriod } = outcome;
  switch (step.kind) {
    case 'create':
      return `The service token would be created ${life(settings.duration ?? DEFAULT_DURATION)}, and its pair delivered to ${targets(outcome)}.`;
    case 'renew':
      return `The token would be renewed ${life(step.duration)}, since ${RENEWALS[step.reason]}.`;
    case 'wait':
      return `The run would wait for another one to finish its delivery, at most until ${moment(step.until, now)}, and decide again.`;
    case 'rotate': {
      const grace = gracePeriod === 0 ? 'at once' : `${describeSpan(gracePeriod)} after the rotation`;
      const again = step.recovering ? 'once more, since the secret of the last rotation is lost' : '';
      return `The client secret would be rotated${again && ` ${again}`}, and delivered to ${targets(outcome)}. The previous one would end ${grace}.`;
    }
    case 'close':
      return 'The last rotation would be closed: every target has its secret.';
    case 'write-client-id':
      return `The missing client ID would be written to ${named(step.targets.map(targetCode))}.`;
    case 'revoke':
      return 'The previous client secret would end now.';
    case 'delete-token':
      return 'The service token would be deleted.';
    case 'delete-secrets':
      return `Both secrets would be deleted from ${targets(outcome)}.`;
    case 'lease':
      return `A service token would be created for this job ${life(settings.duration ?? DEFAULT_DURATION)}, and be deleted when the job ends.`;
  }
}

function life(duration: TokenDuration): string {
  return duration.kind === 'forever'
    ? 'to live forever'
    : `to live for ${describeSpan(duration.milliseconds)}`;
}

function targets({ targets: all }: Outcome): string {
  return all.length === 0 ? 'no target' : named(all.map(({ target }) => targetCode(target)));
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  if (more > 1) return `${names.slice(0, MOST_NAMED).join('; ')} and ${more} more`;
  return names.join('; ');
}

/** The name of the token as code, cut to what a heading can hold. */
export function tokenCode(name: string | undefined): string {
  return name === undefined ? 'the service token' : code(name, 80);
}
