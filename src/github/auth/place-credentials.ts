import type { ApiCredential } from '../../http/api-credential.ts';
import type { Place } from '../../model/target.ts';
import type { Need } from './permissions.ts';

/** What the action signs in with at GitHub, for the places of one run. */
export interface ApiCredentials {
  readonly kind: 'token' | 'app';
  /** For requests to a place that need that permission. */
  readonly of: (place: Place, need: Need) => ApiCredential;
  /** Revokes what was obtained; never throws. */
  readonly close: () => Promise<void>;
}
