import type { Switches } from '../../../sandbox/cloudflare/switches.ts';
import { SECOND } from '../../../src/model/time.ts';
import { violationsOf, isRotating, type Excuses, type Judged } from '../../harness/judge.ts';
import type { Asked, How, Inputs, Run } from '../../harness/play.ts';
import { mintedBetween, targetsOf } from '../../harness/standing.ts';
import { playWatched } from '../../harness/story.ts';
import { tellPlayed } from '../../harness/tell.ts';
import { Watch, type LockOut } from '../../harness/watch.ts';
import type { Action } from './actions.ts';
import { Findings } from '../findings.ts';
import { ALL_PLACES, placeOf, Stage } from './stage.ts';
import { verificationOf } from './verification.ts';

/** Seconds that a reply may take for a run not to stall; an overtaken run looks five seconds later whether it did. */
const MOST_STALLED = 2;

const OPERATIONS: Readonly<Record<Extract<Action, { kind: 'run' }>['operation'], Inputs>> = {
  rotate: {},
  renew: { operation: 'renew' },
  check: { operation: 'check' },
  revoke: { operation: 'revoke' },
  'dry run': { 'dry-run': 'true' },
};

type Running = Extract<Action, { kind: 'run' | 'duo' }>;

/** A sequence of actions as it is played, with all that is found wrong. */
export class Story extends Findings {
  readonly stage: Stage;
  readonly #watch: Watch;
  /**
   * Whether a run may have stalled between its last look at the token and completing, while another one asked for its
   * delivery to be repaired: see docs/failure-modes.md. From then on nothing is promised.
   */
  conceded = false;
  /** Whether a rotation may have been left unfinished since the last run that ended well. */
  #unfinished = false;

  constructor(switches: Partial<Switches>) {
    super(`switches ${JSON.stringify(switches)}`);
    this.stage = new Stage(switches);
    const blind = switches.truncatePreviousExpirySeconds === true;
    this.#watch = new Watch(this.stage.sandbox, this.stage.tokensIn(ALL_PLACES), { blind });
  }

  async act(action: Action): Promise<void> {
    const { stage } = this;
    this.note(`${stage.sandbox.clock.rfc3339()} ${JSON.stringify(action)}`);
    switch (action.kind) {
      case 'pause':
        stage.sandbox.clock.advance(action.span);
        return;
      case 'run': {
        const { operation, force, workflow } = action;
        const inputs = { force: String(force), ...OPERATIONS[operation] };
        await this.run([stage.asked(workflow, inputs)], action);
        return;
      }
      case 'duo': {
        const [one, other] = action.workflows;
        const asked = [stage.asked(one), stage.asked(other)] as const;
        if (stage.isGuarded) await this.run(asked, action);
        else for (const alone of asked) await this.run([alone], action);
        return;
      }
      default:
        stage.act(action);
    }
  }

  /** One run, or two at once. */
  async run(
    asked: readonly [Asked, ...Asked[]],
    { mishap, latencies }: Pick<Running, 'mishap' | 'latencies'> = { mishap: undefined, latencies: [] },
  ): Promise<Judged> {
    const { stage } = this;
    const { sandbox, rotations, grace } = stage;
    const from = sandbox.clock.now();
    const overlooked = ALL_PLACES.filter(
      (place) => rotations.isGraceMistaken(grace) || stage.isOverlooked(place),
    );
    const loggedIn = sandbox.application.logins.length;
    const befalls = mishap === undefined ? [] : [{ at: { skip: mishap.skip }, mishap: mishap.is }];
    const judged = await playWatched(sandbox, this.#watch, asked, { befalls, latency: inTurn(latencies) });
    const { played, before, after } = judged;
    stage.noteDeliveries(before.changes);
    const common = ALL_PLACES.filter((place) =>
      asked.every(({ tokens }) => targetsOf(tokens).includes(stage.targetOf(place))),
    );
    if (mintedBetween(before, after) > 0) {
      // Of several, it is not known which it was.
      rotations.add({ from, to: sandbox.clock.now(), places: common, grace, by: 'run' });
    }
    if (asked.some(({ inputs }) => inputs['operation'] === 'revoke' && inputs['force'] === 'true'))
      rotations.cover();
    this.note(tellPlayed(played));
    const latest = Math.max(0, ...latencies);
    this.conceded ||= asked.length > 1 && latest > MOST_STALLED && played.runs.some(gaveBack);
    // If no expiry is told, a token expires without anybody knowing.
    const expires = after.tokens.some(({ expiresAt }) => expiresAt <= sandbox.clock.now());
    this.conceded ||= stage.excuses.expiryUntold === true && expires;
    if (this.conceded) return judged;
    const excuses: Excuses = {
      ...stage.excuses,
      lockOut: (lockOut) => !this.#isPromised(lockOut, common, overlooked) || played.runs.some(recovers),
      letInLater: true,
      untold: true,
      unsure: latencies.length > 0,
    };
    this.found(...violationsOf(judged, excuses));
    const undisturbed =
      asked.length === 1 &&
      latencies.length === 0 &&
      played.runs[0].exitCode !== undefined &&
      played.exchanges.every(({ fault }) => fault === undefined);
    if (undisturbed) {
      const logins = sandbox.application.logins.slice(loggedIn);
      this.found(...verificationOf(stage, judged, logins));
      const rotated = mintedBetween(before, after) !== 0;
      if (rotated && !this.#unfinished && recovers(played.runs[0]))
        this.found('recovered although nothing was left unfinished');
    }
    if (asked.some(({ inputs }) => isRotating(inputs)))
      this.#unfinished = played.runs.some(({ exitCode }) => exitCode !== 0);
    return judged;
  }

  /** What another workflow takes from a place is not promised, nor what nothing tells a run of. */
  #isPromised({ target }: LockOut, common: readonly number[], overlooked: readonly number[]): boolean {
    const place = target && placeOf(target);
    return place !== undefined && common.includes(place) && !overlooked.includes(place);
  }
}

function inTurn(latencies: readonly number[]): How['latency'] {
  if (latencies.length === 0) return undefined;
  let next = 0;
  return () => {
    next += 1;
    return (latencies[(next - 1) % latencies.length] ?? 0) * SECOND;
  };
}

/** Whether it says that it rotated once more since a secret was lost. */
function recovers({ transcript: { log, outputs: told } }: Run): boolean {
  return (
    told['reason'] === 'delivery-incomplete' || log.some((line) => line.includes('once more to recover'))
  );
}

/** Whether it marked the rotation of another run as pending again. */
function gaveBack({ transcript: { annotations } }: Run): boolean {
  return annotations.some(({ text }) => text.startsWith('Another run rotated the token while'));
}
