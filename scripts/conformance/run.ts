import { ASSUMPTIONS, type AssumptionId } from '../../src/model/assumptions.ts';
import type { Bench, CloudflareBench, GitHubBench, Tell, Trial } from './lab.ts';
import { environmentOf, findCloudflare, findGitHub, remove, type Found } from './objects.ts';
import { APP_TRIAL } from './try-app.ts';
import { APPLICATION_TRIAL } from './try-applications.ts';
import { EXPIRY_TRIAL, REFRESH_TRIAL } from './try-expiry.ts';
import { ENVIRONMENT_TRIAL, SECRETS_TRIAL, VARIABLES_TRIAL } from './try-github.ts';
import { ERROR_TRIAL, LIST_TRIAL } from './try-lists.ts';
import { POLICY_TRIAL, REFERENCE_TRIAL } from './try-policies.ts';
import { Undecided } from './service.ts';
import { SECRET_TRIAL, UNROTATED_TRIAL } from './try-secrets.ts';

/** What was seen of one assumption. */
export type Observation =
  | {
      readonly kind: 'seen';
      readonly id: AssumptionId;
      readonly answer: string;
      /** A status, a version or the like; never a value that a service keeps secret. */
      readonly detail: string | undefined;
    }
  | { readonly kind: 'untried'; readonly id: AssumptionId; readonly because: string };

export const CLOUDFLARE_TRIALS: readonly Trial<CloudflareBench>[] = [
  SECRET_TRIAL,
  UNROTATED_TRIAL,
  EXPIRY_TRIAL,
  REFRESH_TRIAL,
  LIST_TRIAL,
  ERROR_TRIAL,
  POLICY_TRIAL,
  REFERENCE_TRIAL,
  APPLICATION_TRIAL,
];

export const GITHUB_TRIALS: readonly Trial<GitHubBench>[] = [
  SECRETS_TRIAL,
  VARIABLES_TRIAL,
  ENVIRONMENT_TRIAL,
  APP_TRIAL,
];

const NEEDS_APPLICATION = 'out of reach: it takes an application behind Access, with something that answers';

/** What no run of this can find out, and why. */
export const OUT_OF_REACH: Readonly<Partial<Record<AssumptionId, string>>> = {
  'one-previous-secret': NEEDS_APPLICATION,
  'updated-at-on-use': NEEDS_APPLICATION,
  'propagation-time': NEEDS_APPLICATION,
  'session-revocation-reach': NEEDS_APPLICATION,
  'token-limit': 'out of reach: it would take every token that the account may have',
  'sealed-value-opened': 'out of reach: only a workflow gets to see the value of a secret',
  'writes-are-content': 'out of reach: it would take more writes than GitHub asks clients to send',
};

export interface Benches {
  readonly cloudflare: CloudflareBench | undefined;
  readonly github: GitHubBench | undefined;
}

/** Tries every assumption that can be tried. @returns one observation for each assumption, in their order */
export async function tryAll(
  { cloudflare, github }: Benches,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const seen = new Map<AssumptionId, Observation>();
  await tryThem(CLOUDFLARE_TRIALS, cloudflare, 'needs CONFORMANCE_CLOUDFLARE_API_TOKEN', seen, signal);
  await tryThem(GITHUB_TRIALS, github, 'needs CONFORMANCE_GITHUB_TOKEN', seen, signal);
  return ASSUMPTIONS.map(({ id }): Observation => {
    const because = OUT_OF_REACH[id] ?? 'nothing that was seen decides it';
    return seen.get(id) ?? { kind: 'untried', id, because };
  });
}

async function tryThem<B extends Bench>(
  trials: readonly Trial<B>[],
  bench: B | undefined,
  needs: string,
  seen: Map<AssumptionId, Observation>,
  signal: AbortSignal,
): Promise<void> {
  const tell: Tell = (id, answer, detail) => seen.set(id, { kind: 'seen', id, answer, detail });
  for (const trial of trials) {
    signal.throwIfAborted();
    const because = bench === undefined ? needs : trial.missing?.(bench);
    if (bench === undefined || because !== undefined) {
      skip(trial, because ?? needs, seen);
      continue;
    }
    try {
      await trial.run(bench, tell);
    } catch (error) {
      signal.throwIfAborted();
      // What others say may repeat a credential.
      skip(trial, error instanceof Undecided ? error.message : 'a request failed', seen);
    }
  }
}

function skip<B extends Bench>(trial: Trial<B>, because: string, seen: Map<AssumptionId, Observation>): void {
  for (const id of trial.ids) if (!seen.has(id)) seen.set(id, { kind: 'untried', id, because });
}

/** Everything there whose name is one of a conformance run's. */
export async function findAll({ cloudflare, github }: Benches): Promise<readonly Found[]> {
  return [
    ...(cloudflare === undefined ? [] : await findCloudflare(cloudflare)),
    ...(github === undefined ? [] : await findGitHub(github)),
  ];
}

/** Removes everything that these runs made, by name. @returns what could not be deleted */
export async function removeRuns(
  { cloudflare, github }: Benches,
  runs: readonly string[],
): Promise<readonly Found[]> {
  const made = ({ run }: Found): boolean => runs.includes(run);
  const left: Found[] = [];
  if (cloudflare !== undefined) {
    left.push(...(await remove(cloudflare, (await findCloudflare(cloudflare)).filter(made))));
  }
  if (github !== undefined) {
    const environments = runs.map((run) => environmentOf(github, run));
    left.push(...(await remove(github, [...(await findGitHub(github)).filter(made), ...environments])));
  }
  return left;
}
