import { ApiError, invalidRequest } from '../reply.ts';
import { isJson, type Json } from './records.ts';
import type { AccessSwitches } from './switches.ts';

/** The three lists of rules of a policy or a group. */
export const RULE_LISTS = ['include', 'exclude', 'require'] as const;
export type RuleList = (typeof RULE_LISTS)[number];

/** How many rules an application or a group may have. */
const RULE_LIMIT = 1_000;

/** What the validation of rules asks. */
export interface RuleContext {
  readonly knowsToken: (id: string) => boolean;
  readonly switches: AccessSwitches;
}

/** The rules in that list; none if the list is absent or null. */
export function rulesIn(fields: Json, list: RuleList): readonly Json[] {
  const value = fields[list];
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/**
 * Checks the three lists of a body and returns those that were given. An empty selector beside a real one
 * is dropped, because the API adds such selectors to its own replies.
 */
export function parseRules(body: Json, context: RuleContext): Json {
  const { include } = body;
  if (!Array.isArray(include)) throw invalidRequest('include must be a list of rules');
  if (include.length === 0 && !context.switches.acceptEmptyInclude) {
    throw invalidRequest('include must not be empty');
  }
  const lists = RULE_LISTS.flatMap((list): [string, unknown][] => {
    const value = body[list];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw invalidRequest(`${list} must be a list of rules`);
    return [[list, value.map((rule) => parseRule(rule, context))]];
  });
  const count = lists.reduce((sum, [, rules]) => sum + (Array.isArray(rules) ? rules.length : 0), 0);
  if (count > RULE_LIMIT) throw invalidRequest(`there must not be more than ${RULE_LIMIT} rules`);
  return Object.fromEntries(lists);
}

function parseRule(rule: unknown, context: RuleContext): Json {
  const entries = isJson(rule) ? Object.entries(rule).filter(([, value]) => !isEmpty(value)) : [];
  const [selector] = entries;
  if (selector === undefined || entries.length > 1) {
    throw invalidRequest('a rule must be an object with one selector');
  }
  const [kind, value] = selector;
  if (kind === 'service_token') checkToken(isJson(value) ? value['token_id'] : undefined, context);
  return { [kind]: value };
}

function checkToken(id: unknown, { knowsToken, switches }: RuleContext): void {
  if (typeof id !== 'string') throw invalidRequest('service_token must have a token_id');
  if (knowsToken(id) || switches.unknownTokenInRule === 'accepted') return;
  if (switches.unknownTokenInRule === 'refused') throw invalidRequest('service token not found');
  throw internalError();
}

/** Null, or an object in which everything is null or empty; `{}` is a selector without parameters. */
function isEmpty(value: unknown): boolean {
  if (value === null) return true;
  if (!isJson(value)) return false;
  const values = Object.values(value);
  return values.length > 0 && values.every((inner) => inner === null || inner === '' || isEmpty(inner));
}

/** The rules as the API shows them. */
export function shownRules(rules: readonly Json[], { rules: how }: AccessSwitches): readonly Json[] {
  switch (how) {
    case 'as-sent':
      return rules;
    case 'reversed':
      return rules.toReversed();
    case 'without-duplicates':
      return rules.filter((rule, index) => index === rules.findIndex((other) => alike(rule, other)));
    case 'with-empty-selectors':
      return rules.map((rule) =>
        'common_name' in rule ? rule : { ...rule, common_name: { common_name: null } },
      );
  }
}

function alike(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** 500: the API stumbles over what it was sent. */
export function internalError(): ApiError {
  return new ApiError(500, [{ code: 10002, message: 'access.api.error.internal_server_error' }]);
}
