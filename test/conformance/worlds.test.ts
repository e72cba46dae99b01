import { describe, expect, it } from 'vitest';
import { DEFAULT_ACCESS_SWITCHES } from '../../sandbox/cloudflare/access/switches.ts';
import { DEFAULT_SWITCHES } from '../../sandbox/cloudflare/switches.ts';
import { usualSwitches } from '../../sandbox/github/switches.ts';
import { CLOUDFLARE_TRIALS, GITHUB_TRIALS, OUT_OF_REACH } from '../../scripts/conformance/run.ts';
import { ASSUMPTIONS, type AssumptionId } from '../../src/model/assumptions.ts';
import type { Assumption } from '../../src/model/assumptions/assumption.ts';
import { found, type World } from './bench.ts';

type Answers = Readonly<Partial<Record<AssumptionId, string>>>;

/** Where the sandbox has so few variables that no page is full. */
const UNDECIDED = 'untried: nothing that was seen decides it';

const BASE = found();

const NO_EXPIRY: Answers = {
  'expiry-in-replies': 'none',
  'update-merges': UNDECIDED,
  'duration-resets-expiry': UNDECIDED,
  'refresh-base': UNDECIDED,
  'refresh-expired': UNDECIDED,
};

const NO_END: Answers = {
  'previous-end-in-get': 'left out',
  'previous-end-in-list': 'left out',
  'previous-end-in-update': 'left out',
  'previous-end-seconds': UNDECIDED,
  'previous-end-moves': UNDECIDED,
  'previous-end-unrotated': UNDECIDED,
};

const ANY_RULE_COUNTS: Answers = {
  'in-use-any-valid': '12139',
  'delete-referenced-token': UNDECIDED,
  'in-use-exclude': UNDECIDED,
  'in-use-lag': UNDECIDED,
};

/** Each world differs from the usual one in one switch, and a run must find just that. */
const WORLDS: readonly (readonly [World, Answers])[] = [
  [{ cloudflare: { createStatus: 200 } }, { 'create-status': '200' }],
  [{ cloudflare: { omitExpiryInCreateReply: true } }, { 'expiry-in-replies': 'not in create and rotate' }],
  [{ cloudflare: { omitExpiryInAllReplies: true } }, NO_EXPIRY],
  [{ cloudflare: { hideVersionIn: ['list'] } }, { 'version-in-list': 'left out' }],
  [
    { cloudflare: { hideVersion: true } },
    {
      'version-in-get': 'left out',
      'version-in-list': 'left out',
      'version-in-create': 'left out',
      'secret-in-rotate-reply': 'there',
    },
  ],
  [{ cloudflare: { hidePreviousExpiry: 'list' } }, { 'previous-end-in-list': 'left out' }],
  [
    { cloudflare: { hidePreviousExpiry: 'list-and-get' } },
    { 'previous-end-in-list': 'left out', 'previous-end-in-get': 'left out' },
  ],
  [{ cloudflare: { hidePreviousExpiry: 'always' } }, NO_END],
  [{ cloudflare: { truncatePreviousExpirySeconds: true } }, { 'previous-end-seconds': 'dropped' }],
  [{ cloudflare: { updateReplyWithoutSecret: true } }, { 'secret-in-update-reply': 'left out' }],
  [{ cloudflare: { ignorePaging: true } }, { 'list-paging': 'ignored', 'page-size': 'not told' }],
  [{ cloudflare: { substringNames: true } }, { 'name-filter': 'parts of names' }],
  [{ cloudflare: { refreshBase: 'expires+1y' } }, { 'refresh-base': 'expiry + 1 year' }],
  [{ cloudflare: { refreshBase: 'now+duration' } }, { 'refresh-base': 'now + duration' }],
  [{ cloudflare: { refreshBase: 'refuses-expired' } }, { 'refresh-expired': 'refused' }],
  [
    { cloudflare: { refreshBase: 'unchanged' } },
    { 'refresh-base': 'unchanged', 'refresh-expired': 'unchanged' },
  ],
  [{ cloudflare: { secretFormat: 'hex' } }, { 'secret-format': '64 hexadecimal digits' }],
  [{ cloudflare: { authErrorStatus: 401 } }, { 'error-authentication': '401' }],
  [{ access: { createStatus: 200 } }, { 'policy-statuses': 'others of 200 to 299' }],
  [{ access: { deleteStatus: 200 } }, { 'policy-statuses': 'others of 200 to 299' }],
  [{ access: { revokeReply: 'null-result' } }, { 'session-revocation': 'null result' }],
  [{ access: { revokeReply: 'no-body' } }, { 'session-revocation': 'no body' }],
  [{ access: { omittedBooleans: 'absent' } }, { 'policy-omitted-keys': 'others' }],
  [{ access: { omittedSession: 'null' } }, { 'policy-omitted-keys': 'others' }],
  [{ access: { omittedSession: 'absent' } }, { 'policy-omitted-keys': 'others' }],
  [{ access: { mergeUpdates: true } }, { 'policy-update-replaces': 'keeps' }],
  [{ access: { readOnlyKeys: 'refused' } }, { 'policy-read-only-keys': 'refused' }],
  [{ access: { refuseNulls: true } }, { 'policy-nulls': 'refused' }],
  [{ access: { precedenceRequired: true } }, { 'own-policy-precedence': 'refused' }],
  [{ access: { precedenceUniqueIn: 'account' } }, { 'duplicate-precedence': 'refused in the whole account' }],
  [{ access: { hideReusable: true } }, { 'policy-marks': 'app_count' }],
  [{ access: { hideAppCount: true } }, { 'policy-marks': 'reusable' }],
  [{ access: { refuseMixedPolicies: true } }, { 'mixed-policies': 'refused' }],
  [{ access: { unknownPolicyCode: 12083 } }, { 'policy-not-found': '404 with another code' }],
  [{ access: { acceptEmptyInclude: true } }, { 'policy-empty-include': 'accepted' }],
  [{ access: { inUseCountsExcludeAndRequire: false } }, { 'in-use-exclude': 'deleted' }],
  [{ access: { inUseCountsAnyValid: true } }, ANY_RULE_COUNTS],
  [{ access: { inUseLag: 7_000 } }, { 'in-use-lag': 'later' }],
  [{ access: { paging: 'ignored' } }, { 'policy-list-paging': 'ignored' }],
  [{ access: { paging: 'repeats-a-page' } }, { 'policy-list-paging': 'repeats a page' }],
  [
    { access: { paging: 'empty-page-before-the-last' } },
    { 'policy-list-paging': 'an empty page before the last' },
  ],
  [{ access: { rules: 'reversed' } }, { 'policy-rule-order': 'in another order' }],
  [{ access: { rules: 'without-duplicates' } }, { 'policy-rule-order': 'without duplicates' }],
  [{ access: { rules: 'with-empty-selectors' } }, { 'policy-rule-order': 'with empty selectors' }],
  [{ access: { staleReads: 5_000 } }, { 'policy-read-after-write': 'later' }],
  [{ github: { environmentPutClears: false } }, { 'environment-update': 'keeps' }],
  [{ github: { unknownPermissions: 'ignored' } }, { 'installation-unknown-keys': 'ignored' }],
  [{ github: { unopenableValues: 'stored-empty' } }, { 'unopenable-value': 'accepted' }],
  [{ github: { unopenableValues: 'refused-by-environments' } }, { 'unopenable-value': 'accepted' }],
  [{ github: { variableNamesKeepCase: true } }, { 'variable-name-case': 'as created' }],
  [{ github: { enterpriseServer: true } }, { 'github-rate-limit-headers': 'missing' }],
];

/** Switches that stand for no assumption that a run can try, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  updatedAtMovesOnUse: 'takes a login',
  versionZero: 'the action never sends version 0',
  userVerifyTakesAccountTokens: 'the action never asks for it',
  tokenLimit: 'takes every token of an account',
  rateLimit: 'strains the API',
  rateLimitSeconds: 'strains the API',
  marksInApplications: 'the action asks the application for its policies',
  deleteLinkedPolicy: 'the action never does it',
  unknownTokenInRule: 'the action names tokens that exist',
  droppedOwnedPolicy: 'the action never updates an application',
  keepScimSecrets: 'the action never updates an application',
  inUseCountsZones: 'takes a zone',
  domainSearch: 'the action compares host names itself',
  freshPolicyLag: 'the action never updates an application',
  deletedPolicyLag: 'the action never deletes a linked policy',
  longestSession: 'a setting of the account',
  withoutPermission: 'takes other credentials',
  revokeByRevokePermission: 'takes other credentials',
  organization: 'the action never reads it',
  groupsAdmit: 'takes a login',
  edgeDelay: 'takes a login',
  edgesDiffer: 'takes a login',
  secretEndsSessions: 'takes a login',
  sessionsOutlivePolicies: 'takes a login',
  strictIgnoresSessions: 'takes a login',
  revokeReachesTokens: 'takes a login',
  revokeLag: 'takes a login',
  plan: 'a property of the account',
  primaryLimitStatus: 'strains the API',
  secondaryLimit: 'strains the API',
  documentedLimits: 'strains the API',
  changesCountAsContent: 'strains the API',
  secondaryLimitStatus: 'strains the API',
  maximumSecrets: 'takes every secret of a place',
  maximumVariables: 'takes every variable of a place',
  maximumValueBytes: 'the action stores a hundred bytes',
  unusedRepositoryIds: 'takes an organization',
};

describe('a conformance run', () => {
  it('finds in the usual sandbox what the code assumes', async () => {
    const usual = ASSUMPTIONS.map(({ id, answers }: Assumption) => [id, answers[0]]);
    const unreachable = Object.entries(OUT_OF_REACH).map(([id, because]) => [id, `untried: ${because}`]);
    expect(await BASE).toEqual({
      ...Object.fromEntries(usual),
      ...Object.fromEntries(unreachable),
      'variable-page-size': UNDECIDED,
    });
  });

  it.each(WORLDS)('finds just what is different with %j', async (world, different) => {
    expect(await found(world)).toEqual({ ...(await BASE), ...different });
  });

  it('knows each answer that it finds', () => {
    for (const answers of WORLDS.map(([, different]) => different)) {
      for (const { id, answers: known } of ASSUMPTIONS as readonly (Assumption & { id: AssumptionId })[]) {
        const answer = answers[id];
        if (answer !== undefined && answer !== UNDECIDED) expect(known).toContain(answer);
      }
    }
  });

  it('has a world for each switch, or a reason why not', () => {
    const tried = WORLDS.flatMap(([{ cloudflare, access, github }]) =>
      [cloudflare, access, github].flatMap((switches) => Object.keys(switches ?? {})),
    );
    const all = [DEFAULT_SWITCHES, DEFAULT_ACCESS_SWITCHES, usualSwitches()].flatMap((switches: object) =>
      Object.keys(switches),
    );
    const covered = [...tried, ...Object.keys(ELSEWHERE)];
    expect([...new Set(covered)].sort()).toEqual([...new Set(all)].sort());
  });

  it('tries each assumption, or says why it is out of reach', () => {
    const tried = [...CLOUDFLARE_TRIALS, ...GITHUB_TRIALS].flatMap(({ ids }) => ids);
    expect([...tried, ...Object.keys(OUT_OF_REACH)].sort()).toEqual(ASSUMPTIONS.map(({ id }) => id).sort());
  });
});
