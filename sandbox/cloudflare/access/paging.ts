import type { Json } from './records.ts';
import type { AccessSwitches } from './switches.ts';

const GREATEST_PER_PAGE = 1_000;

/** One page of a list, and what the reply says about it; undefined if paging is ignored. */
export interface Page {
  readonly items: readonly Json[];
  readonly info: Readonly<Record<string, number>> | undefined;
}

/** Cuts out the page that `page` and `per_page` ask for. */
export function pageOf(
  items: readonly Json[],
  query: URLSearchParams,
  defaultPerPage: number,
  { paging }: AccessSwitches,
): Page {
  if (paging === 'ignored') return { items, info: undefined };
  const page = positive(query.get('page'), 1);
  const perPage = Math.min(positive(query.get('per_page'), defaultPerPage), GREATEST_PER_PAGE);
  const last = Math.ceil(items.length / perPage);
  const inserts = paging === 'empty-page-before-the-last' && last > 1;
  const shown = content(items, { page, perPage, last, inserts, repeats: paging === 'repeats-a-page' });
  return {
    items: shown,
    info: {
      page,
      per_page: perPage,
      count: shown.length,
      total_count: items.length,
      total_pages: last + (inserts ? 1 : 0),
    },
  };
}

interface Cut {
  readonly page: number;
  readonly perPage: number;
  readonly last: number;
  readonly inserts: boolean;
  readonly repeats: boolean;
}

function content(items: readonly Json[], { page, perPage, last, inserts, repeats }: Cut): readonly Json[] {
  if (inserts && page === last) return [];
  const moved = inserts && page > last ? page - 1 : page;
  const number = repeats ? Math.max(1, moved - 1) : moved;
  return items.slice((number - 1) * perPage, number * perPage);
}

function positive(text: string | null, fallback: number): number {
  const value = Number(text ?? '');
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}
