import type { Effect } from '../../sandbox/faults.ts';

type When = 'before' | 'after';
type Reply = Extract<Effect, { kind: 'reply' }>;

const limited = (status: 403 | 429, headers: Record<string, string>): Reply => ({
  kind: 'reply',
  when: 'before',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message: 'You have exceeded a secondary rate limit.', errors: [] }),
});

const garbage = (when: When, status: number): Reply => ({
  kind: 'reply',
  when,
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html>::error::hello</html>',
});

/** What befalls one request, before or after it took effect. `kill` ends the whole run there. */
export const MISHAPS = {
  'reset before': { kind: 'reset', when: 'before' },
  'reset after': { kind: 'reset', when: 'after' },
  'hang before': { kind: 'hang', when: 'before' },
  'hang after': { kind: 'hang', when: 'after' },
  '500 before': garbage('before', 500),
  '502 after': garbage('after', 502),
  '429 with retry-after': limited(429, { 'retry-after': '20' }),
  '429 without': limited(429, {}),
  'garbage before': garbage('before', 200),
  'garbage after': garbage('after', 200),
  'kill before': { kind: 'kill', when: 'before' },
  'kill after': { kind: 'kill', when: 'after' },
} as const satisfies Record<string, Effect | { readonly kind: 'kill'; readonly when: When }>;

export type MishapName = keyof typeof MISHAPS;
