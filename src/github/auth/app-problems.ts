import type { ProblemCode } from '../../model/problem-codes.ts';
import { describeTarget, type Place } from '../../model/target.ts';
import { Problem } from '../../model/problem.ts';
import type { Need } from './permissions.ts';
import { RequestFailure } from '../request-failure.ts';
import { TargetProblem } from '../target-problem.ts';

/** Says why there is no installation token for an owner. */
export function appProblem(error: unknown, owner: string): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof RequestFailure)) throw error;
  const { failure } = error;
  switch (failure.kind) {
    case 'unanswered':
      return problem(
        'github-unreachable',
        `GitHub gave the App no token for ${owner} (${failure.because}).`,
        'Look at https://www.githubstatus.com and at github-api-url, and run this again.',
      );
    case 'wait-budget-spent':
      return problem(
        'github-max-wait',
        `max-wait left no time to wait for the App's token for ${owner} (${failure.because}).`,
        'Raise max-wait, or run this again later.',
      );
    case 'refused':
      return refused(failure.status, failure.said, owner);
    case 'moved':
    case 'unwanted':
      return problem('app-no-token', `GitHub gave the App no token for ${owner}.`, 'Run this again.');
  }
}

function refused(status: number, said: string, owner: string): Problem {
  const words = said === '' ? `(${status})` : `(${status}: ${said.replace(/\.$/, '')})`;
  if (status === 401 || said.includes('Integration not found')) {
    return problem(
      'app-key-refused',
      `GitHub does not know the App, or not by this key ${words}.`,
      'Check that github-app-client-id and github-app-private-key belong together, and that the App has not lost that key.',
      status,
    );
  }
  if (status === 404) return notInstalled(owner, words);
  if (said.includes('suspended')) {
    return problem(
      'app-suspended',
      `The App's installation for ${owner} is suspended ${words}.`,
      'Unsuspend the installation in the settings of the account, under GitHub Apps.',
      status,
    );
  }
  return problem(
    'app-no-token',
    `GitHub gave the App no token for ${owner} ${words}.`,
    "Check the permissions and the repositories of the App's installation.",
    status,
  );
}

export function notInstalled(owner: string, words: string): Problem {
  return problem(
    'app-not-installed',
    `The GitHub App is not installed for ${owner} ${words}.`,
    'Install it there, for the repositories among the targets, or take them out.',
    404,
  );
}

/** A repository that the installation of its owner does not include. */
export function notIncluded(repository: string, moved: boolean): Problem {
  return moved
    ? problem(
        'repository-moved',
        `${repository} was renamed or transferred. The action does not send secrets to the address of a redirect.`,
        'Name the target as it is called now.',
      )
    : problem(
        'app-not-installed',
        `${repository} is not there, or the App's installation does not include it.`,
        "Check its name, and add it under Repository access in the installation's settings.",
        404,
      );
}

/** @param others what the installation lacks beside it for the targets of its owner */
export function permissionLacking(
  place: Place,
  need: Need,
  lacking: string,
  others: readonly string[],
): Problem {
  const more = others.length === 0 ? '' : ` Other targets of its owner need ${others.join(', ')} as well.`;
  return problem(
    'github-permission-missing',
    `${describeTarget({ place })}: the App's installation has no permission ${lacking}.`,
    `It needs ${need.described}: add it in the App's settings, and accept the change for the installation.${more}`,
    403,
  );
}

function problem(code: ProblemCode, message: string, remedy: string, status?: number): Problem {
  return new TargetProblem(code, message, remedy, { status });
}
