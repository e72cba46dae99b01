import { blake2b } from 'blakejs';
import { describe, expect, it } from 'vitest';
import nacl from 'tweetnacl';
import { parseKey, seal } from '../../src/github/seal.ts';

/** `crypto_box_seal` built of other parts: an ephemeral key, a box, and a nonce out of both public keys. */
function sealIndependently(recipient: Uint8Array, ephemeralSecret: Uint8Array, value: string): string {
  const ephemeral = nacl.box.keyPair.fromSecretKey(ephemeralSecret);
  const nonce = nonceOf(ephemeral.publicKey, recipient);
  const box = nacl.box(new TextEncoder().encode(value), nonce, recipient, ephemeral.secretKey);
  return Buffer.concat([ephemeral.publicKey, box]).toString('base64');
}

function openIndependently(recipient: nacl.BoxKeyPair, sealed: string): string | undefined {
  const bytes = new Uint8Array(Buffer.from(sealed, 'base64'));
  const ephemeral = bytes.subarray(0, 32);
  const nonce = nonceOf(ephemeral, recipient.publicKey);
  const opened = nacl.box.open(bytes.subarray(32), nonce, ephemeral, recipient.secretKey);
  return opened === null ? undefined : new TextDecoder().decode(opened);
}

function nonceOf(ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([ephemeral, recipient]), undefined, 24);
}

describe('sealing', () => {
  it('is done as the published vector has it, by the parts that check it here', () => {
    const recipient = new Uint8Array(Buffer.from('CDjXqf7AJBXWhMczcy+Fs7JlACEptgceysutztHaFQI=', 'base64'));
    expect(sealIndependently(recipient, new Uint8Array(32).fill(5), 'a secret')).toBe(
      'UKYUCbHd0DJemxa3AOcZ6XcsBwALG9d4bpB8ZT0gSV39vl3BHiGSgj8zJapDxgB2BwqNqRhpjC4=',
    );
  });

  it('gives what only the owner of the key can open', async () => {
    const recipient = nacl.box.keyPair();
    for (const value of ['x', 'a secret', 'ünï 🔑', '\n', 'a'.repeat(5000)]) {
      const sealed = await seal({ key: recipient.publicKey }, value);
      expect(openIndependently(recipient, sealed)).toBe(value);
      expect(openIndependently(nacl.box.keyPair(), sealed)).toBeUndefined();
    }
  });

  it('gives padded base64 of the alphabet that GitHub takes, whatever the length', async () => {
    const { publicKey } = nacl.box.keyPair();
    for (let length = 0; length < 40; length += 1) {
      const sealed = await seal({ key: publicKey }, 'x'.repeat(length));
      expect(sealed).toMatch(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
      expect(Buffer.from(sealed, 'base64')).toHaveLength(length + 48);
    }
  });
});

describe('a public key', () => {
  const key = Buffer.alloc(32, 0xfb);

  it('is 32 bytes in padded base64', () => {
    expect(parseKey(key.toString('base64'))).toEqual(new Uint8Array(key));
  });

  it.each([
    ['31 bytes', key.subarray(1).toString('base64')],
    ['33 bytes', Buffer.concat([key, key]).subarray(0, 33).toString('base64')],
    ['without padding', key.toString('base64').replace('=', '')],
    ['of the alphabet for URLs', key.toString('base64url')],
    ['with a line break', `${key.toString('base64')}\n`],
    ['with bits that nobody reads', key.toString('base64').replace(/.=$/, '9=')],
    ['empty', ''],
  ])('is refused: %s', (_what, text) => {
    expect(parseKey(text)).toBeUndefined();
  });
});
