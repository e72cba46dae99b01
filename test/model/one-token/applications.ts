import type { ApplicationSettings } from '../../../sandbox/application/settings.ts';
import { HOUR, SECOND } from '../../../src/model/time.ts';

interface Application {
  readonly settings: Partial<ApplicationSettings>;
  /** What a run that verifies a secret there can come to see, within the model's verify-timeout. */
  readonly shows: 'accepted' | 'refused' | 'undecided' | 'unprotected';
}

/** What the protected application may be like. */
export const APPLICATIONS = {
  'as it should be': { settings: {}, shows: 'accepted' },
  'with an Allow policy, too': { settings: { access: 'mixed' }, shows: 'accepted' },
  'with the 401 flag': { settings: { access: '401-flag' }, shows: 'accepted' },
  'strict, and answering 401 itself': { settings: { access: 'strict', origin: 401 }, shows: 'accepted' },
  'answering 500 itself': { settings: { origin: 500 }, shows: 'accepted' },
  'slow to know a secret': { settings: { propagationDelay: 20 * SECOND }, shows: 'accepted' },
  'known at some points of presence only': {
    settings: { flapping: { kind: 'requests', count: 4 } },
    shows: 'accepted',
  },
  'too slow to know a secret': { settings: { propagationDelay: HOUR }, shows: 'refused' },
  'without a policy for the token': { settings: { access: 'mixed', admits: [] }, shows: 'refused' },
  'strict without a word, and no policy': {
    settings: { access: 'strict', strictWithoutHeaders: true, admits: [] },
    shows: 'refused',
  },
  down: { settings: { origin: 'down-530' }, shows: 'undecided' },
  'behind a bot check': { settings: { edge: 'challenge' }, shows: 'undecided' },
  'open to everyone': { settings: { access: 'unprotected' }, shows: 'unprotected' },
} as const satisfies Record<string, Application>;

export type ApplicationName = keyof typeof APPLICATIONS;
