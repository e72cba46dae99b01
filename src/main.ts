import { apply } from './apply/apply.ts';
import { stopIfCancelled, type Context } from './apply/context.ts';
import { checkTokens } from './plan/account-check.ts';
import { oneLine } from './model/safe-text.ts';
import { openLoginCheck, type Control } from './access/login-check.ts';
import { openServiceTokens } from './cloudflare/service-tokens.ts';
import { conclude } from './report/conclude.ts';
import { judgeControl, VERIFYING } from './plan/control.ts';
import type { Dependencies } from './dependencies.ts';
import { openSecretStores } from './github/stores.ts';
import { lease, leaseName } from './apply/lease.ts';
import { Journal } from './apply/journal.ts';
import { SECOND, type Instant } from './model/time.ts';
import { observe, type Observation, type Services } from './observe/observe.ts';
import type { Outcome } from './report/outcome.ts';
import type { TokenFinding } from './plan/account-check.ts';
import { WaitBudget } from './http/wait-budget.ts';
import { planFor, type Plan } from './plan/plan.ts';
import { report, reportBadInputs } from './report/report.ts';
import { credentialsToMask, readSettings, type Settings } from './settings/settings.ts';
import { otherVisibility } from './plan/sharing.ts';
import { unexpected } from './model/problem.ts';
import { describeSnapshot } from './observe/snapshot.ts';
import { factsOf, type Facts } from './observe/facts.ts';

/** How often it is looked whether another run has closed its rotation. */
const LOOK_AGAIN = 5 * SECOND;

/** One run of the main step: settings, observe, plan, apply, report. Never throws; says everything itself. */
export async function run(deps: Dependencies): Promise<void> {
  let settings: Settings;
  try {
    settings = readSettings(deps.env);
  } catch (error) {
    reportBadInputs(unexpected(error, deps.runner), deps.runner);
    return;
  }
  credentialsToMask(settings).forEach(deps.runner.setSecret);
  const outcome = await new Run(deps, settings).outcome();
  await inGroup('report', deps, () => report(outcome, settings, deps.runner));
}

/** What one run has come to know, in the order in which it does. */
class Run {
  readonly #deps: Dependencies;
  readonly #settings: Settings;
  readonly #waitBudget: WaitBudget;
  readonly #services: Services;
  readonly #journal = new Journal();
  #plan: Plan | undefined;
  #findings: readonly TokenFinding[] | undefined;

  constructor(deps: Dependencies, settings: Settings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#waitBudget = new WaitBudget({ ...deps, maxWait: settings.maxWait });
    const common = { deps, settings, waitBudget: this.#waitBudget };
    const readsOnly = settings.dryRun || ['check', 'revoke'].includes(settings.operation);
    this.#services = {
      tokens: openServiceTokens(common),
      stores: openSecretStores({
        ...common,
        targets: settings.targets,
        createsEnvironments: settings.createEnvironment,
        access: readsOnly ? 'read' : 'write',
      }),
      loginCheck:
        settings.verifyUrl === undefined || !VERIFYING.includes(settings.operation)
          ? undefined
          : openLoginCheck({ ...settings, url: settings.verifyUrl, timeout: settings.verifyTimeout, deps }),
    };
  }

  async outcome(): Promise<Outcome> {
    const { operation, tokenName, tokenId } = this.#settings;
    try {
      if (operation === 'lease') await this.#lease();
      else if (operation === 'check' && tokenName === undefined && tokenId === undefined)
        await this.#checkAccount();
      else await this.#planAndApply();
    } catch (error) {
      this.#journal.problems.push(unexpected(error, this.#deps.runner));
      // What is still under way was wanted for what has just failed.
      this.#waitBudget.end();
    }
    await this.#services.stores.close();
    this.#waitBudget.end();
    return conclude({
      settings: this.#settings,
      journal: this.#journal,
      plan: this.#plan,
      findings: this.#findings,
      now: this.#services.tokens.now(),
    });
  }

  async #planAndApply(): Promise<void> {
    const { operation, dryRun, targets } = this.#settings;
    // Until they are read.
    for (const target of targets) this.#journal.tell({ target, status: 'skipped' });
    const changesNothing = dryRun || operation === 'check';
    const { facts, plan, control } = await this.#decide(changesNothing);
    if (plan.problem !== undefined) this.#journal.problems.push(plan.problem);
    if (changesNothing || !touchesEveryTarget(plan)) {
      for (const state of facts.snapshot.targets) {
        if (state.kind === 'unreadable') this.#journal.problems.push(state.problem);
      }
    }
    if (plan.problem !== undefined) return;
    if (!touchesEveryTarget(plan)) {
      this.#journal.warnings.push(
        ...facts.snapshot.targets.map(otherVisibility).filter((text) => text !== undefined),
      );
    }
    if (changesNothing || plan.steps.length === 0) return;
    const context = this.#context(facts, control);
    await this.#inGroup('apply', () => apply(plan.steps, context));
  }

  /** Reads and decides, again where another run was given the time to finish. */
  async #decide(
    changesNothing: boolean,
  ): Promise<{ facts: Facts; plan: Plan; control: Control | undefined }> {
    let waited = changesNothing;
    for (;;) {
      const { snapshot, control } = await this.#inGroup('observe', () => this.#observe());
      const facts = factsOf(this.#settings, snapshot);
      const plan = planFor(facts, waited);
      this.#plan = plan;
      await this.#inGroup('plan', () => {
        this.#tellPlan(facts, plan);
      });
      const [step] = plan.steps;
      if (step?.kind !== 'wait' || facts.token === undefined) return { facts, plan, control };
      waited = await this.#waitForTheOther(facts.token.id, facts.token.previousSecretExpiresAt, step.until);
      stopIfCancelled({ deps: this.#deps });
    }
  }

  async #observe(): Promise<Observation> {
    const observation = await observe(this.#settings, this.#services);
    const { snapshot, control } = observation;
    describeSnapshot(snapshot).forEach(this.#deps.runner.info);
    this.#journal.observed(
      snapshot.lookup.kind === 'found' ? snapshot.lookup.token : undefined,
      snapshot.targets,
    );
    judgeControl(control, this.#settings, this.#journal);
    stopIfCancelled({ deps: this.#deps });
    return observation;
  }

  /** @returns whether all the time that the other run may need has passed */
  async #waitForTheOther(id: string, end: Instant | undefined, until: Instant): Promise<boolean> {
    const { tokens } = this.#services;
    for (;;) {
      const left = Math.min(until - tokens.now(), this.#waitBudget.left());
      if (left <= 0 || this.#deps.cancelled.aborted) return true;
      await this.#waitBudget.pause(
        Math.min(LOOK_AGAIN, left),
        'another run may be delivering the secret of the last rotation',
      );
      const token = await tokens.get(id);
      if (token?.previousSecretExpiresAt !== end) return false;
    }
  }

  async #lease(): Promise<void> {
    const { settings, deps } = { settings: this.#settings, deps: this.#deps };
    const name = leaseName(settings.tokenName ?? '', deps);
    this.#plan = {
      reason: 'lease-asked',
      because: 'operation: lease asks for it',
      steps: [{ kind: 'lease' }],
      problem: undefined,
    };
    const control = await this.#inGroup('observe', async () => this.#services.loginCheck?.control());
    judgeControl(control, this.#settings, this.#journal);
    if (settings.dryRun) return;
    const snapshot = {
      lookup: { kind: 'none' },
      targets: [],
      readAt: this.#services.tokens.now(),
      githubNow: this.#services.stores.now(),
    } as const;
    const context = this.#context(factsOf(settings, snapshot), control);
    await this.#inGroup('apply', () => lease(name, context, deps.runner));
  }

  async #checkAccount(): Promise<void> {
    const tokens = await this.#inGroup('observe', () => this.#services.tokens.list());
    this.#findings = checkTokens(tokens, this.#settings, this.#services.tokens.now());
    this.#plan = {
      reason: 'account-checked',
      because: 'every token was looked at',
      steps: [],
      problem: undefined,
    };
  }

  #tellPlan(facts: Facts, plan: Plan): void {
    const { runner } = this.#deps;
    runner.info(oneLine(`${plan.reason}: ${plan.because}`));
    runner.info(
      plan.steps.length === 0 ? 'Nothing to do.' : `Steps: ${plan.steps.map(({ kind }) => kind).join(', ')}`,
    );
    if (facts.rotation?.kind === 'unknown') {
      this.#journal.notices.push(
        'Cloudflare does not tell when the previous secret ends, so the time of the last update stands for the last rotation.',
      );
    }
    if (facts.targets.length === 0) runner.info('No target was looked at.');
  }

  #context(facts: Facts, control: Control | undefined): Context {
    return {
      settings: this.#settings,
      services: this.#services,
      journal: this.#journal,
      deps: this.#deps,
      facts,
      control,
    };
  }

  #inGroup<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return inGroup(name, this.#deps, work);
  }
}

/** Whether the plan goes to every target: then it tells of those that cannot be read, and says anew who may see the pair. */
function touchesEveryTarget({ steps }: Plan): boolean {
  return steps.some(({ kind }) => kind === 'create' || kind === 'rotate' || kind === 'delete-secrets');
}

async function inGroup<T>(name: string, { runner }: Dependencies, work: () => T | Promise<T>): Promise<T> {
  runner.startGroup(name);
  try {
    return await work();
  } finally {
    runner.endGroup();
  }
}
