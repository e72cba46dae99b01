import { crc32 } from 'node:zlib';

/** That many random bytes. */
export type Random = (count: number) => Uint8Array;

const ALPHANUMERICS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A client secret: `cfast_`, 40 alphanumerics and 8 of a checksum, or 64 hex digits as before. */
export function mintSecret(format: 'cfast' | 'hex', random: Random): string {
  if (format === 'hex') return hex(random(32));
  const body = Array.from(random(40), (byte) => ALPHANUMERICS[byte % ALPHANUMERICS.length]).join('');
  return `cfast_${body}${crc32(body).toString(16).padStart(8, '0')}`;
}

/** 32 hex digits and `.access`. */
export function mintClientId(random: Random): string {
  return `${hex(random(16))}.access`;
}

/** A random UUID (RFC 9562, version 4). */
export function mintUuid(random: Random): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
