import type { Bench, CloudflareBench, GitHubBench } from './lab.ts';
import { PREFIX, runOf } from './names.ts';
import { itemsOf, type Api } from './service.ts';

/** Something whose name says that a conformance run made it. */
export interface Found {
  /** As in `service token`. */
  readonly what: string;
  readonly name: string;
  readonly run: string;
  readonly path: string;
}

const MOST_PAGES = 50;
/** Cloudflare may keep a token from being deleted for a while after its last policy. */
const TRIES = 6;
const BETWEEN_TRIES = 5_000;

/** In the order in which they can be deleted: what refers to something goes before it. */
export async function findCloudflare({ api, access }: CloudflareBench): Promise<readonly Found[]> {
  const kinds = [
    ['application', `${access}/apps`],
    ['policy', `${access}/policies`],
    ['service token', `${access}/service_tokens`],
  ] as const;
  const found = [];
  for (const [what, path] of kinds) {
    for (const { id, name } of await everyItem(api, path))
      found.push(foundOf(what, name, `${path}/${String(id)}`));
  }
  return found.filter((one) => one !== undefined);
}

export async function findGitHub({ api, repository }: GitHubBench): Promise<readonly Found[]> {
  const found = [];
  for (const [what, kind] of [
    ['secret', 'secrets'],
    ['variable', 'variables'],
  ] as const) {
    const path = `${repository}/actions/${kind}`;
    for (const { name } of await everyItem(api, path, kind))
      found.push(foundOf(what, name, `${path}/${String(name)}`));
  }
  return found.filter((one) => one !== undefined);
}

/** The environment of a run, which is deleted without being looked for: listing them needs one permission more. */
export function environmentOf({ repository }: GitHubBench, run: string): Found {
  const name = `${PREFIX}${run}`;
  return { what: 'environment', name, run, path: `${repository}/environments/${name}` };
}

/**
 * Deletes what was found, in order. What is gone already counts as deleted.
 * @returns what could not be deleted
 */
export async function remove({ api, sleep }: Bench, found: readonly Found[]): Promise<readonly Found[]> {
  const left: Found[] = [];
  for (const one of found) {
    let gone = false;
    for (let tries = 1; !gone && tries <= TRIES; tries += 1) {
      const { ok, status } = await api.send('DELETE', one.path);
      // An environment that could not be created cannot be deleted either.
      gone = ok || status === 404 || (status === 403 && one.what === 'environment');
      if (!gone && tries < TRIES) await sleep(BETWEEN_TRIES);
    }
    if (!gone) left.push(one);
  }
  return left;
}

function foundOf(what: string, name: unknown, path: string): Found | undefined {
  const run = runOf(name);
  return run === undefined || typeof name !== 'string' ? undefined : { what, name, run, path };
}

/** Every item of a list that may ignore paging, or cut it oddly. A list that may not be read has none. */
async function everyItem(
  api: Api,
  path: string,
  key = 'result',
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const items = new Map<unknown, Readonly<Record<string, unknown>>>();
  for (let page = 1, empty = 0; page <= MOST_PAGES && empty < 2; page += 1) {
    const before = items.size;
    const answer = await api.send('GET', `${path}?per_page=100&page=${page}`);
    for (const item of itemsOf(answer, key)) items.set(item['id'] ?? item['name'], item);
    empty = items.size === before ? empty + 1 : 0;
  }
  return [...items.values()];
}
