import { cleanEcho } from '../model/safe-text.ts';
import type { Place } from '../model/target.ts';
import type { ApiCredential } from '../http/api-credential.ts';
import { fields } from '../http/json.ts';
import type { Holder } from './refusals.ts';
import { RequestFailure } from './request-failure.ts';
import type { Requests } from './requests.ts';
import { holderRoute, type Route } from './routes.ts';

/** GitHub says that a place is not there: is its repository or organization? */
export async function lookAtHolder(
  requests: Requests,
  credential: ApiCredential,
  place: Place,
): Promise<Holder> {
  try {
    await requests.send('GET', holderRoute(place), { credential, parse: () => true });
    return { kind: 'visible' };
  } catch (error) {
    if (!(error instanceof RequestFailure)) return { kind: 'unclear' };
    const { failure, status } = error;
    if (failure.kind !== 'moved') return { kind: status === 404 ? 'not-found' : 'unclear' };
    return { kind: 'moved', to: await whereItMoved(requests, credential, failure.location) };
  }
}

/** The name that a redirect leads to, as far as it can be told: GitHub redirects to an id. */
export async function whereItMoved(
  requests: Requests,
  credential: ApiCredential,
  location: string | undefined,
): Promise<string | undefined> {
  const route = routeBehind(location, requests.apiUrl);
  if (route === undefined) return undefined;
  const parse = (data: unknown): string | undefined => {
    const name = fields(data)['full_name'];
    return typeof name === 'string' ? cleanEcho(name, 150) : undefined;
  };
  return requests.send('GET', route, { credential, parse, mostLosses: 2 }).catch(() => undefined);
}

/** Only a repository of the same API is asked: the credentials are for no one else. */
function routeBehind(location: string | undefined, apiUrl: string): Route | undefined {
  if (location === undefined || !URL.canParse(location, apiUrl)) return undefined;
  const base = new URL(apiUrl);
  const url = new URL(location, base);
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return undefined;
  const id = /\/repositories\/(\d+)(?:\/|$)/.exec(url.pathname)?.[1];
  if (id !== undefined) return { path: '/repositories/{id}', parameters: { id } };
  const [, owner, repo] = /\/repos\/([\w.-]+)\/([\w.-]+)(?:\/|$)/.exec(url.pathname) ?? [];
  if (owner === undefined || repo === undefined) return undefined;
  return { path: '/repos/{owner}/{repo}', parameters: { owner, repo } };
}
