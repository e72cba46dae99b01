import type { Milliseconds } from '../../../src/model/time.ts';

/**
 * Where the behavior of Access applications and policies is undocumented, contradictory or adjustable, a
 * switch has each variant. The defaults are what documentation, acceptance tests and most observations show.
 */
export interface AccessSwitches {
  /** Status of a reply to a creation. */
  createStatus: 200 | 201;
  /** Status of a reply to a deletion. */
  deleteStatus: 200 | 202;
  /** What `revoke_tokens` answers: an empty result, a null result, or no body at all. */
  revokeReply: 'empty-result' | 'null-result' | 'no-body';
  /** What an optional boolean of a policy reads as if it was not sent. */
  omittedBooleans: 'false' | 'absent';
  /** What `session_duration` of a policy reads as if it was not sent. */
  omittedSession: '24h' | 'null' | 'absent';
  /** Keeps what an update of a policy or a group leaves out, instead of resetting it. */
  mergeUpdates: boolean;
  /** What happens to read-only keys in the body of a policy. */
  readOnlyKeys: 'ignored' | 'refused';
  /** Refuses a policy with a null in a top-level key. */
  refuseNulls: boolean;
  /** Refuses the creation of an owned policy without a precedence. */
  precedenceRequired: boolean;
  /** Where a precedence may be used once only. */
  precedenceUniqueIn: 'application' | 'account';
  /** Leaves `reusable` out of every reply. */
  hideReusable: boolean;
  /** Leaves `app_count` out of every reply. */
  hideAppCount: boolean;
  /** Shows `reusable` and `app_count` in the policies inside an application, too. */
  marksInApplications: boolean;
  /** Refuses owned and reusable policies side by side in one application. */
  refuseMixedPolicies: boolean;
  /** What the deletion of a reusable policy answers while an application still uses it. */
  deleteLinkedPolicy: 'conflict' | 'invalid-request' | 'unlink';
  /** The code beside 404 of an unknown policy. */
  unknownPolicyCode: 12135 | 12083;
  /** Accepts an empty `include`; such a policy admits nobody. */
  acceptEmptyInclude: boolean;
  /** What happens to a rule that names a service token that does not exist. */
  unknownTokenInRule: 'refused' | 'accepted' | 'fails';
  /** What happens to an owned policy that an update of its application leaves out of `policies`. */
  droppedOwnedPolicy: 'deleted' | 'refused';
  /** Keeps the secrets of a SCIM configuration that an update of the application leaves out. */
  keepScimSecrets: boolean;
  /** Whether `exclude` and `require` keep a service token from being deleted, too. */
  inUseCountsExcludeAndRequire: boolean;
  /** Whether an `any_valid_service_token` rule keeps every service token from being deleted. */
  inUseCountsAnyValid: boolean;
  /** Whether policies and groups of zones keep an account's service token from being deleted. */
  inUseCountsZones: boolean;
  /** How long a service token cannot be deleted after its last reference was removed. */
  inUseLag: Milliseconds;
  /** What the `domain` parameter of a list of applications is compared with. */
  domainSearch: 'domain' | 'every-hostname' | 'ignored';
  /** How lists are cut into pages. */
  paging: 'as-asked' | 'ignored' | 'repeats-a-page' | 'empty-page-before-the-last';
  /** How the rules of a policy or group come back. */
  rules: 'as-sent' | 'reversed' | 'without-duplicates' | 'with-empty-selectors';
  /** GET requests show the state of that long ago. */
  staleReads: Milliseconds;
  /** For that long after its creation, an application cannot name a reusable policy. */
  freshPolicyLag: Milliseconds;
  /** For that long after the deletion of a linked policy, applications cannot be read. */
  deletedPolicyLag: Milliseconds;
  /** The longest session that a policy may have, as a Go duration; no limit if undefined. */
  longestSession: string | undefined;
  /** What a GET of a family without permission answers: 403, or an empty list if it is a list. */
  withoutPermission: 'refused' | 'empty-list';
  /** Whether the Revoke permission is enough for `revoke_tokens`. */
  revokeByRevokePermission: boolean;
  /** What GET organizations answers; `older` lacks the keys about service tokens, `sparse` has almost none. */
  organization: 'complete' | 'older' | 'sparse' | 'not-found' | 'not-enabled';
  /** Admits a service token that a policy includes by way of a group. */
  groupsAdmit: boolean;
  /** How long a change of a policy takes to reach the edge. */
  edgeDelay: Milliseconds;
  /** Every second request meets a place that knows a change without `edgeDelay`. */
  edgesDiffer: boolean;
  /** Rotating, disabling and deleting a service token ends its sessions. */
  secretEndsSessions: boolean;
  /** A session goes on although no policy admits its service token any more. */
  sessionsOutlivePolicies: boolean;
  /** Strict service token authentication takes no session, even in requests without token headers. */
  strictIgnoresSessions: boolean;
  /** Whether `revoke_tokens` ends the sessions of service tokens, not only of people. */
  revokeReachesTokens: boolean;
  /** How long `revoke_tokens` takes to end a session. */
  revokeLag: Milliseconds;
}

export const DEFAULT_ACCESS_SWITCHES: Readonly<AccessSwitches> = {
  createStatus: 201,
  deleteStatus: 202,
  revokeReply: 'empty-result',
  omittedBooleans: 'false',
  omittedSession: '24h',
  mergeUpdates: false,
  readOnlyKeys: 'ignored',
  refuseNulls: false,
  precedenceRequired: false,
  precedenceUniqueIn: 'application',
  hideReusable: false,
  hideAppCount: false,
  marksInApplications: false,
  refuseMixedPolicies: false,
  deleteLinkedPolicy: 'conflict',
  unknownPolicyCode: 12135,
  acceptEmptyInclude: false,
  unknownTokenInRule: 'refused',
  droppedOwnedPolicy: 'deleted',
  keepScimSecrets: false,
  inUseCountsExcludeAndRequire: true,
  inUseCountsAnyValid: false,
  inUseCountsZones: true,
  inUseLag: 0,
  domainSearch: 'domain',
  paging: 'as-asked',
  rules: 'as-sent',
  staleReads: 0,
  freshPolicyLag: 0,
  deletedPolicyLag: 0,
  longestSession: undefined,
  withoutPermission: 'refused',
  revokeByRevokePermission: true,
  organization: 'complete',
  groupsAdmit: false,
  edgeDelay: 0,
  edgesDiffer: false,
  secretEndsSessions: false,
  sessionsOutlivePolicies: false,
  strictIgnoresSessions: true,
  revokeReachesTokens: true,
  revokeLag: 0,
};
