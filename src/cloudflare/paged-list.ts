import { isRecord } from '../http/json.ts';

/** One page as a list gives it. */
export interface Page {
  readonly result: readonly unknown[];
  /** `result_info` of the envelope; some servers leave it out. */
  readonly info: unknown;
}

export interface PagedList<T> {
  readonly readPage: (page: number) => Promise<Page>;
  /** Reads one item; undefined for what is none, which is left out. */
  readonly parse: (item: unknown) => T | undefined;
  readonly mostPages: number;
  /** What to throw for a list without an end. */
  readonly endless: () => Error;
}

/**
 * Reads all pages: side by side if the first says how many there are, else one after another until a page brings
 * nothing new, because a server that ignores `page` gives the same one for ever. If fewer items came than the first
 * page announced, the pages after the last are asked for as well.
 */
export async function readPagedList<T extends { readonly id: string }>(
  list: PagedList<T>,
): Promise<readonly T[]> {
  const items = new Map<string, T>();
  const add = ({ result }: Page): boolean => {
    const before = items.size;
    for (const item of result.map(list.parse)) if (item !== undefined) items.set(item.id, item);
    return items.size > before;
  };
  const first = await list.readPage(1);
  add(first);
  const pages = pageCount(first);
  if (pages === undefined && first.result.length < 20) return [...items.values()];
  let next = 2;
  if (pages !== undefined) {
    if (pages > list.mostPages) throw list.endless();
    const others = Array.from({ length: pages - 1 }, (_, index) => index + 2);
    for (const page of await Promise.all(others.map(list.readPage))) add(page);
    if (pages === 1 || items.size >= totalOf(first)) return [...items.values()];
    next = pages + 1;
  }
  // assumption: policy-list-paging
  for (; ; next += 1) {
    if (next > list.mostPages) throw list.endless();
    if (!add(await list.readPage(next))) return [...items.values()];
  }
}

/** At least 1; undefined if the reply does not say. */
function pageCount({ result, info }: Page): number | undefined {
  if (!isRecord(info)) return undefined;
  const { total_pages: pages, total_count: total } = info;
  if (typeof pages === 'number' && pages >= 1) return Math.ceil(pages);
  if (typeof total !== 'number') return undefined;
  return result.length === 0 ? 1 : Math.max(1, Math.ceil(total / result.length));
}

/** 0 if the reply does not say. */
function totalOf({ info }: Page): number {
  return isRecord(info) && typeof info['total_count'] === 'number' ? info['total_count'] : 0;
}
