import type { Control, LoginCheck } from '../access/login-check.ts';
import type { AccessPolicies } from '../cloudflare/access-policies.ts';
import type { ServiceTokens } from '../cloudflare/service-tokens.ts';
import { mergeTokens } from '../cloudflare/token-json.ts';
import type { SecretStores } from '../github/stores.ts';
import type { AdmissionState, LeftoverPolicy } from '../model/admission.ts';
import { traitsOf } from '../model/operation.ts';
import { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { TargetState } from '../model/target.ts';
import { readLines, type LineReading } from './admission-lines.ts';
import { statesOf } from './admission-states.ts';
import { factsOf, targetsThatAre, type Task } from './facts.ts';
import { findLeftovers } from './leftovers.ts';
import type { PolicyLists } from './policy-lists.ts';
import { readReferences } from './references.ts';
import type { Snapshot, TokenLookup } from './snapshot.ts';

/** The services that one run talks to. */
export interface Services {
  readonly tokens: ServiceTokens;
  readonly stores: SecretStores;
  readonly policies: AccessPolicies;
  /** What this run has read of applications and policies before deciding. */
  readonly policyLists: PolicyLists;
  /** The login check of a URL; one object for each URL. */
  readonly loginCheckOf: (settings: Task['settings']) => LoginCheck | undefined;
}

/** What was read about one token, or why it could not be. */
export type Observation = Snapshot | Problem;

/**
 * Reads everything that is decided on, side by side: one list of the tokens and one listing of each place, however many
 * tokens there are. A target that cannot be read says so itself.
 * @param list lists all tokens, once
 * @returns in the order of the tasks
 */
export async function observe(
  tasks: readonly Task[],
  services: Services,
  list: () => Promise<readonly ServiceToken[]>,
): Promise<readonly Observation[]> {
  const { tokens, stores } = services;
  const everyTarget = observeTargets(tasks, stores);
  const controlOf = controls(services);
  return Promise.all(
    tasks.map(async (task, index): Promise<Observation> => {
      const looking = lookUp(task, tokens, list).then((found) => ({ ...found, readAt: tokens.now() }));
      const lines = readLines(task.settings.admitTo, services.policyLists);
      const reads = await Promise.allSettled([looking, everyTarget, controlOf(task), lines]);
      const failed = reads.find((read) => read.status === 'rejected');
      if (failed !== undefined) return asProblem(failed.reason);
      const [{ lookup, others, readAt }, states, control] = await Promise.all([
        looking,
        everyTarget,
        controlOf(task),
      ]);
      const snapshot: Snapshot = {
        lookup,
        others: others ?? [],
        targets: states[index] ?? [],
        ...(await observeAdmission(task, await lines, lookup, services)),
        control,
        readAt,
        githubNow: stores.now(),
      };
      if (others !== undefined || !needsOthers(task, snapshot)) return snapshot;
      return { ...snapshot, others: othersThan(snapshot.lookup, await list().catch(() => [])) };
    }),
  );
}

/** Reads one token and its targets again; the other tokens are taken from the reading before. */
export async function observeAgain(
  task: Task,
  before: Snapshot | undefined,
  services: Services,
): Promise<Observation> {
  if (before?.lookup.kind !== 'found') {
    const [observation] = await observe([task], services, () => services.tokens.list());
    return observation ?? new Problem('unexpected', 'Nothing was read.', 'Run this again.');
  }
  const { id } = before.lookup.token;
  const byId: Task = { ...task, settings: { ...task.settings, tokenId: id } };
  const [observation] = await observe([byId], services, () => Promise.resolve(before.others));
  if (observation === undefined || observation instanceof Problem) {
    return observation ?? new Problem('unexpected', 'Nothing was read.', 'Run this again.');
  }
  return { ...observation, others: before.others };
}

async function observeTargets(
  tasks: readonly Task[],
  stores: SecretStores,
): Promise<readonly (readonly TargetState[])[]> {
  const creating = new Set(
    tasks.flatMap(({ settings }) => (settings.createEnvironment ? settings.targets : [])),
  );
  const targets = tasks.flatMap(({ settings }) => settings.targets);
  const states = await stores.observe(targets, (target) => creating.has(target));
  const byTarget = new Map(states.map((state) => [state.target, state]));
  return tasks.map(({ settings }) => settings.targets.flatMap((target) => byTarget.get(target) ?? []));
}

/** Whether the lines admit the token; for a check and a deletion also what else does. */
async function observeAdmission(
  { operation, scope, settings }: Task,
  lines: readonly LineReading[],
  lookup: TokenLookup,
  { policyLists }: Services,
): Promise<Pick<Snapshot, 'admissions' | 'references'>> {
  const tokenId = lookup.kind === 'found' ? lookup.token.id : undefined;
  const admissions = statesOf(lines, tokenId);
  const asks = (operation === 'check' || operation === 'delete') && settings.admitTo.length > 0;
  if (!asks || tokenId === undefined) return { admissions };
  return { admissions, references: await readReferences(tokenId, policyLists, scope) };
}

/** What was read for a lease, which reads no token of its own. */
export interface LeaseObservation {
  readonly control: Control | undefined;
  readonly admissions: readonly AdmissionState[];
  /** What earlier leases left behind where this one is admitted. */
  readonly leftovers: readonly LeftoverPolicy[];
}

export async function observeLease(task: Task, services: Services): Promise<LeaseObservation> {
  const { settings } = task;
  const [control, lines] = await Promise.all([
    services.loginCheckOf(settings)?.control(),
    readLines(settings.admitTo, services.policyLists),
  ]);
  const leftovers = await findLeftovers(lines, settings.tokenName ?? '', services.tokens);
  return { control, admissions: statesOf(lines, undefined), leftovers };
}

/** Asks each URL once without credentials. */
function controls({ loginCheckOf }: Services): (task: Task) => Promise<Control | undefined> {
  const asked = new Map<LoginCheck, Promise<Control>>();
  return async ({ operation, settings }) => {
    const check = traitsOf(operation).loginCheck ? loginCheckOf(settings) : undefined;
    if (check === undefined) return undefined;
    const control = asked.get(check) ?? check.control();
    asked.set(check, control);
    return control;
  };
}

interface Found {
  readonly lookup: TokenLookup;
  /** Undefined if they were not listed. */
  readonly others: readonly ServiceToken[] | undefined;
}

async function lookUp(
  { settings: { tokenId, tokenName } }: Task,
  tokens: ServiceTokens,
  list: () => Promise<readonly ServiceToken[]>,
): Promise<Found> {
  if (tokenId !== undefined) {
    const token = await tokens.get(tokenId);
    if (token === undefined) return { lookup: { kind: 'none' }, others: undefined };
    const kind = tokenName === undefined || token.name === tokenName ? 'found' : 'mismatch';
    return { lookup: { kind, token }, others: undefined };
  }
  const all = await list();
  const named = all.filter(({ name }) => name === tokenName);
  const [token, ...twins] = named;
  if (token === undefined) return { lookup: { kind: 'none' }, others: all };
  if (twins.length > 0) return { lookup: { kind: 'ambiguous', tokens: named }, others: all };
  const lookup = { kind: 'found', token: await completed(token, tokens) } as const;
  return { lookup, others: othersThan(lookup, all) };
}

/** A list may leave out what the rules need; then the token itself is read as well. */
async function completed(token: ServiceToken, tokens: ServiceTokens): Promise<ServiceToken> {
  // assumption: previous-end-in-list
  const tellsItsRotation = token.version === 1 || token.previousSecretExpiresAt !== undefined;
  if (token.version !== undefined && tellsItsRotation) return token;
  const read = await tokens.get(token.id);
  if (read === undefined) return token;
  return {
    ...mergeTokens(token, read),
    version: read.version ?? token.version,
    previousSecretExpiresAt: read.previousSecretExpiresAt ?? token.previousSecretExpiresAt,
  };
}

/** Only an outdated target may store what belongs to another token. */
function needsOthers(task: Task, snapshot: Snapshot): boolean {
  const facts = factsOf(task, snapshot);
  const readsClientId = snapshot.targets.some(
    (state) => state.kind === 'readable' && state.clientId?.value !== undefined,
  );
  return facts.token !== undefined && (readsClientId || targetsThatAre(facts, 'outdated').length > 0);
}

function othersThan(lookup: TokenLookup, all: readonly ServiceToken[]): readonly ServiceToken[] {
  return lookup.kind === 'found' ? all.filter(({ id }) => id !== lookup.token.id) : all;
}

/** @throws what is no Problem: a defect of the action */
function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}
