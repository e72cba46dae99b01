import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import { isRecord } from '../http/json.ts';
import { parseToken } from './token-json.ts';

/** 5,000 tokens: a hundred times what an account may have unless more was agreed. */
const MOST_PAGES = 50;

export interface Page {
  readonly result: readonly unknown[];
  /** `result_info` of the envelope; some servers leave it out. */
  readonly info: unknown;
}

/**
 * Reads all pages: side by side where the first tells how many there are, else one after another until a page
 * brings nothing new, since a server that ignores `page` gives the same one for ever.
 * @throws Problem for a list without an end
 */
export async function readTokenList(
  readPage: (page: number) => Promise<Page>,
): Promise<readonly ServiceToken[]> {
  const tokens = new Map<string, ServiceToken>();
  const add = ({ result }: Page): boolean => {
    const before = tokens.size;
    for (const token of result.map(parseToken)) if (token !== undefined) tokens.set(token.id, token);
    return tokens.size > before;
  };
  const first = await readPage(1);
  add(first);
  const pages = pageCount(first);
  if (pages !== undefined) {
    if (pages > MOST_PAGES) throw endless();
    const others = Array.from({ length: pages - 1 }, (_, index) => index + 2);
    for (const page of await Promise.all(others.map(readPage))) add(page);
    return [...tokens.values()];
  }
  for (let number = 2; first.result.length >= 20; number += 1) {
    if (number > MOST_PAGES) throw endless();
    if (!add(await readPage(number))) break;
  }
  return [...tokens.values()];
}

/** At least 1; undefined where the reply does not tell. */
function pageCount({ result, info }: Page): number | undefined {
  if (!isRecord(info)) return undefined;
  const { total_pages: pages, total_count: total } = info;
  if (typeof pages === 'number' && pages >= 1) return Math.ceil(pages);
  if (typeof total !== 'number') return undefined;
  return result.length === 0 ? 1 : Math.max(1, Math.ceil(total / result.length));
}

function endless(): Problem {
  return new Problem(
    'token-list-endless',
    `Cloudflare's list of service tokens does not end within ${MOST_PAGES} pages.`,
    'Name the token by token-id, which needs no list.',
  );
}
