import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import type { Excuses } from './judge.ts';

/** A set of answers to what is uncertain about Cloudflare's API; every scenario can be played in each. */
export interface World {
  readonly name: string;
  readonly switches: Partial<Switches>;
}

/** What one live test of the API has shown. */
export const LIVE: World = { name: 'as seen live', switches: {} };

export const WORLDS: readonly World[] = [
  LIVE,
  { name: 'an update brings no secret, as documented', switches: { updateReplyWithoutSecret: true } },
  {
    name: 'the end of the previous secret has no seconds',
    switches: { truncatePreviousExpirySeconds: true },
  },
  { name: 'the end of the previous secret is hidden', switches: { hidePreviousExpiry: 'always' } },
  { name: 'the version is hidden', switches: { hideVersion: true } },
  { name: 'end and version are hidden', switches: { hidePreviousExpiry: 'always', hideVersion: true } },
];

/** What nobody can help where Cloudflare answers like that. */
export function excusesIn(switches: Partial<Switches>): Excuses {
  const { hidePreviousExpiry = 'never', truncatePreviousExpirySeconds = false } = switches;
  return {
    blind: truncatePreviousExpirySeconds || hidePreviousExpiry !== 'never',
    expiryUntold: switches.omitExpiryInAllReplies === true,
    secretless: switches.updateReplyWithoutSecret === true,
  };
}

/** Whether all is to be tried; if not, a part of it that is the same every time (`npm run test:long`). */
export const FULL = process.env['EXTENT'] === 'full';
