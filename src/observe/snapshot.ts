import { oneLine } from '../model/safe-text.ts';
import { describeMoment } from '../model/duration.ts';
import { describeTarget, type TargetState } from '../model/target.ts';
import type { Instant } from '../model/time.ts';
import type { ServiceToken } from '../model/service-token.ts';

export type TokenLookup =
  | { readonly kind: 'found'; readonly token: ServiceToken }
  | { readonly kind: 'none' }
  /** More than one token has exactly this name. */
  | { readonly kind: 'ambiguous'; readonly tokens: readonly ServiceToken[] };

/** Everything that was read before deciding. */
export interface Snapshot {
  readonly lookup: TokenLookup;
  readonly targets: readonly TargetState[];
  /** When the token was read, by Cloudflare's clock. */
  readonly readAt: Instant;
  /** GitHub's clock after the targets were read. */
  readonly githubNow: Instant;
}

/** What was read, a line for the token and one for each target. */
export function describeSnapshot({ lookup, targets, readAt, githubNow }: Snapshot): readonly string[] {
  return [describeLookup(lookup, readAt), ...targets.map((state) => describeState(state, githubNow))].map(
    oneLine,
  );
}

function describeLookup(lookup: TokenLookup, now: Instant): string {
  switch (lookup.kind) {
    case 'none':
      return 'No such service token.';
    case 'ambiguous':
      return `${lookup.tokens.length} service tokens have this name.`;
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
      if (clientSecret === undefined) return `${place}: holds no client secret.`;
      const id = clientId === undefined ? ', and no client ID' : '';
      return `${place}: holds a client secret stored ${describeMoment(clientSecret.updatedAt, now)}${id}.`;
    }
  }
}
