import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import blake from 'blakejs';
import nacl from 'tweetnacl';

/** That many random bytes. */
export type Random = (count: number) => Uint8Array;

const PUBLIC_KEY_BYTES = 32;

/** What comes before the bytes of an X25519 key in its DER form (RFC 8410). */
const PRIVATE_KEY_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_KEY_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** TweetNaCl has it, and its types leave it out. */
const { crypto_core_hsalsa20: hsalsa20 } = Reflect.get(nacl, 'lowlevel') as {
  readonly crypto_core_hsalsa20: (
    out: Uint8Array,
    input: Uint8Array,
    key: Uint8Array,
    constant: Uint8Array,
  ) => void;
};

/** The constant of Salsa20. */
const SIGMA = new TextEncoder().encode('expand 32-byte k');

/** The X25519 key pair of one scope of secrets. */
export interface ScopeKey {
  /** 18 digits: beyond what a double can hold. */
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

export function createScopeKey(random: Random): ScopeKey {
  const der = Buffer.concat([PRIVATE_KEY_PREFIX, random(32)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = Uint8Array.from(spki.subarray(PUBLIC_KEY_PREFIX.length));
  const number = Buffer.from(random(8)).readBigUInt64BE() % 900_000_000_000_000_000n;
  return { keyId: String(number + 100_000_000_000_000_000n), publicKey, privateKey };
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
  const shared = sharedKey(ephemeral, key);
  return shared && (nacl.box.open.after(sealed.subarray(PUBLIC_KEY_BYTES), nonce, shared) ?? undefined);
}

/**
 * `crypto_box_beforenm` of NaCl: HSalsa20 of what X25519 gives. Node's X25519 takes a fraction of the time that
 * TweetNaCl's does, and every write of a secret needs one. Undefined for a public key that is none.
 */
function sharedKey(ephemeral: Uint8Array, { privateKey }: ScopeKey): Uint8Array | undefined {
  const der = Buffer.concat([PUBLIC_KEY_PREFIX, ephemeral]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  let agreed: Uint8Array;
  try {
    agreed = Uint8Array.from(diffieHellman({ privateKey, publicKey }));
  } catch {
    return undefined;
  }
  const key = new Uint8Array(32);
  hsalsa20(key, new Uint8Array(16), agreed, SIGMA);
  return key;
}
