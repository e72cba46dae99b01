import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

let keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined;

/** The team's signing keys, made when first asked for and shared by all applications, since that is slow. */
export function signingKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return keys;
}

/** A JSON Web Token of those claims, signed with RS256 (RFC 7515). */
export function signedToken(kid: string, claims: Readonly<Record<string, unknown>>): string {
  const parts = [{ alg: 'RS256', kid, typ: 'JWT' }, claims];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('RSA-SHA256', Buffer.from(input), signingKeys().privateKey);
  return `${input}.${signature.toString('base64url')}`;
}
