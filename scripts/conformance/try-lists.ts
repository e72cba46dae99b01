import { refusal } from '../../src/cloudflare/refusals.ts';
import { fields } from '../../src/http/json.ts';
import { absentId, createToken, type CloudflareBench, type Tell, type Trial } from './lab.ts';
import { codesOf, demand, described, itemsOf, type Answer } from './service.ts';

/** Names and pages of the list of tokens. */
export const LIST_TRIAL: Trial<CloudflareBench> = {
  ids: ['names-repeat', 'name-filter', 'list-paging', 'page-size'],
  run: async (bench, tell) => {
    const { api, access } = bench;
    const list = `${access}/service_tokens`;
    const { name } = await createToken(bench);
    const part = await createToken(bench, { name: `${name}-longer` });
    const other = await createToken(bench);
    const again = await api.send('POST', list, { name, duration: '24h' });
    tell('names-repeat', again.ok ? 'allowed' : 'refused', described(again));

    const filtered = await api.send('GET', `${list}?name=${name}&per_page=1000`);
    tell('name-filter', filtering(demand('filter the list', filtered), name, part.name, other.name));
    await tellOfPages(bench, tell);
  },
};

function filtering(filtered: Answer, name: string, longer: string, other: string): string {
  const found = new Set(itemsOf(filtered).map((token) => token['name']));
  if (found.has(other)) return 'ignored';
  if (found.has(longer)) return 'parts of names';
  return found.has(name) ? 'whole names' : 'another';
}

async function tellOfPages({ api, access }: CloudflareBench, tell: Tell): Promise<void> {
  const page = async (query: string): Promise<Answer> =>
    demand(`list tokens with ${query}`, await api.send('GET', `${access}/service_tokens?${query}`));
  const [first, second] = [await page('per_page=2&page=1'), await page('per_page=2&page=2')];
  const ids = itemsOf(first).map(({ id }) => id);
  const isCut = ids.length === 2 && itemsOf(second).every(({ id }) => !ids.includes(id));
  const { total_pages: pages } = infoOf(first);
  const honoured = typeof pages === 'number' ? 'honoured' : 'honoured, without the number of pages';
  tell('list-paging', isCut ? honoured : 'ignored');

  const { per_page: size } = infoOf(await page('per_page=100'));
  if (typeof size !== 'number') tell('page-size', 'not told');
  else tell('page-size', size < 100 ? 'fewer' : '100', String(size));
}

function infoOf({ body }: Answer): Readonly<Record<string, unknown>> {
  return fields(fields(body)['result_info']);
}

/** Refusals, and what the action makes of them. */
export const ERROR_TRIAL: Trial<CloudflareBench> = {
  ids: [
    'error-not-found',
    'error-malformed-id',
    'error-invalid-request',
    'error-authentication',
    'delete-absent-token',
    'rate-limit-headers',
  ],
  run: async ({ api, access, names, randomBytes }, tell) => {
    const tokens = `${access}/service_tokens`;
    const absent = await api.send('GET', `${tokens}/${absentId(randomBytes)}`);
    const usual = absent.status === 404 && codesOf(absent).includes(12135);
    const known = understood(absent) === 'token-gone';
    const otherwise = known ? 'another status or code that the action understands' : 'not understood';
    tell('error-not-found', usual ? '404 with 12135' : otherwise, described(absent));
    tell('rate-limit-headers', absent.headers.has('ratelimit') ? 'Ratelimit' : 'none');

    const malformed = await api.send('GET', `${tokens}/conformance`);
    const noRoute = codesOf(malformed).some((code) => code === 7003 || code === 7000);
    tell('error-malformed-id', noRoute ? '7003 or 7000' : 'another', described(malformed));

    const invalid = await api.send('POST', tokens, { name: names.next(), duration: 'conformance' });
    const is12130 = invalid.status === 400 && codesOf(invalid).includes(12130);
    const otherRefusal = invalid.ok ? 'accepted' : 'another refusal';
    tell('error-invalid-request', is12130 ? '400 with 12130' : otherRefusal, described(invalid));

    const stranger = api.as({ authorization: 'Bearer cfat_conformance_there_is_no_such_token' });
    const unauthenticated = await stranger.send('GET', tokens);
    const isCredentials = understood(unauthenticated) === 'cloudflare-credentials';
    const status = String(unauthenticated.status);
    tell('error-authentication', isCredentials ? status : 'not understood', described(unauthenticated));

    const deleted = await api.send('DELETE', `${tokens}/${absentId(randomBytes)}`);
    const outcome = deleted.ok ? 'success' : 'another';
    tell('delete-absent-token', deleted.status === 404 ? '404' : outcome, described(deleted));
  },
};

/** The error code that the action reports for a reply. */
export function understood(answer: Answer): string | undefined {
  if (answer.ok) return undefined;
  const errors = itemsOf(answer, 'errors').map(({ code, message }) => ({
    code: typeof code === 'number' ? code : undefined,
    message: typeof message === 'string' ? message : '',
  }));
  return refusal({ doing: 'try it', family: 'service-tokens' }, answer.status, errors).code;
}
