import { verify } from './apply/verify.ts';
import { openLoginCheck, type LoginCheck } from './access/login-check.ts';
import { openAccessPolicies } from './cloudflare/access-policies.ts';
import { connect } from './cloudflare/connection.ts';
import { openServiceTokens } from './cloudflare/service-tokens.ts';
import type { Dependencies } from './model/dependencies.ts';
import { openSecretStores } from './github/stores.ts';
import { WaitBudget } from './http/wait-budget.ts';
import { traitsOf } from './model/operation.ts';
import { Problem, unexpected } from './model/problem.ts';
import type { ServiceToken } from './model/service-token.ts';
import type { Task } from './observe/facts.ts';
import { PolicyLists } from './observe/policy-lists.ts';
import { observe, type Services } from './observe/observe.ts';
import { checkTokens, checkUnlisted, type AccountCheck } from './plan/account-check.ts';
import { concludeRun } from './report/conclude.ts';
import type { RunOutcome } from './report/outcome.ts';
import { report, reportBadInputs } from './report/report.ts';
import { concludeVerification } from './report/verification.ts';
import { credentialsToMask, readSettings } from './settings/read-settings.ts';
import type { Settings, VerifySettings } from './settings/settings.ts';
import { TokenRun } from './token-run.ts';

/** Tokens that are applied at a time; their writes share one pacing. */
const AT_ONCE = 4;

/** One run of the main step: settings, observe, plan, apply, report. Never throws; says everything itself. */
export async function run(deps: Dependencies): Promise<void> {
  let settings: Settings | VerifySettings;
  try {
    settings = await readSettings(deps.env, deps.files);
  } catch (error) {
    await reportBadInputs(unexpected(error, deps.runner), deps);
    return;
  }
  credentialsToMask(settings).forEach(deps.runner.setSecret);
  const outcome =
    settings.operation === 'verify'
      ? await runVerification(deps, settings)
      : await new Run(deps, settings).outcome();
  await report(outcome, deps);
}

/** `verify` needs neither Cloudflare nor GitHub, and changes nothing. */
async function runVerification(deps: Dependencies, settings: VerifySettings): Promise<RunOutcome> {
  const { verifyUrl, verifyTimeout, requestTimeout, credentials } = settings;
  const { host } = new URL(verifyUrl);
  const check = openLoginCheck({ url: verifyUrl, timeout: verifyTimeout, requestTimeout, deps });
  const problem = await inGroup('apply', deps, () =>
    verify(check, credentials, host).catch((error: unknown) => unexpected(error, deps.runner)),
  );
  return concludeVerification(settings, problem, deps.time.wall());
}

/** What one run has come to know, in the order in which it does. */
class Run {
  readonly #deps: Dependencies;
  readonly #settings: Settings;
  readonly #waitBudget: WaitBudget;
  readonly #services: Services;
  readonly #problems: Problem[] = [];
  readonly #tokens: readonly TokenRun[];
  #listed: Promise<readonly ServiceToken[]> | undefined;
  #account: AccountCheck | undefined;

  constructor(deps: Dependencies, settings: Settings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#waitBudget = new WaitBudget({ ...deps, maxWait: settings.maxWait });
    this.#services = openServices(deps, settings, this.#waitBudget);
    const common = { deps, services: this.#services, waitBudget: this.#waitBudget };
    this.#tokens = settings.tokens.map((token) => {
      const task: Task = { operation: settings.operation, scope: settings.scope, settings: token };
      return new TokenRun({ ...common, task, dryRun: settings.dryRun, fleet: this.#isFleet });
    });
  }

  async outcome(): Promise<RunOutcome> {
    const { operation } = this.#settings;
    try {
      if (operation === 'lease') await this.#lease();
      else if (this.#tokens.length === 0) await this.#checkAccount();
      else await this.#workOnTokens();
    } catch (error) {
      this.#problems.push(unexpected(error, this.#deps.runner));
      // What is still under way was wanted for what has just failed.
      this.#waitBudget.end();
    }
    await this.#services.stores.close();
    this.#waitBudget.end();
    const now = this.#services.tokens.now();
    const githubNow = this.#services.stores.now();
    return concludeRun({
      settings: this.#settings,
      tokens: this.#tokens.map((token) => token.conclude(now, githubNow)),
      account: this.#account,
      problems: this.#problems,
      now,
    });
  }

  async #workOnTokens(): Promise<void> {
    const tasks = this.#tokens.map(({ task }) => task);
    const observations = await this.#inGroup('observe', () => observe(tasks, this.#services, this.#list));
    await this.#inGroup('plan', () => {
      this.#tokens.forEach((token, index) => {
        token.decide(
          observations[index] ?? new Problem('unexpected', 'Nothing was read.', 'Run this again.'),
        );
      });
    });
    refuseTwins(this.#tokens);
    if (this.#isFleet && this.#settings.operation === 'check') {
      const { entries } = this.#settings.manifest ?? { entries: [] };
      this.#account = checkUnlisted(await this.#list(), entries, this.#services.tokens.now());
    }
    const acting = this.#tokens.filter((token) => token.acts);
    if (this.#isFleet) await this.#inGroup('apply', () => inTurn(acting, (token) => token.act()));
    else await Promise.all(acting.map((token) => token.act()));
  }

  async #lease(): Promise<void> {
    const [token] = this.#tokens;
    if (token === undefined) throw new Error('a lease has settings of its own');
    await token.lease();
  }

  async #checkAccount(): Promise<void> {
    const tokens = await this.#inGroup('observe', this.#list);
    const near = this.#settings.renewBefore;
    this.#account = { scope: 'all', findings: checkTokens(tokens, near, this.#services.tokens.now()) };
  }

  get #isFleet(): boolean {
    return this.#settings.manifest !== undefined;
  }

  /** Every token of the account or zone, listed once. */
  readonly #list = (): Promise<readonly ServiceToken[]> => (this.#listed ??= this.#services.tokens.list());

  #inGroup<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return inGroup(name, this.#deps, work);
  }
}

function openServices(deps: Dependencies, settings: Settings, waitBudget: WaitBudget): Services {
  const { operation, dryRun, tokens } = settings;
  const writes = traitsOf(operation).writesTargets && !dryRun;
  const checks = new Map<string, LoginCheck>();
  const { requestTimeout } = settings;
  const cloudflare = { deps, settings, waitBudget };
  const connection = connect(cloudflare);
  const policies = openAccessPolicies(cloudflare, connection);
  return {
    tokens: openServiceTokens(cloudflare, connection),
    policies,
    policyLists: new PolicyLists(policies),
    stores: openSecretStores({
      deps,
      settings,
      waitBudget,
      access: writes ? 'write' : 'read',
      targets: tokens.flatMap(({ targets }) => targets),
      createsEnvironments: tokens.some(({ createEnvironment }) => createEnvironment),
    }),
    loginCheckOf: ({ verifyUrl, verifyTimeout }) => {
      if (verifyUrl === undefined || !traitsOf(operation).loginCheck) return undefined;
      const key = `${verifyTimeout} ${verifyUrl}`;
      const check =
        checks.get(key) ?? openLoginCheck({ url: verifyUrl, timeout: verifyTimeout, requestTimeout, deps });
      checks.set(key, check);
      return check;
    },
  };
}

/** @throws Problem if two entries turn out to be one token: nothing is applied then */
function refuseTwins(tokens: readonly TokenRun[]): void {
  const seen = new Map<string, TokenRun>();
  for (const token of tokens) {
    if (token.id === undefined) continue;
    const twin = seen.get(token.id);
    if (twin !== undefined) {
      throw new Problem(
        'token-listed-twice',
        `Two entries of the manifest are one service token: ${twin.label} and ${token.label} (${token.id}).`,
        'Merge the two entries. Nothing was changed.',
      );
    }
    seen.set(token.id, token);
  }
}

/** Works on a few at a time; none that fails stops another. */
async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export async function inGroup<T>(
  name: string,
  { runner }: Pick<Dependencies, 'runner'>,
  work: () => T | Promise<T>,
): Promise<T> {
  runner.startGroup(name);
  try {
    return await work();
  } finally {
    runner.endGroup();
  }
}
