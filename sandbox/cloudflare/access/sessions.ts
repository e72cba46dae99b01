import type { Instant } from '../../../src/model/time.ts';
import type { VirtualClock } from '../../clock.ts';
import type { AccessSwitches } from './switches.ts';

/** Which moments `revoke_tokens` was asked for, by application. */
export class Sessions {
  readonly #clock: VirtualClock;
  readonly #switches: AccessSwitches;
  readonly #revocations = new Map<string, Instant[]>();

  constructor(clock: VirtualClock, switches: AccessSwitches) {
    this.#clock = clock;
    this.#switches = switches;
  }

  /** Ends every session of the application that began until now. */
  revoke(application: string): void {
    this.#revocations.set(application, [...this.revocations(application), this.#clock.now()]);
  }

  revocations(application: string): readonly Instant[] {
    return this.#revocations.get(application) ?? [];
  }

  /** Whether a service token's session that began at that moment has been ended. */
  isRevoked(application: string, beganAt: Instant): boolean {
    const { revokeReachesTokens, revokeLag } = this.#switches;
    const now = this.#clock.now();
    return (
      revokeReachesTokens &&
      this.revocations(application).some((at) => beganAt <= at && now >= at + revokeLag)
    );
  }
}
