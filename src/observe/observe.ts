import type { LoginCheck, Control } from '../access/login-check.ts';
import type { ServiceTokens } from '../cloudflare/service-tokens.ts';
import { mergeTokens } from '../cloudflare/token-json.ts';
import type { SecretStores } from '../github/stores.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Settings } from '../settings/settings.ts';
import type { TokenLookup, Snapshot } from './snapshot.ts';

/** The services that one run talks to. */
export interface Services {
  readonly tokens: ServiceTokens;
  readonly stores: SecretStores;
  /** Undefined where no verify-url is given. */
  readonly loginCheck: LoginCheck | undefined;
}

export interface Observation {
  readonly snapshot: Snapshot;
  /** How the verify URL answers without credentials. */
  readonly control: Control | undefined;
}

/**
 * Reads everything that is decided on, side by side.
 * @throws Problem where Cloudflare cannot be read; a target that cannot be read says so itself
 */
export async function observe(
  settings: Settings,
  { tokens, stores, loginCheck }: Services,
): Promise<Observation> {
  const lookingUp = lookUp(settings, tokens).then((lookup) => ({ lookup, readAt: tokens.now() }));
  const [{ lookup, readAt }, targets, control] = await Promise.all([
    lookingUp,
    stores.observe(settings.targets, () => settings.createEnvironment),
    loginCheck?.control(),
  ]);
  return { snapshot: { lookup, targets, readAt, githubNow: stores.now() }, control };
}

async function lookUp(settings: Settings, tokens: ServiceTokens): Promise<TokenLookup> {
  if (settings.tokenId !== undefined) {
    const token = await tokens.get(settings.tokenId);
    return token === undefined ? { kind: 'none' } : { kind: 'found', token };
  }
  const named = (await tokens.list()).filter(({ name }) => name === settings.tokenName);
  const [token, ...others] = named;
  if (token === undefined) return { kind: 'none' };
  if (others.length > 0) return { kind: 'ambiguous', tokens: named };
  return { kind: 'found', token: await completed(token, tokens) };
}

/** A list may leave out what the rules need; then the token itself is read as well. */
async function completed(token: ServiceToken, tokens: ServiceTokens): Promise<ServiceToken> {
  const tellsItsRotation = token.version === 1 || token.previousSecretExpiresAt !== undefined;
  if (token.version !== undefined && tellsItsRotation) return token;
  const read = await tokens.get(token.id);
  if (read === undefined) return token;
  return {
    ...mergeTokens(token, read),
    version: read.version ?? token.version,
    previousSecretExpiresAt: read.previousSecretExpiresAt ?? token.previousSecretExpiresAt,
  };
}
