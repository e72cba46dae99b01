import type { OrganizationPlace, StoredSecret, Visibility } from '../model/target.ts';
import { describeTarget } from '../model/target.ts';
import { RequestFailure } from './request-failure.ts';
import { secretRoute } from './routes.ts';
import type { Scope } from './scope.ts';
import { parseId, parseRepositoryPage, type RepositoryPage } from './shapes.ts';
import { TargetProblem } from './target-problem.ts';

const PAGE = 100;
/** More than any organization selects by hand; a reply that claims more is not believed. */
const MOST_PAGES = 100;

/** Who may use a secret of an organization. */
export interface Sharing {
  readonly visibility: Visibility;
  /** Of `selected` alone. */
  readonly repositoryIds?: readonly number[];
}

/**
 * Every repository that may use a secret. The list has to be whole, since a write takes away what it
 * leaves out.
 */
export async function selectedRepositories(scope: Scope, name: string): Promise<readonly number[]> {
  const { path, parameters } = secretRoute(scope.target, name);
  const read = (page: number): Promise<RepositoryPage> =>
    scope.requests.send(
      'GET',
      { path: `${path}/repositories`, parameters },
      { credential: scope.credential, parse: parseRepositoryPage },
      { per_page: PAGE, page },
    );
  const first = await read(1);
  const pages = Math.ceil(first.total / PAGE);
  const others = pages > MOST_PAGES ? [] : Array.from({ length: Math.max(0, pages - 1) }, (_, i) => i + 2);
  const rest = await Promise.all(others.map(read));
  const ids = new Set([first, ...rest].flatMap((page) => page.ids));
  if (ids.size === first.total) return [...ids];
  throw new TargetProblem(
    'selection-incomplete',
    `${describeTarget(scope.target)}: GitHub counts ${first.total} repositories that may use ${name}, and lists ${ids.size} of them; writing the secret would take it from the others.`,
    'Name the repositories in the target (repositories=…), or give the credentials access to all of them.',
  );
}

/** The ids of the repositories that the target names. */
export function namedRepositories(scope: Scope, place: OrganizationPlace): Promise<readonly number[]> {
  const { organization, repositories = [] } = place;
  return Promise.all(
    repositories.map(async (repository) => {
      const route = { path: '/repos/{owner}/{repo}', parameters: { owner: organization, repo: repository } };
      try {
        return await scope.requests.send('GET', route, { credential: scope.credential, parse: parseId });
      } catch (error) {
        const gone =
          error instanceof RequestFailure && (error.status === 404 || error.failure.kind === 'moved');
        if (!gone) throw error;
        throw new TargetProblem(
          'repository-not-found',
          `${describeTarget(scope.target)}: its line names the repository ${repository}, but ${organization}/${repository} is not there, has another name now, or is not visible to the credentials.`,
          'Correct the name, or include the repository in what the credentials may see.',
          { status: error.status },
        );
      }
    }),
  );
}

/** Who is to have a secret: as the target says, else as it is stored, else as its sibling is. */
export function sharingOf(
  { visibility, repositories }: OrganizationPlace,
  repositoryIds: readonly number[] | undefined,
  stored: readonly (StoredSecret | undefined)[],
): Sharing {
  if (repositories !== undefined) return { visibility: 'selected', repositoryIds: repositoryIds ?? [] };
  const known = stored.find((secret) => secret?.visibility === (visibility ?? secret?.visibility) && secret);
  const effective = visibility ?? known?.visibility ?? 'private';
  if (effective !== 'selected') return { visibility: effective };
  return { visibility: effective, repositoryIds: known?.selectedRepositoryIds ?? [] };
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
