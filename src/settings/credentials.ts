import { createPrivateKey } from 'node:crypto';
import type { Scope } from '../model/service-token.ts';
import type { InputName, Inputs } from './inputs.ts';
import { quote } from './quoting.ts';

export type CloudflareCredentials =
  | { readonly kind: 'api-token'; readonly token: string }
  | { readonly kind: 'api-key'; readonly key: string; readonly email: string };

export type GitHubCredentials =
  | { readonly kind: 'token'; readonly token: string }
  /** `privateKey` is RSA, as PKCS #8 in PEM, whatever the input was. */
  | { readonly kind: 'app'; readonly clientId: string; readonly privateKey: string };

/** The API token or the API key with its email: an input of either kind beats the environment. */
export function readCloudflareCredentials(inputs: Inputs): CloudflareCredentials | undefined {
  const tokenGiven = inputs.given('cloudflare-api-token') !== undefined;
  const pair = ['cloudflare-api-key', 'cloudflare-email'] as const;
  const half = pair.find((name) => inputs.given(name) !== undefined);
  if (tokenGiven && half !== undefined) {
    inputs.complain(half, 'given beside `cloudflare-api-token`; accepts one of the two kinds of credentials');
    return undefined;
  }
  const tokenInVariable = inputs.variable('CLOUDFLARE_API_TOKEN') !== undefined;
  if (tokenGiven || (half === undefined && tokenInVariable)) {
    const token = readCredential(inputs, 'cloudflare-api-token', 'CLOUDFLARE_API_TOKEN');
    return token === undefined ? undefined : { kind: 'api-token', token };
  }
  return readApiKey(inputs);
}

function readApiKey(inputs: Inputs): CloudflareCredentials | undefined {
  const key = readCredential(inputs, 'cloudflare-api-key', 'CLOUDFLARE_API_KEY');
  const email = readCredential(inputs, 'cloudflare-email', 'CLOUDFLARE_EMAIL');
  if (key !== undefined && email !== undefined) return { kind: 'api-key', key, email };
  if (key === undefined && email === undefined) {
    inputs.complain(
      'cloudflare-api-token',
      'not given, and neither is CLOUDFLARE_API_TOKEN; accepts a token with Access: Service Tokens Write ' +
        '(in the dashboard: Edit; Read for `check`), or `cloudflare-api-key` with `cloudflare-email` instead',
    );
  } else if (key === undefined) {
    inputs.complain('cloudflare-api-key', 'not given; it is needed beside `cloudflare-email`');
  } else {
    inputs.complain('cloudflare-email', 'not given; it is needed beside `cloudflare-api-key`');
  }
  return undefined;
}

/** The account or the zone: a zone as an input beats an account in the environment. */
export function readScope(inputs: Inputs): Scope | undefined {
  const account = inputs.given('cloudflare-account-id');
  const zone = inputs.given('cloudflare-zone-id');
  if (account !== undefined && zone !== undefined) {
    inputs.complain('cloudflare-zone-id', 'given beside `cloudflare-account-id`; accepts one of the two');
    return undefined;
  }
  const variable = inputs.variable('CLOUDFLARE_ACCOUNT_ID');
  const id = zone ?? account ?? variable;
  if (id === undefined) {
    inputs.complain(
      'cloudflare-account-id',
      'not given, and neither are CLOUDFLARE_ACCOUNT_ID and `cloudflare-zone-id`; accepts the id of an account',
    );
    return undefined;
  }
  const kind = zone === undefined ? 'account' : 'zone';
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) {
    const source = account === undefined && zone === undefined ? ' (from CLOUDFLARE_ACCOUNT_ID)' : '';
    const accepts = `the id of the ${kind}, which is 32 hexadecimal digits`;
    inputs.refuse(`cloudflare-${kind}-id${source}`, quote(id), accepts);
  }
  return { kind, id };
}

/** The token, or the App's id and key; undefined where no input gives any. */
export function readGitHubCredentials(inputs: Inputs): GitHubCredentials | undefined {
  const app = ['github-app-client-id', 'github-app-private-key'] as const;
  const half = app.find((name) => inputs.given(name) !== undefined);
  if (half === undefined) {
    const token = readCredential(inputs, 'github-token');
    return token === undefined ? undefined : { kind: 'token', token };
  }
  if (inputs.given('github-token') !== undefined) {
    inputs.complain(half, 'given beside `github-token`; accepts one of the two kinds of credentials');
  }
  const missing = app.find((name) => inputs.given(name) === undefined);
  if (missing !== undefined) inputs.complain(missing, `not given; it is needed beside \`${half}\``);
  return { kind: 'app', clientId: readAppId(inputs), privateKey: readPrivateKey(inputs) };
}

function readAppId(inputs: Inputs): string {
  const id = inputs.given('github-app-client-id') ?? '';
  if (!/^[A-Za-z0-9._-]*$/.test(id)) {
    // Never shown: it may be a key that was put into the wrong input.
    const accepts = "the App's client ID, such as `Iv23liAbCdEf`, or its numeric id";
    inputs.refuse('github-app-client-id', 'something else', accepts);
  }
  return id;
}

/** A private key with real, escaped or lost line breaks, or all of it in base64. */
function readPrivateKey(inputs: Inputs): string {
  const given = inputs.given('github-app-private-key');
  if (given === undefined) return '';
  const text = given.includes('-----BEGIN') ? given : Buffer.from(given, 'base64').toString('utf8');
  const key = parsePrivateKey(text.replace(/\\r|\\n/g, '\n'));
  if (key !== undefined) return key;
  const accepts =
    "the App's RSA private key as GitHub gives it out: PEM, not encrypted; its line breaks may be written as " +
    '`\\n`, or all of it in base64';
  inputs.refuse('github-app-private-key', 'something else', accepts);
  return '';
}

function parsePrivateKey(text: string): string | undefined {
  const found = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(text);
  if (found === null) return undefined;
  const [, label = '', body = ''] = found;
  const lines = body.replace(/\s/g, '').match(/.{1,64}/g) ?? [];
  try {
    const key = createPrivateKey([`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n'));
    if (key.asymmetricKeyType !== 'rsa') return undefined;
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    // OpenSSL's words say nothing that helps, and the key must not be told of.
    return undefined;
  }
}

/**
 * A credential that goes into a header as it stands, from its input or else the variable; undefined where
 * neither gives it, empty where it is refused. It is refused without a character of it, and here, since
 * HTTP clients print a header whole when they refuse it.
 */
function readCredential(inputs: Inputs, name: InputName, variable?: string): string | undefined {
  const given = inputs.given(name);
  const value = given ?? (variable === undefined ? undefined : inputs.variable(variable));
  if (value === undefined) return undefined;
  const flaw = flawOf(value);
  if (flaw === undefined) return value;
  const where = given === undefined && variable !== undefined ? `${name} (from ${variable})` : name;
  inputs.refuse(where, flaw, 'one line of printable ASCII without spaces');
  return '';
}

function flawOf(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'a line break in it';
  if (/\s/.test(value)) return 'a space in it';
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'a character in it that no credential has';
}
