import { generateKeyPairSync, sign } from 'node:crypto';

/** Both in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** DER tags (ITU-T X.690). */
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const EXPLICIT_0 = 0xa0;
const EXPLICIT_3 = 0xa3;

/** Object identifiers, encoded. */
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const SUBJECT_ALTERNATIVE_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';

/**
 * A certificate that signs itself (RFC 5280), for these host names and 127.0.0.1, good for a day around
 * `now`. Who trusts it, as by NODE_EXTRA_CA_CERTS, can reach a loopback server under those names.
 */
export function selfSignedCertificate(hosts: readonly string[], now: number = Date.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    der(SET, sequence(oid(COMMON_NAME), der(UTF8_STRING, Buffer.from('Sandbox, for a day')))),
  );
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const names = [
    ...hosts.map((host) => der(DNS_NAME, Buffer.from(host, 'ascii'))),
    der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
  ];
  const extensions = sequence(
    sequence(
      oid(BASIC_CONSTRAINTS),
      der(BOOLEAN, Buffer.from([0xff])),
      der(OCTET_STRING, sequence(der(BOOLEAN, Buffer.from([0xff])))),
    ),
    sequence(oid(SUBJECT_ALTERNATIVE_NAME), der(OCTET_STRING, sequence(...names))),
  );
  const toBeSigned = sequence(
    der(EXPLICIT_0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    algorithm,
    name,
    sequence(utcTime(now - DAY), utcTime(now + DAY)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXPLICIT_3, extensions),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, privateKey)]);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: pem('CERTIFICATE', sequence(toBeSigned, algorithm, der(BIT_STRING, signature))),
  };
}

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(SEQUENCE, ...contents);
}

function oid(encoded: string): Buffer {
  return der(OBJECT_IDENTIFIER, Buffer.from(encoded, 'hex'));
}

function utcTime(instant: number): Buffer {
  const digits = new Date(instant).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(UTC_TIME, Buffer.from(digits.slice(2), 'ascii'));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
