import blake from 'blakejs';
import nacl from 'tweetnacl';

/** That many random bytes. */
export type Random = (count: number) => Uint8Array;

const PUBLIC_KEY_BYTES = 32;

/** The X25519 key pair of one scope of secrets. */
export interface ScopeKey {
  /** 18 digits: beyond what a double can hold. */
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export function createScopeKey(random: Random): ScopeKey {
  const { publicKey, secretKey } = nacl.box.keyPair.fromSecretKey(Uint8Array.from(random(32)));
  const number = Buffer.from(random(8)).readBigUInt64BE() % 900_000_000_000_000_000n;
  return { keyId: String(number + 100_000_000_000_000_000n), publicKey, privateKey: secretKey };
}

/**
 * Opens a sealed box, or gives undefined where it was not sealed to this key. The box starts with an
 * ephemeral public key, and the nonce is the 24-byte BLAKE2b of both public keys (libsodium,
 * `crypto_box_seal`).
 */
export function openSealedBox(sealed: Uint8Array, key: ScopeKey): Uint8Array | undefined {
  if (sealed.length < PUBLIC_KEY_BYTES + nacl.box.overheadLength) return undefined;
  const ephemeral = sealed.subarray(0, PUBLIC_KEY_BYTES);
  const nonce = blake.blake2b(Buffer.concat([ephemeral, key.publicKey]), undefined, nacl.box.nonceLength);
  return nacl.box.open(sealed.subarray(PUBLIC_KEY_BYTES), nonce, ephemeral, key.privateKey) ?? undefined;
}
