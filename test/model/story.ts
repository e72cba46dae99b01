import { findLeaks, requestHaystacks } from '../../sandbox/leaks.ts';
import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import { describeTarget } from '../../src/model/target.ts';
import type { Action, Place, Workflow } from './actions.ts';
import { rotationsBetween, standingOf, untruths, violationsOf, type Judged } from './judge.ts';
import { perform, type Performance } from './perform.ts';
import { ALL_PLACES, Stage, targetOf } from './stage.ts';
import { tellAction, tellExchange, tellRun } from './telling.ts';
import { Watch } from './watch.ts';

/** Seconds that a reply may take for a run not to stall; an overtaken run looks five seconds later whether it did. */
const MOST_STALLED = 2;

type Asked = Pick<Judged, 'inputs' | 'places'>;

/** A sequence of actions as it is played, with all that is found wrong. */
export class Story {
  readonly stage: Stage;
  readonly #watch: Watch;
  readonly #told: string[] = [];
  readonly #found: string[] = [];
  #leaked = 0;
  /**
   * Whether a run may have stalled between its last look at the token and closing, while another one asked for its
   * delivery to be repaired: see docs/failure-modes.md. From then on nothing is promised.
   */
  conceded = false;
  /** Whether a rotation may have been left unfinished since the last run that ended well. */
  #unfinished = false;

  constructor(switches: Partial<Switches>) {
    this.stage = new Stage(switches);
    this.#watch = new Watch(this.stage);
  }

  /** Undefined where nothing was found wrong. */
  get failure(): string | undefined {
    if (this.#found.length === 0) return undefined;
    const { switches } = this.stage;
    return [
      ...this.#found.map((text) => `- ${text}`),
      `switches ${JSON.stringify(switches)}`,
      ...this.#told,
    ].join('\n');
  }

  found(...texts: readonly string[]): void {
    this.#found.push(...texts);
    for (const text of texts) this.#told.push(`!! ${text}`);
  }

  note(text: string): void {
    this.#told.push(text);
  }

  async act(action: Action): Promise<void> {
    this.note(tellAction(action, this.stage));
    const { stage } = this;
    switch (action.kind) {
      case 'pause':
        stage.sandbox.clock.advance(action.span);
        return;
      case 'run': {
        const { operation, force, workflow } = action;
        const inputs = { force: String(force), ...operationInputs(operation) };
        await this.run([this.#asked(workflow, inputs)], action);
        return;
      }
      case 'duo': {
        const asked = action.workflows.map((workflow) => this.#asked(workflow));
        const together = stage.isGuarded ? [asked] : asked.map((one) => [one]);
        for (const runs of together) await this.run(runs, action);
        return;
      }
      default:
        stage.act(action);
    }
  }

  #asked(workflow: Workflow, inputs: Readonly<Record<string, string>> = {}): Asked {
    const { stage } = this;
    return { inputs: { ...stage.inputs(workflow), ...inputs }, places: stage.workflows[workflow].places };
  }

  /** One run, or several at once. */
  async run(
    asked: readonly Asked[],
    how: Pick<Performance, 'mishap' | 'latencies'> = {},
  ): Promise<readonly Judged[]> {
    const { stage } = this;
    const before = standingOf(stage);
    const from = stage.sandbox.clock.now();
    const overlooked = ALL_PLACES.filter(
      (place) => stage.rotations.isGraceMistaken(stage.grace) || stage.isOverlooked(place),
    );
    const changes = stage.sandbox.github.changes.length;
    const requests = stage.sandbox.faults.log.length;
    const loggedIn = stage.sandbox.application.logins.length;
    this.#watch.begin(asked.map(({ inputs }) => inputs['grace-period'] ?? '')[0] ?? '');
    const performed = await perform(stage, {
      ...how,
      inputs: asked.map(({ inputs }) => inputs),
      onExchange: this.#watch.look,
    });
    for (const { place, name, by } of stage.sandbox.github.changes.slice(changes)) {
      if (by !== 'request' || name !== 'CF_ACCESS_CLIENT_SECRET') continue;
      for (const known of ALL_PLACES) {
        if (isSame(place, targetOf(known).place)) stage.overwritten.delete(known);
      }
    }
    const after = standingOf(stage);
    if (rotationsBetween(before, after) > 0) {
      // Of several, it is not known which it was.
      const rotation = { from, to: stage.sandbox.clock.now(), places: commonOf(asked), grace: stage.grace };
      stage.rotations.add({ ...rotation, by: 'run' });
    }
    if (asked.some(({ inputs }) => inputs['operation'] === 'revoke' && inputs['force'] === 'true')) {
      stage.rotations.cover();
    }
    const exchanges = stage.sandbox.faults.log.slice(requests);
    const logins = stage.sandbox.application.logins.slice(loggedIn);
    const alone = asked.length === 1;
    const undisturbed =
      exchanges.every(({ fault }) => fault === undefined) &&
      (how.latencies ?? []).length === 0 &&
      how.mishap?.name.startsWith('kill') !== true;
    const judged = performed.map((one, index) => {
      const { inputs = {}, places = [] } = asked[index] ?? {};
      return { ...one, inputs, places, exchanges, logins, before, after, undisturbed, alone };
    });
    this.#told.push(...judged.map((one) => tellRun(one)), ...exchanges.map(tellExchange));
    for (const one of judged) this.found(...violationsOf(stage, one));
    this.conceded ||= judged.some(gaveBack) && !alone && Math.max(0, ...(how.latencies ?? [])) > MOST_STALLED;
    if (this.conceded) return judged;
    // Where another workflow delivers elsewhere, one may be overtaken by the other once it has ended.
    const alike = new Set(asked.map(({ places }) => [...places].sort().join(' '))).size === 1;
    if (!alone && alike && judged.every(({ exitCode }) => exitCode === 0)) {
      for (const one of judged) this.found(...untruths(stage, one));
    }
    this.#judgeLockOuts(judged, overlooked);
    this.#judgeLeaks(judged);
    return judged;
  }

  #judgeLockOuts(judged: readonly Judged[], overlooked: readonly Place[]): void {
    const recovers = judged.some(({ transcript: { log } }) =>
      log.some((line) => line.startsWith('delivery-incomplete') || line.includes('once more to recover')),
    );
    const forced = judged.some(({ inputs }) => inputs['force'] === 'true');
    const rotated = judged.some(({ before, after }) => rotationsBetween(before, after) !== 0);
    if (
      recovers &&
      rotated &&
      !this.#unfinished &&
      judged.every(({ undisturbed, alone }) => undisturbed && alone)
    ) {
      this.found('recovered although nothing was left unfinished');
    }
    const revokes = judged.some(({ inputs }) => inputs['operation'] === 'revoke');
    // Without a grace, of two runs that create the same token the one that closes kills what the other wrote after it.
    const collided = judged.length > 1 && judged[0]?.before.tokens.length === 0;
    if (!recovers && !forced && !collided) {
      const places = commonOf(judged);
      for (const { place, request, what } of this.#watch.lockOuts) {
        if (!places.includes(place) || overlooked.includes(place)) continue;
        if (revokes && what === 'held before') continue;
        this.found(`${describeTarget(targetOf(place))}: request ${request} locked out what is ${what}`);
      }
    }
    const rotates = judged.some(({ inputs }) => !('operation' in inputs) && !('dry-run' in inputs));
    if (rotates) this.#unfinished = !judged.every(({ exitCode }) => exitCode === 0);
  }

  #judgeLeaks(judged: readonly Judged[]): void {
    const { log } = this.stage.sandbox.faults;
    const told = judged.map(({ transcript: { log: lines, outputs, state, summary } }) => ({
      name: 'report',
      text: [...lines, JSON.stringify([outputs, state]), summary].join('\n'),
    }));
    const haystacks = [...told, ...requestHaystacks(log.slice(this.#leaked))];
    this.#leaked = log.length;
    const leaks = findLeaks({ secrets: this.stage.sandbox.clientSecrets, haystacks });
    this.found(...leaks.map(({ haystack, form }) => `a secret is in the ${haystack} (${form})`));
  }
}

/** Whether it marked the rotation of another run as open again. */
function gaveBack({ transcript: { annotations } }: Judged): boolean {
  return annotations.some(({ text }) => text.startsWith('Another run rotated the token while'));
}

function operationInputs(operation: Extract<Action, { kind: 'run' }>['operation']): Record<string, string> {
  if (operation === 'dry run') return { 'dry-run': 'true' };
  return operation === 'rotate' ? {} : { operation };
}

function isSame(place: object, other: object): boolean {
  return Object.entries(place).every(([name, value]) => Reflect.get(other, name) === value);
}

/** The places that all of them deliver to: what another workflow takes from a place is not promised. */
function commonOf(runs: readonly Pick<Judged, 'places'>[]): readonly Place[] {
  return ALL_PLACES.filter((place) => runs.every(({ places }) => places.includes(place)));
}
