import { errorBody } from '../../sandbox/cloudflare/reply.ts';
import type { Exchange } from '../../sandbox/exchange.ts';
import type { Effect } from '../../sandbox/faults.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

type Reply = Extract<Effect, { kind: 'reply' }>;

interface Strike<Kind> {
  readonly kind: Kind;
  readonly when: 'before' | 'after';
}

/** One thing that goes wrong with one request of a run, or from that request on. */
export interface Mishap {
  readonly name: string;
  /** `kill` and `cancel` befall the process: before the request has any effect, or once it is answered. */
  readonly effect: Effect | Strike<'kill'> | Strike<'cancel'>;
  /** Then every later request to the same service meets the same. */
  readonly lasting?: boolean;
  /** Whether it says no for good: asking again would not help. */
  readonly refuses?: boolean;
}

/** Which request of a play: the one that comes after `skip` others of this kind; undefined fits every request. */
export interface Moment {
  readonly service?: string;
  readonly method?: string;
  readonly path?: string;
  readonly skip: number;
}

export interface Befall {
  readonly at: Moment;
  readonly mishap: Mishap;
}

/** The moment of a request among those of its run. */
export function momentOf({ number, service, method, path }: Exchange, run: readonly Exchange[]): Moment {
  const same = run.filter(
    (one) => one.number < number && one.service === service && one.method === method && one.path === path,
  );
  return { service, method, path, skip: same.length };
}

/** What befalls a request, and all later ones of its service where the mishap lasts. */
export function befall(mishap: Mishap, exchange: Exchange, run: readonly Exchange[]): Befall {
  if (mishap.lasting !== true) return { at: momentOf(exchange, run), mishap };
  const { service, number } = exchange;
  const earlier = run.filter((one) => one.service === service && one.number < number);
  return { at: { service, skip: earlier.length }, mishap };
}

/** A request that mints a new client secret for a token that is there. */
export function isRotation({ service, method, path, requestBody }: Exchange): boolean {
  if (service !== 'cloudflare') return false;
  return (method === 'PUT' && requestBody.includes('client_secret_version')) || path.endsWith('/rotate');
}

/** Whether a request was sent and its reply did not come as it was: the run cannot know what became of it. */
export function losesReply({ effect }: Mishap): boolean {
  return effect.when === 'after';
}

/**
 * All that may go wrong with a request, as its service would have it. Where a request was tried already that differs
 * in its target only, what leaves something behind and is not repaired by a second attempt.
 */
export function mishapsOf(request: Exchange, tried: readonly Exchange[] = []): readonly Mishap[] {
  const all = everyMishapOf(request);
  if (!tried.some((other) => kindOf(other) === kindOf(request))) return all;
  return all.filter(
    ({ effect, lasting = false }) =>
      lasting ||
      effect.kind === 'kill' ||
      (effect.kind === 'reset' && effect.when === 'after') ||
      (effect.kind === 'reply' && effect.status === 404),
  );
}

/** A request without the target that it is about. */
function kindOf({ service, method, path, requestBody }: Exchange): string {
  const what = path.replace(/.*\//, '').replace(/PROBE_.*/, '');
  return `${service} ${method} ${what} ${(requestBody.match(/"\w+":/g) ?? []).join(' ')}`;
}

/** What can befall any request, whatever service it asks. */
export const GENERAL: readonly Mishap[] = [
  ...(['before', 'after'] as const).flatMap((when): Mishap[] => [
    { name: `reset ${when}`, effect: { kind: 'reset', when } },
    { name: `hang ${when}`, effect: { kind: 'hang', when } },
    { name: `kill ${when}`, effect: { kind: 'kill', when } },
  ]),
  { name: '500 before', effect: html('before', 500) },
  { name: '502 after', effect: html('after', 502) },
  { name: '200 with HTML before', effect: html('before', 200) },
  { name: '200 with HTML after', effect: html('after', 200) },
];

/** A limit of requests, as either service may have it. */
export const TOO_MANY: readonly Mishap[] = [
  { name: '429', effect: github(429, 'You have exceeded a secondary rate limit.') },
  { name: '429 with Retry-After', effect: soon(github(429, 'You have exceeded a secondary rate limit.')) },
];

function everyMishapOf(request: Exchange): readonly Mishap[] {
  const refusals = refusalsOf(request).map((mishap) => ({ ...mishap, refuses: true }));
  const [first] = refusals;
  return [
    ...refusals,
    ...GENERAL,
    ...limitsOf(request),
    ...garbageOf(request),
    { name: 'down from here on', effect: { kind: 'reset', when: 'before' }, lasting: true },
    { name: 'every reply lost from here on', effect: html('after', 502), lasting: true },
    ...(first ? [{ ...first, name: `${first.name} from here on`, lasting: true }] : []),
  ];
}

function refusalsOf({ service }: Exchange): readonly Mishap[] {
  switch (service) {
    case 'cloudflare':
      return [
        { name: '403', effect: cloudflare('before', 403, 10000, 'Authentication error') },
        { name: '404', effect: cloudflare('before', 404, 12135, 'access.api.error.not_found') },
      ];
    case 'github':
      return [
        { name: '403', effect: github(403, 'Resource not accessible by personal access token') },
        { name: '404', effect: github(404, 'Not Found') },
      ];
    default:
      return [
        { name: '403', effect: html('before', 403, { 'cf-access-domain': 'app.example.com' }) },
        { name: '404', effect: html('before', 404) },
      ];
  }
}

function limitsOf({ service }: Exchange): readonly Mishap[] {
  const slow = 'You have exceeded a secondary rate limit. Please wait a few minutes.';
  const limits: Record<string, readonly Mishap[]> = {
    cloudflare: [{ name: '429', effect: cloudflare('before', 429, 971, 'Please wait') }],
    github: [
      { name: '429', effect: github(429, slow) },
      { name: 'secondary 403', effect: github(403, slow) },
    ],
  };
  return (limits[service] ?? [{ name: '429', effect: html('before', 429) }]).flatMap((mishap) =>
    mishap.effect.kind === 'reply' && limits[service] !== undefined
      ? [mishap, { name: `${mishap.name} with Retry-After`, effect: soon(mishap.effect) }]
      : [mishap],
  );
}

function garbageOf({ service, method, status = 200, responseBody }: Exchange): readonly Mishap[] {
  const body = responseBody.slice(0, responseBody.length / 2);
  const half: Mishap = {
    name: 'truncated JSON',
    effect: { kind: 'reply', when: 'after', status, body, headers: JSON_TYPE },
  };
  const denies = (when: Reply['when']): Mishap => ({
    name: `success: false ${when}`,
    effect: cloudflare(when, 200, 10001, 'Unable to authenticate request'),
  });
  return [
    ...(responseBody === '' ? [] : [half]),
    ...(service === 'cloudflare' ? [denies('after')] : []),
    ...(service === 'cloudflare' && method !== 'GET' ? [denies('before')] : []),
  ];
}

function html(when: Reply['when'], status: number, headers: Record<string, string> = {}): Reply {
  const body = '<!DOCTYPE html><title>Something is wrong</title>';
  return { kind: 'reply', when, status, body, headers: { 'content-type': 'text/html', ...headers } };
}

function soon(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, 'retry-after': '20' } };
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
