import type { Instant } from '../../../src/model/time.ts';
import { applicationsWith, policiesOf } from './links.ts';
import type { AccessState, ApplicationRecord, GroupRecord, Json, PolicyRecord } from './records.ts';
import { RULE_LISTS, rulesIn, shownRules } from './rules.ts';
import { withoutSecrets } from './scim.ts';
import type { AccessSwitches } from './switches.ts';

const BOOLEANS = ['approval_required', 'isolation_required', 'purpose_justification_required'] as const;

/** Where a policy is shown: by its account, by an application, or inside an application. */
export type Place =
  { readonly kind: 'account' } | { readonly kind: 'application' | 'inside'; readonly precedence: number };

/** A policy as the API shows it there. */
export function showPolicy(
  policy: PolicyRecord,
  place: Place,
  state: AccessState,
  switches: AccessSwitches,
): Json {
  return {
    id: policy.id,
    ...marks(policy, place, state, switches),
    ...('precedence' in place ? { precedence: place.precedence } : {}),
    ...policy.fields,
    ...lists(policy.fields, switches),
    ...booleans(policy.fields, switches),
    ...session(policy.fields['session_duration'] ?? undefined, switches),
    created_at: rfc3339(policy.createdAt),
    updated_at: rfc3339(policy.updatedAt),
  };
}

function marks(policy: PolicyRecord, place: Place, state: AccessState, switches: AccessSwitches): Json {
  if (policy.owner !== undefined) return {};
  if (place.kind === 'inside' && !switches.marksInApplications) return {};
  return {
    ...(place.kind === 'account' ? { account_id: policy.scope.id } : {}),
    ...(switches.hideReusable ? {} : { reusable: true }),
    ...(switches.hideAppCount ? {} : { app_count: applicationsWith(policy.id, state).length }),
  };
}

function lists(fields: Json, switches: AccessSwitches): Json {
  return Object.fromEntries(RULE_LISTS.map((list) => [list, shownRules(rulesIn(fields, list), switches)]));
}

function booleans(fields: Json, { omittedBooleans }: AccessSwitches): Json {
  return Object.fromEntries(
    BOOLEANS.flatMap((key) => {
      const value = fields[key] ?? undefined;
      if (value !== undefined) return [[key, value]];
      return omittedBooleans === 'absent' ? [] : [[key, false]];
    }),
  );
}

function session(given: unknown, { omittedSession }: AccessSwitches): Json {
  if (given !== undefined) return { session_duration: given };
  switch (omittedSession) {
    case '24h':
      return { session_duration: '24h' };
    case 'null':
      return { session_duration: null };
    case 'absent':
      return {};
  }
}

/** An application as the API shows it, with its policies in full. */
export function showApplication(
  application: ApplicationRecord,
  state: AccessState,
  switches: AccessSwitches,
): Json {
  const { id, audience, fields, createdAt, updatedAt } = application;
  const { tags, ...rest } = withoutSecrets(fields);
  return {
    id,
    uid: id,
    aud: audience,
    session_duration: '24h',
    app_launcher_visible: true,
    http_only_cookie_attribute: true,
    ...hostnames(rest),
    ...rest,
    ...(Array.isArray(tags) ? { tags: tags.toSorted() } : {}),
    policies: policiesOf(application, state).map(({ policy, precedence }) =>
      showPolicy(policy, { kind: 'inside', precedence }, state, switches),
    ),
    created_at: rfc3339(createdAt),
    updated_at: rfc3339(updatedAt),
  };
}

function hostnames({ type, domain }: Json): Json {
  if (type !== 'self_hosted' || typeof domain !== 'string') return {};
  return { self_hosted_domains: [domain], destinations: [{ type: 'public', uri: domain }] };
}

/** A group as the API shows it. */
export function showGroup(group: GroupRecord, switches: AccessSwitches): Json {
  return {
    id: group.id,
    uid: group.id,
    ...group.fields,
    ...lists(group.fields, switches),
    created_at: rfc3339(group.createdAt),
    updated_at: rfc3339(group.updatedAt),
  };
}

/** UTC, whole seconds. */
function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
