import { Token, type Level, type TokenOptions } from './credentials.ts';
import type { Installation } from './apps.ts';
import type { Random } from './sealing.ts';
import { fullName, type Repository, type State } from './state.ts';
import type { Switches } from './switches.ts';

const HOUR = 3_600_000;

/** An installation token that was handed out over HTTP, for what tests want to know of it. */
export interface MintedToken {
  readonly token: string;
  readonly installationId: number;
  readonly owner: string;
  readonly permissions: Readonly<Record<string, Level>>;
  /** `owner/name` of each repository, or `all`. */
  readonly repositories: 'all' | readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Every token that the service accepts, and every installation token that it ever handed out. */
export class Tokens {
  readonly minted: MintedToken[] = [];
  readonly #state: State;
  readonly #random: Random;
  readonly #accepted = new Map<string, Token>();

  constructor(state: State, random: Random) {
    this.#state = state;
    this.#random = random;
  }

  add(options: TokenOptions): Token {
    const token = new Token(options, this.#state.nextId());
    this.#accepted.set(options.token, token);
    return token;
  }

  /** The token of that text, while it is valid. */
  find(text: string): Token | undefined {
    const token = this.#accepted.get(text);
    return token !== undefined && this.#state.clock.now() < token.expiresAt ? token : undefined;
  }

  revoke(text: string): boolean {
    return this.#accepted.delete(text);
  }

  live(): readonly MintedToken[] {
    return this.minted.filter(({ token }) => this.find(token) !== undefined);
  }

  /** A new installation token, valid for an hour, in the long form that GitHub hands out since 2026. */
  mint(
    appId: number,
    { id, owner }: Installation,
    permissions: Readonly<Record<string, Level>>,
    repositories: 'all' | readonly Repository[],
  ): MintedToken {
    const part = (bytes: number): string => Buffer.from(this.#random(bytes)).toString('base64url');
    const now = this.#state.clock.now();
    const minted: MintedToken = {
      token: `ghs_${appId}_${part(27)}.${part(96)}.${part(256)}`,
      installationId: id,
      owner: owner.login,
      permissions,
      repositories: repositories === 'all' ? 'all' : repositories.map(fullName),
      createdAt: now,
      expiresAt: now + HOUR,
    };
    this.minted.push(minted);
    this.add({
      token: minted.token,
      kind: 'installation',
      permissions,
      repositories: minted.repositories,
      owners: [owner.login],
      expiresAt: minted.expiresAt,
      installationId: id,
    });
    return minted;
  }
}

const USUAL_LIMIT = 5_000;
const GITHUB_TOKEN_LIMIT = 1_000;

/** Whose limits a token counts against: all tokens of an installation share them. */
export function clientOf({ installationId, text }: Token): string {
  return installationId === undefined ? text : `installation ${installationId}`;
}

/** Requests an hour of a token, or of an App that signs for itself; without end on an Enterprise Server. */
export function hourlyLimit(
  { enterpriseServer }: Pick<Switches, 'enterpriseServer'>,
  token: Token | undefined,
): number {
  if (enterpriseServer) return Infinity;
  return token?.kind === 'github_token' ? GITHUB_TOKEN_LIMIT : USUAL_LIMIT;
}
