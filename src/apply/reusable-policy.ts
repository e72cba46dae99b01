import { isInvalid, type AccessPolicies } from '../cloudflare/access-policies.ts';
import {
  canonical,
  kindOf,
  namesToken,
  tokenRule,
  writable,
  type Json,
  type Policy,
} from '../cloudflare/policy-json.ts';
import { CloudflareRefusal } from '../cloudflare/refusals.ts';
import { Problem } from '../model/problem.ts';
import { SECOND, type Milliseconds } from '../model/time.ts';
import { lastRule, unreadable, unsuitable } from '../observe/admission-states.ts';

/** Another run that read the policy before this run's write has written by then. */
const SETTLING: Milliseconds = 2 * SECOND;
/** Waits before a change that should be there is looked for again: a reply to a read may lag. */
const LOOKS: readonly Milliseconds[] = [SETTLING, 2 * SECOND, 4 * SECOND];
const MOST_WRITES = 6;

const WAITING = 'the change of a policy is read back';

export interface IncludeChange {
  readonly policyId: string;
  /** As in `policy "CI"`. */
  readonly what: string;
  readonly tokenId: string;
}

export interface IncludeResult {
  /** Whether this run wrote the policy. */
  readonly written: boolean;
  /** What a person should look at, each as a sentence. */
  readonly warnings: readonly string[];
}

/** Adds the token to the include list of a reusable policy. Everything else stays as it was read. */
export function includeToken(policies: AccessPolicies, change: IncludeChange): Promise<IncludeResult> {
  return changeInclude(policies, change, {
    isDone: ({ include }) => include.some((rule) => namesToken(rule, change.tokenId)),
    apply: ({ include }) => [...include, tokenRule(change.tokenId)],
    check: (policy) => unsuitable(policy, change.what, change.tokenId),
    ifGone: () => {
      throw new Problem(
        'policy-not-found',
        `The ${change.what} was deleted while this run worked on it.`,
        'Check the line in admit-to, and run this again.',
      );
    },
  });
}

/** Takes the token, and nothing else, out of the include list of a reusable policy. One that is gone has none. */
export function dropToken(policies: AccessPolicies, change: IncludeChange): Promise<IncludeResult> {
  return changeInclude(policies, change, {
    isDone: ({ include }) => !include.some((rule) => namesToken(rule, change.tokenId)),
    apply: ({ include }) => include.filter((rule) => !namesToken(rule, change.tokenId)),
    check: (policy) => {
      // assumption: policy-empty-include
      if (policy.malformed) return unreadable(change.what);
      return policy.include.every((rule) => namesToken(rule, change.tokenId))
        ? lastRule(change.what)
        : undefined;
    },
    ifGone: () => ({ written: false, warnings: [] }),
  });
}

interface Kind {
  readonly isDone: (policy: Policy) => boolean;
  readonly apply: (policy: Policy) => readonly unknown[];
  /** Why the policy must not be written. */
  readonly check: (policy: Policy) => Problem | undefined;
  readonly ifGone: () => IncludeResult;
}

/**
 * Reads the policy right before it writes, since there is no conditional write; reads it back after a pause, and writes
 * again if a concurrent writer undid the change.
 */
function changeInclude(policies: AccessPolicies, change: IncludeChange, kind: Kind): Promise<IncludeResult> {
  return policies.inTurn(change.policyId, async () => {
    let because = 'another writer undid the change';
    for (let writes = 0; ; writes += 1) {
      const before = await policies.reusablePolicy(change.policyId);
      if (before === undefined) return kind.ifGone();
      if (before.malformed) throw unreadable(change.what);
      if (kind.isDone(before)) return { written: writes > 0, warnings: [] };
      const problem = kind.check(before);
      if (problem !== undefined) throw problem;
      if (writes === MOST_WRITES) throw undone(change, because);
      if (writes > 0) await policies.backOff('update the policy', Math.min(writes, 3), because);
      const include = kind.apply(before);
      const reply = await write(policies, change.policyId, writable(before, include));
      if (reply.kind === 'lost') because = reply.because;
      const after = await readBack(policies, change.policyId, kind);
      if (after !== undefined)
        return { written: true, warnings: differences(before, include, after, change.what) };
    }
  });
}

/** Some nulls may be refused, although the policy was read with them. */
async function write(policies: AccessPolicies, policyId: string, body: Json) {
  try {
    return await policies.replace(policyId, body);
  } catch (error) {
    if (refusedWithEffectUnknown(error)) return { kind: 'lost', because: error.message } as const;
    // assumption: policy-nulls
    const withoutNulls = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
    const same = Object.keys(withoutNulls).length === Object.keys(body).length;
    if (!isInvalid(error, /./) || same) throw error;
    return policies.replace(policyId, withoutNulls);
  }
}

/** A reply of 200 without success is a refusal; what it says is not relied on. */
function refusedWithEffectUnknown(error: unknown): error is CloudflareRefusal {
  return error instanceof CloudflareRefusal && error.status < 300;
}

/** The policy once the change shows; undefined if it does not. */
async function readBack(
  policies: AccessPolicies,
  policyId: string,
  { isDone }: Kind,
): Promise<Policy | undefined> {
  // assumption: policy-read-after-write
  for (const wait of LOOKS) {
    await policies.settle(wait, WAITING);
    const read = await policies.reusablePolicy(policyId);
    if (read === undefined) return undefined;
    if (!read.malformed && isDone(read)) return read;
  }
  return undefined;
}

/** What is not as it was written, which somebody else changed at the same moment or Cloudflare did not keep. */
function differences(
  before: Policy,
  include: readonly unknown[],
  after: Policy,
  what: string,
): readonly string[] {
  const kept = new Set(after.include.map(canonical));
  const lost = include.filter((rule) => !kept.has(canonical(rule)));
  const written = writable(before, include);
  const read = writable(after, include);
  const keys = Object.keys(written).filter(
    (key) => canonical(listAsSet(written[key])) !== canonical(listAsSet(read[key])),
  );
  if (lost.length === 0 && keys.length === 0) return [];
  const rules = lost.length === 0 ? [] : [`rules of include (${[...new Set(lost.map(kindOf))].join(', ')})`];
  return [
    `The ${what} changed at the moment at which this run wrote it: ${[...rules, ...keys].join(', ')}. Look at it in Cloudflare Zero Trust.`,
  ];
}

/** The order of rules means nothing. */
function listAsSet(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value.map(canonical))].sort() : value;
}

function undone({ what }: IncludeChange, because: string): Problem {
  return new Problem(
    'policy-changed',
    `The ${what} was written ${MOST_WRITES} times, and the change never stayed: ${because}.`,
    'Find out what else writes this policy, such as another workflow or Terraform. Let one of them own it, with a concurrency group, and run this again.',
  );
}
