import type { Dependencies } from '../dependencies.ts';
import { describeTarget, WRITE_PROOF } from '../model/target.ts';
import { MINUTE, type Milliseconds } from '../model/time.ts';
import { needOf } from './auth/permissions.ts';
import type { PlaceRequests } from './place-requests.ts';
import type { ReadableTarget } from './reading.ts';
import { RequestFailure } from './request-failure.ts';
import { placeKey, type Stores } from './routes.ts';
import { NOBODY } from './sharing.ts';
import { TargetProblem } from './target-problem.ts';
import { writesVariable, type Writing } from './writing.ts';

/** How long what was proven of a place counts for its other targets. */
const FRESH: Milliseconds = MINUTE;

export interface WriteCheckOptions {
  /** Whether to create and delete a secret even if there is one to replace. */
  readonly thoroughly?: boolean;
  /** What the target is to have; undefined if that is not known yet. */
  readonly clientId?: string | undefined;
}

interface Check {
  readonly done: Promise<void>;
  readonly at: Milliseconds;
}

/** Proves that places can be written before anything is rotated, each of them once. */
export class WriteCheck {
  readonly #deps: Pick<Dependencies, 'randomBytes' | 'cancelled' | 'time'>;
  readonly #writing: Writing;
  readonly #checks = new Map<string, Check>();

  constructor(deps: Pick<Dependencies, 'randomBytes' | 'cancelled' | 'time'>, writing: Writing) {
    this.#deps = deps;
    this.#writing = writing;
  }

  /**
   * Deletes a secret of a random name: a 404 says that it would have been allowed. If there is no client secret
   * to be replaced, also creates and deletes one, because creating has limits of its own; the same for the client ID
   * if that is a variable. A run that is cancelled meanwhile creates nothing any more; it rotates nothing either.
   * @throws TargetProblem
   */
  async run(place: PlaceRequests, state: ReadableTarget, options: WriteCheckOptions): Promise<void> {
    const { thoroughly = false, clientId } = options;
    const secrets = place.explained('let its secrets be written', async () => {
      await Promise.all([this.#delete(place, 'secrets'), this.#writing.prepare(place, state)]);
      if (thoroughly || state.clientSecret === undefined) await this.#create(place, 'secrets');
    });
    const variables = writesVariable(state, clientId) ? this.#variables(place, state) : undefined;
    const settled = await Promise.allSettled([secrets, variables]);
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #variables(place: PlaceRequests, state: ReadableTarget): Promise<void> {
    const check = async (): Promise<void> => {
      await this.#delete(place, 'variables');
      if (state.clientId === undefined) await this.#create(place, 'variables');
    };
    await place.explained('let its variables be written', check, needOf(place.place, 'variables'));
  }

  #delete(place: PlaceRequests, stores: Stores): Promise<void> {
    return this.#once(`delete ${stores}`, place, async () => {
      // assumption: delete-absent-secret, delete-absent-variable
      const random = Buffer.from(this.#deps.randomBytes(12)).toString('hex').toUpperCase();
      await place.delete(stores, `CF_ACCESS_PROBE_${random}`);
    });
  }

  #create(place: PlaceRequests, stores: Stores): Promise<void> {
    return this.#once(`create ${stores}`, place, async () => {
      if (!this.#deps.cancelled.aborted) await this.#createAndDelete(place, stores);
    });
  }

  async #createAndDelete(place: PlaceRequests, stores: Stores): Promise<void> {
    const name = WRITE_PROOF;
    const sharing = place.place.kind === 'organization' ? NOBODY : undefined;
    try {
      if (stores === 'secrets') await this.#writing.putSecret(place, { name, plain: name, sharing });
      else await this.#writing.putVariable(place, { name, value: name, sharing }, false);
    } catch (error) {
      // It may be there all the same; what is thrown is why nobody knows.
      if (appliedOf(error) === 'unknown') await place.delete(stores, name).catch(() => undefined);
      throw error;
    }
    try {
      await place.delete(stores, name);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      const what = stores === 'secrets' ? 'secret' : 'variable';
      throw new TargetProblem(
        'write-check-left-behind',
        `${describeTarget(place)}: the ${what} ${name}, made to prove that ${stores} can be written, could not be deleted again.`,
        'Delete it by hand, and run this again.',
        { applied: error.applied, status: error.status },
      );
    }
  }

  /** Does it once for all targets of the place that ask for it in the same minute; a failure is not kept. */
  #once(what: string, place: PlaceRequests, task: () => Promise<void>): Promise<void> {
    const name = `${what} ${placeKey(place.place)}`;
    const now = this.#deps.time.monotonic();
    const known = this.#checks.get(name);
    if (known !== undefined && now - known.at <= FRESH) return known.done;
    const check: Check = { done: task(), at: now };
    this.#checks.set(name, check);
    check.done.catch(() => {
      if (this.#checks.get(name) === check) this.#checks.delete(name);
    });
    return check.done;
  }
}

function appliedOf(error: unknown): 'no' | 'unknown' {
  return error instanceof RequestFailure || error instanceof TargetProblem ? error.applied : 'no';
}
