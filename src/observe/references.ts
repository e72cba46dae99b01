import { ownedFor } from '../cloudflare/own-policy.ts';
import { isAnyToken, namesToken, type Policy } from '../cloudflare/policy-json.ts';
import type { TokenReference, TokenReferences } from '../model/admission.ts';
import { Problem } from '../model/problem.ts';
import type { Scope } from '../model/service-token.ts';
import { describeApplication, describePolicy } from './admission-lines.ts';
import { admits } from './admission-states.ts';
import type { PolicyLists } from './policy-lists.ts';

/** Everything that names the token and can be read. What cannot be read is named, and never a reason to throw. */
export async function readReferences(
  tokenId: string,
  lists: PolicyLists,
  scope: Scope,
): Promise<TokenReferences> {
  const unread: string[] = [];
  const read = async <T>(what: string, reading: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      unread.push(what);
      return [];
    }
  };
  // assumption: in-use-exclude, in-use-any-valid
  const [applications, reusable, groups] = await Promise.all([
    read('applications and their policies', lists.applications()),
    scope.kind === 'account' ? read('reusable policies', lists.reusable()) : [],
    read('groups', lists.groups()),
  ]);
  const shared = new Set(reusable.map(({ id }) => id));
  const owned = applications.flatMap((application) =>
    (application.policies ?? [])
      .filter(({ id, markedReusable }) => !shared.has(id) && !markedReusable)
      .map((policy) => ({ policy, application })),
  );
  if (applications.some(({ policies }) => policies === undefined))
    unread.push('the policies of some applications');
  const found: readonly (TokenReference | undefined)[] = [
    ...owned.map(({ policy, application }) =>
      reference(policy, tokenId, {
        what: `${describePolicy(policy)} of ${describeApplication(application)}`,
        kind: 'owned',
        applicationId: application.id,
      }),
    ),
    ...reusable.map((policy) =>
      reference(policy, tokenId, {
        what: `reusable ${describePolicy(policy)}`,
        kind: 'reusable',
        applicationId: undefined,
      }),
    ),
    ...groups.map(({ id, name, rules }): TokenReference | undefined => {
      if (!rules.some((rule) => namesToken(rule, tokenId))) return undefined;
      const what = `group ${JSON.stringify(name)}`;
      return { what, kind: 'group', id, applicationId: undefined, own: false, includes: true, admits: false };
    }),
  ];
  return {
    found: found.filter((one) => one !== undefined),
    anyToken: applications
      .filter(({ policies }) =>
        policies?.some((policy) => policy.include.some(isAnyToken) && admits(policy, undefined) !== 'no'),
      )
      .map(describeApplication),
    unread,
  };
}

function reference(
  policy: Policy,
  tokenId: string,
  place: Pick<TokenReference, 'what' | 'kind' | 'applicationId'>,
): TokenReference | undefined {
  const { id, include, exclude, require } = policy;
  if (![include, exclude, require].some((rules) => rules.some((rule) => namesToken(rule, tokenId)))) {
    return undefined;
  }
  return {
    ...place,
    id,
    own: place.kind === 'owned' && ownedFor(policy) === tokenId,
    includes: include.some((rule) => namesToken(rule, tokenId)),
    admits: admits(policy, tokenId) !== 'no',
  };
}
