import type { ApiCredential } from '../../http/api-credential.ts';
import { fields } from '../../http/json.ts';
import type { Problem } from '../../model/problem.ts';
import { RequestFailure } from '../request-failure.ts';
import type { Requests } from '../requests.ts';
import type { Route } from '../routes.ts';
import { parseId } from '../shapes.ts';
import { notIncluded, notInstalled } from './app-problems.ts';
import { isPermissions, type Permissions } from './permissions.ts';

/** The installation of the App at one owner. */
export interface Installation {
  readonly id: number;
  /** What its owner granted; undefined if GitHub's reply leaves it out. */
  readonly permissions: Permissions | undefined;
}

/** The App, and where it is looked for. */
export interface Installed {
  readonly owner: string;
  readonly requests: Requests;
  readonly app: ApiCredential;
}

/**
 * Looks by a repository, because that works for every owner; else as an organization, or as a person.
 * @throws RequestFailure, or the Problem that the App is not installed there
 */
export async function findInstallation(
  { owner, requests, app: credential }: Installed,
  repo: string | undefined,
): Promise<Installation> {
  const routes = [
    ...(repo === undefined ? [] : [repositoryInstallation(owner, repo)]),
    { path: '/orgs/{org}/installation', parameters: { org: owner } },
    { path: '/users/{username}/installation', parameters: { username: owner } },
  ];
  for (const route of routes) {
    try {
      return await requests.send('GET', route, { credential, parse: parseInstallation });
    } catch (error) {
      if (absence(error) === undefined || isUnknownApp(error)) throw error;
    }
  }
  throw notInstalled(owner, '(404)');
}

/** Why the installation does not include a repository of its owner; undefined if it does, or nobody knows. */
export async function whyOutside(
  { owner, requests, app: credential }: Installed,
  repo: string,
): Promise<Problem | undefined> {
  try {
    await requests.send('GET', repositoryInstallation(owner, repo), { credential, parse: () => true });
    return undefined;
  } catch (error) {
    const kind = absence(error);
    return kind === undefined ? undefined : notIncluded(`${owner}/${repo}`, kind === 'moved');
  }
}

function repositoryInstallation(owner: string, repo: string): Route {
  return { path: '/repos/{owner}/{repo}/installation', parameters: { owner, repo } };
}

function absence(error: unknown): 'moved' | 'not-found' | undefined {
  if (!(error instanceof RequestFailure)) return undefined;
  if (error.failure.kind === 'moved') return 'moved';
  return error.status === 404 ? 'not-found' : undefined;
}

function isUnknownApp(error: unknown): boolean {
  return (
    error instanceof RequestFailure &&
    error.failure.kind === 'refused' &&
    error.failure.said.includes('Integration not found')
  );
}

function parseInstallation(body: unknown): Installation | undefined {
  const { permissions } = fields(body);
  const id = parseId(body);
  if (id === undefined) return undefined;
  return { id, permissions: isPermissions(permissions) ? permissions : undefined };
}
