import { apply } from './apply/apply.ts';
import { stopIfCancelled } from './apply/context.ts';
import { Journal } from './apply/journal.ts';
import type { Dependencies, Runner } from './model/dependencies.ts';
import type { WaitBudget } from './http/wait-budget.ts';
import { traitsOf } from './model/operation.ts';
import { Problem, unexpected } from './model/problem.ts';
import { oneLine } from './model/safe-text.ts';
import { SECOND, type Instant } from './model/time.ts';
import { factsOf, type Facts, type Task } from './observe/facts.ts';
import { observeAgain, observeLease, type Observation, type Services } from './observe/observe.ts';
import { describeSnapshot, type Snapshot } from './observe/snapshot.ts';
import { leaseName, planLease } from './plan/lease.ts';
import type { Plan } from './plan/plan.ts';
import { planFor } from './plan/planning.ts';
import { phraseOf, type WaitStep } from './plan/steps.ts';
import { concludeToken } from './report/conclude.ts';
import type { TokenOutcome } from './report/outcome.ts';

/** How often a run looks whether a concurrent run has completed its rotation. */
const LOOK_AGAIN = 5 * SECOND;

export interface TokenRunOptions {
  readonly task: Task;
  readonly deps: Dependencies;
  readonly services: Services;
  readonly waitBudget: WaitBudget;
  readonly dryRun: boolean;
  /** Whether the token is one of a manifest: its lines in the log begin with its name. */
  readonly fleet: boolean;
}

/** One token in one run: decide, wait for a concurrent run, decide again, apply. */
export class TokenRun {
  readonly task: Task;
  readonly #options: TokenRunOptions;
  readonly #runner: Runner;
  readonly #journal = new Journal();
  #snapshot: Snapshot | undefined;
  #facts: Facts | undefined;
  #plan: Plan | undefined;
  /** The lines in the log about what was seen and decided last. */
  #told: readonly string[] = [];
  #concluded = false;

  constructor(options: TokenRunOptions) {
    this.task = options.task;
    this.#options = options;
    this.#runner = options.fleet ? prefixed(options.deps.runner, this.label) : options.deps.runner;
    // Until they are read.
    for (const target of options.task.settings.targets) this.#journal.tell({ target, status: 'skipped' });
  }

  get label(): string {
    const { tokenName, tokenId } = this.task.settings;
    return tokenName ?? tokenId ?? '';
  }

  /** Undefined if there is no such token. */
  get id(): string | undefined {
    return this.#facts?.token?.id;
  }

  /** Whether something is to be done. */
  get acts(): boolean {
    const { problem, steps = [] } = this.#plan ?? {};
    return !this.#changesNothing && problem === undefined && steps.length > 0;
  }

  decide(observation: Observation): void {
    try {
      this.#decide(observation, this.#changesNothing);
      if (!this.acts) this.#conclude();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Does what was decided. A failure is in the journal, and stops no other token. */
  async act(): Promise<void> {
    const { deps, services, fleet } = this.#options;
    try {
      stopIfCancelled({ deps });
      // Its rotation counts from a reading right before it.
      if (fleet) this.#decide(await this.#observeAgain(), false);
      await this.#waitForConcurrentRun();
      this.#conclude();
      if (!this.acts || this.#plan === undefined) return;
      const { steps } = this.#plan;
      const context = {
        ...this.task,
        services,
        journal: this.#journal,
        deps: { ...deps, runner: this.#runner },
        control: this.#snapshot?.control,
      };
      await this.#inGroup('apply', () => apply(steps, context));
      if (fleet) this.#runner.info('done');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A lease reads no token: it creates one of its own. */
  async lease(): Promise<void> {
    const { deps, services, dryRun } = this.#options;
    const { settings } = this.task;
    const {
      GITHUB_RUN_ID: run = 'local',
      GITHUB_RUN_ATTEMPT: attempt = '1',
      GITHUB_JOB: job = 'job',
    } = deps.env;
    const random = Buffer.from(deps.randomBytes(8)).toString('hex');
    const name = leaseName(settings.tokenName ?? '', { run, attempt, job, random });
    const read = await this.#inGroup('observe', () => observeLease(this.task, services));
    const { control } = read;
    this.#journal.observed(undefined, [], read.admissions);
    const plan = planLease(name, settings, read);
    this.#plan = plan;
    await this.#inGroup('plan', () => {
      this.#tell(this.#linesOf(plan));
    });
    this.#conclude();
    if (dryRun || plan.problem !== undefined) return;
    const context = { ...this.task, services, journal: this.#journal, deps, control };
    await this.#inGroup('apply', () => apply(plan.steps, context));
  }

  conclude(now: Instant, githubNow: Instant): TokenOutcome {
    const { operation, settings } = this.task;
    const { dryRun } = this.#options;
    return concludeToken({
      operation,
      dryRun,
      settings,
      journal: this.#journal,
      plan: this.#plan,
      now,
      githubNow,
    });
  }

  #decide(observation: Observation, waited: boolean): void {
    if (observation instanceof Problem) throw observation;
    const { lookup, targets, admissions } = observation;
    this.#snapshot = observation;
    const seen = describeSnapshot(observation);
    this.#tell(seen);
    const token = lookup.kind === 'found' ? lookup.token : undefined;
    this.#journal.observed(token, targets, admissions);
    stopIfCancelled(this.#options);
    this.#facts = factsOf(this.task, observation);
    this.#plan = planFor(this.#facts, waited);
    const decided = this.#linesOf(this.#plan);
    this.#tell(decided);
    this.#told = [...seen, ...decided];
  }

  /** Reads and decides again as long as a concurrent run may still deliver. */
  async #waitForConcurrentRun(): Promise<void> {
    for (;;) {
      const step = this.#plan?.steps[0];
      if (step?.kind !== 'wait') return;
      const waited = await this.#wait(step);
      stopIfCancelled(this.#options);
      this.#decide(await this.#observeAgain(), waited);
    }
  }

  /** @returns whether all the time that the concurrent run may need has passed */
  async #wait({ token, until }: WaitStep): Promise<boolean> {
    const { services, waitBudget, deps } = this.#options;
    for (;;) {
      const left = Math.min(until - services.tokens.now(), waitBudget.left());
      if (left <= 0 || deps.cancelled.aborted) return true;
      await waitBudget.pause(
        Math.min(LOOK_AGAIN, left),
        'another run may be delivering the secret of the last rotation',
      );
      const read = await services.tokens.get(token.id);
      if (read?.previousSecretExpiresAt !== token.previousSecretExpiresAt) return false;
    }
  }

  async #observeAgain(): Promise<Observation> {
    const { services } = this.#options;
    return this.#inGroup('observe', () => observeAgain(this.task, this.#snapshot, services));
  }

  /** Takes what was decided into the journal, once nothing is decided any more. */
  #conclude(): void {
    if (this.#concluded || this.#plan === undefined) return;
    this.#concluded = true;
    const { problem, failures, warnings, notices, steps } = this.#plan;
    if (problem !== undefined) this.#journal.problems.push(problem);
    this.#journal.problems.push(...failures);
    this.#journal.warnings.push(...warnings);
    this.#journal.notices.push(...notices);
    // A plan that goes to every target reports itself those that cannot be read.
    const reachesAll = steps.some(({ kind }) => ['create', 'rotate', 'delete-secrets'].includes(kind));
    if (reachesAll && !this.#changesNothing) return;
    for (const state of this.#snapshot?.targets ?? []) {
      if (state.kind === 'unreadable' && state.problem !== problem)
        this.#journal.problems.push(state.problem);
    }
  }

  #fail(error: unknown): void {
    this.#journal.problems.push(unexpected(error, this.#runner));
    // What is still under way was wanted for what has just failed.
    if (!this.#options.fleet) this.#options.waitBudget.end();
  }

  get #changesNothing(): boolean {
    return this.#options.dryRun || this.task.operation === 'check';
  }

  #linesOf({ reason, because, steps }: Plan): readonly string[] {
    const phrases = steps.map(({ kind }) => phraseOf(kind));
    const readsTargets = traitsOf(this.task.operation).targets !== 'never';
    return [
      oneLine(`${reason}: ${because}`),
      phrases.length === 0 ? 'Nothing to do.' : `Steps: ${phrases.join(', ')}.`,
      ...(readsTargets && this.task.settings.targets.length === 0 ? ['No target was read.'] : []),
    ];
  }

  /** What was the same at the look before is not said again. */
  #tell(lines: readonly string[]): void {
    lines.filter((line) => !this.#told.includes(line)).forEach(this.#runner.info);
  }

  async #inGroup<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    if (this.#options.fleet) return work();
    this.#runner.startGroup(name);
    try {
      return await work();
    } finally {
      this.#runner.endGroup();
    }
  }
}

function prefixed(runner: Runner, label: string): Runner {
  return {
    ...runner,
    info: (text) => {
      runner.info(oneLine(`[${label}] ${text}`));
    },
  };
}
