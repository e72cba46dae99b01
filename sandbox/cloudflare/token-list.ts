import type { TokenRecord } from './records.ts';
import type { Switches } from './switches.ts';

const DEFAULT_PER_PAGE = 20;
const GREATEST_PER_PAGE = 1_000;

export interface Page {
  readonly tokens: readonly TokenRecord[];
  /** Undefined where paging is ignored. */
  readonly info: Readonly<Record<string, number>> | undefined;
}

/** Filters by `name` and `search`, then cuts out the page that `page` and `per_page` ask for. */
export function pageOf(tokens: readonly TokenRecord[], query: URLSearchParams, switches: Switches): Page {
  const name = query.get('name') ?? '';
  const search = query.get('search') ?? '';
  const found = tokens.filter(
    (token) =>
      (name === '' || (switches.substringNames ? contains(token.name, name) : token.name === name)) &&
      contains(token.name, search),
  );
  if (switches.ignorePaging) return { tokens: found, info: undefined };
  const page = positive(query.get('page'), 1);
  const perPage = Math.min(positive(query.get('per_page'), DEFAULT_PER_PAGE), GREATEST_PER_PAGE);
  const shown = found.slice((page - 1) * perPage, page * perPage);
  return {
    tokens: shown,
    info: {
      page,
      per_page: perPage,
      count: shown.length,
      total_count: found.length,
      total_pages: Math.ceil(found.length / perPage),
    },
  };
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function positive(text: string | null, fallback: number): number {
  const value = Number(text ?? '');
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}
