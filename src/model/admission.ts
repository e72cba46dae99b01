import type { AdmissionLine } from '../settings/settings.ts';
import type { Problem } from './problem.ts';

/** An Access application, as far as a run names it. */
export interface ApplicationName {
  readonly id: string;
  readonly name: string;
}

/** What admits a token: a policy of the action's own, or an entry in a reusable policy. */
export type Admission =
  | { readonly kind: 'own-policy'; readonly line: AdmissionLine; readonly application: ApplicationName }
  | {
      readonly kind: 'include';
      readonly line: AdmissionLine;
      readonly policy: { readonly id: string; readonly name: string };
    };

/** What was read of one line of `admit-to` before deciding. `what` names the application or policy to people. */
export type AdmissionState = {
  readonly line: AdmissionLine;
  readonly what: string;
  /** Of an `application=` line that was found. */
  readonly application: ApplicationName | undefined;
  /** What a person should know, each as a sentence. */
  readonly warnings: readonly string[];
} & (
  | {
      readonly kind: 'admitted';
      /** What this action would withdraw; undefined if somebody else's rule admits the token. */
      readonly admission: Admission | undefined;
    }
  | { readonly kind: 'missing'; readonly admission: Admission }
  | { readonly kind: 'refused'; readonly problem: Problem }
);
