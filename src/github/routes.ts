import type { Target } from '../model/target.ts';

/** A path template of GitHub's REST API with its parameters, which Octokit encodes. */
export interface Route {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Where the secrets of a target are: below it lie `/public-key` and `/{secret_name}`. */
export function secretsRoute({ place }: Target): Route {
  switch (place.kind) {
    case 'repository':
      return {
        path: `/repos/{owner}/{repo}/${place.app}/secrets`,
        parameters: { owner: place.owner, repo: place.repository },
      };
    case 'environment':
      return {
        path: '/repos/{owner}/{repo}/environments/{environment_name}/secrets',
        parameters: {
          owner: place.owner,
          repo: place.repository,
          environment_name: place.environment,
        },
      };
    case 'organization':
      return { path: `/orgs/{org}/${place.app}/secrets`, parameters: { org: place.organization } };
  }
}

export function secretRoute(target: Target, name: string): Route {
  const { path, parameters } = secretsRoute(target);
  return { path: `${path}/{secret_name}`, parameters: { ...parameters, secret_name: name } };
}

/** The repository or organization itself: the second look where a scope was not found. */
export function holderRoute({ place }: Target): Route {
  return place.kind === 'organization'
    ? { path: '/orgs/{org}', parameters: { org: place.organization } }
    : { path: '/repos/{owner}/{repo}', parameters: { owner: place.owner, repo: place.repository } };
}

/** Whose installation of a GitHub App is asked for. */
export function ownerOf({ place }: Target): string {
  return place.kind === 'organization' ? place.organization : place.owner;
}
