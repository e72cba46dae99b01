import type { Switches } from '../../../sandbox/cloudflare/switches.ts';
import { violationsOf, type Excuses, type Judged } from '../../harness/judge.ts';
import type { Asked, Inputs } from '../../harness/play.ts';
import { targetsOf } from '../../harness/standing.ts';
import { playWatched } from '../../harness/story.ts';
import { tellPlayed } from '../../harness/tell.ts';
import { Watch, type LockOut } from '../../harness/watch.ts';
import { excusesIn } from '../../harness/worlds.ts';
import { Findings } from '../findings.ts';
import { Rotations } from '../rotations.ts';
import { TOKEN_NAMES, type Action, type Place, type TokenName } from './actions.ts';
import { brokenPromises, type Prior } from './promises.ts';
import { unfounded } from './refusals.ts';
import { ALL_PLACES, Stage } from './stage.ts';

const OPERATIONS: Readonly<Record<Extract<Action, { kind: 'run' }>['operation'], Inputs>> = {
  rotate: {},
  renew: { operation: 'renew' },
  check: { operation: 'check' },
  revoke: { operation: 'revoke', 'admit-to': '' },
  delete: { operation: 'delete' },
  'dry run': { 'dry-run': 'true' },
};

/** A history as it is played, with all that is found wrong. */
export class Story extends Findings {
  readonly stage: Stage;
  readonly #watch: Watch;
  readonly #rotations: Readonly<Record<TokenName, Rotations>>;

  constructor(switches: Partial<Switches>, grace: string) {
    super(`switches ${JSON.stringify(switches)}`);
    this.stage = new Stage(switches, grace);
    this.#rotations = { ci: new Rotations(switches), deploy: new Rotations(switches) };
    this.#watch = new Watch(this.stage.sandbox, this.stage.watched, {
      blind: excusesIn(switches).blind === true,
      grace,
    });
  }

  async act(action: Action): Promise<void> {
    const { stage } = this;
    this.note(`${stage.sandbox.clock.rfc3339()} ${JSON.stringify(action)}`);
    if (action.kind === 'pause') {
      stage.sandbox.clock.advance(action.span);
    } else if (action.kind === 'run') {
      const { workflow, operation, says, selects } = action;
      await this.run(stage.asked(workflow, says, selects, OPERATIONS[operation]), action.mishap);
    } else {
      stage.act(action);
      if (action.kind === 'rotate') this.#noteByHand(action.token, action.grace / 3_600_000);
    }
  }

  async run(asked: Asked, mishap?: Extract<Action, { kind: 'run' }>['mishap']): Promise<Judged> {
    const { stage } = this;
    const { sandbox, grace } = stage;
    const from = sandbox.clock.now();
    const tokens = sandbox.cloudflare.list();
    const prior = this.#prior(asked);
    const befalls = mishap === undefined ? [] : [{ at: { skip: mishap.skip }, mishap: mishap.is }];
    const judged = await playWatched(sandbox, this.#watch, [asked], { befalls });
    const { before, after, played } = judged;
    this.note(tellPlayed(played));
    for (const { name, targets } of asked.tokens) {
      const [was, is] = [before, after].map(({ tokens: all }) => all.find((one) => one.name === name));
      const token = TOKEN_NAMES.find((one) => one === name);
      if (token === undefined || is === undefined || was?.version === is.version) continue;
      const places = ALL_PLACES.filter((place) => targets.includes(stage.targetOf(token, place)));
      this.#rotations[token].add({ from, to: sandbox.clock.now(), places, grace, by: 'run' });
    }
    const { inputs } = asked;
    if (inputs['operation'] === 'revoke' && inputs['force'] === 'true')
      for (const token of TOKEN_NAMES) this.#rotations[token].cover();
    const excuses: Excuses = {
      ...excusesIn(stage.switches),
      target: (target) => prior.overlooked.has(target) || this.#overlooked(asked).has(target),
      lockOut: (lockOut) => asksForLockOuts(inputs) || !isPromised(lockOut, asked, prior) || recovers(judged),
      letInLater: true,
      untold: true,
      untried: this.#isBlind || prior.peoples.size > 0,
    };
    this.found(
      ...violationsOf(judged, excuses),
      ...brokenPromises(stage, judged, prior),
      ...unfounded(stage, judged, prior),
    );
    stage.noteRun(tokens, { secrets: before.changes });
    return judged;
  }

  #noteByHand(token: TokenName, hours: number): void {
    const now = this.stage.sandbox.clock.now();
    this.#rotations[token].add({ from: now, to: now, by: 'people', places: [], grace: `${hours}h` });
  }

  /** What is known right before a run. */
  #prior(asked: Asked): Prior {
    const { stage } = this;
    const tokens = stage.sandbox.cloudflare.list();
    return {
      peoples: new Set(tokens.filter((token) => stage.isPeoples(token)).map(({ id }) => id)),
      at: stage.sandbox.clock.now(),
      places: new Map(
        ALL_PLACES.map((place) => [place, { ...stage.storedIn(place), fitsBoth: this.#fitsBoth(place) }]),
      ),
      overlooked: this.#overlooked(asked),
      foreign: stage.policies.foreign(),
      collides: stage.collides,
    };
  }

  /** Whether replies leave out what tells when a token was rotated: then a later secret counts as its own. */
  get #isBlind(): boolean {
    return excusesIn(this.stage.switches).blind === true;
  }

  #fitsBoth(place: Place): boolean {
    const { place: where, clientSecretName } = this.stage.targetOf('ci', place);
    const storedAt = this.stage.sandbox.github.secret(where, clientSecretName)?.updatedAt;
    return storedAt !== undefined && TOKEN_NAMES.every((name) => this.#rotations[name].isNear(storedAt));
  }

  /** Targets of which nothing tells whether what they store is the token's current secret. */
  #overlooked({ tokens }: Asked): ReadonlySet<object> {
    const { stage } = this;
    const found = new Set<object>();
    for (const { name, targets } of tokens) {
      const token = TOKEN_NAMES.find((one) => one === name);
      if (token === undefined) continue;
      for (const target of targets) {
        const place = stage.placeOf(token, target);
        const storedAt = stage.sandbox.github.secret(target.place, target.clientSecretName)?.updatedAt;
        if (place === undefined || storedAt === undefined) continue;
        const record = stage.tokenOf(token);
        const foreign = record !== undefined && stage.storesSecretOfAnother(place, record);
        const hidden =
          stage.isByHand(place) ||
          this.#rotations[token].mayHide(place, storedAt, stage.grace) ||
          (foreign && (this.#isBlind || this.#rotations[token].isNear(storedAt)));
        if (hidden) found.add(target);
      }
    }
    return found;
  }
}

/** Laptops are promised the grace period; of targets those that the run names, unless they stored another token's. */
function isPromised({ target }: LockOut, { tokens }: Asked, { overlooked }: Prior): boolean {
  return target === undefined || (targetsOf(tokens).includes(target) && !overlooked.has(target));
}

function asksForLockOuts({ operation, force }: Inputs): boolean {
  return operation === 'delete' || (operation === 'revoke' && force === 'true');
}

/** Whether the run says that it rotated once more since a secret was lost. */
function recovers({ played: { runs } }: Judged): boolean {
  return runs.some(({ transcript: { log, outputs } }) => {
    const results = JSON.parse(outputs['tokens'] ?? '[]') as readonly { readonly reason: string }[];
    return (
      results.some(({ reason }) => reason === 'delivery-incomplete') ||
      log.some((line) => line.includes('once more to recover'))
    );
  });
}
