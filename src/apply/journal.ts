import { mergeTokens } from '../cloudflare/token-json.ts';
import type { AdmissionState } from '../model/admission.ts';
import type { ClientSecret } from '../model/client-secret.ts';
import type { Problem } from '../model/problem.ts';
import type { ServiceToken } from '../model/service-token.ts';
import type { Target, TargetState } from '../model/target.ts';
import type { AdmissionResult, TargetResult } from './results.ts';

export type Deed =
  | 'created'
  | 'rotated'
  | 'completed'
  | 'renewed'
  | 'repaired'
  | 'revoked'
  | 'deleted'
  | 'leased'
  | 'admitted'
  | 'verified';

/**
 * What this run has done with one token so far, written while the plan is applied: so that a run that breaks off can
 * still report the truth. Steps do not read from it what other steps left.
 */
export class Journal {
  /** True once anything was changed anywhere and not put back. */
  changed = false;
  /** True once something was created that stays, whatever becomes of the token: an environment, a write check. */
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
  readonly #admissions = new Map<string, AdmissionResult>();

  /** Takes over what was read: nothing has been done to any target yet. */
  observed(
    token: ServiceToken | undefined,
    targets: readonly TargetState[],
    admissions: readonly AdmissionState[],
  ): void {
    this.token = token;
    this.#targets.clear();
    for (const state of targets) this.tell(resultOf(state));
    for (const state of admissions) {
      const { line, what } = state;
      if (state.kind === 'refused') this.admission({ line, what, status: 'failed', problem: state.problem });
      else this.admission({ line, what, status: state.kind });
    }
  }

  /** Takes over a reply about the token, and keeps what the reply leaves out. */
  know(token: ServiceToken): void {
    const before = this.token;
    if (before?.id !== token.id) {
      this.token = token;
      return;
    }
    const { version = before.version, previousSecretExpiresAt: end = before.previousSecretExpiresAt } = token;
    this.token = { ...mergeTokens(before, token), version, previousSecretExpiresAt: end };
  }

  tell(result: TargetResult): void {
    this.#targets.set(result.target, result);
  }

  /** A target that did not get what the run was asked for: the run fails. */
  fail(target: Target, problem: Problem): void {
    this.tell({ ...this.of(target), target, status: 'failed', problem });
    this.problems.push(problem);
  }

  admission(result: AdmissionResult): void {
    this.#admissions.set(`${result.line.kind}=${result.line.value}`, result);
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

  get admissions(): readonly AdmissionResult[] {
    return [...this.#admissions.values()];
  }
}

function resultOf(state: TargetState): TargetResult {
  const { target } = state;
  if (state.kind === 'unreadable') return { target, status: 'failed', problem: state.problem };
  const storedAt = state.kind === 'readable' ? state.clientSecret?.updatedAt : undefined;
  return { target, status: 'unchanged', ...(storedAt === undefined ? {} : { storedAt }) };
}
