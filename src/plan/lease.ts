import type { ServiceToken } from '../model/service-token.ts';
import type { LeaseObservation } from '../observe/observe.ts';
import type { TokenSettings } from '../settings/settings.ts';
import { refusedLines } from './admission.ts';
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

const LEASED = /-\d+-\d+-[\w.-]*-[0-9a-f]{16}$/;

/** Whether a token has the name of one that a job leases. */
export function isLeased({ name }: Pick<ServiceToken, 'name'>): boolean {
  return LEASED.test(name);
}

/** `lease`: a token that lives no longer than the job. */
export function planLease(name: string, { duration }: TokenSettings, read: LeaseObservation): Plan {
  const unprotected = refusedControl(read.control);
  if (unprotected !== undefined) return refusedBy(unprotected);
  const [refused] = refusedLines(read.admissions);
  if (refused !== undefined) return refusedBy(refused);
  const admissions = read.admissions.flatMap((state) => (state.kind === 'missing' ? state.admission : []));
  const anyToken = read.admissions.filter(({ kind }) => kind === 'admitted').map(({ what }) => what);
  const warnings =
    read.control?.kind === 'undecided'
      ? [`Access could not be seen to protect verify-url: ${read.control.seen}.`]
      : [];
  return {
    ...planOf('lease-asked', 'operation: lease asks for it', [
      { kind: 'lease', name, duration: duration ?? DEFAULT_DURATION, admissions, leftovers: read.leftovers },
    ]),
    warnings: [...warnings, ...read.admissions.flatMap((state) => state.warnings)],
    notices: anyToken.length === 0 ? [] : [wideOpen(anyToken)],
  };
}

function wideOpen(what: readonly string[]): string {
  return `The leased token needs no policy of its own for ${what.join(', ')}, because any valid service token is admitted there. It opens every other application that has such a rule as well.`;
}
