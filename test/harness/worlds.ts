import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import type { Excuses } from './judge.ts';

/** What replies may leave out: the secret that an update brings, or of the end of the previous one its seconds or all. */
export type Told = 'secret' | 'seconds' | 'end';

/** A set of answers to what is uncertain about Cloudflare's API; every scenario can be played in each. */
export interface World {
  readonly name: string;
  readonly switches: Partial<Switches>;
}

/** What one live test of the API has shown. */
export const LIVE: World = { name: 'as seen live', switches: {} };

/** What Cloudflare's schema says: the reply to an update brings no secret. */
export const DOCUMENTED: World = {
  name: 'as documented',
  switches: { updateReplyWithoutSecret: true },
};

/** What replies may leave out in either of the two. */
const OMISSIONS: readonly World[] = [
  {
    name: 'the end of the previous secret has no seconds',
    switches: { truncatePreviousExpirySeconds: true },
  },
  { name: 'the end of the previous secret is hidden', switches: { hidePreviousExpiry: 'always' } },
  { name: 'the version is hidden', switches: { hideVersion: true } },
  { name: 'end and version are hidden', switches: { hidePreviousExpiry: 'always', hideVersion: true } },
];

export const WORLDS: readonly World[] = [LIVE, DOCUMENTED].flatMap((world) => [
  world,
  ...OMISSIONS.map(({ name, switches }) => ({
    name: `${world.name}, and ${name}`,
    switches: { ...world.switches, ...switches },
  })),
]);

/** Whether replies in a world tell something. */
export function tells({ switches }: World, told: Told): boolean {
  const { updateReplyWithoutSecret = false, truncatePreviousExpirySeconds = false } = switches;
  const isHidden = switches.hidePreviousExpiry === 'always';
  if (told === 'secret') return !updateReplyWithoutSecret;
  return !isHidden && (told === 'end' || !truncatePreviousExpirySeconds);
}

/** What nobody can help where Cloudflare answers like that. */
export function excusesIn(switches: Partial<Switches>): Excuses {
  const { hidePreviousExpiry = 'never', truncatePreviousExpirySeconds = false } = switches;
  return {
    blind: truncatePreviousExpirySeconds || hidePreviousExpiry !== 'never',
    expiryUntold: switches.omitExpiryInAllReplies === true,
    versionless: switches.hideVersion === true,
    secretless: switches.updateReplyWithoutSecret === true,
  };
}

/** Whether all is to be tried; if not, a part of it that is the same every time (`npm run test:long`). */
export const FULL = process.env['EXTENT'] === 'full';
