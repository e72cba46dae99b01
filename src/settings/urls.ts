import { quote, type Value } from './complaints.ts';
import type { InputName, Inputs } from './inputs.ts';

const CLOUDFLARE = 'https://api.cloudflare.com/client/v4';
const GITHUB = 'https://api.github.com';

const LOOPBACK = /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/;

/** The base of Cloudflare's API, without a slash at its end. */
export function readCloudflareApiUrl(inputs: Inputs): string {
  return readApiUrl(inputs, 'cloudflare-api-url', 'CLOUDFLARE_BASE_URL', CLOUDFLARE);
}

/** The base of GitHub's API, without a slash at its end, and whether it is another than the runner's own. */
export function readGitHubApiUrl(inputs: Inputs): { apiUrl: string; isOther: boolean } {
  const runners = inputs.variable('GITHUB_API_URL') ?? GITHUB;
  const apiUrl = readApiUrl(inputs, 'github-api-url', 'GITHUB_API_URL', GITHUB);
  return { apiUrl, isOther: inputs.given('github-api-url') !== undefined && apiUrl !== baseOf(runners) };
}

/** An address to request; what follows `#` never leaves a client, and is dropped. */
export function readVerifyUrl({ text, spot }: Value): string | undefined {
  const url = parseUrl(text);
  if (url === undefined) {
    spot.refuse(shown(text), 'an https URL, or an http one on loopback, without credentials in it');
    return undefined;
  }
  url.hash = '';
  return url.href;
}

function readApiUrl(inputs: Inputs, name: InputName, variable: string, standard: string): string {
  const given = inputs.given(name);
  const text = given ?? inputs.variable(variable) ?? standard;
  const base = baseOf(text);
  if (base !== undefined) return base;
  inputs
    .spot(name, given === undefined ? ` (from ${variable})` : '')
    .refuse(shown(text), 'an https URL, or an http one on loopback, without credentials, query and fragment');
  return standard;
}

function baseOf(text: string): string | undefined {
  const url = /[?#]/.test(text) ? undefined : parseUrl(text);
  return url === undefined ? undefined : `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Stricter than WHATWG's parser, which mends white space, backslashes and missing slashes. */
function parseUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(text)) return undefined;
  return url.protocol === 'https:' || LOOPBACK.test(url.hostname) ? url : undefined;
}

/** What of a refused URL can be shown: what comes before an `@`, or in a query, may be a credential. */
function shown(text: string): string {
  if (text.includes('@')) return 'a URL with an `@` in it';
  const end = text.search(/[?#]/);
  return end < 0 ? quote(text) : `${quote(text.slice(0, end))} and a query or fragment`;
}
