import type { Sandbox } from '../../sandbox/sandbox.ts';
import { describeTarget, type Target } from '../../src/model/target.ts';
import { DAY, MINUTE, type Milliseconds } from '../../src/model/time.ts';
import { unrepaired, violationsOf, type Excuses, type Judged } from './judge.ts';
import { play, type Asked, type How, type Inputs, type Played, type Run } from './play.ts';
import type { Scenario } from './scenarios.ts';
import { essence, fingerprint, standingOf } from './standing.ts';
import { tellPlayed } from './tell.ts';
import { Watch } from './watch.ts';

/** Which step of a job something befalls. */
export interface Struck extends How {
  readonly step?: number;
}

/** Jobs on one sandbox, one after another, with all that was found wrong. */
export class Story {
  readonly sandbox: Sandbox;
  readonly watch: Watch;
  /** How many targets each job has locked out, although nobody could help it. */
  readonly lockedOut: number[] = [];
  readonly #scenario: Scenario;
  readonly #told: string[] = [];
  readonly #found: string[] = [];
  readonly #excuses: Excuses;
  /** Whom a recovery that something befell has cut off; they are let in again by the next one. */
  #cutOff: readonly Target[] = [];

  constructor(sandbox: Sandbox, scenario: Scenario, excuses: Excuses = {}) {
    this.sandbox = sandbox;
    this.#scenario = scenario;
    this.#excuses = excuses;
    const { tokens, door } = scenario;
    const blind = excuses.blind === true;
    this.watch = new Watch(sandbox, tokens, door === undefined ? { blind } : { door, blind });
  }

  get failed(): boolean {
    return this.#found.length > 0;
  }

  /** All that was found, with the transcripts, as one text; none where nothing was. */
  failure(title: string): readonly string[] {
    if (!this.failed) return [];
    return [[`### ${title}`, ...this.#found.map((text) => `- ${text}`), ...this.#told].join('\n')];
  }

  found(...texts: readonly string[]): void {
    this.#found.push(...texts);
  }

  /** These are promised nothing until the next job. */
  concede(targets: readonly Target[]): void {
    this.#cutOff = targets;
  }

  pass(duration: Milliseconds): void {
    this.sandbox.clock.advance(duration);
    const out = this.watch.outNow().filter((target) => !this.#cutOff.includes(target));
    this.found(...out.map((target) => `${describeTarget(target)} does not log in after a pause`));
  }

  /** Plays runs at the same moment, and judges them. */
  async play(
    asked: readonly [Asked, ...Asked[]],
    how: How = {},
    excusing?: (played: Played) => Excuses,
  ): Promise<Judged> {
    const judged = await playWatched(this.sandbox, this.watch, asked, how);
    this.#told.push(tellPlayed(judged.played));
    const befallen = judged.played.befalls.length > 0;
    const cutOff = this.watch.lockOuts.flatMap(({ target, unavoidable }) =>
      unavoidable && target !== undefined ? [target] : [],
    );
    // A run that nothing befalls has to let them in again.
    if (!befallen) this.#cutOff = [];
    else if (this.#scenario.recovers === true) this.#cutOff = [...this.#cutOff, ...cutOff];
    const letInLater = befallen && this.#scenario.recovers === true;
    this.found(...violationsOf(judged, { ...this.#excuses, letInLater, ...excusing?.(judged.played) }));
    // With `force` a run does not take itself for a recovery.
    if (asked.length === 1 && asked[0].inputs['force'] !== 'true') this.found(...this.#waits(judged));
    return judged;
  }

  /** One job of the scenario: its steps until one fails. `more` is added to the inputs of each. */
  async job({ step: at = 0, ...how }: Struck = {}, more: Inputs = {}): Promise<readonly Judged[]> {
    const { steps, tokens } = this.#scenario;
    const judged: Judged[] = [];
    const runs: Run[] = [];
    let lockedOut = 0;
    for (const [index, { inputs, then }] of steps.entries()) {
      const given = typeof inputs === 'function' ? inputs(runs) : inputs;
      const one = await this.play(
        [{ inputs: usable({ ...given, ...more }), tokens }],
        index === at ? how : {},
      );
      judged.push(one);
      lockedOut += this.watch.lockOuts.filter(({ what }) => what === 'stored').length;
      const [run] = one.played.runs;
      if (run.exitCode !== 0) break;
      runs.push(run);
      then?.(this.sandbox, run);
    }
    this.lockedOut.push(lockedOut);
    return judged;
  }

  /** The next job after a pause repairs everything, with `more` inputs if an error said so, and the ones after that find nothing to do. */
  async repair(pause: Milliseconds, more: Inputs = {}): Promise<void> {
    this.pass(pause);
    const world = JSON.stringify(this.sandbox.cloudflare.switches);
    const key = `${this.#scenario.name} ${JSON.stringify(more)} ${world} ${fingerprint(this.sandbox, this.#scenario.tokens)}`;
    const known = repaired.get(key);
    if (known !== undefined && !this.failed) {
      this.lockedOut.push(...known);
      return;
    }
    const jobs = this.lockedOut.length;
    let next = await this.job({}, more);
    if (this.#excuses.blind === true && next.some(isRefused)) {
      // Nothing shows that the last rotation is the action's own and pending. It says so, and what to do.
      this.found(...next.flatMap((refused) => changed(refused)));
      this.lockedOut.pop();
      next = await this.job({}, { force: 'true' });
    }
    for (const judged of next)
      this.found(...unrepaired(judged).map((text) => `the next run does not repair it: ${text}`));
    this.pass(10 * MINUTE);
    this.#findsNothing(await this.job({}, { 'rotate-after': '30d' }));
    this.pass(3 * DAY);
    this.#findsNothing(await this.job({}, { 'rotate-after': '30d', operation: 'check' }));
    if (!this.failed) repaired.set(key, this.lockedOut.slice(jobs));
  }

  #findsNothing(judged: readonly Judged[]): void {
    for (const { played } of judged) {
      const [{ exitCode, transcript, exchanges }] = played.runs;
      const { status, reason } = transcript.outputs;
      const writes = exchanges.filter(({ method, path }) => method !== 'GET' && !isAppToken(path));
      if (exitCode !== 0 || status !== 'unchanged' || writes.length > 0)
        this.found(`found something to do: ${status ?? ''}, ${reason ?? ''}, ${writes.length} writes`);
    }
  }

  /** A recovery delivers at once: nothing else is asked for between its rotation and its writes. */
  #waits({ played }: Judged): readonly string[] {
    // A rotation that was lost unseen is no recovery for the next run.
    if (this.#excuses.blind === true) return [];
    return this.watch.lockOuts.flatMap(({ who, target, what, from, until }) => {
      if (what === 'taken' || (target !== undefined && this.#cutOff.includes(target))) return [];
      const between = played.exchanges.filter(
        ({ number }) => number > from.number && number < (until?.number ?? Infinity),
      );
      const other = between.find(({ method, service }) => service !== 'github' || method !== 'PUT');
      return other === undefined ? [] : [`${who} had to wait for request ${other.number}`];
    });
  }
}

/** Whether a run takes the last rotation for somebody else's, and says that `force` goes on all the same. */
function isRefused({ played }: Judged): boolean {
  const [{ exitCode, transcript }] = played.runs;
  const { reason = '' } = transcript.outputs;
  const says = transcript.log.some((line) => line.includes('`force: true`'));
  return exitCode === 1 && says && ['rotated-elsewhere', 'grace-running'].includes(reason);
}

/** A run that is refused changes nothing, and locks nobody out. */
function changed({ before, after, watch }: Judged): readonly string[] {
  const same = before.tokens.map(essence).join() === after.tokens.map(essence).join();
  return same && before.changes === after.changes && watch.lockOuts.length === 0
    ? []
    : ['a run that was refused changed something'];
}

/** What is known to be repaired, by world and by all that a later run can learn, and whom the later jobs locked out. */
const repaired = new Map<string, readonly number[]>();

/** Plays runs while everybody who is watched logs in at every moment. */
export async function playWatched(
  sandbox: Sandbox,
  watch: Watch,
  asked: readonly [Asked, ...Asked[]],
  how: How = {},
): Promise<Judged> {
  const watched = asked.flatMap(({ tokens }) => tokens);
  watch.begin(asked.map(({ inputs }) => inputs));
  const before = standingOf(sandbox, watched);
  const played = await play(sandbox, asked, how);
  return { sandbox, played, before, after: standingOf(sandbox, watched), watch };
}

/** A scenario's job without anything that befalls it: its requests, by step. */
export async function undisturbed(
  scenario: Scenario,
  sandbox: Sandbox,
): Promise<readonly [Played, ...Played[]]> {
  const [first, ...others] = await new Story(sandbox, scenario).job();
  if (first === undefined) throw new RangeError(`${scenario.name} has no step`);
  return [first.played, ...others.map(({ played }) => played)];
}

function isAppToken(path: string): boolean {
  return path.includes('/access_tokens') || path.includes('/installation/');
}

/** Without `rotate-after` if the operation cannot use it. */
function usable({ 'rotate-after': rotateAfter, ...inputs }: Inputs): Inputs {
  const ages = ['rotate', 'check'].includes(inputs['operation'] ?? 'rotate');
  return rotateAfter === undefined || !ages ? inputs : { ...inputs, 'rotate-after': rotateAfter };
}
