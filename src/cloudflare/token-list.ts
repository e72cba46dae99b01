import type { ServiceToken } from '../model/service-token.ts';
import { Problem } from '../model/problem.ts';
import { readPagedList, type Page } from './paged-list.ts';
import { parseToken } from './token-json.ts';

/** 5,000 tokens: a hundred times what an account may have unless more was agreed. */
const MOST_PAGES = 50;

/** Reads all pages of the service tokens. @throws Problem for a list without an end */
export async function readTokenList(
  readPage: (page: number) => Promise<Page>,
): Promise<readonly ServiceToken[]> {
  // assumption: list-paging, page-size
  return readPagedList({ readPage, parse: parseToken, mostPages: MOST_PAGES, endless });
}

function endless(): Problem {
  return new Problem(
    'token-list-endless',
    `Cloudflare's list of service tokens does not end within ${MOST_PAGES} pages.`,
    'Name the token by token-id, which needs no list.',
  );
}
