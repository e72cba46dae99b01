import type { Switches } from '../../sandbox/cloudflare/switches.ts';
import { MINUTE, type Instant } from '../../src/model/time.ts';
import type { Place } from './one-token/actions.ts';

interface Rotation {
  readonly from: Instant;
  readonly to: Instant;
  /** Nobody knows where people deliver. */
  readonly by: 'run' | 'people';
  readonly places: readonly Place[];
  readonly grace: string;
}

/** Every rotation that there was, and what the marks cannot tell of it. */
export class Rotations {
  readonly #switches: Partial<Switches>;
  #all: (Rotation & { readonly covered: boolean })[] = [];

  constructor(switches: Partial<Switches>) {
    this.#switches = switches;
  }

  add(rotation: Rotation): void {
    this.#all.push({ ...rotation, covered: false });
  }

  /** A forced revocation leaves a mark of its own, whatever was left unfinished before. */
  cover(): void {
    this.#all = this.#all.map((rotation) => ({ ...rotation, covered: true }));
  }

  /**
   * Whether what was stored in the place at that moment may be of an earlier rotation and nothing tells: another one
   * came right after it, for other places or with its own mark gone. Such places are not promised anything: see
   * docs/decisions.md, "A missing or stale secret is not waited for".
   * @param grace the one in force now
   */
  mayHide(place: Place, storedAt: Instant, grace: string): boolean {
    return this.#all.some((rotation) => {
      // Where the grace was changed since, the marks know the moment to the hour only.
      const blur = (this.#endIsHidden || rotation.grace !== grace ? 62 : 3) * MINUTE;
      const close = storedAt <= rotation.to && rotation.from < storedAt + blur;
      return close && (this.#isMarkless(rotation) || this.#wentElsewhere(rotation, place));
    });
  }

  /** Whether what was stored at that moment may be of any of these rotations, by its age. */
  isNear(storedAt: Instant): boolean {
    return this.#all.some(({ from, to }) => from - 3 * MINUTE <= storedAt && storedAt <= to + 62 * MINUTE);
  }

  /** Whether a grace is taken to be of another length than it has: as long as the one that is asked for now. */
  isGraceMistaken(grace: string): boolean {
    const last = this.#all.at(-1);
    return this.#endIsHidden && last !== undefined && last.grace !== grace;
  }

  #isMarkless({ covered, by }: Rotation & { readonly covered: boolean }): boolean {
    const { truncatePreviousExpirySeconds = false } = this.#switches;
    return covered || this.#endIsHidden || (by === 'people' && truncatePreviousExpirySeconds);
  }

  #wentElsewhere({ by, places }: Rotation, place: Place): boolean {
    return by === 'run' && !places.includes(place);
  }

  get #endIsHidden(): boolean {
    // Where no version is told, a token that was never rotated reads like one whose end is left out.
    const { hidePreviousExpiry = 'list', hideVersion = false } = this.#switches;
    return hidePreviousExpiry !== 'list' || hideVersion;
  }
}
