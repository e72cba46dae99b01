import type { SecretPlace } from './places.ts';
import { Refusal } from './reply.ts';
import { openSealedBox } from './sealing.ts';
import type { Sharing } from './sharing.ts';
import type { Secret, SecretScope } from './state.ts';
import type { Switches } from './switches.ts';

/** What is written: GitHub never learns a value without these. */
export interface SealedValue {
  readonly encryptedValue: string;
  readonly keyId: string;
}

/** Refuses names that GitHub refuses for new and existing secrets alike. */
export function demandSecretName(name: string): void {
  if (/^github_/i.test(name)) throw new Refusal(422, 'Secret names must not start with GITHUB_.');
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) {
    throw new Refusal(
      422,
      'Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).',
    );
  }
}

/**
 * The plaintext of a sealed value, or GitHub's refusal of one that was not sealed to this place's key. If the
 * switches have GitHub accept it all the same, nothing useful is stored: an empty value.
 */
export function openValue(
  scope: SecretScope,
  kind: SecretPlace['kind'],
  { encryptedValue, keyId }: SealedValue,
  { maximumValueBytes, unopenableValues }: Pick<Switches, 'maximumValueBytes' | 'unopenableValues'>,
): string {
  const key = scope.acceptedKeys.find((candidate) => candidate.keyId === keyId);
  const plaintext = key && openSealedBox(Buffer.from(encryptedValue, 'base64'), key);
  if (plaintext === undefined) {
    const accepted =
      unopenableValues === 'stored-empty' ||
      (unopenableValues === 'refused-by-environments' && kind !== 'environment');
    if (accepted) return '';
    throw new Refusal(422, 'Bad request - validation failed due to an improperly encrypted secret');
  }
  if (plaintext.length > maximumValueBytes) throw new Refusal(422, 'Value is too large.');
  return Buffer.from(plaintext).toString('utf8');
}

/** Creates or updates a secret; gives whether it is new. */
export function store(
  scope: SecretScope,
  kind: SecretPlace['kind'],
  switches: Switches,
  now: number,
  { name, value, sharing }: { name: string; value: string; sharing: Sharing | undefined },
): { readonly created: boolean; readonly secret: Secret } {
  const stored = name.toUpperCase();
  const known = scope.secrets.get(stored);
  const maximum = switches.maximumSecrets[kind];
  if (known === undefined && scope.secrets.size >= maximum) {
    throw new Refusal(422, `The maximum number of secrets (${maximum}) has been reached.`);
  }
  const secret = {
    name: stored,
    value,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    ...sharing,
  };
  scope.secrets.set(stored, secret);
  return { created: known === undefined, secret };
}
