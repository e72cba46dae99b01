import { WRITE_PROOF } from '../model/target.ts';
import type { Inputs } from './inputs.ts';
import { quote } from './quoting.ts';

const LONGEST_ENVIRONMENT_NAME = 255;
/** Letters, digits, hyphens; the underscore is in the names of enterprise managed users. */
const OWNER = /^[A-Za-z0-9_-]{1,39}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
/** What a person cannot see in a name, and what would break a line. */
export const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

export interface SecretNames {
  readonly clientIdName: string;
  readonly clientSecretName: string;
}

export interface RepositoryName {
  readonly owner: string;
  readonly repository: string;
}

export const REPOSITORY_ACCEPTS = '`owner/name` as GitHub spells it';
export const ENVIRONMENT_ACCEPTS = 'a name of at most 255 characters, none of them a control character';

/** Both secret names as GitHub stores them, in capitals. */
export function readSecretNames(inputs: Inputs): SecretNames {
  const clientIdName = readSecretName(inputs, 'client-id-name', inputs.value('client-id-name'));
  const clientSecretName = readSecretName(inputs, 'client-secret-name', inputs.value('client-secret-name'));
  refuseEqualNames(inputs, 'client-secret-name', { clientIdName, clientSecretName });
  return { clientIdName, clientSecretName };
}

export function readSecretName(inputs: Inputs, where: string, name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    inputs.refuse(
      where,
      quote(name),
      'letters, digits and underscores, of which the first is no digit, as GitHub does',
    );
  } else if (/^GITHUB_/i.test(name)) {
    inputs.refuse(
      where,
      quote(name),
      'a name that does not start with `GITHUB_`, which GitHub keeps to itself',
    );
  } else if (name.toUpperCase() === WRITE_PROOF) {
    inputs.refuse(
      where,
      quote(name),
      'another name, since the action proves with this one that it may write',
    );
  }
  return name.toUpperCase();
}

export function refuseEqualNames(inputs: Inputs, where: string, names: SecretNames): void {
  if (names.clientIdName !== names.clientSecretName) return;
  const got = `${quote(names.clientSecretName)} for the client ID and the client secret alike`;
  inputs.refuse(where, got, 'two different names');
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
