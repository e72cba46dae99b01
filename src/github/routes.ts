import type { Place } from '../model/target.ts';

/** A path template of GitHub's REST API with its parameters, which Octokit encodes. */
export interface Route {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a place stores. */
export type Stores = 'secrets' | 'variables';

/** Where the secrets or variables of a place are; below it lie `/{name}` and, for secrets, `/public-key`. */
export function storesRoute(place: Place, stores: Stores): Route {
  switch (place.kind) {
    case 'repository':
      return {
        path: `/repos/{owner}/{repo}/${place.app}/${stores}`,
        parameters: { owner: place.owner, repo: place.repository },
      };
    case 'environment':
      return {
        path: `/repos/{owner}/{repo}/environments/{environment_name}/${stores}`,
        parameters: {
          owner: place.owner,
          repo: place.repository,
          environment_name: place.environment,
        },
      };
    case 'organization':
      return { path: `/orgs/{org}/${place.app}/${stores}`, parameters: { org: place.organization } };
  }
}

/** One secret or variable. The body of a variable has a `name` too, hence the other name of the parameter. */
export function storedRoute(place: Place, stores: Stores, name: string): Route {
  const { path, parameters } = storesRoute(place, stores);
  return { path: `${path}/{stored_name}`, parameters: { ...parameters, stored_name: name } };
}

/** The repository or organization itself: the second look at a place that was not found. */
export function holderRoute(place: Place): Route {
  return place.kind === 'organization'
    ? { path: '/orgs/{org}', parameters: { org: place.organization } }
    : { path: '/repos/{owner}/{repo}', parameters: { owner: place.owner, repo: place.repository } };
}

/** Whose installation of a GitHub App is asked for. */
export function ownerOf(place: Place): string {
  return place.kind === 'organization' ? place.organization : place.owner;
}

/** Equal for equal places: GitHub does not tell capitals and small letters in these names apart. */
export function placeKey(place: Place): string {
  const { path, parameters } = storesRoute(place, 'secrets');
  return JSON.stringify([path, parameters]).toLowerCase();
}

/** Whether there are variables beside the secrets. */
export function hasVariables({ app }: Place): boolean {
  return app === 'actions' || app === 'agents';
}
