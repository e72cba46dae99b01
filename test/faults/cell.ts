import type { Sandbox } from '../../sandbox/sandbox.ts';
import { DAY, MINUTE, type Milliseconds } from '../../src/model/time.ts';
import { describeTarget } from '../../src/model/target.ts';
import { unconverged, violationsOf, type Judged } from './judge.ts';
import type { Mishap } from './mishaps.ts';
import type { Moment } from './moments.ts';
import { play, type Play, type Played } from './play.ts';
import { open, type Scenario } from './scenarios.ts';
import { standingOf, type Standing } from './standing.ts';
import { tally } from './tally.ts';
import { tellRun } from './transcript.ts';
import { Watch } from './watch.ts';

/** One thing that befalls one request of a scenario's run. */
export interface Cell {
  readonly scenario: Scenario;
  readonly moment: Moment;
  readonly mishap: Mishap;
}

export interface CellResult {
  /** What was wrong, with the transcript of all runs; undefined where nothing was. */
  readonly failure: string | undefined;
  /** How many targets each run locked out inside the exception for lost secrets. */
  readonly lockedOut: readonly number[];
  /** How it stood after the run that it befell. */
  readonly left: Standing;
  /** Whether that run ended as if nothing had befallen it. */
  readonly clean: boolean;
}

/** What was found to converge already, by what a later run can learn, and whom the later runs locked out. */
const converged = new Map<string, readonly number[]>();

/** Plays the run, the next one after a pause, and two more that are to find nothing to do. */
export async function playCell({ scenario, moment, mishap }: Cell, pause: Milliseconds): Promise<CellResult> {
  const sandbox = open(scenario);
  const title = `### ${mishap.name}, and the next run ${pause / MINUTE} min later`;
  const story = new Story(title, sandbox, scenario);
  const first = await story.run(scenario.inputs, { mishap: { at: moment, mishap } });
  if (!story.struck) story.found('the fault did not strike');
  const left = first.after;
  const clean = first.played.exitCode === 0;
  await playOn(story, scenario, pause);
  tally.cell();
  return { failure: story.failure, lockedOut: story.lockedOut, left, clean };
}

/** The runs after one that something befell; those that are known to end well are left out. */
export async function playOn(story: Story, scenario: Scenario, pause: Milliseconds): Promise<void> {
  story.pass(pause);
  const key = `${scenario.name} ${story.standing.fingerprint}`;
  const known = converged.get(key);
  if (known === undefined || story.failed) {
    const second = await story.run(scenario.inputs);
    story.found(...unconverged(second).map((text) => `the second run did not converge: ${text}`));
    story.pass(10 * MINUTE);
    story.findsNothing(await story.run({ ...scenario.inputs, 'rotate-after': '30d' }));
    story.pass(3 * DAY);
    story.findsNothing(await story.run({ ...scenario.inputs, operation: 'check', 'rotate-after': '30d' }));
    if (!story.failed) converged.set(key, story.lockedOut.slice(1));
  } else {
    tally.alike += 1;
    story.lockedOut.push(...known);
  }
}

/** Several runs on one sandbox, and all that was found wrong with them. */
export class Story {
  readonly lockedOut: number[] = [];
  struck = false;
  readonly #title: string;
  readonly #sandbox: Sandbox;
  readonly #scenario: Scenario;
  readonly #runs: Played[] = [];
  readonly #found: string[] = [];
  readonly #cutOff: string[] = [];
  #watch: Watch | undefined;

  constructor(title: string, sandbox: Sandbox, scenario: Scenario) {
    this.#title = title;
    this.#sandbox = sandbox;
    this.#scenario = scenario;
  }

  get standing(): Standing {
    return standingOf(this.#sandbox, this.#scenario.targets);
  }

  get failed(): boolean {
    return this.#found.length > 0;
  }

  get failure(): string | undefined {
    if (!this.failed) return undefined;
    return [this.#title, ...this.#found.map((text) => `- ${text}`), ...this.#runs.map(tellRun)].join('\n');
  }

  found(...texts: readonly string[]): void {
    this.#found.push(...texts);
  }

  pass(duration: Milliseconds): void {
    this.#sandbox.clock.advance(duration);
    const out = this.#watch?.outNow() ?? [];
    this.found(...this.#unexcused(out).map((text) => `after the pause ${text}`));
  }

  async run(inputs: Readonly<Record<string, string>>, befalls: Omit<Play, 'inputs'> = {}): Promise<Judged> {
    const { targets } = this.#scenario;
    const sandbox = this.#sandbox;
    const mishap = befalls.mishap?.mishap;
    const before = standingOf(sandbox, targets);
    const watch = new Watch(sandbox, targets);
    const played = await play(sandbox, { inputs, ...befalls });
    this.#watch = watch;
    this.#runs.push(played);
    if (played.exitCode === undefined || played.exchanges.some(({ fault }) => fault !== undefined))
      this.struck = true;
    const after = standingOf(sandbox, targets);
    const judged = { sandbox, targets, before, played, after, watch, mishap };
    const ordinal = `run ${this.#runs.length}`;
    // A run that nothing befalls has to let them in again.
    if (mishap === undefined) this.#cutOff.length = 0;
    else if (this.#scenario.recovers === true) {
      const cutOff = watch.lockOuts.filter(({ unavoidable }) => unavoidable);
      this.#cutOff.push(...cutOff.map(({ target }) => describeTarget(target)));
    }
    this.found(...this.#unexcused(violationsOf(judged)).map((text) => `${ordinal}: ${text}`));
    this.found(...this.#judgeLockOuts(judged).map((text) => `${ordinal}: ${text}`));
    tally.run(watch.logins);
    return judged;
  }

  /** Whom a recovery has cut off is locked out until the next one, where the first meets a fault itself. */
  #unexcused(texts: readonly string[]): readonly string[] {
    return texts.filter(
      (text) =>
        !this.#cutOff.some(
          (name) => text === `${name} was not let in again` || text === `${name} does not log in`,
        ),
    );
  }

  findsNothing({ played }: Judged): void {
    const { outputs } = played.transcript;
    const writes = played.exchanges.filter(
      ({ method, path }) =>
        method !== 'GET' && !path.includes('/access_tokens') && !path.includes('/installation/'),
    );
    if (played.exitCode === 0 && outputs['status'] === 'unchanged' && writes.length === 0) return;
    this.found(
      `run ${this.#runs.length} found something to do: ${outputs['reason'] ?? ''}, ${writes.length} writes`,
    );
  }

  /** A recovery delivers at once: nothing else is asked for between its rotation and its writes. */
  #judgeLockOuts({ watch, played }: Judged): readonly string[] {
    this.lockedOut.push(watch.lockOuts.length);
    const found: string[] = [];
    for (const { target, from, until } of watch.lockOuts) {
      if (this.#cutOff.includes(describeTarget(target))) continue;
      const between = played.exchanges.filter(
        ({ number }) => number > from.number && number < (until?.number ?? Infinity),
      );
      const other = between.find(({ method, service }) => service !== 'github' || method !== 'PUT');
      if (other !== undefined)
        found.push(`${describeTarget(target)} had to wait for request ${other.number}`);
    }
    return found;
  }
}
