import type { Time } from '../model/dependencies.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import { describeTarget } from '../model/target.ts';
import { needOf } from './auth/permissions.ts';
import { PublicKeys } from './keys.ts';
import type { PlaceRequests } from './place-requests.ts';
import type { ReadableTarget } from './reading.ts';
import { RequestFailure } from './request-failure.ts';
import { loadSealing, seal } from './seal.ts';
import type { PublicKey } from './seal.ts';
import { readSharings, sharingBody, type Sharing, type Sharings } from './sharing.ts';
import { TargetProblem } from './target-problem.ts';
import { putVariable } from './variables.ts';

/** Seals and writes what a target stores. */
export class Writing {
  readonly #keys: PublicKeys;
  readonly #sharings = new WeakMap<ReadableTarget, Promise<Sharings | undefined>>();

  constructor(time: Pick<Time, 'monotonic'>) {
    this.#keys = new PublicKeys(time);
  }

  /** Reads what every write to the target needs, so that nothing has to be read between the writes. */
  async prepare(place: PlaceRequests, state: ReadableTarget): Promise<void> {
    beginToLoadSealing();
    const [key] = await Promise.all([this.#keys.of(place), this.#sharingsOf(place, state)]);
    // A key that nothing can be sealed to would be found out only when the new secret is to be stored.
    await sealedFor(place, key, 'test');
  }

  async clientSecret(place: PlaceRequests, state: ReadableTarget, secret: ClientSecret): Promise<void> {
    const name = state.target.clientSecretName;
    await place.explained(`write ${name}`, async () => {
      const sharing = (await this.#sharingsOf(place, state))?.clientSecret;
      await this.putSecret(place, { name, plain: secret.reveal(), sharing });
    });
  }

  /** A variable that holds the client ID already is written only to share it with others. */
  async clientId(place: PlaceRequests, state: ReadableTarget, clientId: string): Promise<void> {
    const { clientIdName: name, clientIdKind } = state.target;
    if (clientIdKind === 'secret') {
      return place.explained(`write ${name}`, async () => {
        const sharing = (await this.#sharingsOf(place, state))?.clientId;
        await this.putSecret(place, { name, plain: clientId, sharing });
      });
    }
    if (!writesVariable(state, clientId)) return;
    const need = needOf(place.place, 'variables');
    await place.explained(
      `write the variable ${name}`,
      async () => {
        const sharing = (await this.#sharingsOf(place, state))?.clientId;
        await this.putVariable(place, { name, value: clientId, sharing }, state.clientId !== undefined);
      },
      need,
    );
  }

  /** GitHub may have replaced the key since it was read: then it is fetched once more, and once only. */
  async putSecret(
    place: PlaceRequests,
    { name, plain, sharing }: { name: string; plain: string; sharing: Sharing | undefined },
  ): Promise<void> {
    beginToLoadSealing();
    const shared = sharedBody(place, sharing);
    let used: PublicKey | undefined;
    // assumption: secret-statuses
    const attempt = (): Promise<void> =>
      place.putSecret(name, async () => {
        used = await place.explained('show its public key', () => this.#keys.of(place));
        const encrypted = await sealedFor(place, used, plain);
        return { encrypted_value: encrypted, key_id: used.keyId, ...shared };
      });
    try {
      await attempt();
    } catch (error) {
      if (!isAboutTheKey(error) || used === undefined) throw error;
      try {
        await this.#keys.instead(place, used);
        await attempt();
      } catch (second) {
        // A reply that was lost before the refusal leaves as much in doubt as one after it.
        const doubtful = error.applied === 'unknown' && second instanceof RequestFailure;
        throw doubtful ? new RequestFailure(second.failure, 'unknown') : second;
      }
    }
  }

  async putVariable(
    place: PlaceRequests,
    { name, value, sharing }: { name: string; value: string; sharing: Sharing | undefined },
    exists: boolean,
  ): Promise<void> {
    const shared = sharedBody(place, sharing);
    // One that was deleted since it was read is created for the fewest that GitHub lets one name.
    const fallback =
      place.place.kind === 'organization' && sharing === undefined ? { visibility: 'private' } : {};
    const bodies = { create: { value, ...fallback, ...shared }, update: { value, ...shared } };
    await putVariable(place, name, bodies, exists);
  }

  #sharingsOf(place: PlaceRequests, state: ReadableTarget): Promise<Sharings | undefined> {
    const known = this.#sharings.get(state);
    if (known !== undefined) return known;
    const reading = readSharings(place, state);
    this.#sharings.set(state, reading);
    reading.catch(() => this.#sharings.delete(state));
    return reading;
  }
}

/** Whether a client ID variable has to be written for the target to have that client ID. */
export function writesVariable({ target, clientId }: ReadableTarget, wanted: string | undefined): boolean {
  const { place, clientIdKind } = target;
  if (clientIdKind !== 'variable') return false;
  if (clientId?.value === undefined || clientId.value !== wanted) return true;
  if (place.kind !== 'organization') return false;
  const visibility = place.repositories === undefined ? place.visibility : 'selected';
  // Which repositories may use it now was not read.
  return place.repositories !== undefined || (visibility ?? clientId.visibility) !== clientId.visibility;
}

function sharedBody({ place }: PlaceRequests, sharing: Sharing | undefined): Record<string, unknown> {
  return sharing !== undefined && place.kind === 'organization' ? sharingBody(place, sharing) : {};
}

async function sealedFor(place: PlaceRequests, key: PublicKey, plain: string): Promise<string> {
  // That libsodium is not there says nothing of the key.
  await loadSealing();
  try {
    return await seal(key, plain);
  } catch {
    throw new TargetProblem(
      'github-key-unusable',
      `${describeTarget(place)}: nothing can be sealed to the public key that GitHub gave out.`,
      'Run this again; if it stays, look at https://www.githubstatus.com.',
    );
  }
}

function isAboutTheKey(error: unknown): error is RequestFailure {
  if (!(error instanceof RequestFailure) || error.failure.kind !== 'refused') return false;
  return error.failure.status === 422 && /encrypted|key/i.test(error.failure.said);
}

/** It loads while the first request is under way; a failure is met when a value is sealed. */
function beginToLoadSealing(): void {
  loadSealing().catch(() => undefined);
}
