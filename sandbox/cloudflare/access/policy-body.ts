import { lifetime } from '../go-duration.ts';
import { invalidRequest } from '../reply.ts';
import { isJson, type Json } from './records.ts';
import { parseRules, type RuleContext } from './rules.ts';

/** The longest name of a policy or a group, in characters. */
const NAME_LIMIT = 350;
const DECISIONS: readonly unknown[] = ['allow', 'deny', 'non_identity', 'bypass'];
const READ_ONLY: readonly string[] = [
  'id',
  'created_at',
  'updated_at',
  'account_id',
  'app_count',
  'reusable',
];

/** The body of a policy: what is stored with the policy, and what belongs to its link. */
export interface PolicyBody {
  readonly fields: Json;
  readonly precedence: number | undefined;
}

/** Reads a request body as JSON; an empty one counts as `{}`. */
export function parseBody(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidRequest('the body is not valid JSON');
  }
}

export function parseObject(text: string): Json {
  const body = parseBody(text);
  if (!isJson(body)) throw invalidRequest('the body is not a JSON object');
  return body;
}

/** Checks the body of a policy; keys that it does not know are kept as they are. */
export function parsePolicy(body: unknown, context: RuleContext): PolicyBody {
  const { switches } = context;
  if (!isJson(body) || !DECISIONS.includes(body['decision'])) {
    throw invalidRequest('unrecognized policy decision');
  }
  checkName(body['name']);
  const readOnly = READ_ONLY.find((key) => key in body);
  if (readOnly !== undefined && switches.readOnlyKeys === 'refused') {
    throw invalidRequest(`${readOnly} is read-only`);
  }
  if (switches.refuseNulls && Object.values(body).includes(null)) {
    throw invalidRequest('a field must not be null');
  }
  checkSession(body['session_duration'], switches.longestSession);
  const { precedence, ...rest } = body;
  const writable = Object.entries(rest).filter(([key]) => !READ_ONLY.includes(key));
  return {
    fields: { ...Object.fromEntries(writable), ...parseRules(body, context) },
    precedence: parsePrecedence(precedence),
  };
}

/** Checks the body of a group. */
export function parseGroup(body: Json, context: RuleContext): Json {
  checkName(body['name']);
  const writable = Object.entries(body).filter(([key]) => !READ_ONLY.includes(key));
  return { ...Object.fromEntries(writable), ...parseRules(body, context) };
}

function checkName(name: unknown): void {
  if (typeof name !== 'string' || name.trim() === '') throw invalidRequest('name must not be empty');
  if (Array.from(name).length > NAME_LIMIT) {
    throw invalidRequest(`name must not be longer than ${NAME_LIMIT} characters`);
  }
}

function checkSession(session: unknown, longest: string | undefined): void {
  if (session === undefined || session === null) return;
  const length = typeof session === 'string' ? lifetime(session) : undefined;
  if (length === undefined) throw invalidRequest('session_duration must be a valid duration');
  if (longest !== undefined && length > (lifetime(longest) ?? 0)) {
    throw invalidRequest(`session_duration must not be longer than ${longest}`);
  }
}

/** A whole number from 1 on; undefined if absent or null. */
export function parsePrecedence(precedence: unknown): number | undefined {
  if (precedence === undefined || precedence === null) return undefined;
  if (typeof precedence !== 'number' || !Number.isSafeInteger(precedence) || precedence < 1) {
    throw invalidRequest('precedence must be at least 1');
  }
  return precedence;
}
