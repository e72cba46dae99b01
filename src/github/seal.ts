import { setImmediate } from 'node:timers/promises';
import type Libsodium from 'libsodium-wrappers';

/** The public key of one place's secrets. */
export interface PublicKey {
  /** About 18 digits: never a number. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** An X25519 public key. */
const KEY_LENGTH = 32;

type Sodium = typeof Libsodium;

let loading: Promise<Sodium> | undefined;

/** Begins to load libsodium, so that it is there when the first value is to be sealed. */
export function loadSealing(): Promise<Sodium> {
  return (loading ??= (async () => {
    // Evaluating it takes as long as a request on a fast network: what was begun goes out before, two turns of the
    // event loop from here where it has to wait for a connection that was just used.
    await setImmediate();
    await setImmediate();
    const { default: sodium } = await import('libsodium-wrappers');
    await sodium.ready;
    return sodium;
  })());
}

/**
 * Reads a key as GitHub gives it: 32 bytes in padded base64 (RFC 4648, 4). `Buffer` is lenient with both
 * the alphabet and the length, hence the way back.
 * @returns undefined for anything else
 */
export function parseKey(text: string): Uint8Array | undefined {
  const key = Buffer.from(text, 'base64');
  const exact = key.length === KEY_LENGTH && key.toString('base64') === text;
  return exact ? new Uint8Array(key) : undefined;
}

/**
 * Seals a value for one scope of secrets: `crypto_box_seal` of its UTF-8 bytes, in the padded base64 that
 * GitHub asks for (libsodium's own default is another variant).
 */
export async function seal({ key }: Pick<PublicKey, 'key'>, value: string): Promise<string> {
  // assumption: sealed-value-opened
  const sodium = await loadSealing();
  return Buffer.from(sodium.crypto_box_seal(new TextEncoder().encode(value), key)).toString('base64');
}
