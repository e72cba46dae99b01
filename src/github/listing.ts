import type { StoredSecret } from '../model/target.ts';
import { PAGES, type PlaceRequests } from './place-requests.ts';
import type { Page, StoredVariable } from './shapes.ts';

/** More than any place may have; a reply that claims more is not believed. */
const MOST_PAGES = 100;

/** What is stored under the names that are wanted; names in upper case. */
export type Listed<T> = ReadonlyMap<string, T>;

/** All names of the secrets of a place, and what is stored under those that are wanted. */
export interface Secrets {
  readonly names: readonly string[];
  readonly stored: Listed<StoredSecret>;
}

/** Lists the secrets of a place once. @param wanted names, in upper case */
export async function listSecrets(place: PlaceRequests, wanted: ReadonlySet<string>): Promise<Secrets> {
  const { items, whole } = await readPages(PAGES.secrets, (page) => place.secrets(page, wanted));
  const stored = await pick(items, whole, wanted, (name) => place.secret(name));
  return { names: [...items.keys()], stored };
}

/** Reads the variables that are wanted: a single one by its name, several out of the list of all. */
export async function listVariables(
  place: PlaceRequests,
  wanted: ReadonlySet<string>,
): Promise<Listed<StoredVariable>> {
  const read = (name: string): Promise<StoredVariable | undefined> => place.variable(name);
  if (wanted.size === 1) return pick(new Map<string, StoredVariable>(), false, wanted, read);
  const { items, whole } = await readPages(PAGES.variables, (page) => place.variables(page, wanted));
  return pick(items, whole, wanted, read);
}

/**
 * Reads all pages, side by side once the first says how many there are.
 * @returns `whole`: whether nothing came or went meanwhile, so that what is not listed is not there
 */
async function readPages<T>(
  size: number,
  read: (page: number) => Promise<Page<T>>,
): Promise<{ readonly items: ReadonlyMap<string, T | undefined>; readonly whole: boolean }> {
  const first = await read(1);
  const count = Math.ceil(first.total / size);
  const others = count > MOST_PAGES ? [] : Array.from({ length: Math.max(0, count - 1) }, (_, i) => i + 2);
  const rest = await Promise.all(others.map(read));
  const items = new Map([first, ...rest].flatMap((page) => [...page.items]));
  // assumption: variable-page-size
  return { items, whole: items.size === first.total };
}

async function pick<T>(
  items: ReadonlyMap<string, T | undefined>,
  whole: boolean,
  wanted: ReadonlySet<string>,
  read: (name: string) => Promise<T | undefined>,
): Promise<Listed<T>> {
  const found = await Promise.all(
    [...wanted].map(async (name) => {
      const item = items.get(name) ?? (whole ? undefined : await read(name));
      return item === undefined ? [] : [[name, item] as const];
    }),
  );
  return new Map(found.flat());
}
