import { errorBody } from '../../sandbox/cloudflare/reply.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import type { Effect } from '../../sandbox/faults.ts';

/** One thing that goes wrong with one request of a run, or from it on. */
export interface Mishap {
  readonly name: string;
  readonly effect: Effect | { readonly kind: 'kill'; readonly when: 'before' | 'after' };
  /** Then every later request to the same service meets the same. */
  readonly lasting: boolean;
}

type Reply = Extract<Effect, { kind: 'reply' }>;

/** Whether what was asked took effect and its reply did not come: the run cannot know. */
export function losesReply({ effect }: Mishap): boolean {
  return effect.when === 'after';
}

/**
 * All that may go wrong with a request, as its service would have it. Of requests that only differ from one that was
 * tried by their target, what leaves something behind and is not made good by a second attempt.
 */
export function mishapsOf(request: Exchange, tried: readonly Exchange[] = []): readonly Mishap[] {
  const all = everyMishapOf(request);
  if (!tried.some((other) => kindOf(other) === kindOf(request))) return all;
  return all.filter(({ name, lasting }) => lasting || /^(404|kill|reset after)/.test(name));
}

/** A request without the target that it is about. */
function kindOf({ service, method, path, requestBody }: Exchange): string {
  const what = path.replace(/.*\//, '').replace(/PROBE_.*/, '');
  return `${service} ${method} ${what} ${(requestBody.match(/"\w+":/g) ?? []).join(' ')}`;
}

/** A request that mints a new client secret. */
export function isRotation({ service, method, path, requestBody }: Exchange): boolean {
  if (service !== 'cloudflare') return false;
  return (method === 'PUT' && requestBody.includes('client_secret_version')) || path.endsWith('/rotate');
}

function everyMishapOf(request: Exchange): readonly Mishap[] {
  const once = [
    ...refusals(request),
    ...(['before', 'after'] as const).flatMap((when): [string, Mishap['effect']][] => [
      [`reset ${when}`, { kind: 'reset', when }],
      [`hang ${when}`, { kind: 'hang', when }],
      [`kill ${when}`, { kind: 'kill', when }],
    ]),
    ...serverErrors(),
    ...limits(request),
    ...garbage(request),
  ];
  return [
    ...once.map(([name, effect]) => ({ name, effect, lasting: false })),
    { name: 'down from here on', effect: { kind: 'reset', when: 'before' }, lasting: true },
    { name: 'every reply lost from here on', effect: html('after', 502), lasting: true },
    ...refusals(request)
      .slice(0, 1)
      .map(([name, effect]) => ({ name: `${name} from here on`, effect, lasting: true })),
  ];
}

type Named = [name: string, effect: Mishap['effect']];

function refusals({ service }: Exchange): Named[] {
  switch (service) {
    case 'cloudflare':
      return [
        ['403', cloudflare('before', 403, 10000, 'Authentication error')],
        ['404', cloudflare('before', 404, 12135, 'access.api.error.not_found')],
      ];
    case 'github':
      return [
        ['403', github(403, 'Resource not accessible by personal access token')],
        ['404', github(404, 'Not Found')],
      ];
    default:
      return [
        ['403', { ...html('before', 403), headers: { 'cf-access-domain': 'app.example.com' } }],
        ['404', html('before', 404)],
      ];
  }
}

function serverErrors(): Named[] {
  return [
    ['500 before', html('before', 500)],
    ['502 after', html('after', 502)],
  ];
}

function limits({ service }: Exchange): Named[] {
  const soon = { 'retry-after': '20' };
  if (service === 'cloudflare') {
    const limited = cloudflare('before', 429, 971, 'Please wait and consider throttling your request speed');
    return [
      ['429', limited],
      ['429 with Retry-After', { ...limited, headers: soon }],
    ];
  }
  if (service !== 'github') return [['429', html('before', 429)]];
  const limited = github(429, 'You have exceeded a secondary rate limit.');
  const secondary = github(403, 'You have exceeded a secondary rate limit. Please wait a few minutes.');
  return [
    ['429', limited],
    ['429 with Retry-After', { ...limited, headers: soon }],
    ['secondary 403', secondary],
    ['secondary 403 with Retry-After', { ...secondary, headers: soon }],
  ];
}

function garbage({ service, method, status = 200, responseBody }: Exchange): Named[] {
  const all: Named[] = [['200 with HTML', html('after', 200)]];
  if (responseBody !== '') {
    const body = responseBody.slice(0, responseBody.length / 2);
    all.push(['truncated JSON', { kind: 'reply', when: 'after', status, body, headers: JSON_TYPE }]);
  }
  if (service !== 'cloudflare') return all;
  all.push(['success: false after', cloudflare('after', 200, 10001, 'Unable to authenticate request')]);
  if (method !== 'GET') {
    all.push(['success: false before', cloudflare('before', 200, 10001, 'Unable to authenticate request')]);
  }
  return all;
}

const JSON_TYPE = { 'content-type': 'application/json' };

function html(when: Reply['when'], status: number): Reply {
  const body = '<!DOCTYPE html><title>Something is wrong</title>';
  return { kind: 'reply', when, status, body, headers: { 'content-type': 'text/html' } };
}

function cloudflare(when: Reply['when'], status: number, code: number, message: string): Reply {
  return { kind: 'reply', when, status, body: errorBody([{ code, message }]), headers: JSON_TYPE };
}

function github(status: number, message: string): Reply {
  const body = JSON.stringify({
    message,
    documentation_url: 'https://docs.github.com/rest',
    status: `${status}`,
  });
  return { kind: 'reply', when: 'before', status, body, headers: JSON_TYPE };
}
