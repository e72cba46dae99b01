import type { Scope } from '../../src/model/service-token.ts';
import type { TokenRecord } from './records.ts';

const IDENTIFIER = /^[0-9a-f]{32}$/;

/** The shape of an account's or a zone's id: 32 hex digits. */
export function isIdentifier(id: string): boolean {
  return IDENTIFIER.test(id);
}

/** The accounts and zones there are. */
export class Scopes {
  /** By id: whether Zero Trust is enabled. */
  readonly #accounts = new Map<string, boolean>();
  /** By id: the account it belongs to, if that is known. */
  readonly #zones = new Map<string, string | undefined>();

  addAccount(id: string, zeroTrust: boolean): void {
    this.#accounts.set(checked(id), zeroTrust);
  }

  addZone(id: string, account: string | undefined): void {
    this.#zones.set(checked(id), account);
  }

  /** Id of the account that was added first. */
  get firstAccount(): string | undefined {
    const [first] = this.#accounts.keys();
    return first;
  }

  has(scope: Scope): boolean {
    return scope.kind === 'account' ? this.#accounts.has(scope.id) : this.#zones.has(scope.id);
  }

  /** The account itself, or the one that the zone belongs to. */
  accountOf(scope: Scope): string | undefined {
    return scope.kind === 'account' ? scope.id : this.#zones.get(scope.id);
  }

  hasZeroTrust(scope: Scope): boolean {
    return this.#accounts.get(this.accountOf(scope) ?? '') ?? true;
  }

  /** Whether the token counts into the same limit as those of the scope. */
  sharesLimit(scope: Scope, token: Pick<TokenRecord, 'scope'>): boolean {
    return (this.accountOf(scope) ?? scope.id) === (this.accountOf(token.scope) ?? token.scope.id);
  }
}

function checked(id: string): string {
  if (!isIdentifier(id)) throw new RangeError(`not 32 hex digits: ${id}`);
  return id;
}
