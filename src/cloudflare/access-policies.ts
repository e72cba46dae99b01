import { Problem } from '../model/problem.ts';
import type { Scope } from '../model/service-token.ts';
import type { Instant, Milliseconds } from '../model/time.ts';
import type { Call, Once } from './api.ts';
import { connect, type Connection, type ConnectionOptions } from './connection.ts';
import { readPagedList } from './paged-list.ts';
import {
  parseApplication,
  parseGroup,
  parsePolicy,
  tokenRule,
  type Application,
  type Group,
  type Json,
  type Policy,
} from './policy-json.ts';
import { CloudflareRefusal, INVALID_REQUEST, type Family } from './refusals.ts';
import { SERVICE_AUTH } from './own-policy.ts';

const PER_PAGE = 100;
/** 10,000 applications, policies or groups: twenty times what an account may have. */
const MOST_PAGES = 100;

/** What a policy of the action's own is made of. */
export interface NewPolicy {
  readonly name: string;
  readonly tokenId: string;
  /** Only if Cloudflare does not take a policy without one. */
  readonly precedence: number | undefined;
}

/**
 * Access applications and policies of one account or zone. Reads are repeated until answered; writes of which a
 * repetition could do harm are sent once.
 * All methods throw a Problem if Cloudflare refuses, or does not answer inside `max-wait`.
 * @see https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/
 */
export interface AccessPolicies {
  readonly scope: Scope;
  now(): Instant;
  applications(): Promise<readonly Application[]>;
  /** Owned and reusable ones; undefined if there is no such application. */
  policiesOf(applicationId: string): Promise<readonly Policy[] | undefined>;
  /** Of an account; zones have none. */
  reusablePolicies(): Promise<readonly Policy[]>;
  /** Undefined if there is no such reusable policy. */
  reusablePolicy(id: string): Promise<Policy | undefined>;
  /** Needs a permission of its own. */
  groups(): Promise<readonly Group[]>;
  /** Creates a Service Auth policy that an application owns and that admits one token. Sent once. */
  create(applicationId: string, policy: NewPolicy): Promise<Once>;
  /** Deletes a policy that the application owns; one that is gone counts as deleted. */
  delete(applicationId: string, policyId: string): Promise<void>;
  /** Replaces everything that can be written of a reusable policy. Sent once. */
  replace(policyId: string, body: Json): Promise<Once>;
  /** Ends every session of an application, those of people as well. May be repeated. */
  endSessions(applicationId: string): Promise<void>;
  /** Waits before another attempt. @throws Problem if `max-wait` is over */
  backOff(doing: string, failures: number, because: string): Promise<void>;
  /** Waits, as far as `max-wait` allows. */
  settle(duration: Milliseconds, because: string): Promise<void>;
  /** Does the work on one policy after all work on it that was asked for before. */
  inTurn<T>(policyId: string, work: () => Promise<T>): Promise<T>;
}

/** @param connection shared with the service tokens; a new one if not given */
export function openAccessPolicies(
  options: ConnectionOptions,
  connection: Connection = connect(options),
): AccessPolicies {
  const { api, sdk, within } = connection;
  const { waitBudget, settings } = options;
  const { scope } = settings;
  const { applications, policies, groups } = sdk.zeroTrust.access;
  const turns = new Map<string, Promise<unknown>>();

  const listOf = <T extends { readonly id: string }>(
    what: string,
    list: (page: { readonly page: number; readonly per_page: number }) => Call,
    parse: (json: unknown) => T | undefined,
    family: Family = 'policies',
  ): Promise<readonly T[]> =>
    readPagedList({
      readPage: (page) =>
        api.repeat(
          `list the ${what}`,
          () => list({ page, per_page: PER_PAGE }),
          (result, info) => (Array.isArray(result) ? { result, info } : undefined),
          family,
        ),
      parse,
      mostPages: MOST_PAGES,
      endless: () => endless(what),
    });

  return {
    scope,
    now: () => api.now(),
    applications: () =>
      listOf('Access applications', (page) => applications.list({ ...within, ...page }), parseApplication),
    policiesOf: (id) =>
      found(
        listOf(
          'policies of the application',
          (page) => applications.policies.list(given(id), { ...within, ...page }),
          parsePolicy,
        ),
      ),
    reusablePolicies: () => {
      const account_id = accountOf(scope);
      return listOf('reusable policies', (page) => policies.list({ account_id, ...page }), parsePolicy);
    },
    reusablePolicy: (id) =>
      found(
        api.repeat(
          'read the policy',
          () => policies.get(given(id), { account_id: accountOf(scope) }),
          parsePolicy,
          'policies',
        ),
      ),
    groups: () =>
      listOf('Access groups', (page) => groups.list({ ...within, ...page }), parseGroup, 'groups'),
    create: (applicationId, { name, tokenId, precedence }) => {
      const body = { name, decision: SERVICE_AUTH, include: [tokenRule(tokenId)] } as const;
      const place = precedence === undefined ? {} : { precedence };
      return api.once(
        'create the policy',
        () => applications.policies.create(given(applicationId), { ...within, ...body, ...place }),
        'policies',
      );
    },
    delete: async (applicationId, policyId) => {
      await found(
        api.repeat(
          'delete the policy',
          () => applications.policies.delete(given(policyId), { ...within, app_id: given(applicationId) }),
          () => true,
          'policies',
        ),
      );
    },
    replace: (policyId, body) => {
      // assumption: policy-patch
      const path = `/accounts/${accountOf(scope)}/access/policies/${encodeURIComponent(given(policyId))}`;
      return api.once('update the policy', () => sdk.put(path, { body }), 'policies');
    },
    endSessions: async (applicationId) => {
      await api.repeat(
        // assumption: session-revocation
        'end the sessions of the application',
        () => applications.revokeTokens(given(applicationId), within),
        () => true,
        'policies',
      );
    },
    backOff: (doing, failures, because) => api.backOff(doing, failures, because),
    settle: (duration, because) => waitBudget.pause(Math.min(duration, waitBudget.left()), because),
    inTurn: (policyId, work) => {
      const turn = (turns.get(policyId) ?? Promise.resolve()).then(work, work);
      turns.set(policyId, turn);
      return turn;
    },
  };
}

/** Whether Cloudflare understood a request and does not accept what it says. */
export function isInvalid(error: unknown, about: RegExp): boolean {
  return error instanceof CloudflareRefusal && error.has(INVALID_REQUEST) && about.test(error.message);
}

/** With an empty ID the SDK would ask for the whole list, or delete at its address. */
function given(id: string): string {
  if (id === '') throw new TypeError('an ID is empty');
  return id;
}

function accountOf(scope: Scope): string {
  if (scope.kind === 'account') return scope.id;
  throw new Problem(
    'zone-without-route',
    'Reusable policies belong to accounts, and cloudflare-zone-id names a zone.',
    'Set cloudflare-account-id instead, or name the application with application= in admit-to.',
  );
}

function endless(what: string): Problem {
  return new Problem(
    'policy-list-endless',
    `Cloudflare's list of ${what} does not end within ${MOST_PAGES} pages.`,
    'Run this again later.',
  );
}

async function found<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof CloudflareRefusal && error.notFound) return undefined;
    throw error;
  }
}
