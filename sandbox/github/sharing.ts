import { VISIBILITIES, type Visibility } from '../../src/model/target.ts';
import { Refusal } from './reply.ts';
import { integers, oneOf, type Field } from './request-body.ts';
import type { Owner, State } from './state.ts';
import type { Switches } from './switches.ts';

/** Who may use an organization secret or variable. */
export interface Sharing {
  readonly visibility: Visibility;
  readonly repositoryIds: readonly number[];
}

/** The members of a body that say who may use it. */
export const SHARING_FIELDS: Readonly<Record<string, Field>> = {
  visibility: { check: oneOf(...VISIBILITIES) },
  selected_repository_ids: { check: integers },
};

/**
 * What a checked body says of who may use it. Ids that are left out are those of `kept`, or none; ids beside
 * another visibility than `selected` mean nothing.
 * @throws Refusal 422 for a repository of somebody else, and for unused ids if the switch says so
 */
export function sharingOf(
  body: Readonly<Record<string, unknown>>,
  organization: Owner,
  state: State,
  { unusedRepositoryIds }: Pick<Switches, 'unusedRepositoryIds'>,
  kept: Partial<Sharing> = {},
): Sharing {
  const visibility = (body['visibility'] as Visibility | undefined) ?? kept.visibility ?? 'private';
  const given = body['selected_repository_ids'] as readonly (number | string)[] | undefined;
  const ids = [...new Set((given ?? []).map(Number))];
  if (visibility !== 'selected') {
    if (ids.length > 0 && unusedRepositoryIds === 'refused') {
      throw new Refusal(422, "Repository ids can only be given when the visibility is set to 'selected'.");
    }
    return { visibility, repositoryIds: [] };
  }
  if (ids.some((id) => state.repositoryById(id)?.owner !== organization)) {
    throw new Refusal(422, 'At least one of the selected repositories is not in the organization.');
  }
  return { visibility, repositoryIds: given === undefined ? (kept.repositoryIds ?? []) : ids };
}
