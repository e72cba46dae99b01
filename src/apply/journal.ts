import type { ClientSecret } from '../model/client-secret.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Target, TargetState } from '../model/target.ts';
import type { TargetResult } from './results.ts';
import type { Problem } from '../model/problem.ts';

export type Deed = 'created' | 'rotated' | 'renewed' | 'repaired' | 'revoked' | 'deleted' | 'leased';

/**
 * What a run has done so far and what has become of each target: filled while the plan is applied, so that the
 * report tells the truth wherever it ends.
 */
export class Journal {
  /** True once anything was changed anywhere and not put back. */
  changed = false;
  /** True once something was created that stays, whatever becomes of the token: an environment, a proof. */
  leavesBehind = false;
  /** The token as far as it is known. */
  token: ServiceToken | undefined;
  clientSecret: ClientSecret | undefined;
  /** False after a recovery: then the previous secret is one that nobody, or not everybody, ever had. */
  previousSecretIsHeld = true;
  readonly deeds = new Set<Deed>();
  readonly problems: Problem[] = [];
  readonly warnings: string[] = [];
  readonly notices: string[] = [];
  readonly #targets = new Map<Target, TargetResult>();

  /** Takes over what was read: nothing has been done to any target yet. */
  observed(token: ServiceToken | undefined, targets: readonly TargetState[]): void {
    this.token = token;
    this.#targets.clear();
    for (const state of targets) this.tell(outcomeOf(state));
  }

  tell(outcome: TargetResult): void {
    this.#targets.set(outcome.target, outcome);
  }

  /** A target that was not brought to what was asked for: the run fails. */
  fail(target: Target, problem: Problem): void {
    this.tell({ ...this.of(target), target, status: 'failed', problem });
    this.problems.push(problem);
  }

  /** Something was created beside the token, and stays. */
  left(): void {
    this.changed = true;
    this.leavesBehind = true;
  }

  did(deed: Deed): void {
    this.changed = true;
    this.deeds.add(deed);
  }

  of(target: Target): TargetResult {
    return this.#targets.get(target) ?? { target, status: 'unchanged' };
  }

  get targets(): readonly TargetResult[] {
    return [...this.#targets.values()];
  }
}

function outcomeOf(state: TargetState): TargetResult {
  const { target } = state;
  if (state.kind === 'unreadable') return { target, status: 'failed', problem: state.problem };
  const storedAt = state.kind === 'readable' ? state.clientSecret?.updatedAt : undefined;
  return { target, status: 'unchanged', ...(storedAt === undefined ? {} : { storedAt }) };
}
