import type { Time } from '../dependencies.ts';
import { MINUTE, type Milliseconds } from '../model/time.ts';
import type { PlaceRequests } from './place-requests.ts';
import { placeKey } from './routes.ts';
import type { PublicKey } from './shapes.ts';

/** GitHub may accept what it cannot open, and store nothing: an older key is not trusted. */
const FRESH: Milliseconds = MINUTE;

interface Fetched {
  readonly key: Promise<PublicKey>;
  readonly at: Milliseconds;
}

/** The public keys of the places of one run, each fetched when it is needed first, and again when it is old. */
export class PublicKeys {
  readonly #time: Pick<Time, 'monotonic'>;
  readonly #fetched = new Map<string, Fetched>();

  constructor(time: Pick<Time, 'monotonic'>) {
    this.#time = time;
  }

  /** @throws RequestFailure */
  of(place: PlaceRequests): Promise<PublicKey> {
    const known = this.#fetched.get(placeKey(place.place));
    // assumption: unopenable-value
    if (known !== undefined && this.#time.monotonic() - known.at <= FRESH) return known.key;
    return this.#fetch(place);
  }

  /** Another key than one that GitHub refused. @throws RequestFailure */
  async instead(place: PlaceRequests, refused: PublicKey): Promise<PublicKey> {
    const known = await this.#fetched.get(placeKey(place.place))?.key;
    return known === undefined || known === refused ? this.#fetch(place) : known;
  }

  #fetch(place: PlaceRequests): Promise<PublicKey> {
    const name = placeKey(place.place);
    const fetched = { key: place.publicKey(), at: this.#time.monotonic() };
    this.#fetched.set(name, fetched);
    fetched.key.catch(() => {
      if (this.#fetched.get(name) === fetched) this.#fetched.delete(name);
    });
    return fetched.key;
  }
}
