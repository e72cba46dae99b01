import type { AdmissionState } from '../model/admission.ts';
import type { Control } from '../access/login-check.ts';
import type { TokenSettings } from '../settings/settings.ts';
import { planOf, refusedBy, type Plan } from './plan.ts';
import { refusedControl } from './planning.ts';
import { DEFAULT_DURATION } from './renewal.ts';

/** Cloudflare's longest name of a token, in characters. */
const LONGEST_NAME = 350;

/** The job that a leased token belongs to. */
export interface Job {
  readonly run: string;
  readonly attempt: string;
  readonly job: string;
  /** Hexadecimal digits that no other lease has. */
  readonly random: string;
}

/** The name of a leased token: what it is for, the run, attempt and job that it belongs to, and a random part. */
export function leaseName(prefix: string, { run, attempt, job, random }: Job): string {
  const ending = `-${run}-${attempt}-${job.replace(/[^\w.-]/g, '-').slice(0, 100)}-${random}`;
  return `${prefix.slice(0, LONGEST_NAME - ending.length)}${ending}`;
}

/** `lease`: a token that lives no longer than the job. */
export function planLease(
  name: string,
  { duration }: TokenSettings,
  read: { readonly control: Control | undefined; readonly admissions: readonly AdmissionState[] },
): Plan {
  const unprotected = refusedControl(read.control);
  if (unprotected !== undefined) return refusedBy(unprotected);
  const admissions = read.admissions.flatMap((state) => (state.kind === 'missing' ? state.admission : []));
  const warnings =
    read.control?.kind === 'undecided'
      ? [`Access could not be seen to protect verify-url: ${read.control.seen}.`]
      : [];
  return {
    ...planOf('lease-asked', 'operation: lease asks for it', [
      { kind: 'lease', name, duration: duration ?? DEFAULT_DURATION, admissions },
    ]),
    warnings,
  };
}
