import { ClientSecret } from '../model/client-secret.ts';
import type { Dependencies } from '../dependencies.ts';
import { describeTarget, WRITE_PROOF, type PublicKey } from '../model/target.ts';
import { sharingBody, sharingOf, type Sharing } from './organization.ts';
import type { ReadableTarget } from './reading.ts';
import { RequestFailure } from './request-failure.ts';
import type { Scope } from './scope.ts';
import { loadSealing, seal } from './seal.ts';
import { TargetProblem } from './target-problem.ts';

/** Nobody, while it is there. */
const NOBODY: Sharing = { visibility: 'selected', repositoryIds: [] };

/** Seals and writes secrets, and proves beforehand that they can be written. */
export class Writing {
  readonly #deps: Pick<Dependencies, 'randomBytes' | 'cancelled'>;
  /** Keys that replaced the one that was read at first. */
  readonly #newKeys = new WeakMap<ReadableTarget, PublicKey>();

  constructor(deps: Pick<Dependencies, 'randomBytes' | 'cancelled'>) {
    this.#deps = deps;
  }

  /**
   * Deletes a secret of a random name: a 404 says that it would have been allowed. Where there is no client
   * secret to be replaced, also creates and deletes one, since creating has limits of its own. A run that is
   * cancelled meanwhile creates nothing any more; it rotates nothing either.
   */
  async prove(scope: Scope, state: ReadableTarget, thoroughly = false): Promise<void> {
    beginToLoadSealing();
    const name = `CF_ACCESS_PROBE_${Buffer.from(this.#deps.randomBytes(12)).toString('hex').toUpperCase()}`;
    await scope.explained('let its secrets be written', async () => {
      // A key that nothing can be sealed to would be found out only when the new secret is to be stored.
      await Promise.all([scope.delete(name), sealedFor(scope, state.publicKey, name)]);
      if (this.#deps.cancelled.aborted) return;
      if (thoroughly || state.clientSecret === undefined) await this.#createAndDelete(scope, state);
    });
  }

  async write(
    scope: Scope,
    state: ReadableTarget,
    name: string,
    value: string | ClientSecret,
  ): Promise<void> {
    beginToLoadSealing();
    const { clientId, clientSecret, target } = state;
    const stored = name === target.clientIdName ? [clientId, clientSecret] : [clientSecret, clientId];
    const { place } = target;
    const sharing = place.kind === 'organization' ? sharingOf(place, state.repositoryIds, stored) : undefined;
    const plain = value instanceof ClientSecret ? value.reveal() : value;
    await scope.explained(`write ${name}`, () => this.#put(scope, state, { name, plain, sharing }));
  }

  async #createAndDelete(scope: Scope, state: ReadableTarget): Promise<void> {
    const name = WRITE_PROOF;
    const sharing = state.target.place.kind === 'organization' ? NOBODY : undefined;
    try {
      await this.#put(scope, state, { name, plain: name, sharing });
    } catch (error) {
      // It may be there all the same; what is thrown is why it could not be told.
      if (appliedOf(error) === 'unknown') await scope.delete(name).catch(() => undefined);
      throw error;
    }
    try {
      await scope.delete(name);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      throw new TargetProblem(
        'write-check-left-behind',
        `${describeTarget(state.target)}: the secret ${name}, made to prove that secrets can be written, could not be deleted again.`,
        'Delete it by hand, and run this again.',
        { applied: error.applied, status: error.status },
      );
    }
  }

  /** GitHub may have replaced the key since it was read: then it is fetched once more, and once only. */
  async #put(
    scope: Scope,
    state: ReadableTarget,
    { name, plain, sharing }: { name: string; plain: string; sharing: Sharing | undefined },
  ): Promise<void> {
    const { place } = state.target;
    const shared = sharing && place.kind === 'organization' ? sharingBody(place, sharing) : {};
    const attempt = async (key: PublicKey): Promise<void> => {
      const encrypted = await sealedFor(scope, key, plain);
      await scope.put(name, { encrypted_value: encrypted, key_id: key.keyId, ...shared });
    };
    try {
      await attempt(this.#newKeys.get(state) ?? state.publicKey);
    } catch (error) {
      if (!isAboutTheKey(error)) throw error;
      try {
        const key = await scope.publicKey();
        this.#newKeys.set(state, key);
        await attempt(key);
      } catch (second) {
        // A reply that was lost before the refusal leaves as much in doubt as one after it.
        const doubtful = appliedOf(error) === 'unknown' && second instanceof RequestFailure;
        throw doubtful ? new RequestFailure(second.failure, 'unknown') : second;
      }
    }
  }
}

async function sealedFor(scope: Scope, key: PublicKey, plain: string): Promise<string> {
  try {
    return await seal(key, plain);
  } catch {
    throw new TargetProblem(
      'github-key-unusable',
      `${describeTarget(scope.target)}: nothing can be sealed to the public key that GitHub gave out.`,
      'Run this again; if it stays, look at https://www.githubstatus.com.',
    );
  }
}

function isAboutTheKey(error: unknown): boolean {
  if (!(error instanceof RequestFailure) || error.failure.kind !== 'refused') return false;
  return error.failure.status === 422 && /encrypted|key/i.test(error.failure.said);
}

function appliedOf(error: unknown): 'no' | 'unknown' {
  return error instanceof RequestFailure || error instanceof TargetProblem ? error.applied : 'no';
}

/** It loads while the first request is under way; a failure is met where a value is to be sealed. */
function beginToLoadSealing(): void {
  loadSealing().catch(() => undefined);
}
