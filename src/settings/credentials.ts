import { createPrivateKey } from 'node:crypto';
import type { Scope } from '../model/service-token.ts';
import { quote } from './complaints.ts';
import type { InputName, Inputs } from './inputs.ts';

export type CloudflareCredentials =
  | { readonly kind: 'api-token'; readonly token: string }
  | { readonly kind: 'api-key'; readonly key: string; readonly email: string };

export type GitHubCredentials =
  | { readonly kind: 'token'; readonly token: string }
  /** `privateKey` is RSA, as PKCS #8 in PEM, whatever the input was. */
  | { readonly kind: 'app'; readonly clientId: string; readonly privateKey: string };

/** A UUID has that many characters. */
const LONGEST_SHOWN_ID = 36;

/** What may have happened to a credential that is missing: the runner shows an empty expression and none alike. */
const CAME_OUT_EMPTY = 'came out empty; is the secret defined here? Runs from forks and Dependabot get none';

/** The API token or the API key with its email: an input of either kind beats the environment. */
export function readCloudflareCredentials(inputs: Inputs): CloudflareCredentials | undefined {
  const tokenGiven = inputs.given('cloudflare-api-token') !== undefined;
  const keyAndEmail = ['cloudflare-api-key', 'cloudflare-email'] as const;
  const half = keyAndEmail.find((name) => inputs.given(name) !== undefined);
  if (tokenGiven && half !== undefined) {
    const sentence = 'given beside `cloudflare-api-token`; accepts one of the two kinds of credentials';
    inputs.spot(half).complain(sentence);
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
    inputs
      .spot('cloudflare-api-token')
      .complain(
        `${missing(inputs, 'cloudflare-api-token', 'CLOUDFLARE_API_TOKEN')}. ` +
          'Accepts a token with Access: Service Tokens Write (in the dashboard: Edit; Read for `check`), here or ' +
          'in CLOUDFLARE_API_TOKEN, or `cloudflare-api-key` with `cloudflare-email` instead',
      );
  } else if (key === undefined) {
    complainOfHalf(inputs, 'cloudflare-api-key', 'cloudflare-email', 'CLOUDFLARE_API_KEY');
  } else {
    complainOfHalf(inputs, 'cloudflare-email', 'cloudflare-api-key', 'CLOUDFLARE_EMAIL');
  }
  return undefined;
}

function complainOfHalf(inputs: Inputs, name: InputName, other: InputName, variable?: string): void {
  inputs.spot(name).complain(`${missing(inputs, name, variable)}. It is needed beside \`${other}\``);
}

/** Why a credential that is needed is not there. */
function missing(inputs: Inputs, name: InputName, variable?: string): string {
  if (variable !== undefined && inputs.isVariableBlank(variable)) {
    return `not given, and ${variable} ${CAME_OUT_EMPTY}`;
  }
  return inputs.isBlank(name) ? `not given, or it ${CAME_OUT_EMPTY}` : 'not given';
}

/** Notes that a credential which the step needs is not there; `accepts` says what would be right. */
export function complainOfMissing(inputs: Inputs, name: InputName, accepts: string): void {
  inputs.spot(name).complain(`${missing(inputs, name)}. Accepts ${accepts}`);
}

/** The account or the zone: a zone as an input beats an account in the environment. */
export function readScope(inputs: Inputs): Scope | undefined {
  const account = inputs.given('cloudflare-account-id');
  const zone = inputs.given('cloudflare-zone-id');
  if (account !== undefined && zone !== undefined) {
    const sentence = 'given beside `cloudflare-account-id`; accepts one of the two';
    inputs.spot('cloudflare-zone-id').complain(sentence);
    return undefined;
  }
  const id = zone ?? account ?? inputs.variable('CLOUDFLARE_ACCOUNT_ID');
  if (id === undefined) {
    inputs
      .spot('cloudflare-account-id')
      .complain(
        'not given, and neither are CLOUDFLARE_ACCOUNT_ID and `cloudflare-zone-id`, or it came out empty; is the ' +
          `variable or secret defined here? Accepts ${idAccepts('account')}`,
      );
    return undefined;
  }
  const kind = zone === undefined ? 'account' : 'zone';
  if (!/^[0-9a-f]{32}$/i.test(id)) {
    const source = account === undefined && zone === undefined ? ' (from CLOUDFLARE_ACCOUNT_ID)' : '';
    // What is longer may be a credential that was put into the wrong input.
    const got = id.length <= LONGEST_SHOWN_ID ? quote(id) : `${id.length} characters`;
    inputs.spot(`cloudflare-${kind}-id`, source).refuse(got, idAccepts(kind));
  }
  return { kind, id: id.toLowerCase() };
}

function idAccepts(kind: Scope['kind']): string {
  const where =
    kind === 'account'
      ? 'the dashboard shows it in its address, after `dash.cloudflare.com/`'
      : 'the dashboard shows it on the overview page of the domain, under API';
  return `the ID of ${kind === 'account' ? 'an account' : 'a zone'}, 32 hexadecimal digits; ${where}`;
}

/** The token, or the App's ID and key; undefined if no input gives any. */
export function readGitHubCredentials(inputs: Inputs): GitHubCredentials | undefined {
  const app = ['github-app-client-id', 'github-app-private-key'] as const;
  const half = app.find((name) => inputs.given(name) !== undefined);
  if (half === undefined) {
    const token = readCredential(inputs, 'github-token');
    return token === undefined ? undefined : { kind: 'token', token };
  }
  if (inputs.given('github-token') !== undefined) {
    inputs.spot(half).complain('given beside `github-token`; accepts one of the two kinds of credentials');
  }
  const other = app.find((name) => inputs.given(name) === undefined);
  if (other !== undefined) complainOfHalf(inputs, other, half);
  return { kind: 'app', clientId: readAppId(inputs), privateKey: readPrivateKey(inputs) };
}

function readAppId(inputs: Inputs): string {
  const id = inputs.given('github-app-client-id') ?? '';
  if (!/^[A-Za-z0-9._-]*$/.test(id)) {
    // Never shown: it may be a key that was put into the wrong input.
    const accepts = "the App's client ID, such as `Iv23liAbCdEf`, or its numeric ID";
    inputs.spot('github-app-client-id').refuse('something else', accepts);
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
  inputs.spot('github-app-private-key').refuse('something else', accepts);
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
 * A credential that goes into a header as it stands, from its input or else the variable; undefined if
 * neither gives it, empty if it is refused. It is refused here, and none of its characters are shown, because
 * HTTP clients print a whole header when they refuse it.
 */
export function readCredential(inputs: Inputs, name: InputName, variable?: string): string | undefined {
  const given = inputs.given(name);
  const value = given ?? (variable === undefined ? undefined : inputs.variable(variable));
  if (value === undefined) return undefined;
  const flaw = flawOf(value);
  if (flaw === undefined) return value;
  const source = given === undefined && variable !== undefined ? ` (from ${variable})` : '';
  inputs.spot(name, source).refuse(flaw, 'one line of printable ASCII without spaces');
  return '';
}

function flawOf(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'a line break in it';
  if (/\s/.test(value)) return 'a space in it';
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'a character in it that no credential has';
}
