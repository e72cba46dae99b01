import { describeTarget, type OrganizationPlace } from '../model/target.ts';
import { needOf } from './auth/permissions.ts';
import type { PlaceRequests } from './place-requests.ts';
import { RequestFailure } from './request-failure.ts';
import { storedRoute, type Stores } from './routes.ts';
import { parseId, parseRepositoryPage, type RepositoryPage } from './shapes.ts';
import { TargetProblem } from './target-problem.ts';

const PAGE = 100;
/** More than any organization selects by hand; a reply that claims more is not believed. */
const MOST_PAGES = 100;

/**
 * Every repository that may use a secret or variable. The list has to be whole, because a write takes away
 * what it leaves out.
 */
export async function selectedRepositories(
  organization: PlaceRequests,
  stores: Stores,
  name: string,
): Promise<readonly number[]> {
  const { place, requests } = organization;
  const { path, parameters } = storedRoute(place, stores, name);
  const credential = organization.credential(needOf(place, stores));
  const read = (page: number): Promise<RepositoryPage> =>
    requests.send(
      'GET',
      { path: `${path}/repositories`, parameters },
      { credential, parse: parseRepositoryPage },
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
    `${describeTarget({ place })}: GitHub counts ${first.total} repositories that may use ${name}, and lists ${ids.size} of them; writing it would take it from the others.`,
    'Name the repositories in the target (repositories=…), or give the credentials access to all of them.',
  );
}

/** The ids of the repositories that a target names. */
export function namedRepositories(
  organization: PlaceRequests,
  place: OrganizationPlace,
  repositories: readonly string[],
): Promise<readonly number[]> {
  const { requests } = organization;
  const { organization: owner } = place;
  const credential = organization.credential();
  return Promise.all(
    repositories.map(async (repo) => {
      const route = { path: '/repos/{owner}/{repo}', parameters: { owner, repo } };
      try {
        return await requests.send('GET', route, { credential, parse: parseId });
      } catch (error) {
        const gone =
          error instanceof RequestFailure && (error.status === 404 || error.failure.kind === 'moved');
        if (!gone) throw error;
        throw new TargetProblem(
          'repository-not-found',
          `${describeTarget({ place })}: its line names the repository ${repo}, but ${owner}/${repo} is not there, has another name now, or is not visible to the credentials.`,
          'Correct the name, or include the repository in what the credentials may see.',
          { status: error.status },
        );
      }
    }),
  );
}
