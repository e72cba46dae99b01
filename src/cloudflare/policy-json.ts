import { fields, isRecord } from '../http/json.ts';
import type { Instant } from '../model/time.ts';

/** A JSON object as it was read: keys and kinds of rules that nobody knows here stay in it. */
export type Json = Readonly<Record<string, unknown>>;

const RULE_LISTS = ['include', 'exclude', 'require'] as const;
export type RuleList = (typeof RULE_LISTS)[number];

/** Keys of a reply that are no part of what can be written. */
const READ_ONLY: readonly string[] = [
  'id',
  'created_at',
  'updated_at',
  'account_id',
  'app_count',
  'reusable',
];

/** An Access policy, owned by one application or reusable. */
export interface Policy {
  readonly id: string;
  readonly name: string;
  /** `allow`, `deny`, `non_identity` (Service Auth), `bypass`; empty if the reply leaves it out. */
  readonly decision: string;
  /** Replies for owned policies leave it out, and some for reusable ones as well. */
  readonly markedReusable: boolean;
  /** How many applications use it; undefined if the reply does not say. */
  readonly applications: number | undefined;
  readonly createdAt: Instant | undefined;
  readonly include: readonly unknown[];
  readonly exclude: readonly unknown[];
  readonly require: readonly unknown[];
  /** Whether a list or the decision is not what it should be, so that the policy must not be written. */
  readonly malformed: boolean;
  readonly raw: Json;
}

/** An Access application. */
export interface Application {
  readonly id: string;
  readonly name: string;
  /** Every hostname, with its path if it has one, as it was read. */
  readonly hostnames: readonly string[];
  /** As they are inside the application's reply; undefined if the reply has none. */
  readonly policies: readonly Policy[] | undefined;
}

/** A rule group. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly unknown[];
}

/** @returns undefined for what is no policy: without an ID */
export function parsePolicy(json: unknown): Policy | undefined {
  const id = idOf(json);
  if (!isRecord(json) || id === undefined) return undefined;
  const { name, decision, app_count: count, created_at: createdAt } = json;
  const created = typeof createdAt === 'string' ? Date.parse(createdAt) : NaN;
  const isList = (key: RuleList): boolean =>
    Array.isArray(json[key]) || (key !== 'include' && (json[key] ?? null) === null);
  return {
    id,
    name: typeof name === 'string' ? name : '',
    decision: typeof decision === 'string' ? decision : '',
    // assumption: policy-marks
    markedReusable: json['reusable'] === true,
    applications: typeof count === 'number' ? count : undefined,
    createdAt: Number.isNaN(created) ? undefined : created,
    include: list(json['include']),
    exclude: list(json['exclude']),
    require: list(json['require']),
    malformed: typeof decision !== 'string' || !RULE_LISTS.every(isList),
    raw: json,
  };
}

/** @returns undefined for what is no application: without an ID */
export function parseApplication(json: unknown): Application | undefined {
  const id = idOf(json);
  if (!isRecord(json) || id === undefined) return undefined;
  const { name, domain, self_hosted_domains: domains, destinations, policies } = json;
  const uris = list(destinations).map((destination) => fields(destination)['uri']);
  const hostnames = [domain, ...list(domains), ...uris].filter((value) => typeof value === 'string');
  return {
    id,
    name: typeof name === 'string' ? name : '',
    hostnames: [...new Set(hostnames)],
    policies: Array.isArray(policies) ? policies.flatMap((policy) => parsePolicy(policy) ?? []) : undefined,
  };
}

/** @returns undefined for what is no group: without an ID */
export function parseGroup(json: unknown): Group | undefined {
  const id = idOf(json);
  if (!isRecord(json) || id === undefined) return undefined;
  const { name } = json;
  return {
    id,
    name: typeof name === 'string' ? name : '',
    rules: RULE_LISTS.flatMap((key) => list(json[key])),
  };
}

/** What an update must send so that nothing is reset: every key as it was read, without those that are read-only. */
export function writable({ raw }: Policy, include: readonly unknown[]): Json {
  // assumption: policy-update-replaces, policy-omitted-keys, policy-unknown-keys, policy-read-only-keys
  const kept = Object.entries(raw).filter(([key]) => !READ_ONLY.includes(key) && key !== 'precedence');
  return { ...Object.fromEntries(kept), include };
}

/** The rule that admits one token. */
export function tokenRule(tokenId: string) {
  return { service_token: { token_id: tokenId } } as const;
}

export function namesToken(rule: unknown, tokenId: string): boolean {
  return fields(fields(rule)['service_token'])['token_id'] === tokenId;
}

/** The token that the rule names, if it says nothing else. */
export function soleToken(rule: unknown): string | undefined {
  const [selector, another] = selectors(rule);
  const id = selector?.[0] === 'service_token' ? fields(selector[1])['token_id'] : undefined;
  return another === undefined && typeof id === 'string' ? id : undefined;
}

export function isAnyToken(rule: unknown): boolean {
  const [selector, another] = selectors(rule);
  return selector?.[0] === 'any_valid_service_token' && another === undefined;
}

export function isEveryone(rule: unknown): boolean {
  return selectors(rule).some(([kind]) => kind === 'everyone');
}

/** The ID of the group that the rule refers to. */
export function groupIn(rule: unknown): string | undefined {
  const id = fields(fields(rule)['group'])['id'];
  return typeof id === 'string' ? id : undefined;
}

/** What a rule is about, for people: its values may be personal. */
export function kindOf(rule: unknown): string {
  return selectors(rule)
    .map(([kind]) => kind)
    .join(' and ');
}

/** The same for rules that say the same, whatever empty selectors stand beside them and in whatever order. */
export function canonical(value: unknown): string {
  return JSON.stringify(sorted(value ?? null));
}

/** The selectors of a rule that say something: a reply may hold empty ones beside the real one. */
function selectors(rule: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(fields(rule)).filter(([, value]) => !isEmpty(value));
}

/** Null, or an object in which everything is null or empty; `{}` is a selector without parameters. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (!isRecord(value)) return false;
  const values = Object.values(value);
  return values.length > 0 && values.every((inner) => inner === '' || isEmpty(inner));
}

function sorted(value: unknown): unknown {
  // assumption: policy-rule-order
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => !isEmpty(inner));
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  );
}

function idOf(json: unknown): string | undefined {
  const { id } = fields(json);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
