import type { AdmissionLine } from '../settings/settings.ts';

/** What was read of one line of `admit-to` before deciding. */
export type AdmissionState =
  | { readonly kind: 'admitted'; readonly line: AdmissionLine; readonly admission: Admission; readonly what: string }
  | { readonly kind: 'missing'; readonly line: AdmissionLine; readonly admission: Admission; readonly what: string };

/** What admitting a token by one line takes. */
export interface Admission {
  readonly line: AdmissionLine;
}
