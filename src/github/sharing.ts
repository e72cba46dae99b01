import type { OrganizationPlace, Visibility } from '../model/target.ts';
import { namedRepositories, selectedRepositories } from './organization.ts';
import type { PlaceRequests } from './place-requests.ts';
import type { ReadableTarget } from './reading.ts';
import type { Stores } from './routes.ts';

/** Who may use a secret or variable of an organization. */
export interface Sharing {
  readonly visibility: Visibility;
  /** Of `selected` alone. */
  readonly repositoryIds?: readonly number[];
}

/** Nobody. */
export const NOBODY: Sharing = { visibility: 'selected', repositoryIds: [] };

/** Who may use what is written to a target of an organization. */
export interface Sharings {
  readonly clientSecret: Sharing;
  /** Undefined for a variable that stays as it is shared. */
  readonly clientId: Sharing | undefined;
}

interface Known {
  readonly stores: Stores;
  readonly name: string;
  readonly visibility: Visibility | undefined;
}

/**
 * Who is to have what is written: as the target says, else as it is stored, else as its sibling is. A write of a
 * secret says that anew, so a selection has to be read before.
 * @returns undefined for places that are no organization
 */
export async function readSharings(
  requests: PlaceRequests,
  state: ReadableTarget,
): Promise<Sharings | undefined> {
  const { place, clientIdName, clientIdKind, clientSecretName } = state.target;
  if (place.kind !== 'organization') return undefined;
  if (place.repositories !== undefined) {
    const repositoryIds = await namedRepositories(requests, place, place.repositories);
    const named: Sharing = { visibility: 'selected', repositoryIds };
    return { clientSecret: named, clientId: named };
  }
  const stores = clientIdKind === 'variable' ? 'variables' : 'secrets';
  const clientId = known(stores, clientIdName, state.clientId);
  const clientSecret = known('secrets', clientSecretName, state.clientSecret);
  const stays = clientIdKind === 'variable' && clientId !== undefined && place.visibility === undefined;
  const secretLike = likeWhich(place, [clientSecret, clientId]);
  const idLike = likeWhich(place, [clientId, clientSecret]);
  const reading = sharingLike(requests, place, secretLike);
  const [ofSecret, ofId] = await Promise.all([
    reading,
    stays ? undefined : idLike === secretLike ? reading : sharingLike(requests, place, idLike),
  ]);
  return { clientSecret: ofSecret, clientId: ofId };
}

/** The first that is shared as the target asks for. */
function likeWhich(
  { visibility }: OrganizationPlace,
  stored: readonly (Known | undefined)[],
): Known | undefined {
  return stored.find((one) => one !== undefined && one.visibility === (visibility ?? one.visibility));
}

async function sharingLike(
  requests: PlaceRequests,
  { visibility }: OrganizationPlace,
  like: Known | undefined,
): Promise<Sharing> {
  const effective = visibility ?? like?.visibility ?? 'private';
  if (effective !== 'selected') return { visibility: effective };
  const repositoryIds =
    like === undefined ? [] : await selectedRepositories(requests, like.stores, like.name);
  return { visibility: effective, repositoryIds };
}

function known(
  stores: Stores,
  name: string,
  stored: { readonly visibility?: Visibility } | undefined,
): Known | undefined {
  return stored === undefined ? undefined : { stores, name, visibility: stored.visibility };
}

/** Dependabot's endpoints took ids as strings for years and accept both; the others take numbers. */
export function sharingBody(
  { app }: Pick<OrganizationPlace, 'app'>,
  { visibility, repositoryIds }: Sharing,
): Record<string, unknown> {
  if (repositoryIds === undefined) return { visibility };
  const ids = app === 'dependabot' ? repositoryIds.map(String) : repositoryIds;
  return { visibility, selected_repository_ids: ids };
}
