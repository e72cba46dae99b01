import type { ProblemCode } from '../model/problem-codes.ts';
import { describeTarget, type Place } from '../model/target.ts';
import type { Need } from './auth/permissions.ts';
import type { Refusal } from './classify.ts';
import type { RequestFailure } from './request-failure.ts';
import { TargetProblem } from './target-problem.ts';

/** What a second look at the repository or organization showed. */
export type Holder =
  | { readonly kind: 'visible' }
  | { readonly kind: 'not-found' }
  /** The name that it has now, where GitHub told. */
  | { readonly kind: 'moved'; readonly to: string | undefined }
  /** Nothing was learned. */
  | { readonly kind: 'unclear' };

export interface Context {
  readonly place: Place;
  /** What was asked of GitHub, such as `write CF_ACCESS_CLIENT_ID`. */
  readonly doing: string;
  readonly credential: 'token' | 'app';
  readonly holder: Holder;
  /** What it takes. */
  readonly need: Need;
}

type Text = readonly [code: ProblemCode, meaning: string, remedy: string];

/** Says what a failed request means for its target, and what to do about it. */
export function explain({ failure, applied, status }: RequestFailure, context: Context): TargetProblem {
  const [code, meaning, remedy] = textOf(failure, context);
  const message = `${describeTarget(context)}: GitHub did not ${context.doing}: ${meaning}`;
  return new TargetProblem(code, message, remedy, { applied, status });
}

function textOf(failure: RequestFailure['failure'], context: Context): Text {
  switch (failure.kind) {
    case 'refused':
      return refused(failure, context);
    case 'moved':
      return moved(context);
    case 'unanswered':
      return [
        'github-unreachable',
        `no usable answer in several attempts (${failure.because}).`,
        'Look at https://www.githubstatus.com and at github-api-url, and run this again.',
      ];
    case 'wait-budget-spent':
      return [
        'github-max-wait',
        `max-wait left no time to try again (${failure.because}).`,
        'Raise max-wait, or run this again later.',
      ];
    case 'unwanted':
      return ['github-unwanted', 'the request was not needed any more.', 'Run this again.'];
  }
}

function refused(refusal: Refusal, context: Context): Text {
  const words = quoted(refusal);
  switch (refusal.status) {
    case 401:
      return [
        'github-bad-credentials',
        `the credentials were refused ${words}.`,
        context.credential === 'app'
          ? 'Check github-app-client-id and github-app-private-key: the App, or this key of it, may have been removed.'
          : 'Check github-token: it is wrong, expired or revoked, or belongs to another GitHub.',
      ];
    case 403:
      return forbidden(refusal, context, words);
    case 404:
      return notFound(context, words);
    case 422:
      return /encrypted/i.test(refusal.said)
        ? [
            'github-key-refused',
            `the sealed value does not fit the public key that GitHub gave out a moment ago ${words}.`,
            'Run this again; if it stays, look at https://www.githubstatus.com.',
          ]
        : [
            'github-rejected',
            `the request was rejected ${words}.`,
            'Check the names of the secrets and of the target against what GitHub says here.',
          ];
    default:
      return [
        'github-refused',
        `the request was refused ${words}.`,
        'Check the target against what GitHub says here, and run this again.',
      ];
  }
}

function forbidden(refusal: Refusal, context: Context, words: string): Text {
  const { said, permissions, singleSignOn } = refusal;
  if (singleSignOn !== undefined || said.includes('SAML')) {
    const url = /url=(https:\/\/[^\s;,]+)/.exec(singleSignOn ?? '')?.[1];
    const where = url === undefined || url.includes('***') ? 'its settings (Configure SSO)' : url;
    return [
      'github-sso',
      `the organization asks for single sign-on, which github-token has not passed ${words}.`,
      `Authorize the token for the organization at ${where}, or use a GitHub App.`,
    ];
  }
  if (/archived/i.test(said)) {
    return [
      'github-archived',
      `the repository is archived, so nothing in it can be changed ${words}.`,
      'Unarchive it, or take it out of the targets.',
    ];
  }
  const need = `It needs ${context.need.described}.`;
  const named = permissions === undefined ? '' : ` GitHub names what this request takes: \`${permissions}\`.`;
  if (/by integration/i.test(said)) {
    return context.credential === 'app'
      ? [
          'github-permission-missing',
          `the App's installation lacks a permission ${words}.`,
          `${need}${named} Change it in the App's settings, and accept the change for the installation.`,
        ]
      : [
          'github-token-cannot',
          `github-token is the workflow's own GITHUB_TOKEN, or the token of a GitHub App without the permission ${words}.`,
          `GITHUB_TOKEN can never reach secrets or variables, whatever \`permissions\` says: use github-app-client-id with github-app-private-key, or a personal access token. ${need}${named}`,
        ];
  }
  if (/personal access token/i.test(said)) {
    return [
      'github-permission-missing',
      `the fine-grained token in github-token lacks a permission, or does not include this target ${words}.`,
      `${need}${named}`,
    ];
  }
  if (/admin|secrets fine-grained permission|must have/i.test(said)) {
    return [
      'github-permission-missing',
      `the token in github-token, or the person behind it, may not do this ${words}.`,
      `${need}${named} The person must ${context.place.kind === 'organization' ? 'own the organization' : 'be able to write to the repository, and administer it where GitHub says so'}.`,
    ];
  }
  return ['github-forbidden', `GitHub forbids it ${words}.`, `${need}${named}`];
}

function notFound(context: Context, words: string): Text {
  const { place, need, holder } = context;
  const repository = place.kind === 'organization' ? '' : `${place.owner}/${place.repository}`;
  const credential = context.credential === 'app' ? "the App's installation" : 'github-token';
  if (holder.kind === 'moved') return moved(context);
  if (holder.kind === 'not-found') {
    return place.kind === 'organization'
      ? [
          'organization-not-found',
          `there is no organization ${place.organization}, or ${credential} does not see it ${words}.`,
          'Check its name (a personal account is no organization), and that the credentials belong to it.',
        ]
      : [
          'repository-not-found',
          `there is no repository ${repository}, or ${credential} does not see it ${words}.`,
          'Check its name, and that the credentials include it: fine-grained tokens and Apps see only the repositories that were chosen for them.',
        ];
  }
  if (holder.kind === 'visible' && place.kind === 'environment') {
    return [
      'environment-not-found',
      `${repository} is there, but it has no environment ${place.environment} ${words}.`,
      'Check its name, create it under Settings > Environments, or set create-environment: true.',
    ];
  }
  if (holder.kind === 'visible' && (place.app === 'codespaces' || place.app === 'agents')) {
    return [
      'secrets-not-offered',
      `this GitHub offers no ${place.app} secrets there, or not to ${credential} ${words}.`,
      `Take the target out, or give the credentials what they need: ${need.described}.`,
    ];
  }
  const there = holder.kind === 'visible' ? 'it is there, but its secrets cannot be seen' : 'not found';
  return [
    'secrets-not-found',
    `${there} ${words}.`,
    `Check the target's name, and that the credentials have ${need.described}.`,
  ];
}

function moved({ place, holder }: Context): Text {
  const what = place.kind === 'organization' ? 'the organization' : 'the repository';
  const to = holder.kind === 'moved' ? holder.to : undefined;
  return [
    'repository-moved',
    `${what} was renamed or transferred${to === undefined ? '' : `, and is ${to} now`}. The action does not send secrets to the address of a redirect.`,
    to === undefined
      ? 'Name the target as it is called now.'
      : `Name ${to} as the target, if you still mean it.`,
  ];
}

function quoted({ status, said }: Refusal): string {
  return said === '' ? `(${status})` : `(${status}: ${said.replace(/\.$/, '')})`;
}
