import type { Context } from '../../src/apply/context.ts';
import { Journal } from '../../src/apply/journal.ts';
import { openSecretStores } from '../../src/github/stores.ts';
import { Problem } from '../../src/model/problem.ts';
import type { Instant } from '../../src/model/time.ts';
import { factsOf, type Facts, type Task } from '../../src/observe/facts.ts';
import { observe, type Services } from '../../src/observe/observe.ts';
import { PolicyLists } from '../../src/observe/policy-lists.ts';
import { rotationStateOf, type RotationState } from '../../src/observe/rotation-state.ts';
import { planFor } from '../../src/plan/planning.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Step, StepKind } from '../../src/plan/steps.ts';
import { readInputs } from '../../src/settings/read-settings.ts';
import { stepEnvironment } from '../../sandbox/in-process-run.ts';
import { WEB } from '../../sandbox/sandbox.ts';
import { GITHUB_TOKENS, ORIGINS, ZONE } from '../../sandbox/world.ts';
import { TokenBench, type BenchOptions } from '../cloudflare/bench.ts';

export type Inputs = Readonly<Record<string, string>>;

/** The steps of one run on a sandbox, each of which can be done alone. */
export class ApplyBench extends TokenBench {
  readonly journal = new Journal();
  readonly services: Services;
  readonly task: Task;

  constructor(inputs: Inputs = {}, options: BenchOptions = {}) {
    super(options);
    this.task = this.#taskOf(inputs);
    this.services = {
      tokens: this.tokens,
      policies: this.policies,
      policyLists: new PolicyLists(this.policies),
      stores: openSecretStores({
        deps: this.deps,
        settings: {
          github: { credentials: { kind: 'token', token: GITHUB_TOKENS.write }, apiUrl: ORIGINS.github },
          requestTimeout: 30_000,
        },
        waitBudget: this.waitBudget,
        targets: this.task.settings.targets,
        createsEnvironments: false,
      }),
      loginCheckOf: () => undefined,
    };
  }

  get context(): Context {
    const { services, journal, deps } = this;
    return { ...this.task, services, journal, deps, control: undefined };
  }

  /** Reads all that a run reads before deciding, and takes it into the journal. */
  async facts(): Promise<Facts> {
    const [snapshot] = await observe([this.task], this.services, () => this.tokens.list());
    if (snapshot === undefined || snapshot instanceof Problem) throw new Error(snapshot?.text);
    const facts = factsOf(this.task, snapshot);
    this.journal.observed(facts.token, snapshot.targets, snapshot.admissions);
    this.forget();
    return facts;
  }

  async plan(): Promise<Plan> {
    return planFor(await this.facts(), true);
  }

  /** The step of that kind in the plan. */
  async step<Kind extends StepKind>(kind: Kind): Promise<Extract<Step, { kind: Kind }>> {
    const plan = await this.plan();
    const isMeant = (step: Step): step is Extract<Step, { kind: Kind }> => step.kind === kind;
    const step = plan.steps.find(isMeant);
    if (step === undefined) throw new Error(`no step ${kind}, because ${plan.reason}: ${plan.because}`);
    return step;
  }

  /** A token with the action's mark, whose current secret the target stores; then time passes. */
  async delivered(id: string, mark: Instant, way: 'update' | 'rotate' = 'update'): Promise<void> {
    const token = await this.read(id);
    if (way === 'rotate') await this.other.rotate(id, mark);
    else await this.other.rotateFrom(token, token.version ?? 1, mark);
    this.store(id);
    this.forget();
  }

  /** Stores the current credentials of a token in the target, as a delivery does. */
  store(id: string, target = WEB): void {
    const { clientId, secret } = this.record(id);
    this.sandbox.github.setSecret(target.place, target.clientSecretName, secret);
    this.sandbox.github.setSecret(target.place, target.clientIdName, clientId);
  }

  /** What the token itself says of its last rotation. */
  async state(id: string): Promise<RotationState> {
    return rotationStateOf(await this.read(id), this.task.settings.gracePeriod);
  }

  #taskOf(inputs: Inputs): Task {
    const scope: Inputs =
      this.scope.kind === 'zone' ? { 'cloudflare-account-id': '', 'cloudflare-zone-id': ZONE } : {};
    const given = { 'rotate-after': '0s', ...this.sandbox.inputs(), ...scope, ...inputs };
    const read = readInputs(stepEnvironment(given));
    if (read.operation === 'verify') throw new Error('verify has no token');
    const [settings] = read.tokens;
    if (settings === undefined) throw new Error('a bench is about one token');
    return { operation: read.operation, scope: read.scope, settings };
  }
}
