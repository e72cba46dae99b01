import { invalidRequest, Refusal } from './reply.ts';

/** Says what is wrong with a value, in GitHub's words, or nothing. */
type Check = (name: string, value: unknown) => string | undefined;

export interface Field {
  readonly required?: boolean;
  readonly check: Check;
}

/** The body as an object; GitHub answers 400 where it is another thing, and 422 where there is none. */
export function parseBody(text: string, optional = false): Record<string, unknown> {
  if (text === '') {
    if (optional) return {};
    throw invalidRequest("For 'links/0/schema', nil is not an object.");
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
  if (optional && body === null) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, 'Body should be a JSON object');
  }
  return body as Record<string, unknown>;
}

/** Refuses what the endpoint's schema refuses: missing, unpermitted and malformed members, in that order. */
export function checkBody(body: Record<string, unknown>, fields: Readonly<Record<string, Field>>): void {
  const missing = Object.entries(fields).filter(
    ([name, field]) => field.required === true && !(name in body),
  );
  if (missing.length > 0) {
    const names = missing.map(([name]) => `"${name}"`).join(', ');
    throw invalidRequest(`${names} ${missing.length === 1 ? "wasn't" : "weren't"} supplied.`);
  }
  for (const [name, value] of Object.entries(body)) {
    const field = fields[name];
    if (field === undefined) throw invalidRequest(`Invalid input: "${name}" is not a permitted key.`);
    const finding = field.check(name, value);
    if (finding !== undefined) throw invalidRequest(finding);
  }
}

/** The same for endpoints whose schema is open, which word it in another way and pass over unknown members. */
export function checkOpenBody(
  body: Record<string, unknown>,
  fields: Readonly<Record<string, Field>>,
  required: readonly string[],
): void {
  const missing = required.filter((name) => !(name in body));
  if (missing.length > 0) {
    const keys = missing.length === 1 ? 'key' : 'keys';
    throw invalidRequest(`Invalid input: object is missing required ${keys}: ${missing.join(', ')}.`);
  }
  for (const [name, field] of Object.entries(fields)) {
    const finding = name in body ? field.check(name, body[name]) : undefined;
    if (finding !== undefined) throw invalidRequest(finding);
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

export const anything: Check = () => undefined;

export const string: Check = (name, value) =>
  typeof value === 'string'
    ? undefined
    : `For 'properties/${name}', ${JSON.stringify(value)} is not a string.`;

/** Standard alphabet with padding. The finding repeats the value, as GitHub's does. */
export const base64: Check = (name, value) =>
  string(name, value) ??
  (BASE64.test(value as string) ? undefined : `${value as string} does not match /${BASE64.source}/.`);

export const oneOf =
  (...values: readonly string[]): Check =>
  (name, value) =>
    string(name, value) ??
    (values.includes(value as string)
      ? undefined
      : `${value as string} is not a member of ${JSON.stringify(values)}.`);

const arrayOf =
  (kind: string, fits: (item: unknown) => boolean): Check =>
  (name, value) => {
    if (!Array.isArray(value)) return `For 'properties/${name}', ${JSON.stringify(value)} is not an array.`;
    const wrong = value.findIndex((item) => !fits(item));
    return wrong < 0 ? undefined : `For 'items', ${JSON.stringify(value[wrong])} is not ${kind}.`;
  };

export const integers = arrayOf('an integer', (item) => Number.isSafeInteger(item));

export const strings = arrayOf('a string', (item) => typeof item === 'string');

/** What the Dependabot endpoints take for repository ids. */
export const integersOrDigits = arrayOf(
  'an integer or a string',
  (item) => Number.isSafeInteger(item) || (typeof item === 'string' && /^\d+$/.test(item)),
);
