import { WRITE_PROOF, type Target } from '../model/target.ts';
import { quote, type Spot, type Value } from './complaints.ts';

const LONGEST_ENVIRONMENT_NAME = 255;
/** Letters, digits, hyphens; the underscore is in the names of enterprise managed users. */
const OWNER = /^[A-Za-z0-9_-]{1,39}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
/** What a person cannot see in a name, and what would break a line. */
export const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The names that a target has for its client ID and client secret. */
export type SecretNames = Pick<Target, 'clientIdName' | 'clientSecretName' | 'clientIdKind'>;

export interface RepositoryName {
  readonly owner: string;
  readonly repository: string;
}

export const REPOSITORY_ACCEPTS = '`owner/name` as GitHub spells it';
export const ENVIRONMENT_ACCEPTS = 'a name of at most 255 characters, none of them a control character';

/** The name of a secret or variable as GitHub stores it, in capitals. */
export function readSecretName({ text, spot }: Value): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) {
    spot.refuse(quote(text), 'letters, digits and underscores, and no digit at the start, as GitHub does');
  } else if (/^GITHUB_/i.test(text)) {
    spot.refuse(quote(text), 'a name that does not start with `GITHUB_`, which GitHub reserves');
  } else if (text.toUpperCase() === WRITE_PROOF) {
    spot.refuse(quote(text), 'another name, because the action uses this one for its write check');
  }
  return text.toUpperCase();
}

/** Notes a secret that would hold both the client ID and the client secret. */
export function refuseEqualNames(spot: Spot, names: SecretNames): void {
  if (names.clientIdKind === 'variable' || names.clientIdName !== names.clientSecretName) return;
  const got = `${quote(names.clientSecretName)} for both the client ID and the client secret`;
  spot.refuse(got, 'two different names');
}

/** Undefined for what is no `owner/name`. */
export function parseRepository(text: string): RepositoryName | undefined {
  const [owner = '', repository = '', ...more] = text.split('/');
  const isName = more.length === 0 && isOwner(owner) && isRepositoryName(repository);
  return isName ? { owner, repository } : undefined;
}

export function isOwner(text: string): boolean {
  return OWNER.test(text);
}

export function isRepositoryName(text: string): boolean {
  return REPOSITORY.test(text) && !isDots(text);
}

export function isEnvironmentName(text: string): boolean {
  return Array.from(text).length <= LONGEST_ENVIRONMENT_NAME && !UNSEEN.test(text) && !isDots(text);
}

/** These would climb up the path of a request. */
function isDots(text: string): boolean {
  return text === '.' || text === '..';
}
