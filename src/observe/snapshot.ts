import type { AdmissionState, TokenReferences } from '../model/admission.ts';
import type { Control } from '../access/login-check.ts';
import { describeMoment } from '../model/duration.ts';
import { oneLine } from '../model/safe-text.ts';
import type { ServiceToken } from '../model/service-token.ts';
import { describeTarget, type TargetState } from '../model/target.ts';
import type { Instant } from '../model/time.ts';

export type TokenLookup =
  | { readonly kind: 'found'; readonly token: ServiceToken }
  | { readonly kind: 'none' }
  /** More than one token has exactly this name. */
  | { readonly kind: 'ambiguous'; readonly tokens: readonly ServiceToken[] }
  /** The token with this ID has another name than the one that is given beside it. */
  | { readonly kind: 'mismatch'; readonly token: ServiceToken };

/** Everything that was read about one token before deciding. */
export interface Snapshot {
  readonly lookup: TokenLookup;
  /** The other tokens of the account or zone, as far as they were listed. */
  readonly others: readonly ServiceToken[];
  readonly targets: readonly TargetState[];
  readonly admissions: readonly AdmissionState[];
  /** Everything that names the token; not set if it was not read. */
  readonly references?: TokenReferences;
  /** How the verify URL answers without credentials; undefined if there is none to ask. */
  readonly control: Control | undefined;
  /** When the token was read, by Cloudflare's clock. */
  readonly readAt: Instant;
  /** GitHub's clock after the targets were read. */
  readonly githubNow: Instant;
}

/** What was read, a line for the token, for each target and for each line of `admit-to`. */
export function describeSnapshot(snapshot: Snapshot): readonly string[] {
  const { lookup, targets, admissions, readAt, githubNow } = snapshot;
  return [
    describeLookup(lookup, readAt),
    ...targets.map((state) => describeState(state, githubNow)),
    ...admissions.map(describeAdmission),
  ].map(oneLine);
}

function describeAdmission({ what, kind }: AdmissionState): string {
  switch (kind) {
    case 'admitted':
      return `${what}: admits the token.`;
    case 'missing':
      return `${what}: does not admit the token.`;
    case 'refused':
      return `${what}: cannot be used.`;
  }
}

function describeLookup(lookup: TokenLookup, now: Instant): string {
  switch (lookup.kind) {
    case 'none':
      return 'No such service token.';
    case 'ambiguous':
      return `${lookup.tokens.length} service tokens have this name.`;
    case 'mismatch':
    case 'found': {
      const { id, name, version, expiresAt, enabled } = lookup.token;
      const expiry = expiresAt === undefined ? '' : `, expires ${describeMoment(expiresAt, now)}`;
      const secret = version === undefined ? '' : `, client secret version ${version}`;
      return `Service token ${JSON.stringify(name)} (${id})${secret}${expiry}${enabled ? '' : ', disabled'}.`;
    }
  }
}

function describeState(state: TargetState, now: Instant): string {
  const place = describeTarget(state.target);
  switch (state.kind) {
    case 'unreadable':
      return `${place}: cannot be read.`;
    case 'environment-missing':
      return `${place}: the environment does not exist yet.`;
    case 'readable': {
      const { clientId, clientSecret } = state;
      if (clientSecret === undefined) return `${place}: stores no client secret.`;
      const id = clientId === undefined ? ', and no client ID' : '';
      return `${place}: stores a client secret, written ${describeMoment(clientSecret.updatedAt, now)}${id}.`;
    }
  }
}
