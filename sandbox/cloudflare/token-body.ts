import { lifetime } from './go-duration.ts';
import type { TokenFields } from './records.ts';
import { invalidRequest } from './reply.ts';

/** The longest name of a service token, in characters. */
const NAME_LIMIT = 350;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

type Json = Readonly<Record<string, unknown>>;

/** Reads the body of a create, update or rotate; an empty one counts as `{}`. */
export function parseTokenBody(text: string): TokenFields {
  const body = parseObject(text);
  const name = given(body, 'name', isString);
  if (name?.trim() === '') throw invalidRequest('name must not be empty');
  if (name !== undefined && Array.from(name).length > NAME_LIMIT) {
    throw invalidRequest(`name must not be longer than ${NAME_LIMIT} characters`);
  }
  const duration = given(body, 'duration', isString);
  if (duration !== undefined && lifetime(duration) === undefined) {
    throw invalidRequest('duration must be a valid duration such as 300ms or 2h45m, or forever');
  }
  const version = given(body, 'client_secret_version', isInteger);
  const timestamp = given(body, 'previous_client_secret_expires_at', isTimestamp);
  const enabled = given(body, 'enabled', (value) => typeof value === 'boolean');
  return {
    ...(name === undefined ? {} : { name }),
    ...(duration === undefined ? {} : { duration }),
    ...(version === undefined ? {} : { version }),
    ...(timestamp === undefined ? {} : { previousSecretExpiresAt: Date.parse(timestamp) }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}

function parseObject(text: string): Json {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidRequest('the body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest('the body is not a JSON object');
  }
  return value as Json;
}

/** The field's value, or undefined where it is absent or null, as Go reads both alike. */
function given<T>(body: Json, field: string, isValid: (value: unknown) => value is T): T | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (!isValid(value)) throw invalidRequest(`${field} is not valid`);
  return value;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isTimestamp(value: unknown): value is string {
  return isString(value) && RFC3339.test(value) && !Number.isNaN(Date.parse(value));
}
